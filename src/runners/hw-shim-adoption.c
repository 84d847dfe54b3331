/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-adoption.h"

#include "hw-attempt-files.h"
#include "hw-io.h"
#include "hw-marked-processes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Finds out what became of an attempt that a former daemon began, from what its shim
 * wrote down and from the shim itself. A process is known by its number and its start, in
 * one life of the machine; never by a number alone. All of this blocks. Any thread.
 */

/* How long a shim may take to go that lets nobody in: it wrote down the end, or died. */
#define PARTING_MILLISECONDS 5000

void
hw_shim_found_free (HwShimFound *self)
{
  g_clear_pointer (&self->process, hw_shim_process_free);
  g_free (self);
}

static HwShimFound *
found_new (HwShimState state)
{
  HwShimFound *self = g_new0 (HwShimFound, 1);

  self->state = state;

  return self;
}

/* Connects to the shim's socket. Its path may be longer than an address takes, so it goes
 * by the open folder. Returns -1 if there is nobody, or not the one who is meant.
 */
static int
connect_to_shim (int   folder_fd,
                 pid_t pid)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct ucred peer;
  socklen_t size = sizeof peer;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return -1;

  g_snprintf (address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" HW_SHIM_SOCKET,
              folder_fd);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0 &&
      getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == pid)
    return fd;

  close (fd);

  return -1;
}

/* Waits until a shim that lets nobody in is gone, and sees to it that it is. */
static void
await_parting (int pidfd)
{
  struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

  if (poll (&poll_fd, 1, PARTING_MILLISECONDS) == 1)
    return;

  pidfd_send_signal (pidfd, SIGKILL, NULL, 0);
  poll (&poll_fd, 1, PARTING_MILLISECONDS);
}

/* Finds the shim that wrote the record. Returns (transfer full), or %NULL if it is gone. */
static HwShimProcess *
find_shim (int                folder_fd,
           const HwShimStart *start)
{
  g_autoptr(HwShimProcess) process = g_new0 (HwShimProcess, 1);

  process->pid = start->shim;
  process->link_fd = -1;
  process->pidfd = pidfd_open (start->shim, 0);

  /* The look comes after the descriptor: so it is the descriptor of what was looked at. */
  if (process->pidfd < 0 || !hw_process_is (start->shim, start->shim_start))
    return NULL;

  process->link_fd = connect_to_shim (folder_fd, start->shim);
  if (process->link_fd >= 0)
    return g_steal_pointer (&process);

  await_parting (process->pidfd);

  return NULL;
}

/* The shim is gone: either it wrote down the end, or nobody knows of it. */
static HwShimFound *
bury (int    folder_fd,
      HwRun *run)
{
  g_autofree char *mark = hw_mark_build (run);
  HwShimFound *found = found_new (HW_SHIM_STATE_ENDED);

  if (folder_fd >= 0 && hw_attempt_files_read_end (folder_fd, run, &found->end))
    return found;

  found->state = HW_SHIM_STATE_LOST;
  if (!hw_marked_processes_kill (mark, NULL))
    g_warning ("Some processes of task %" G_GUINT64_FORMAT " would not end",
               hw_run_get_task_id (run));
  if (folder_fd >= 0)
    found->output_size = hw_attempt_files_get_output_size (folder_fd);

  return found;
}

/* Nothing says that the attempt began, and it cannot begin any more. If somebody removed
 * its files while it ran, it must not run beside the next one, nor be done twice.
 */
static HwShimFound *
find_without_record (HwRun *run)
{
  g_autofree char *mark = hw_mark_build (run);
  gboolean was_there = FALSE;

  hw_marked_processes_kill (mark, &was_there);

  return found_new (was_there ? HW_SHIM_STATE_LOST : HW_SHIM_STATE_NOT_STARTED);
}

/* Whether the record is of another life of the machine. */
static gboolean
is_of_another_life (const HwShimStart *start)
{
  char life[HW_LIFE_SIZE];

  return hw_process_read_life (life, sizeof life) && !g_str_equal (life, start->life);
}

static HwShimFound *
find_in_folder (int    folder_fd,
                HwRun *run)
{
  g_autofree char *mark = hw_mark_build (run);
  HwShimStart start;
  HwShimFound *found;
  int number = hw_attempt_files_read_start (folder_fd, run, &start);

  /* A shim that the former daemon started in its last moment must not begin now, beside
   * the next attempt.
   */
  if (number == ENOENT && hw_attempt_files_forbid_start (folder_fd, run) == 0)
    return find_without_record (run);
  if (number == ENOENT)
    number = hw_attempt_files_read_start (folder_fd, run, &start);

  if (number != 0)
    return bury (folder_fd, run);
  if (start.is_never)
    return found_new (HW_SHIM_STATE_NOT_STARTED);

  found = found_new (HW_SHIM_STATE_ENDED);
  if (hw_attempt_files_read_end (folder_fd, run, &found->end))
    return found;

  if (is_of_another_life (&start))
    {
      /* Nothing of it can be there, unless the machine lies about its lives. */
      hw_marked_processes_kill (mark, NULL);
      found->state = HW_SHIM_STATE_INTERRUPTED;
      found->output_size = hw_attempt_files_get_output_size (folder_fd);
      return found;
    }

  found->state = HW_SHIM_STATE_ALIVE;
  found->process = find_shim (folder_fd, &start);
  if (found->process != NULL)
    return found;

  hw_shim_found_free (found);

  return bury (folder_fd, run);
}

/**
 * hw_shim_adoption_find:
 * @output_root: the folder of all attempts
 * @run: an attempt that a former daemon claimed
 *
 * Finds out what became of an attempt. Unless it is alive, nothing of it runs any more.
 *
 * Returns: (transfer full): what was found
 */
HwShimFound *
hw_shim_adoption_find (const char *output_root,
                       HwRun      *run)
{
  g_autofree char *folder = hw_attempt_files_build_folder (output_root, run);
  int folder_fd = hw_io_open_folder (folder);
  HwShimFound *found;

  /* The folder comes before the shim. */
  if (folder_fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    return find_without_record (run);

  found = folder_fd < 0 ? bury (folder_fd, run) : find_in_folder (folder_fd, run);
  if (folder_fd >= 0)
    close (folder_fd);

  return found;
}

/**
 * hw_shim_adoption_bury:
 * @output_root: the folder of all attempts
 * @run: an attempt whose shim has ended without telling us how the work did
 *
 * Looks for how the work ended, and ends what is left of it if nobody knows.
 *
 * Returns: (transfer full): an attempt that has ended, or that is lost
 */
HwShimFound *
hw_shim_adoption_bury (const char *output_root,
                       HwRun      *run)
{
  g_autofree char *folder = hw_attempt_files_build_folder (output_root, run);
  int folder_fd = hw_io_open_folder (folder);
  HwShimFound *found = bury (folder_fd, run);

  if (folder_fd >= 0)
    close (folder_fd);

  return found;
}
