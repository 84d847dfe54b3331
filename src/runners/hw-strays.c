/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-strays.h"

#include "hw-attempt-files.h"
#include "hw-attempt-folder.h"
#include "hw-io.h"
#include "hw-shim-adoption.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* Programs that were begun in a former epoch and go on, but of which the database knows
 * nothing: it was restored, and they belong to a future that is no more. Their tasks may begin
 * again, and nothing is done twice, so they are ended first. What the database has in progress
 * is adopted as ever, and whoever has written down its end is let be.
 */

/* How long they may take to be gone, all together: they are killed as they are found. */
#define MAX_MILLISECONDS 5000

/* How long it is tried to look at what could not be looked at, as there was no descriptor or memory
 * left, and how often.
 */
#define LOOK_MILLISECONDS 5000
#define LOOK_AGAIN_MILLISECONDS 50

/* How many are looked after at once: those who look for what their shims left share their looks
 * at all processes, and the doors are closed meanwhile.
 */
#define MAX_BURIALS 32

/* A search for them. Owned by its GTask. */
typedef struct
{
  guint64 epoch;
  GPtrArray *strays; /* (owned) (element-type Stray): those that were found, and killed */
  gint64 end;        /* until when they should be gone */
  char *root;        /* (owned): without links, as the kernel names it */
  GHashTable *known; /* (owned) (element-type utf8): folders of attempts in progress */
  HwMarkedProcesses *processes; /* (owned) */
} Search;

typedef struct
{
  pid_t pid;     /* of the shim */
  guint64 start; /* see HwProcessStat */
  HwRun *run;    /* (owned) */
} Stray;

static void
stray_free (gpointer data)
{
  Stray *stray = data;

  g_object_unref (stray->run);
  g_free (stray);
}

static void
search_free (Search *search)
{
  g_ptr_array_unref (search->strays);
  hw_marked_processes_unref (search->processes);
  g_hash_table_unref (search->known);
  free (search->root);
  g_free (search);
}

/* Makes what an attempt is known by out of where its shim is: `EPOCH/ID/ATTEMPT`. Returns
 * (transfer full) (nullable).
 */
static HwRun *
make_run (const char *place)
{
  g_auto(GStrv) parts = g_strsplit (place, "/", -1);
  g_autoptr(HwTaskType) type = hw_task_type_new_vanished ("stray");
  guint64 numbers[3];

  if (g_strv_length (parts) != G_N_ELEMENTS (numbers))
    return NULL;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!g_ascii_string_to_unsigned (parts[i], 10, 1, i < 2 ? G_MAXINT64 : G_MAXUINT, &numbers[i],
                                     NULL))
      return NULL;

  return hw_run_new (numbers[0], numbers[1], (guint) numbers[2], type,
                     g_variant_new_parsed ("@a{sv} {}"));
}

/* Whether we had no room to look, which says nothing of what was looked at. */
static gboolean
is_shortage (int number)
{
  return number == EMFILE || number == ENFILE || number == ENOMEM;
}

/* Finds out whether a process is the shim of an attempt that goes on; if it has not begun, it
 * never will. Returns 0 with @start if so, else a number of errno.
 */
static int
check_shim (pid_t        pid,
            int          folder_fd,
            HwRun       *run,
            HwShimStart *start)
{
  HwProcessStat stat;
  HwShimEnd end;
  int number = hw_attempt_files_read_start (folder_fd, run, start);

  if (number == ENOENT)
    {
      number = hw_attempt_files_forbid_start (folder_fd, run);
      if (number == 0)
        return ESRCH;
      if (number == EEXIST)
        number = hw_attempt_files_read_start (folder_fd, run, start);
    }
  if (number != 0)
    return number;
  if (start->is_never || start->shim != pid)
    return ESRCH;
  errno = 0;
  if (!hw_process_read (pid, &stat))
    return errno != 0 ? errno : ESRCH;

  number = hw_attempt_files_read_end (folder_fd, run, &end);

  return stat.start != start->shim_start || number == 0 ? ESRCH : is_shortage (number) ? number : 0;
}

/* Whether a shim was killed before, at another look. */
static gboolean
is_known_stray (Search            *search,
                const HwShimStart *start)
{
  for (guint i = 0; i < search->strays->len; i++)
    {
      const Stray *stray = g_ptr_array_index (search->strays, i);

      if (stray->pid == start->shim && stray->start == start->shim_start)
        return TRUE;
    }

  return FALSE;
}

