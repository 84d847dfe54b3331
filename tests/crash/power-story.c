/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/crash/power-story.h"
#include "tests/store/sqlite-kind.h"
#include "tests/support/remove-tree.h"

#include "hw-attempt-files.h"
#include "hw-db.h"
#include "hw-disk-io.h"
#include "hw-io.h"
#include "hw-marked-processes.h"
#include "hw-shim-output.h"
#include "hw-shim-slot.h"

#include <unistd.h>

/* Every so many rounds the log is copied into the database, and every so many the store
 * is closed and opened again.
 */
#define ROUNDS_BETWEEN_CHECKPOINTS 7
#define ROUNDS_BETWEEN_RESTARTS 15

/* What a program prints: some sectors. */
#define OUTPUT_SIZE 3000

static const StoreKind recorded_kind = {
  .name = "power-loss",
  .open = open_sqlite,
  .close = close_sqlite,
};

static void
attempt_free (PowerAttempt *attempt)
{
  g_object_unref (attempt->run);
  g_free (attempt);
}

/* Whoever hears it may tell it to the world. */
static void
on_committed (HwStore    *store,
              GPtrArray  *events,
              PowerStory *self)
{
  PowerTold told;

  told.position = self->fault == POWER_FAULT_EARLY_ANSWER ? self->sent_position
                                                          : hw_disk_get_n_ops (self->disk);
  told.n_heard = self->fixture.heard->len;
  g_array_append_val (self->told, told);
}

static void
power_story_open (PowerStory *self)
{
  g_autofree char *root = fixture_build_path (&self->fixture, "output");
  PowerOpened opened;

  self->slots = hw_shim_slots_new (root, "a/1");
  fixture_open (&self->fixture);
  g_signal_connect (self->fixture.store, "committed", G_CALLBACK (on_committed), self);

  opened.position = hw_disk_get_n_ops (self->disk);
  opened.epoch = hw_store_get_epoch (self->fixture.store);
  opened.start = hw_store_get_start (self->fixture.store);
  g_array_append_val (self->opened, opened);
}

static void
power_story_close (PowerStory *self)
{
  g_signal_handlers_disconnect_by_data (self->fixture.store, self);
  fixture_close (&self->fixture);
  g_clear_pointer (&self->slots, hw_shim_slots_unref);
}

/* Some tasks that come at once; now and then a large one, of many pages. */
static void
add_tasks (PowerStory *self,
           guint       round)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  self->sent_position = hw_disk_get_n_ops (self->disk);
  for (guint i = 0; i <= round % 3; i++)
    {
      g_autofree char *filler = g_strnfill (round % 5 == 0 ? 6000 : 10, 'x');
      g_autofree char *text = g_strdup_printf ("{'title': <'%u/%u %s'>}", round, i, filler);

      g_ptr_array_add (requests, send_changes (&self->fixture, new_changes (new_add (text), NULL)));
    }

  for (guint i = 0; i < requests->len; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = receive_events (g_ptr_array_index (requests, i), &error);

      g_assert_no_error (error);
    }
}

void
power_fill_output (guint8 *bytes,
                   gsize   size)
{
  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i % 61 == 60 ? '\n' : 'a' + i % 23);
}

static void
write_start (PowerAttempt *attempt,
             int           slot_fd,
             int           folder_fd)
{
  g_autofree char *mark = hw_mark_build (attempt->run);
  HwShimStart start = { .shim = 1234, .shim_start = 5, .child = 1235, .child_start = 6 };
  char text[HW_RECORD_SIZE];

  g_strlcpy (start.mark, mark, sizeof start.mark);
  g_strlcpy (start.life, "a/1", sizeof start.life);
  g_assert_true (hw_shim_slot_keep_start (slot_fd, folder_fd, text,
                                          hw_shim_start_build (&start, text, sizeof text)));
}

static void
write_output (PowerAttempt *attempt,
              int           folder_fd)
{
  HwShimOutput output;
  guint8 bytes[OUTPUT_SIZE];
  gsize written;

  power_fill_output (bytes, sizeof bytes);
  hw_shim_output_init (&output, folder_fd, 0);
  g_assert_true (hw_shim_output_write (&output, bytes, sizeof bytes, 1000, &written));
  g_assert_true (hw_shim_output_sync (&output));
  hw_shim_output_clear (&output);
  attempt->output_size = written;
}

