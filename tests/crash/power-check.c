/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/crash/power-story.h"
#include "tests/store/sqlite-kind.h"
#include "tests/support/wait.h"

#include "hw-attempt-files.h"
#include "hw-db-statement.h"
#include "hw-io.h"
#include "hw-shim-output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Holds what a power failure left to what was promised before. Nothing here asserts: whether
 * an image is sound is the question.
 */

/* More than any story has, in one page. */
#define MANY 10000

static const StoreKind image_kind = {
  .name = "image",
  .open = open_sqlite,
  .close = close_sqlite,
};

/* What of the promises holds at a step of the disk. */
typedef struct
{
  guint n_told;
  const PowerOpened *opened; /* (nullable) */
} Promises;

static Promises
find_promises (PowerStory *story,
               guint       position)
{
  Promises promises = { 0 };

  for (guint i = 0; i < story->told->len; i++)
    {
      const PowerTold *told = &g_array_index (story->told, PowerTold, i);

      if (told->position <= position)
        promises.n_told = told->n_heard;
    }

  for (guint i = 0; i < story->opened->len; i++)
    {
      const PowerOpened *opened = &g_array_index (story->opened, PowerOpened, i);

      if (opened->position <= position)
        promises.opened = opened;
    }

  return promises;
}

/* No silent reset, and no level that could be taken for an older one. */
static char *
check_numbers (Fixture        *image,
               const Promises *promises)
{
  if (promises->opened == NULL)
    return NULL;
  if (hw_store_get_epoch (image->store) != promises->opened->epoch)
    return g_strdup ("the epoch is another one");
  if (hw_store_get_start (image->store) <= promises->opened->start)
    return g_strdup ("the number of the start was used before");

  return NULL;
}

static gboolean
is_same_event (HwEvent *a,
               HwEvent *b)
{
  GVariant *changes_a = hw_event_get_changes (a);
  GVariant *changes_b = hw_event_get_changes (b);

  if (changes_a == NULL || changes_b == NULL)
    return changes_a == changes_b;

  return hw_event_get_seq (a) == hw_event_get_seq (b) &&
         hw_event_get_task_id (a) == hw_event_get_task_id (b) &&
         hw_event_get_kind (a) == hw_event_get_kind (b) &&
         hw_event_get_attempt (a) == hw_event_get_attempt (b) &&
         g_variant_equal (changes_a, changes_b);
}

/* Reads all events, page by page. */
static GPtrArray *
read_all_events (Fixture *image,
                 GError **error)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  gboolean is_over = FALSE;

  while (!is_over)
    {
      g_autoptr(Request) request = request_new (image);
      g_autoptr(HwEventPage) page = NULL;
      guint64 after = events->len == 0 ? 0 : hw_event_get_seq (events->pdata[events->len - 1]);
      const HwEventQuery query = { .after = after, .limit = MANY };

      hw_store_read_events_async (image->store, &query, NULL, on_answered, request);
      wait_until (request->result != NULL);
      page = hw_store_read_events_finish (image->store, request->result, error);
      if (page == NULL)
        return NULL;
      is_over = page->events->len == 0;
      g_ptr_array_extend (events, page->events, (GCopyFunc) hw_event_ref, NULL);
    }

  return g_steal_pointer (&events);
}

/* What was told is there, in its order. */
static char *
check_events (PowerStory     *story,
              const Promises *promises,
              GPtrArray      *events)
{
  GPtrArray *heard = story->fixture.heard;

  if (events->len < promises->n_told)
    return g_strdup_printf ("of %u events that were told %u are there", promises->n_told,
                            events->len);

  for (guint i = 0; i < promises->n_told; i++)
    if (!is_same_event (g_ptr_array_index (heard, i), g_ptr_array_index (events, i)))
      return g_strdup_printf ("event %u is not the one that was told", i);

  return NULL;
}

/* Reads all tasks, page by page. */
static GPtrArray *
read_all_tasks (Fixture *image,
                GError **error)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();

  filter->limit = MANY;
  do
    {
      g_autoptr(HwTaskPage) page = list (image, filter, error);

      if (page == NULL)
        return NULL;
      filter->before = page->next;
      g_ptr_array_extend (tasks, page->tasks, (GCopyFunc) g_object_ref, NULL);
    }
  while (filter->before != 0);

  return g_steal_pointer (&tasks);
}

