/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-private.h"
#include "hw-error.h"

#include "tests/store/db-fixture.h"

#include <errno.h>

/* A query that would run for years. */
#define ENDLESS "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)" \
  " SELECT count(*) FROM n"

static HwDbStatement *
prepare (HwDb       *db,
         const char *sql)
{
  g_autoptr(GError) error = NULL;
  HwDbStatement *statement = hw_db_prepare (db, sql, &error);

  g_assert_no_error (error);

  return statement;
}

static gboolean
step (HwDbStatement *statement)
{
  g_autoptr(GError) error = NULL;
  gboolean has_row = FALSE;

  hw_db_statement_step (statement, &has_row, &error);
  g_assert_no_error (error);

  return has_row;
}

static void
set_up (DbFixture    *fixture,
        gconstpointer test_data)
{
  db_fixture_open (fixture);
  db_run (fixture->db, "CREATE TABLE t (a)");
}

static void
tear_down (DbFixture    *fixture,
           gconstpointer test_data)
{
  db_fixture_close (fixture);
}

/* Binds a value in the way of its type. */
static void
bind (HwDbStatement *statement,
      GVariant      *value)
{
  if (value == NULL)
    return;

  if (g_variant_is_container (value))
    hw_db_statement_bind_container (statement, 1, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    hw_db_statement_bind_string (statement, 1, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    hw_db_statement_bind_double (statement, 1, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
    hw_db_statement_bind_uint64 (statement, 1, (guint64) g_variant_get_int32 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    hw_db_statement_bind_uint64 (statement, 1, g_variant_get_uint32 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    hw_db_statement_bind_uint64 (statement, 1, (guint64) g_variant_get_int64 (value));
  else
    hw_db_statement_bind_uint64 (statement, 1, g_variant_get_uint64 (value));
}

static GVariant *
store_and_read (DbFixture          *fixture,
                GVariant           *value,
                const GVariantType *type,
                GError            **error)
{
  g_autoptr(HwDbStatement) insert = prepare (fixture->db, "INSERT INTO t VALUES (?)");
  g_autoptr(HwDbStatement) query = prepare (fixture->db, "SELECT a FROM t");
  GVariant *found = NULL;

  db_run (fixture->db, "DELETE FROM t");
  bind (insert, value);
  g_assert_true (hw_db_statement_run (insert, NULL));
  g_assert_true (step (query));
  hw_db_statement_get_variant (query, 0, type, &found, error);

  return found;
}

static void
test_value_comes_back (DbFixture    *fixture,
                       gconstpointer test_data)
{
  static const char *const values[] = {
    "''", "'x'", "0.5", "1.0", "-2147483648", "2147483647", "@u 0", "@u 4294967295",
    "@x -9223372036854775808", "@x 9223372036854775807", "@t 0", "@t 18446744073709551615",
    "@a{sv} {}", "{'a': <{'b': <@ay []>}>}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr(GVariant) value = g_variant_ref_sink (g_variant_new_parsed (values[i]));
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) found = store_and_read (fixture, value, g_variant_get_type (value),
                                                  &error);

      g_assert_no_error (error);
      g_assert_cmpvariant (found, value);
    }
}

static void
test_value_that_is_none_stays_none (DbFixture    *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) found = store_and_read (fixture, NULL, G_VARIANT_TYPE_STRING, &error);

  g_assert_no_error (error);
  g_assert_null (found);
}

static void
test_value_of_another_type_is_damage (DbFixture    *fixture,
                                      gconstpointer test_data)
{
  static const struct
  {
    const char *value;
    const char *type;
  } wrong[] = {
    { "'x'", "i" },
    { "'x'", "a{sv}" },
    { "'x'", "d" },
    { "0.5", "x" },
    { "0.5", "s" },
    { "@x 2147483648", "i" },
    { "@x -2147483649", "i" },
    { "@x -1", "u" },
    { "@x 1", "s" },
    { "@x 1", "d" },
    { "@x 1", "a{sv}" },
    { "@a{sv} {}", "s" },
    { "@a{sv} {}", "x" },
    { "@ay [1, 2, 3]", "a{sv}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(GVariant) value = g_variant_ref_sink (g_variant_new_parsed (wrong[i].value));
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) found = store_and_read (fixture, value,
                                                  G_VARIANT_TYPE (wrong[i].type), &error);

      g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
      g_assert_null (found);
    }
}

/* Bytes of any kind, where a dictionary should be. */
static void
test_value_of_noise_is_survived (DbFixture    *fixture,
                                 gconstpointer test_data)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr(HwDbStatement) query = prepare (fixture->db, "SELECT randomblob (?)");
      g_autoptr(GVariant) found = NULL;
      g_autoptr(GError) error = NULL;

      hw_db_statement_bind_uint64 (query, 1, 1 + i % 50);
      g_assert_true (step (query));
      if (!hw_db_statement_get_variant (query, 0, G_VARIANT_TYPE_VARDICT, &found, &error))
        g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
    }
}

static void
test_value_that_is_too_large_is_refused (DbFixture    *fixture,
                                         gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (9 * 1024 * 1024, 'x');
  g_autoptr(HwDbStatement) insert = prepare (fixture->db, "INSERT INTO t VALUES (?)");
  g_autoptr(GError) error = NULL;
  guint64 n_rows = 0;

  hw_db_statement_bind_string (insert, 1, text);
  g_assert_false (hw_db_statement_run (insert, &error));

  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
  g_assert_true (hw_db_get_number (fixture->db, "SELECT count(*) FROM t", &n_rows, NULL));
  g_assert_cmpuint (n_rows, ==, 0);
}

static void
test_statement_forgets_what_was_bound (DbFixture    *fixture,
                                       gconstpointer test_data)
{
  HwDbStatement *first = prepare (fixture->db, "SELECT ?");
  g_autoptr(HwDbStatement) second = NULL;

  hw_db_statement_bind_string (first, 1, "secret");
  g_assert_true (step (first));
  hw_db_statement_release (first);

  second = prepare (fixture->db, "SELECT ?");
  g_assert_true (step (second));
  g_assert_null (hw_db_statement_get_string (second, 0));
}

/* However many others are prepared meanwhile. */
static void
test_statement_in_use_stays (DbFixture    *fixture,
                             gconstpointer test_data)
{
  g_autoptr(HwDbStatement) kept = prepare (fixture->db, "SELECT 'kept' || ?");

  hw_db_statement_bind_string (kept, 1, "!");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT %u", i);
      guint64 number = 0;

      g_assert_true (hw_db_get_number (fixture->db, sql, &number, NULL));
      g_assert_cmpuint (number, ==, i);
    }

  g_assert_true (step (kept));
  g_assert_cmpstr (hw_db_statement_get_string (kept, 0), ==, "kept!");
}

