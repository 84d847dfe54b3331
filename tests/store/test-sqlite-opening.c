/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/sqlite-kind.h"
#include "tests/support/remove-tree.h"
#include "tests/support/wait.h"

#include "hw-db.h"
#include "hw-local-disk.h"

#include <glib/gstdio.h>
#include <string.h>

/* What happens to a database before anybody may use it: what an older Headway made, and what
 * a daemon left that died.
 */

/* Bytes of a page, as SQLite makes them. */
#define PAGE 4096

static const StoreKind sqlite_kind = {
  .name = "sqlite-opening",
  .open = open_sqlite,
  .close = close_sqlite,
};

static HwDb *
open_file (Fixture    *fixture,
           const char *name)
{
  g_autofree char *path = fixture_build_path (fixture, name);
  g_autoptr(GError) error = NULL;
  HwDb *db = hw_db_open (path, HW_DB_MODE_WRITE, &error);

  g_assert_no_error (error);

  return db;
}

/* Puts a database of the first version in the store's place. */
static void
put_oldest (Fixture *fixture)
{
  g_autofree char *sql_path = g_test_build_filename (G_TEST_DIST, "store", "schema-1.sql", NULL);
  g_autofree char *sql = NULL;
  g_autoptr(GError) error = NULL;

  empty_tree (fixture->folder);
  g_file_get_contents (sql_path, &sql, NULL, &error);
  g_assert_no_error (error);
  execute_sql (fixture, "headway.db", sql);
}

/* Puts a database into the store's place that a daemon of a later version made of an older one. */
static void
put_later (Fixture    *fixture,
           const char *name)
{
  g_autofree char *source_path = g_test_build_filename (G_TEST_DIST, "store", name, NULL);
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autofree char *contents = NULL;
  gsize length;
  g_autoptr(GError) error = NULL;

  empty_tree (fixture->folder);
  g_file_get_contents (source_path, &contents, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, contents, (gssize) length, &error);
  g_assert_no_error (error);
}

static guint64
get_number (Fixture    *fixture,
            const char *name,
            const char *sql)
{
  g_autoptr(HwDb) db = open_file (fixture, name);
  g_autoptr(GError) error = NULL;
  guint64 number;

  hw_db_get_number (db, sql, &number, &error);
  g_assert_no_error (error);

  return number;
}

static void
test_first_version_is_brought_up (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(HwEventPage) events = NULL;

  fixture_close (fixture);
  put_oldest (fixture);
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, 2166782008291485);
  g_assert_cmpuint (hw_store_get_start (fixture->store), ==, 2);
  filter->limit = 10;
  page = list (fixture, filter, NULL);
  assert_ids (page, "5 4 3 2 1");
  assert_state (fixture, 3, HW_TASK_STATE_FAILED);
  assert_state (fixture, 4, HW_TASK_STATE_PROCESSING);
  events = read_events (fixture, 0, 0, 100);
  assert_seqs (events->events, 1, 17);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 6);
}

/* A daemon of the second version made it of one of the first: it added two columns. */
static void
test_second_version_is_brought_up (Fixture      *fixture,
                                   gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;

  fixture_close (fixture);
  put_oldest (fixture);
  execute_sql (fixture, "headway.db", "ALTER TABLE tasks ADD COLUMN timeout INTEGER;"
               "ALTER TABLE tasks ADD COLUMN aborted_starts INTEGER; PRAGMA user_version = 2");
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, 2166782008291485);
  filter->limit = 10;
  page = list (fixture, filter, NULL);
  assert_ids (page, "5 4 3 2 1");
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 6);
  g_assert_cmpuint (get_number (fixture, "headway.db.v2-backup", "PRAGMA user_version"), ==, 2);
}

static void
test_third_version_is_brought_up (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(HwTaskPage) found = NULL;
  g_autoptr(HwEventPage) events = NULL;

  fixture_close (fixture);
  put_later (fixture, "schema-3.db");
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, 2166782008291485);
  g_assert_cmpuint (hw_store_get_start (fixture->store), ==, 3);
  filter->limit = 10;
  page = list (fixture, filter, NULL);
  assert_ids (page, "6 5 4 3 2 1");
  events = read_events (fixture, 0, 0, 100);
  assert_seqs (events->events, 1, 23);
  filter->text = g_strdup ("hello");
  found = list (fixture, filter, NULL);
  assert_ids (found, "3");
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 7);
  g_assert_cmpuint (get_number (fixture, "headway.db.v3-backup", "PRAGMA user_version"), ==, 3);
}