/* The tasks are those of which the events tell, newest first, each as its last one says. */
static char *
check_tasks (Fixture   *image,
             GPtrArray *events)
{
  g_autoptr(GHashTable) states = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(GPtrArray) tasks = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      const guint64 task_id = hw_event_get_task_id (event);
      const char *state = NULL;

      if (g_variant_lookup (hw_event_get_changes (event), "state", "&s", &state))
        g_hash_table_insert (states, g_memdup2 (&task_id, sizeof task_id), (gpointer) state);
    }

  tasks = read_all_tasks (image, &error);
  if (tasks == NULL)
    return g_strdup (error->message);
  if (tasks->len != g_hash_table_size (states))
    return g_strdup_printf ("of %u tasks %u are there", g_hash_table_size (states), tasks->len);

  for (guint i = 0; i < tasks->len; i++)
    {
      HwTask *task = g_ptr_array_index (tasks, i);
      const guint64 task_id = hw_task_get_id (task);
      const char *told = g_hash_table_lookup (states, &task_id);

      if (g_strcmp0 (told, hw_task_get_string (task, HW_TASK_FIELD_STATE)) != 0)
        return g_strdup_printf ("task %" G_GUINT64_FORMAT " is not %s", task_id, told);
    }

  return NULL;
}

/* What comes next has numbers that nobody has heard of. */
static char *
check_next (Fixture        *image,
            PowerStory     *story,
            const Promises *promises)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = commit (image, new_changes (new_add ("@a{sv} {}"), NULL), &error);

  if (events == NULL)
    return g_strdup_printf ("nothing can be added: %s", error->message);

  for (guint i = 0; i < promises->n_told; i++)
    {
      HwEvent *event = g_ptr_array_index (events, 0);
      HwEvent *told = g_ptr_array_index (story->fixture.heard, i);

      if (hw_event_get_seq (event) <= hw_event_get_seq (told) ||
          hw_event_get_task_id (event) <= hw_event_get_task_id (told))
        return g_strdup ("a number was given out twice");
    }

  return NULL;
}

/* SQLite's own opinion. */
static char *
check_file (const char *folder,
            const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_READ, NULL);
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  statement = db != NULL ? hw_db_prepare (db, "PRAGMA integrity_check", NULL) : NULL;
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, NULL) || !has_row)
    return g_strdup ("the file cannot be checked");
  if (!g_str_equal (hw_db_statement_get_string (statement, 0), "ok"))
    return g_strdup (hw_db_statement_get_string (statement, 0));

  return NULL;
}

static char *
check_store (PowerStory     *story,
             const Promises *promises,
             const char     *folder,
             Fixture        *image)
{
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *fault = check_numbers (image, promises);

  if (fault != NULL)
    return g_steal_pointer (&fault);

  events = read_all_events (image, &error);
  if (events == NULL)
    return g_strdup (error->message);

  if ((fault = check_events (story, promises, events)) == NULL &&
      (fault = check_tasks (image, events)) == NULL &&
      (fault = check_next (image, story, promises)) == NULL)
    fault = check_file (folder, "headway.db");

  return g_steal_pointer (&fault);
}

/* The output is there as it was printed, as far as the exit record says. */
static char *
check_output (int     folder_fd,
              guint64 size)
{
  g_autofree guint8 *expected = g_malloc (size);
  g_autofree guint8 *found = g_malloc (size);
  char name[HW_IO_NAME_MAX];
  gssize n;
  int fd;

  hw_segment_build_name (name, 0);
  fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return g_strdup ("its output is gone");

  n = read (fd, found, size);
  close (fd);
  power_fill_output (expected, size);
  if (n != (gssize) size || memcmp (found, expected, size) != 0)
    return g_strdup ("its output is another one");

  return NULL;
}

/* The records of an attempt: those that were kept are there, and each is whole. */
static char *
check_records (const PowerAttempt *attempt,
               guint               position,
               int                 folder_fd)
{
  HwShimStart start;
  HwShimEnd end;
  int number = folder_fd < 0 ? ENOENT
                             : hw_attempt_files_read_start (folder_fd, attempt->run, &start);

  if (number != 0 && (number != ENOENT || attempt->start_position <= position))
    return g_strdup_printf ("its start record: %s", g_strerror (number));

  number = folder_fd < 0 ? ENOENT : hw_attempt_files_read_end (folder_fd, attempt->run, &end);
  if (number == 0)
    return end.output_size == attempt->output_size && end.number == 3
           ? check_output (folder_fd, end.output_size)
           : g_strdup ("its exit record is another one");

  return attempt->end_position <= position ? g_strdup ("its exit record is gone") : NULL;
}

/* Of an attempt that the store has the end of, there is the output; of another one the records as
 * well, once the daemon of the machine's next life has put them back.
 */