/* The program goes with its shim. */
static void
kill_stray (Search            *search,
            int                pidfd,
            const HwShimStart *start,
            HwRun             *run)
{
  Stray *stray = g_new0 (Stray, 1);

  g_message ("The program of task %" G_GUINT64_FORMAT ", attempt %u, of a former epoch is ended: "
             "the database knows nothing of it", hw_run_get_task_id (run),
             hw_run_get_attempt (run));
  pidfd_send_signal (pidfd, SIGKILL, NULL, 0);

  stray->pid = start->shim;
  stray->start = start->shim_start;
  stray->run = g_object_ref (run);
  g_ptr_array_add (search->strays, stray);
}

/* What cannot be looked at is not gone. */
static gboolean
is_there (const Stray *stray)
{
  errno = 0;

  return hw_process_is (stray->pid, stray->start) || is_shortage (errno);
}

/* Waits until a killed shim is gone, by its descriptor, or looking now and then if there is none.
 * Returns whether it is.
 */
static gboolean
wait_for (const Stray *stray,
          gint64       end)
{
  while (is_there (stray))
    {
      struct pollfd poll_fd = { .fd = -1, .events = POLLIN };

      if (g_get_monotonic_time () >= end)
        return FALSE;

      poll_fd.fd = pidfd_open (stray->pid, 0);
      poll (&poll_fd, 1, LOOK_AGAIN_MILLISECONDS);
      if (poll_fd.fd >= 0)
        close (poll_fd.fd);
    }

  return TRUE;
}

/* What its shim left is found by its mark. In a thread of the pool. */
static void
bury_stray (gpointer data,
            gpointer user_data)
{
  const Stray *stray = data;
  const Search *search = user_data;
  HwShimTraces *traces = hw_shim_traces_new (search->root, stray->run, NULL, search->processes, 0);
  HwShimFound *found;

  if (!wait_for (stray, search->end))
    g_warning ("The program of task %" G_GUINT64_FORMAT ", attempt %u, of a former epoch would not "
               "end. If the task is there it may run twice",
               hw_run_get_task_id (stray->run), hw_run_get_attempt (stray->run));
  found = hw_shim_adoption_bury (traces);
  hw_shim_found_free (found);
  hw_shim_traces_free (traces);
}

/* Waits until they are gone, all at once. */
static void
bury_all (Search *search)
{
  GThreadPool *pool = g_thread_pool_new (bury_stray, search, MAX_BURIALS, FALSE, NULL);

  search->end = g_get_monotonic_time () + MAX_MILLISECONDS * G_TIME_SPAN_MILLISECOND;
  for (guint i = 0; i < search->strays->len; i++)
    g_thread_pool_push (pool, g_ptr_array_index (search->strays, i), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
}

/* Looks at one process. The descriptor comes before the look, so it is that of what was looked
 * at. Returns 0, or why it could not be looked at, a number of errno.
 */
static int
look_at (Search *search,
         pid_t   pid)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/cwd", (int) pid);
  g_autofree char *folder = NULL;
  g_autoptr(HwRun) run = NULL;
  int pidfd = pidfd_open (pid, 0);
  int number = pidfd < 0 ? errno : 0;
  int folder_fd = -1;
  HwShimStart start;

  folder = pidfd >= 0 ? g_file_read_link (link, NULL) : NULL;
  if (folder != NULL && g_str_has_prefix (folder, search->root) &&
      folder[strlen (search->root)] == '/' && !g_hash_table_contains (search->known, folder))
    run = make_run (folder + strlen (search->root) + 1);

  if (run != NULL && hw_run_get_epoch (run) != search->epoch)
    {
      folder_fd = hw_io_open_folder (folder);
      number = folder_fd < 0 ? errno : check_shim (pid, folder_fd, run, &start);
    }
  if (folder_fd >= 0 && number == 0 && !is_known_stray (search, &start))
    kill_stray (search, pidfd, &start, run);

  if (folder_fd >= 0)
    close (folder_fd);
  if (pidfd >= 0)
    close (pidfd);

  return is_shortage (number) ? number : 0;
}