static void
write_end (PowerAttempt *attempt,
           int           slot_fd,
           int           folder_fd)
{
  g_autofree char *mark = hw_mark_build (attempt->run);
  HwShimEnd end = { .ending = HW_SHIM_EXITED, .number = 3, .at = 4000 };
  char text[HW_RECORD_SIZE];

  g_strlcpy (end.mark, mark, sizeof end.mark);
  end.output_size = attempt->output_size;
  g_assert_true (hw_shim_slot_keep_end (slot_fd, folder_fd, text,
                                        hw_shim_end_build (&end, text, sizeof text)));
}

/* What daemon and shim write of one attempt, in their order. */
static PowerAttempt *
run_program (PowerStory *self,
             guint64     task_id)
{
  g_autofree char *root = fixture_build_path (&self->fixture, "output");
  g_autoptr(HwTaskType) type = hw_task_type_new_vanished ("demo");
  g_autofree char *folder = NULL;
  g_autoptr(GError) error = NULL;
  PowerAttempt *attempt = g_new0 (PowerAttempt, 1);
  int folder_fd, slot_fd;

  attempt->run = hw_run_new (hw_store_get_epoch (self->fixture.store), task_id, 1, type,
                             g_variant_new_parsed ("@a{sv} {}"));
  attempt->claimed_position = hw_disk_get_n_ops (self->disk);
  g_ptr_array_add (self->attempts, attempt);

  folder = hw_attempt_files_create (root, attempt->run, &error);
  g_assert_no_error (error);
  g_assert_cmpint (hw_shim_slots_take (self->slots, attempt->run, &slot_fd), ==, 0);
  folder_fd = hw_io_open_folder (folder);
  write_start (attempt, slot_fd, folder_fd);
  attempt->start_position = hw_disk_get_n_ops (self->disk);
  write_output (attempt, folder_fd);
  write_end (attempt, slot_fd, folder_fd);
  attempt->end_position = hw_disk_get_n_ops (self->disk);
  close (slot_fd);
  close (folder_fd);

  return attempt;
}

static void
run_task (PowerStory *self,
          guint64     task_id)
{
  PowerAttempt *attempt;

  self->sent_position = hw_disk_get_n_ops (self->disk);
  claim (&self->fixture, task_id);
  attempt = run_program (self, task_id);
  self->sent_position = hw_disk_get_n_ops (self->disk);
  move (&self->fixture, task_id, HW_TASK_STATE_PROCESSING,
        "{'state': <'Completed'>, 'result': <'success'>, 'exit_code': <0>}");
  attempt->settled_position = hw_disk_get_n_ops (self->disk);
  hw_shim_slots_release (self->slots, attempt->run);
}

/* As the checkpointer does it, but at a moment that the test knows. */
static void
copy_log (PowerStory *self)
{
  g_autofree char *path = fixture_build_path (&self->fixture, "headway.db");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_WRITE, &error);

  g_assert_no_error (error);
  hw_db_checkpoint (db, &error);
  g_assert_no_error (error);
}

static void
power_story_begin (PowerStory *self)
{
  g_autoptr(GError) error = NULL;

  self->fixture.kind = &recorded_kind;
  self->fixture.heard = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  self->fixture.folder = g_dir_make_tmp ("power-loss-XXXXXX", &error);
  g_assert_no_error (error);

  self->disk = hw_disk_new (self->fixture.folder);
  self->vfs = hw_disk_vfs_new ();
  hw_disk_vfs_set_disk (self->vfs, self->disk);
  hw_disk_io_set_disk (self->disk);
  hw_disk_vfs_set_never_syncs (self->vfs, self->fault == POWER_FAULT_NO_SYNC);
  hw_disk_vfs_set_syncs_folders (self->vfs, self->fault != POWER_FAULT_NO_FOLDER_SYNC);
  hw_disk_io_set_syncs_folders (self->fault != POWER_FAULT_NO_FOLDER_SYNC);
}

/* As the daemon does it, before anything else. */
static void
make_output_folder (PowerStory *self)
{
  g_autofree char *root = fixture_build_path (&self->fixture, "output");
  int folder_fd = hw_io_open_folder (self->fixture.folder);

  g_assert_true (hw_io_make_folder (root));
  g_assert_true (hw_io_sync (folder_fd));
  close (folder_fd);
}

