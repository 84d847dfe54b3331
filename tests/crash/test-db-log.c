/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-log-keeper.h"
#include "hw-db-log.h"
#include "hw-db-statement.h"
#include "hw-disk-vfs.h"
#include "tests/store/db-fixture.h"
#include "tests/support/remove-tree.h"

/* Some pages for each row. */
#define FILLER "zeroblob (20000)"

#define N_ROWS 100

/* A database whose disk remembers what is done to it. */
typedef struct
{
  char *folder;   /* (owned) */
  char *path;     /* (owned) */
  char *log_path; /* (owned) */
  HwDisk *disk;   /* (owned) */
  HwDiskVfs *vfs; /* (owned) */
  HwDb *db;       /* (owned) */
} Fixture;

static guint64
count_rows (HwDb *db)
{
  g_autoptr(GError) error = NULL;
  guint64 n_rows;

  hw_db_get_number (db, "SELECT count(*) FROM t WHERE length (a) = 20000", &n_rows, &error);
  g_assert_no_error (error);

  return n_rows;
}

static HwDb *
open_db (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  HwDb *db = hw_db_open (fixture->path, HW_DB_MODE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (hw_db_use_log (db, &error));

  return db;
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("test-db-log-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "some.db", NULL);
  fixture->log_path = g_strconcat (fixture->path, "-wal", NULL);
  fixture->disk = hw_disk_new (fixture->folder);
  fixture->vfs = hw_disk_vfs_new ();
  hw_disk_vfs_set_disk (fixture->vfs, fixture->disk);
  fixture->db = open_db (fixture);
  db_run (fixture->db, "CREATE TABLE t (a)");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->db, hw_db_free);
  hw_disk_vfs_free (fixture->vfs);
  hw_disk_free (fixture->disk);
  remove_tree (fixture->folder);
  g_free (fixture->log_path);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static guint
count_ops (Fixture     *fixture,
           HwDiskOpKind kind,
           guint        since)
{
  guint n = 0;

  for (guint i = since; i < hw_disk_get_n_ops (fixture->disk); i++)
    n += hw_disk_get_op (fixture->disk, i)->kind == kind;

  return n;
}

static guint64
get_log_size (Fixture *fixture)
{
  g_autoptr(GFile) file = g_file_new_for_path (fixture->log_path);
  g_autoptr(GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                                 G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info != NULL ? (guint64) g_file_info_get_size (info) : 0;
}

static void
copy_file (const char *path,
           const char *to)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
}

/* Opens the database as somebody finds it whose daemon was killed. */
static HwDb *
open_copy (Fixture *fixture)
{
  g_autofree char *path = g_strconcat (fixture->path, "-copy", NULL);
  g_autofree char *log_path = g_strconcat (path, "-wal", NULL);
  g_autoptr(GError) error = NULL;
  HwDb *copy;

  copy_file (fixture->path, path);
  copy_file (fixture->log_path, log_path);
  copy = hw_db_open (path, HW_DB_MODE_WRITE, &error);
  g_assert_no_error (error);

  return copy;
}

/* Test that all pages of a commit are one write, and that it is before the sync. */
static void
test_commit_is_one_write (Fixture      *fixture,
                          gconstpointer test_data)
{
  guint begin;

  db_run (fixture->db, "INSERT INTO t VALUES (1)");
  begin = hw_disk_get_n_ops (fixture->disk);
  db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");

  g_assert_cmpuint (hw_disk_get_n_ops (fixture->disk), ==, begin + 2);
  g_assert_cmpint (hw_disk_get_op (fixture->disk, begin)->kind, ==, HW_DISK_OP_WRITE);
  g_assert_cmpint (hw_disk_get_op (fixture->disk, begin + 1)->kind, ==, HW_DISK_OP_SYNC);
}

/* Test that a transaction of more pages than SQLite keeps in memory, and than are gathered,
 * finds what it has written, and that others do when it is over, and nothing before.
 */
static void
test_large_one_reads_itself (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(HwDb) other = open_db (fixture);
  guint begin;

  db_run (fixture->db, "PRAGMA cache_size = 10; BEGIN IMMEDIATE");
  begin = hw_disk_get_n_ops (fixture->disk);
  for (guint i = 1; i <= N_ROWS; i++)
    {
      db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
      if (i % 30 == 0)
        g_assert_cmpuint (count_rows (fixture->db), ==, i);
    }
  g_assert_cmpuint (count_rows (other), ==, 0);
  db_run (fixture->db, "COMMIT");

  g_assert_cmpuint (count_rows (other), ==, N_ROWS);
  g_assert_cmpuint (count_ops (fixture, HW_DISK_OP_SYNC, begin), ==, 1);
  g_assert_cmpuint (count_ops (fixture, HW_DISK_OP_WRITE, begin), <, 2 * N_ROWS);
}

/* Test that nothing is left of what was given up half way. */
static void
test_given_up_is_gone (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autoptr(HwDb) other = open_db (fixture);

  db_run (fixture->db, "PRAGMA cache_size = 10; INSERT INTO t VALUES (" FILLER ")");
  db_run (fixture->db, "BEGIN IMMEDIATE; SAVEPOINT a");
  for (guint i = 0; i < N_ROWS; i++)
    db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  db_run (fixture->db, "ROLLBACK TO a; INSERT INTO t VALUES (" FILLER "); COMMIT");
  g_assert_cmpuint (count_rows (other), ==, 2);

  db_run (fixture->db, "BEGIN IMMEDIATE");
  for (guint i = 0; i < N_ROWS; i++)
    db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  db_run (fixture->db, "ROLLBACK; INSERT INTO t VALUES (" FILLER ")");
  g_assert_cmpuint (count_rows (other), ==, 3);
}

/* Test that what was given up is not written when somebody else may already have written there. */
static void
test_given_up_does_no_harm (Fixture      *fixture,
                            gconstpointer test_data)
{
  HwDbLogKeeper keeper = { .db = fixture->db };
  g_autoptr(HwDb) other = open_db (fixture);
  g_autoptr(HwDb) copy = NULL;

  /* So that the rollback has nothing to read from the log. */
  g_assert_true (hw_db_checkpoint (fixture->db, NULL));
  db_run (fixture->db, "PRAGMA cache_size = 10; BEGIN IMMEDIATE");
  for (guint i = 0; i < 4; i++)
    db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  db_run (fixture->db, "ROLLBACK");

  for (guint i = 0; i < 4; i++)
    db_run (other, "INSERT INTO t VALUES (" FILLER ")");
  hw_db_log_keeper_lacks_room (&keeper);

  g_assert_cmpuint (count_rows (fixture->db), ==, 4);
  copy = open_copy (fixture);
  g_assert_cmpuint (count_rows (copy), ==, 4);
}

/* Test that a transaction that has lost what it wrote cannot be committed, although it heard of
 * that only while it read, and gave up that statement alone; and that the next one can.
 */
static void
test_hole_is_not_committed (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autoptr(HwDb) other = open_db (fixture);
  g_autoptr(HwDb) copy = NULL;
  g_autoptr(GError) error = NULL;

  db_run (fixture->db, "CREATE TABLE u (a); CREATE TABLE v (id UNIQUE)");
  for (guint i = 0; i < 6; i++)
    db_run (fixture->db, "INSERT INTO u VALUES (" FILLER ")");
  db_run (fixture->db, "PRAGMA cache_size = 10; BEGIN IMMEDIATE");
  for (guint i = 0; i < 6; i++)
    db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  db_run (fixture->db, "SELECT count (*) FROM u WHERE hex (a) <> ''; SAVEPOINT a");
  hw_disk_vfs_set_is_full (fixture->vfs, TRUE);
  g_assert_false (hw_db_execute (fixture->db, "INSERT INTO v SELECT rowid FROM t"
                                 " WHERE hex (a) <> ''", &error));
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_FULL);
  g_clear_error (&error);
  hw_disk_vfs_set_is_full (fixture->vfs, FALSE);

  g_assert_true (hw_db_is_in_transaction (fixture->db));
  db_run (fixture->db, "ROLLBACK TO a; RELEASE a");
  g_assert_false (hw_db_execute (fixture->db, "COMMIT", &error));
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_FULL);
  g_clear_error (&error);
  if (hw_db_is_in_transaction (fixture->db))
    db_run (fixture->db, "ROLLBACK");
  g_assert_cmpuint (count_rows (other), ==, 0);

  db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  g_assert_cmpuint (count_rows (other), ==, 1);
  copy = open_copy (fixture);
  g_assert_cmpuint (count_rows (copy), ==, 1);
  g_assert_true (hw_db_check (copy, &error));
  g_assert_no_error (error);
}