/* What was canceled is told from what failed, and what is gone was at least added. */
static void
test_fourth_version_is_brought_up (Fixture      *fixture,
                                   gconstpointer kind)
{
  g_autoptr(HwTaskPage) page = NULL;

  fixture_close (fixture);
  put_later (fixture, "schema-4.db");
  fixture_open (fixture);
  page = list_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, 2166782008291485);
  assert_ids (page, "4");
  g_assert_cmpuint (page->counts.ever.n_added, ==, 8);
  g_assert_cmpuint (page->counts.ever.n_completed, ==, 3);
  g_assert_cmpuint (page->counts.ever.n_failed, ==, 1);
  g_assert_cmpuint (page->counts.ever.n_canceled, ==, 2);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 9);
  g_assert_cmpuint (get_number (fixture, "headway.db.v4-backup", "PRAGMA user_version"), ==, 4);
}

/* It is of this version, so nothing is made of it: the next one has to. */
static void
test_fifth_version_is_as_it_was (Fixture      *fixture,
                                 gconstpointer kind)
{
  g_autofree char *backup = fixture_build_path (fixture, "headway.db.v5-backup");
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(HwEventPage) events = NULL;

  fixture_close (fixture);
  put_later (fixture, "schema-5.db");
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, 2166782008291485);
  g_assert_cmpuint (hw_store_get_start (fixture->store), ==, 5);
  filter->limit = 10;
  filter->text = g_strdup ("fifth version");
  page = list (fixture, filter, NULL);
  assert_ids (page, "9");
  events = read_events (fixture, 0, 0, 100);
  assert_seqs (events->events, 1, 40);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 10);
  g_assert_false (g_file_test (backup, G_FILE_TEST_EXISTS));
}

/* Whoever goes back to the older Headway finds what it left. */
static void
test_upgrade_leaves_a_backup (Fixture      *fixture,
                              gconstpointer kind)
{
  fixture_close (fixture);
  put_oldest (fixture);
  fixture_open (fixture);
  add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  fixture_open (fixture);

  g_assert_cmpuint (get_number (fixture, "headway.db.v1-backup", "PRAGMA user_version"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "headway.db.v1-backup", "SELECT count(*) FROM tasks"),
                    ==, 5);
  g_assert_cmpuint (get_number (fixture, "headway.db", "SELECT count(*) FROM tasks"), ==, 6);
}

/* A backup that cannot be made: then there is no upgrade. */
static void
test_upgrade_needs_its_backup (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db.v1-backup");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwStore) store = NULL;

  fixture_close (fixture);
  put_oldest (fixture);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  store = open_sqlite (fixture->folder, &error);

  g_assert_null (store);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED);
  g_assert_cmpuint (get_number (fixture, "headway.db", "PRAGMA user_version"), ==, 1);
}

static void
copy (const char *folder,
      const char *name,
      const char *new_folder,
      gint64      damaged_at)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *new_path = g_build_filename (new_folder, name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  if (damaged_at > 0)
    memset (contents + damaged_at, 0xff, 8);
  g_file_set_contents_full (new_path, contents, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600,
                            &error);
  g_assert_no_error (error);
}

/* Moves the fixture to a copy of the database that is as a daemon leaves it that dies, with
 * a damage in it.
 */
static void
die (Fixture *fixture,
     gint64   damaged_at)
{
  char *folder = g_dir_make_tmp ("test-store-XXXXXX", NULL);

  copy (fixture->folder, "headway.db", folder, damaged_at);
  copy (fixture->folder, "headway.db-wal", folder, -1);
  fixture_close (fixture);
  remove_tree (fixture->folder);
  g_free (fixture->folder);
  fixture->folder = folder;
}

static void
test_death_is_told_from_an_end (Fixture      *fixture,
                                gconstpointer kind)
{
  g_assert_true (hw_store_was_closed (fixture->store));

  fixture_close (fixture);
  fixture_open (fixture);
  g_assert_true (hw_store_was_closed (fixture->store));

  die (fixture, -1);
  fixture_open (fixture);
  g_assert_false (hw_store_was_closed (fixture->store));
}

/* The page that is damaged is in no log: it is one of the tasks that came before. */
static void
test_damage_is_refused_after_a_death (Fixture      *fixture,
                                      gconstpointer kind)
{
  g_autofree char *filler = g_strnfill (2000, 'x');
  g_autofree char *text = g_strdup_printf ("{'title': <'%s'>}", filler);
  g_autofree char *path = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(HwStore) store = NULL;
  g_autoptr(GError) error = NULL;
  gsize length_before;
  gsize length_after;

  for (guint i = 0; i < 30; i++)
    add (fixture, text);
  fixture_close (fixture);
  fixture_open (fixture);
  add (fixture, "@a{sv} {}");
  die (fixture, 29 * PAGE);
  path = fixture_build_path (fixture, "headway.db");
  g_file_get_contents (path, &before, &length_before, NULL);

  store = open_sqlite (fixture->folder, &error);

  g_assert_null (store);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "Put a backup in its place"));
  g_file_get_contents (path, &after, &length_after, NULL);
  g_assert_cmpmem (before, length_before, after, length_after);
}