/* Looks at all processes once. Returns 0, or why some could not be looked at. */
static int
look_at_all (Search *search)
{
  DIR *processes = opendir ("/proc");
  int number = processes == NULL ? errno : 0;
  const struct dirent *entry;

  while (processes != NULL && (entry = readdir (processes)) != NULL)
    {
      guint64 pid;
      int missed = 0;

      if (g_ascii_string_to_unsigned (entry->d_name, 10, 1, G_MAXINT, &pid, NULL) &&
          (pid_t) pid != getpid ())
        missed = look_at (search, (pid_t) pid);
      number = missed != 0 ? missed : number;
    }

  if (processes != NULL)
    closedir (processes);

  return is_shortage (number) ? number : 0;
}

/* In another thread. */
static void
search_all (GTask        *gtask,
            gpointer      source,
            gpointer      task_data,
            GCancellable *cancellable)
{
  gint64 end = g_get_monotonic_time () + LOOK_MILLISECONDS * G_TIME_SPAN_MILLISECOND;
  int number = look_at_all (task_data);

  if (number != 0)
    g_warning ("Some processes cannot be looked at, for programs of a former epoch: %s. It is tried "
               "again", g_strerror (number));
  while (number != 0 && g_get_monotonic_time () < end)
    {
      g_usleep (LOOK_AGAIN_MILLISECONDS * G_TIME_SPAN_MILLISECOND);
      number = look_at_all (task_data);
    }
  if (number != 0)
    g_warning ("Programs of a former epoch may go on, as not all processes could be looked at: %s. "
               "Give the daemon more descriptors (LimitNOFILE=), and start it again. Until then a "
               "task may run twice", g_strerror (number));
  bury_all (task_data);

  g_task_return_boolean (gtask, TRUE);
}

static void
on_open_listed (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwStore *store = HW_STORE (source);
  Search *search = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwTaskPage) page = hw_store_list_finish (store, result, &error);

  if (page == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  for (guint i = 0; i < page->tasks->len; i++)
    {
      HwTask *task = g_ptr_array_index (page->tasks, i);

      g_hash_table_add (search->known,
                        hw_attempt_folder_build (search->root,
                                                 hw_store_get_epoch_of_task (store, task),
                                                 hw_task_get_id (task),
                                                 hw_task_get_attempt (task)));
    }

  g_task_run_in_thread (gtask, search_all);
}

/* Only a database that got a new number has left folders under another one. If there is no room to
 * look, it may have.
 */
static gboolean
may_have_former_epochs (const char *root,
                        guint64     epoch)
{
  DIR *folder = opendir (root);
  gboolean may_have = folder == NULL && is_shortage (errno);
  const struct dirent *entry;
  guint64 number;

  while (folder != NULL && !may_have && (entry = readdir (folder)) != NULL)
    may_have = g_ascii_string_to_unsigned (entry->d_name, 10, 1, G_MAXINT64, &number, NULL) &&
               number != epoch;

  if (folder != NULL)
    closedir (folder);

  return may_have;
}

/**
 * hw_strays_end_async:
 * @store: the store
 * @output_root: (type filename): the folder of all attempts
 * @callback: called when nothing of them runs any more
 * @user_data: data for @callback
 *
 * Ends the programs of former epochs that the database has not in progress. To be called before
 * anything begins. Where there was never another epoch it is over at once.
 */
void
hw_strays_end_async (HwStore            *store,
                     const char         *output_root,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;
  Search *search;

  g_return_if_fail (HW_IS_STORE (store));
  g_return_if_fail (output_root != NULL);

  gtask = g_task_new (store, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_strays_end_async);
  if (!may_have_former_epochs (output_root, hw_store_get_epoch (store)))
    {
      g_task_return_boolean (gtask, TRUE);
      return;
    }

  search = g_new0 (Search, 1);
  search->epoch = hw_store_get_epoch (store);
  search->root = realpath (output_root, NULL);
  search->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  search->processes = hw_marked_processes_new (output_root);
  search->strays = g_ptr_array_new_with_free_func (stray_free);
  g_task_set_task_data (gtask, search, (GDestroyNotify) search_free);
  if (search->root == NULL)
    g_task_return_boolean (gtask, FALSE);
  else
    hw_store_list_open_async (store, NULL, on_open_listed, g_steal_pointer (&gtask));
}

/**
 * hw_strays_end_finish:
 * @store: the store
 * @result: what the callback was given
 *
 * Ends hw_strays_end_async(). What could not be read the queue will not be able to read either,
 * and it says so.
 */
void
hw_strays_end_finish (HwStore      *store,
                      GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, store));

  g_task_propagate_boolean (G_TASK (result), NULL);
}