/* Test that nothing is gathered where others are told of more than what was synced. */
static void
test_padded_log_is_let_be (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autofree char *uri = g_strdup_printf ("file:%s?psow=0", fixture->path);
  HwDbLog *log;
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open_v2 (uri, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, "SELECT * FROM t", NULL, NULL, NULL), ==, SQLITE_OK);
  log = hw_db_log_new (handle);
  g_assert_null (log);
  sqlite3_close (handle);

  g_assert_cmpint (sqlite3_open_v2 (fixture->path, &handle, SQLITE_OPEN_READWRITE, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, "SELECT * FROM t", NULL, NULL, NULL), ==, SQLITE_OK);
  log = hw_db_log_new (handle);
  g_assert_nonnull (log);
  sqlite3_close (handle);
  hw_db_log_free (log);
}

/* Test that commits do not make the file longer when room was made, which takes few steps, that
 * there is then no lack of it, and that the zeros behind the end are not taken for anything by
 * who finds the log.
 */
static void
test_room_is_written_over (Fixture      *fixture,
                           gconstpointer test_data)
{
  HwDbLogKeeper keeper = { .db = fixture->db };
  g_autoptr(HwDb) copy = NULL;
  guint64 room;

  db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  g_assert_true (hw_db_log_keeper_lacks_room (&keeper));
  room = get_log_size (fixture);
  for (guint i = 0; i < 10 && hw_db_log_keeper_lacks_room (&keeper); i++)
    hw_db_log_keeper_make_room (&keeper);
  g_assert_false (hw_db_is_in_transaction (fixture->db));
  g_assert_false (hw_db_log_keeper_lacks_room (&keeper));
  g_assert_cmpuint (get_log_size (fixture), >, room);
  room = get_log_size (fixture);

  for (guint i = 1; i < 20; i++)
    db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  g_assert_cmpuint (get_log_size (fixture), ==, room);
  g_assert_true (hw_db_log_keeper_lacks_room (&keeper));

  copy = open_copy (fixture);
  g_assert_cmpuint (count_rows (copy), ==, 20);
}