static char *
check_attempt (const PowerAttempt *attempt,
               guint               position,
               const char         *root)
{
  g_autofree char *path = hw_attempt_files_build_folder (root, attempt->run);
  gboolean is_settled = attempt->settled_position <= position;
  char *fault = NULL;
  int number = 0;
  int folder_fd;

  if (!is_settled)
    {
      g_autoptr(HwShimSlots) slots = hw_shim_slots_new (root, "b/1");

      hw_shim_slots_expect (slots, attempt->run);
      number = hw_shim_slots_restore (slots, attempt->run);
    }

  folder_fd = hw_io_open_folder (path);
  if (number != 0)
    fault = g_strdup_printf ("its slot: %s", g_strerror (number));
  else if (is_settled)
    fault = check_output (folder_fd, attempt->output_size);
  else
    fault = check_records (attempt, position, folder_fd);
  if (folder_fd >= 0)
    close (folder_fd);

  return fault;
}

static char *
check_attempts (PowerStory *story,
                guint       position,
                const char *folder)
{
  g_autofree char *root = g_build_filename (folder, "output", NULL);

  for (guint i = 0; i < story->attempts->len; i++)
    {
      const PowerAttempt *attempt = g_ptr_array_index (story->attempts, i);
      g_autofree char *fault = NULL;

      /* Of what has not been claimed there is nothing. */
      if (attempt->claimed_position <= position)
        fault = check_attempt (attempt, position, root);
      if (fault != NULL)
        return g_strdup_printf ("attempt %u: %s", i, fault);
    }

  return NULL;
}

/**
 * power_check_image:
 * @story: what was promised
 * @position: the step of the disk after which the power failed
 * @folder: what it left
 *
 * Opens what is left with the real store and the real readers.
 *
 * Returns: (transfer full) (nullable): which promise is broken, or %NULL
 */
char *
power_check_image (PowerStory *story,
                   guint       position,
                   const char *folder)
{
  const Promises promises = find_promises (story, position);
  g_autofree char *path = g_strdup (folder);
  Fixture image = { .kind = &image_kind, .folder = path };
  g_autoptr(GError) error = NULL;
  char *fault = check_attempts (story, position, folder);

  if (fault != NULL)
    return fault;

  image.store = open_sqlite (folder, &error);
  if (image.store == NULL)
    return g_strdup (error->message);

  image.heard = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  fault = check_store (story, &promises, folder, &image);
  fixture_close (&image);
  g_ptr_array_unref (image.heard);

  return fault;
}

/* Reads a number out of a file that is there. */
static guint64
get_number (const char *folder,
            const char *name,
            const char *sql)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_WRITE, NULL);
  guint64 number = 0;

  return db != NULL && hw_db_get_number (db, sql, &number, NULL) ? number : 0;
}

/* A backup is whole if it is there, and it is there if the database is a newer one. */
static char *
check_backup (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "headway.db.v1-backup", NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return get_number (folder, "headway.db", "PRAGMA user_version") == 1
           ? NULL : g_strdup ("there is no backup");

  if (get_number (folder, "headway.db.v1-backup", "PRAGMA user_version") != 1 ||
      get_number (folder, "headway.db.v1-backup", "SELECT count(*) FROM tasks") != 5)
    return g_strdup ("the backup is not what was there");

  return check_file (folder, "headway.db.v1-backup");
}

/**
 * power_check_upgrade:
 * @story: an upgrade
 * @position: the step of the disk after which the power failed
 * @folder: what it left
 *
 * Holds what is left of an upgrade to what must be: the old database or the new one, whole.
 *
 * Returns: (transfer full) (nullable): what is wrong, or %NULL
 */
char *
power_check_upgrade (PowerStory *story,
                     guint       position,
                     const char *folder)
{
  guint64 epoch = g_array_index (story->opened, PowerOpened, 0).epoch;
  g_autofree char *path = g_strdup (folder);
  Fixture image = { .kind = &image_kind, .folder = path };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GPtrArray) tasks = NULL;
  g_autoptr(GError) error = NULL;
  char *fault;

  /* The old one was not on the disk yet. */
  if (position < story->sent_position)
    return NULL;

  fault = check_backup (folder);
  if (fault != NULL)
    return fault;

  image.store = open_sqlite (folder, &error);
  if (image.store == NULL)
    return g_strdup (error->message);

  image.heard = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  events = read_all_events (&image, NULL);
  tasks = read_all_tasks (&image, NULL);
  if (hw_store_get_epoch (image.store) != epoch || events == NULL || events->len < 17 ||
      tasks == NULL || tasks->len < 5)
    fault = g_strdup ("something of the old database is gone");
  fixture_close (&image);
  g_ptr_array_unref (image.heard);

  return fault != NULL ? fault : check_file (folder, "headway.db");
}