static void
test_statement_that_is_wrong_is_an_error (DbFixture    *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_db_prepare (fixture->db, "SELECT * FROM nothing", &error));
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_FAILED);
}

static void
test_reader_cannot_write (DbFixture    *fixture,
                          gconstpointer test_data)
{
  g_autoptr(HwDb) reader = hw_db_open (fixture->path, HW_DB_MODE_READ, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_db_execute (reader, "DELETE FROM t", &error));
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED);
}

static gpointer
cancel (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return NULL;
}

static void
test_query_may_be_canceled (DbFixture    *fixture,
                            gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  GThread *thread;
  guint64 number;

  hw_db_set_cancellable (fixture->db, cancellable);
  thread = g_thread_new ("canceler", cancel, cancellable);
  g_assert_false (hw_db_get_number (fixture->db, ENDLESS, &number, &error));
  g_thread_join (thread);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_connection_works_after_a_canceled_query (DbFixture    *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint64 number = 0;

  g_cancellable_cancel (cancellable);
  hw_db_set_cancellable (fixture->db, cancellable);
  g_assert_false (hw_db_get_number (fixture->db, ENDLESS, &number, NULL));

  hw_db_set_cancellable (fixture->db, NULL);
  g_assert_true (hw_db_get_number (fixture->db, "SELECT 7", &number, NULL));
  g_assert_cmpuint (number, ==, 7);
}

/* What SQLite itself takes from a file can be no larger than our limit. */
static void
test_row_of_another_program_has_a_limit (DbFixture    *fixture,
                                         gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  guint64 number;

  g_assert_false (hw_db_get_number (fixture->db, "SELECT length (zeroblob (1000000000))",
                                    &number, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

/* A disk that has no room for the log's index has not failed, unless something else is wrong. */
static void
test_no_room_for_the_index_is_a_full_disk (DbFixture    *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(GError) full = NULL;
  g_autoptr(GError) failed = NULL;

  errno = ENOSPC;
  hw_db_set_error (fixture->db, SQLITE_IOERR_SHMSIZE, &full);
  g_assert_error (full, HW_DB_ERROR, HW_DB_ERROR_FULL);
  errno = EIO;
  hw_db_set_error (fixture->db, SQLITE_IOERR_SHMSIZE, &failed);
  g_assert_error (failed, HW_DB_ERROR, HW_DB_ERROR_IO);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (DbFixture    *fixture,
                  gconstpointer test_data);
  } tests[] = {
    { "/db/value/comes-back", test_value_comes_back },
    { "/db/value/that-is-none-stays-none", test_value_that_is_none_stays_none },
    { "/db/value/of-another-type-is-damage", test_value_of_another_type_is_damage },
    { "/db/value/of-noise-is-survived", test_value_of_noise_is_survived },
    { "/db/value/that-is-too-large-is-refused", test_value_that_is_too_large_is_refused },
    { "/db/statement/forgets-what-was-bound", test_statement_forgets_what_was_bound },
    { "/db/statement/in-use-stays", test_statement_in_use_stays },
    { "/db/statement/that-is-wrong-is-an-error", test_statement_that_is_wrong_is_an_error },
    { "/db/reader/cannot-write", test_reader_cannot_write },
    { "/db/query/may-be-canceled", test_query_may_be_canceled },
    { "/db/query/leaves-the-connection-usable", test_connection_works_after_a_canceled_query },
    { "/db/query/has-a-limit", test_row_of_another_program_has_a_limit },
    { "/db/error/no-room-for-the-index-is-a-full-disk", test_no_room_for_the_index_is_a_full_disk },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, DbFixture, NULL, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