/* Test that room is not made beside somebody who writes, and then not tried again; and that
 * who makes it is unsure when its sync fails.
 */
static void
test_room_is_refused (Fixture      *fixture,
                      gconstpointer test_data)
{
  HwDbLogKeeper keeper = { .db = fixture->db };
  g_autoptr(HwDb) other = open_db (fixture);
  guint64 size;

  db_run (fixture->db, "PRAGMA busy_timeout = 0; INSERT INTO t VALUES (" FILLER ")");
  size = get_log_size (fixture);
  db_run (other, "BEGIN IMMEDIATE");
  hw_db_log_keeper_make_room (&keeper);
  db_run (other, "ROLLBACK");
  g_assert_cmpuint (get_log_size (fixture), ==, size);
  g_assert_false (hw_db_log_keeper_lacks_room (&keeper));
  g_assert_false (hw_db_is_unsure (fixture->db));

  hw_disk_vfs_fail_sync (fixture->vfs, 0);
  hw_db_log_keeper_make_room (&keeper);
  g_assert_true (hw_db_is_unsure (fixture->db));
}

/* Test that a log that somebody has cut off is not taken for one that lacks room. */
static void
test_room_in_a_cut_log (Fixture      *fixture,
                        gconstpointer test_data)
{
  HwDbLogKeeper keeper = { .db = fixture->db };
  g_autoptr(HwDb) other = open_db (fixture);

  db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  g_assert_true (hw_db_log_keeper_lacks_room (&keeper));
  db_run (other, "PRAGMA wal_checkpoint (TRUNCATE)");
  g_assert_cmpuint (get_log_size (fixture), ==, 0);
  g_assert_false (hw_db_log_keeper_lacks_room (&keeper));

  db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  g_assert_true (hw_db_log_keeper_lacks_room (&keeper));
}

/* Test that room that could not be made is made when the log has been begun anew. */
static void
test_room_is_tried_again (Fixture      *fixture,
                          gconstpointer test_data)
{
  HwDbLogKeeper keeper = { .db = fixture->db, .is_refused = TRUE };

  db_run (fixture->db, "INSERT INTO t VALUES (" FILLER ")");
  keeper.checkpointed_pages = hw_db_get_log_pages (fixture->db);
  hw_db_log_keeper_look (&keeper, HW_STORE_SPACE_PLENTY);
  g_assert_false (hw_db_log_keeper_lacks_room (&keeper));

  g_assert_true (hw_db_checkpoint (fixture->db, NULL));
  db_run (fixture->db, "INSERT INTO t VALUES (1)");
  hw_db_log_keeper_look (&keeper, HW_STORE_SPACE_PLENTY);
  g_assert_true (hw_db_log_keeper_lacks_room (&keeper));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add ("/db-log/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("commit/is-one-write", test_commit_is_one_write);
  ADD ("commit/large-one-reads-itself", test_large_one_reads_itself);
  ADD ("commit/given-up-is-gone", test_given_up_is_gone);
  ADD ("commit/given-up-does-no-harm", test_given_up_does_no_harm);
  ADD ("commit/hole-is-not-committed", test_hole_is_not_committed);
  ADD ("commit/padded-log-is-let-be", test_padded_log_is_let_be);
  ADD ("room/is-written-over", test_room_is_written_over);
  ADD ("room/is-refused", test_room_is_refused);
  ADD ("room/in-a-cut-log", test_room_in_a_cut_log);
  ADD ("room/is-tried-again", test_room_is_tried_again);
#undef ADD

  return g_test_run ();
}