/* Nothing is remembered any more: what comes are images. */
static void
power_story_end (PowerStory *self)
{
  power_story_close (self);
  hw_disk_io_set_disk (NULL);
  hw_disk_vfs_set_disk (self->vfs, NULL);
}

static PowerStory *
power_story_new (PowerFault fault)
{
  PowerStory *self = g_new0 (PowerStory, 1);

  self->fault = fault;
  self->told = g_array_new (FALSE, FALSE, sizeof (PowerTold));
  self->opened = g_array_new (FALSE, FALSE, sizeof (PowerOpened));
  self->attempts = g_ptr_array_new_with_free_func ((GDestroyNotify) attempt_free);
  power_story_begin (self);

  return self;
}

/* Makes a database of the first version, elsewhere. */
static char *
make_oldest (gsize *length)
{
  g_autofree char *sql_path = g_test_build_filename (G_TEST_DIST, "store", "schema-1.sql", NULL);
  g_autofree char *folder = g_dir_make_tmp ("power-oldest-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "headway.db", NULL);
  g_autofree char *sql = NULL;
  g_autoptr(GError) error = NULL;
  HwDb *db;
  char *contents;

  g_file_get_contents (sql_path, &sql, NULL, &error);
  g_assert_no_error (error);
  db = hw_db_open (path, HW_DB_MODE_WRITE, &error);
  g_assert_no_error (error);
  hw_db_execute (db, sql, &error);
  g_assert_no_error (error);
  hw_db_use_log (db, &error);
  g_assert_no_error (error);
  hw_db_free (db);

  g_file_get_contents (path, &contents, length, &error);
  g_assert_no_error (error);
  remove_tree (folder);

  return contents;
}

/**
 * power_story_play_upgrade:
 *
 * Puts a database of the first version onto a disk, and opens it with this one.
 *
 * Returns: (transfer full): the story
 */
PowerStory *
power_story_play_upgrade (void)
{
  PowerStory *self = power_story_new (POWER_FAULT_NONE);
  int folder_fd = hw_io_open_folder (self->fixture.folder);
  gsize length;
  g_autofree char *oldest = make_oldest (&length);
  int fd = hw_io_create (folder_fd, "headway.db");
  gsize written;

  g_assert_true (hw_io_write (fd, oldest, length, &written));
  g_assert_true (hw_io_sync (fd));
  g_assert_true (hw_io_sync (folder_fd));
  close (fd);
  close (folder_fd);
  self->sent_position = hw_disk_get_n_ops (self->disk);

  power_story_open (self);
  add (&self->fixture, "{'title': <'New'>}");
  power_story_end (self);

  return self;
}

/**
 * power_story_play:
 * @fault: what is to go wrong
 * @n_rounds: how long the story is
 *
 * Plays the story, on a disk that remembers everything.
 *
 * Returns: (transfer full): the story
 */
PowerStory *
power_story_play (PowerFault fault,
                  guint      n_rounds)
{
  PowerStory *self = power_story_new (fault);

  make_output_folder (self);

  power_story_open (self);
  for (guint round = 0; round < n_rounds; round++)
    {
      const HwEvent *newest;

      add_tasks (self, round);
      newest = g_ptr_array_index (self->fixture.heard, self->fixture.heard->len - 1);
      if (round % 2 == 0)
        run_task (self, hw_event_get_task_id (newest));
      if (round % ROUNDS_BETWEEN_CHECKPOINTS == 0)
        copy_log (self);
      if (round % ROUNDS_BETWEEN_RESTARTS == ROUNDS_BETWEEN_RESTARTS - 1)
        {
          power_story_close (self);
          power_story_open (self);
        }
    }
  power_story_end (self);

  return self;
}

void
power_story_free (PowerStory *self)
{
  g_ptr_array_unref (self->attempts);
  g_array_unref (self->opened);
  g_array_unref (self->told);
  hw_disk_vfs_free (self->vfs);
  hw_disk_free (self->disk);
  g_ptr_array_unref (self->fixture.heard);
  remove_tree (self->fixture.folder);
  g_free (self->fixture.folder);
  g_free (self);
}
