/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/sqlite-kind.h"
#include "tests/support/remove-tree.h"
#include "tests/support/wait.h"

#include "hw-attempt-files.h"
#include "hw-db.h"
#include "hw-io.h"
#include "hw-marked-processes.h"
#include "hw-state-folder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Bits that turned by themselves, in every file that a daemon reads: it may refuse what it
 * finds, but it does not crash, and nothing is told that is not so.
 */

#define N_FLIPS_OF_DATABASE 350
#define N_FLIPS_OF_LOG 350
#define N_FLIPS_OF_MARK 100
#define N_FLIPS_OF_RECORDS 150
#define N_FLIPS_OF_TOKEN 50
#define N_FLIPS_OF_TYPE 100

#define MARK_NAME "headway.db.high-water"

/* Tasks in the database. */
#define N_TASKS 30

static const StoreKind flipped_kind = {
  .name = "flipped-bits",
  .open = open_sqlite,
  .close = close_sqlite,
};

/* A file of which one bit is another one. */
typedef struct
{
  char *contents; /* (owned) */
  gsize length;
} File;

static void
file_clear (File *file)
{
  g_free (file->contents);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_clear)

static void
file_load (File       *file,
           const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_get_contents (path, &file->contents, &file->length, &error);
  g_assert_no_error (error);
}

static void
file_save (const File *file,
           const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, file->contents, (gssize) file->length,
                            G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

/* Turns a bit; the same number turns it back. */
static void
file_flip (File *file,
           guint bit)
{
  file->contents[bit / 8] ^= (char) (1 << bit % 8);
}

static guint
choose_bit (const File *file)
{
  return (guint) g_test_rand_int_range (0, (int) file->length * 8);
}

/* A database and its log as a daemon leaves them that dies. */
typedef struct
{
  Fixture fixture;
  File database;
  File log;
  File mark;     /* of how far it was */
  guint64 epoch;
} Left;

static void
left_init (Left *left)
{
  left->fixture.kind = &flipped_kind;
  fixture_set_up (&left->fixture, &flipped_kind);
  left->epoch = hw_store_get_epoch (left->fixture.store);
  for (guint i = 0; i < N_TASKS; i++)
    {
      bring (&left->fixture, add (&left->fixture, "{'parameters': <{'a': <[1, 2, 3]>}>}"),
             (HwTaskState) (i % HW_N_TASK_STATES));
      if (i == 15)
        {
          fixture_close (&left->fixture);
          fixture_open (&left->fixture);
        }
    }

  file_load (&left->database, left->fixture.folder, "headway.db");
  file_load (&left->log, left->fixture.folder, "headway.db-wal");
  file_load (&left->mark, left->fixture.folder, MARK_NAME);
  fixture_close (&left->fixture);
}

static void
left_clear (Left *left)
{
  empty_tree (left->fixture.folder);
  fixture_tear_down (&left->fixture, &flipped_kind);
  file_clear (&left->database);
  file_clear (&left->log);
  file_clear (&left->mark);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Left, left_clear)

/* Adds a task; if that is acknowledged, it is there for the next one who opens the database, and
 * its number is new, unless nobody could tell any more. Returns whether it was.
 */
static gboolean
use_left (Fixture *fixture,
          gboolean has_mark)
{
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwTask) task = NULL;
  g_autoptr(GError) error = NULL;
  guint64 epoch;

  fixture->store = open_sqlite (fixture->folder, &error);
  if (fixture->store == NULL)
    {
      g_assert_true (error->domain == HW_DB_ERROR);
      return FALSE;
    }

  epoch = hw_store_get_epoch (fixture->store);
  events = commit (fixture, new_changes (new_add ("{'title': <'Told'>}"), NULL), NULL);
  fixture_close (fixture);
  if (events == NULL)
    return FALSE;

  if (has_mark)
    g_assert_cmpuint (hw_event_get_task_id (g_ptr_array_index (events, 0)), >, N_TASKS);

  fixture_open (fixture);
  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, epoch);
  task = get_task (fixture, hw_event_get_task_id (g_ptr_array_index (events, 0)), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_TITLE), ==, "Told");
  fixture_close (fixture);

  return TRUE;
}

static guint64
read_epoch (Fixture *fixture)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_READ, &error);
  guint64 epoch;

  g_assert_no_error (error);
  hw_db_get_number (db, "SELECT epoch FROM meta", &epoch, &error);
  g_assert_no_error (error);

  return epoch;
}

/* Returns how many times it was another database than before. */
static guint
flip_left (Left *left,
           File *flipped,
           guint n_flips)
{
  guint n_useful = 0;
  guint n_noticed = 0;

  for (guint i = 0; i < n_flips; i++)
    {
      guint bit = choose_bit (flipped);

      file_flip (flipped, bit);
      empty_tree (left->fixture.folder);
      file_save (&left->database, left->fixture.folder, "headway.db");
      file_save (&left->log, left->fixture.folder, "headway.db-wal");
      file_save (&left->mark, left->fixture.folder, MARK_NAME);
      if (use_left (&left->fixture, flipped != &left->mark))
        {
          n_useful++;
          n_noticed += read_epoch (&left->fixture) != left->epoch ? 1 : 0;
        }
      file_flip (flipped, bit);
    }

  /* Or nothing was tried. */
  g_test_message ("%u of %u could be used, %u in a new epoch", n_useful, n_flips, n_noticed);
  g_assert_cmpuint (n_useful, >, n_flips / 10);

  return n_noticed;
}