/* What has lost all of its contents is not taken for a new one; without the file it begins anew. */
static void
test_damage_of_all_is_refused (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autofree char *contents = NULL;
  g_autoptr(HwStore) store = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  g_file_set_contents (path, "", 0, NULL);

  store = open_sqlite (fixture->folder, &error);
  g_assert_null (store);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, path));
  g_file_get_contents (path, &contents, &length, NULL);
  g_assert_cmpuint (length, ==, 0);

  g_assert_cmpint (g_unlink (path), ==, 0);
  fixture_open (fixture);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), >, 1);
}

static void
on_failed (HwStore *store,
           GError  *error,
           GError **error_out)
{
  *error_out = g_error_copy (error);
}

/* It is read while the store is used already, as nobody should wait for that. */
static void
test_damage_of_a_large_one_is_found_later (Fixture      *fixture,
                                           gconstpointer kind)
{
  g_autofree char *filler = g_strnfill (7000000, 'x');
  g_autofree char *text = g_strdup_printf ("{'title': <'%s'>}", filler);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    add (fixture, text);
  fixture_close (fixture);
  fixture_open (fixture);
  add (fixture, "@a{sv} {}");
  die (fixture, 2000 * PAGE);
  fixture_open (fixture);
  g_signal_connect (fixture->store, "failed", G_CALLBACK (on_failed), &error);

  wait_until (error != NULL);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, fixture->folder));
  g_signal_handlers_disconnect_by_data (fixture->store, &error);
}

static void
test_network_is_refused (void)
{
  g_assert_cmpstr (hw_local_disk_find_network (0x6969, "nfs4"), ==, "NFS");
  g_assert_cmpstr (hw_local_disk_find_network (0xff534d42, "cifs"), ==, "CIFS");
  g_assert_cmpstr (hw_local_disk_find_network (0x65735546, "fuse.sshfs"), ==, "fuse.sshfs");
  g_assert_null (hw_local_disk_find_network (0x65735546, "fuse.gocryptfs"));
  g_assert_null (hw_local_disk_find_network (0x65735546, NULL));
  g_assert_null (hw_local_disk_find_network (0xef53, "ext4"));
  g_assert_null (hw_local_disk_find_network (0x01021994, "tmpfs"));
}

static void
test_name_is_found_among_mounts (void)
{
  static const char mounts[] =
    "22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "23 22 0:45 / /home/a\\040b rw shared:2 master:3 - fuse.sshfs a@b:/ rw,user_id=0\n"
    "24 22 0:46 / /broken rw\n"
    "25 22 0:46 / /mnt rw - fuse.x";
  g_autofree char *ssh = hw_local_disk_find_name (mounts, 0, 45);
  g_autofree char *last = hw_local_disk_find_name (mounts, 0, 46);

  g_assert_cmpstr (ssh, ==, "fuse.sshfs");
  g_assert_cmpstr (last, ==, "fuse.x");
  g_assert_null (hw_local_disk_find_name (mounts, 0, 4));
  g_assert_null (hw_local_disk_find_name ("", 0, 45));
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *claim;
    FixtureFunc test;
  } tests[] = {
    { "first-version/is-brought-up", test_first_version_is_brought_up },
    { "second-version/is-brought-up", test_second_version_is_brought_up },
    { "third-version/is-brought-up", test_third_version_is_brought_up },
    { "fourth-version/is-brought-up", test_fourth_version_is_brought_up },
    { "fifth-version/is-as-it-was", test_fifth_version_is_as_it_was },
    { "death/is-told-from-an-end", test_death_is_told_from_an_end },
    { "upgrade/leaves-a-backup", test_upgrade_leaves_a_backup },
    { "upgrade/needs-its-backup", test_upgrade_needs_its_backup },
    { "damage/is-refused-after-a-death", test_damage_is_refused_after_a_death },
    { "damage/of-all-is-refused", test_damage_of_all_is_refused },
    { "damage/of-a-large-one-is-found-later", test_damage_of_a_large_one_is_found_later },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (&sqlite_kind, tests[i].claim, tests[i].test);
  g_test_add_func ("/sqlite-opening/network/is-refused", test_network_is_refused);
  g_test_add_func ("/sqlite-opening/network/is-found-among-mounts",
                   test_name_is_found_among_mounts);

  return g_test_run ();
}