static void
test_database (void)
{
  g_auto(Left) left = { 0 };

  left_init (&left);
  flip_left (&left, &left.database, N_FLIPS_OF_DATABASE);
}

/* A flipped bit reads as the log's end. */
static void
test_log (void)
{
  g_auto(Left) left = { 0 };

  left_init (&left);
  g_assert_cmpuint (flip_left (&left, &left.log, N_FLIPS_OF_LOG), >, N_FLIPS_OF_LOG / 10);
}

static void
test_mark (void)
{
  g_auto(Left) left = { 0 };

  left_init (&left);
  g_assert_cmpuint (flip_left (&left, &left.mark, N_FLIPS_OF_MARK), ==, 0);
}

/* No flipped record says anything: no false end, and no false beginning. */
static void
test_records (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flipped-bits-XXXXXX", NULL);
  g_autoptr(HwTaskType) type = hw_task_type_new_vanished ("demo");
  g_autoptr(HwRun) run = hw_run_new (1, 2, 3, type, g_variant_new_parsed ("@a{sv} {}"));
  g_autofree char *mark = hw_mark_build (run);
  int folder_fd = hw_io_open_folder (folder);
  HwShimStart start = { .life = "a/1", .shim = 12, .shim_start = 5, .child = 13 };
  HwShimEnd end = { .ending = HW_SHIM_EXITED, .number = 1, .output_size = 7, .at = 4000 };
  char text[HW_RECORD_SIZE];
  g_auto(File) begun = { 0 };
  g_auto(File) ended = { 0 };

  g_strlcpy (start.mark, mark, sizeof start.mark);
  g_strlcpy (end.mark, mark, sizeof end.mark);
  g_assert_true (hw_io_write_record (folder_fd, HW_SHIM_START, text,
                                     hw_shim_start_build (&start, text, sizeof text), false,
                                     true));
  g_assert_true (hw_io_write_record (folder_fd, HW_SHIM_END, text,
                                     hw_shim_end_build (&end, text, sizeof text), true,
                                     true));
  g_assert_cmpint (hw_attempt_files_read_start (folder_fd, run, &start), ==, 0);
  g_assert_cmpint (hw_attempt_files_read_end (folder_fd, run, &end), ==, 0);
  file_load (&begun, folder, HW_SHIM_START);
  file_load (&ended, folder, HW_SHIM_END);

  for (guint i = 0; i < N_FLIPS_OF_RECORDS; i++)
    {
      guint begun_bit = choose_bit (&begun);
      guint ended_bit = choose_bit (&ended);

      file_flip (&begun, begun_bit);
      file_flip (&ended, ended_bit);
      file_save (&begun, folder, HW_SHIM_START);
      file_save (&ended, folder, HW_SHIM_END);
      g_assert_cmpint (hw_attempt_files_read_start (folder_fd, run, &start), ==, EBADMSG);
      g_assert_cmpint (hw_attempt_files_read_end (folder_fd, run, &end), ==, EBADMSG);
      file_flip (&begun, begun_bit);
      file_flip (&ended, ended_bit);
    }

  close (folder_fd);
  remove_tree (folder);
}

/* A token is refused, or another one: who has the right one learns that by being refused. */
static void
test_token (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flipped-bits-XXXXXX", NULL);
  g_autofree char *token = hw_state_folder_load_token (folder, NULL);
  g_auto(File) file = { 0 };

  g_assert_nonnull (token);
  file_load (&file, folder, "token");
  for (guint i = 0; i < N_FLIPS_OF_TOKEN; i++)
    {
      guint bit = choose_bit (&file);
      g_autofree char *read = NULL;
      g_autoptr(GError) error = NULL;

      file_flip (&file, bit);
      file_save (&file, folder, "token");
      read = hw_state_folder_load_token (folder, &error);
      g_assert_true (read != NULL || error != NULL);
      for (const char *c = read; c != NULL && *c != '\0'; c++)
        g_assert_true (g_ascii_isalnum (*c) || *c == '-' || *c == '_');
      file_flip (&file, bit);
    }

  remove_tree (folder);
}

static void
test_type (void)
{
  char text[] =
    "[Task]\ntitle=Copy {source}\nrunner=command\n"
    "[Command]\nargv=cp;{source};/tmp\n"
    "[Parameter source]\ntype=path\nrequired=true\n";
  File file = { .contents = text, .length = strlen (text) };
  guint n_useful = 0;

  for (guint i = 0; i < N_FLIPS_OF_TYPE; i++)
    {
      guint bit = choose_bit (&file);
      g_autoptr(GError) error = NULL;
      g_autoptr(HwTaskType) type = NULL;

      file_flip (&file, bit);
      type = hw_task_type_new_from_data ("copy", file.contents, file.length, &error);
      g_assert_true (type != NULL || error != NULL);
      n_useful += type != NULL ? 1 : 0;
      file_flip (&file, bit);
    }
  g_test_message ("%u of %u were types", n_useful, N_FLIPS_OF_TYPE);
}

int
main (int   argc,
      char *argv[])
{
  if (g_access ("/dev/shm", W_OK | X_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/flipped-bits/database/acknowledges-nothing-false", test_database);
  g_test_add_func ("/flipped-bits/log/acknowledges-nothing-false", test_log);
  g_test_add_func ("/flipped-bits/high-water/begins-no-epoch", test_mark);
  g_test_add_func ("/flipped-bits/records/say-nothing", test_records);
  g_test_add_func ("/flipped-bits/token/is-refused-or-another", test_token);
  g_test_add_func ("/flipped-bits/type/is-refused-or-one", test_type);

  return g_test_run ();
}
