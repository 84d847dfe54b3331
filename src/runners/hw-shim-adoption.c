/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-adoption.h"

#include "hw-attempt-files.h"
#include "hw-cancellation.h"
#include "hw-cgroup-files.h"
#include "hw-io.h"
#include "hw-life.h"

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

/* How long a shim is waited for that lets nobody in: it goes, as it wrote down the end or was
 * killed, or it has just come, and makes its socket soon. And how often it is looked at.
 */
#define DOOR_MILLISECONDS 5000
#define LOOK_MILLISECONDS 10

/**
 * hw_shim_traces_new:
 * @output_root: the folder of all attempts
 * @run: the attempt
 * @slots: (nullable): what may have its records where its folder has not
 * @processes: what ends processes by their marks
 * @session_start: when the session's manager began, or 0
 *
 * Creates a note on where to look for what became of an attempt.
 *
 * Returns: (transfer full): it
 */
HwShimTraces *
hw_shim_traces_new (const char        *output_root,
                    HwRun             *run,
                    HwShimSlots       *slots,
                    HwMarkedProcesses *processes,
                    guint64            session_start)
{
  HwShimTraces *self = g_new0 (HwShimTraces, 1);

  self->output_root = g_strdup (output_root);
  self->run = g_object_ref (run);
  self->slots = slots != NULL ? hw_shim_slots_ref (slots) : NULL;
  self->processes = hw_marked_processes_ref (processes);
  self->session_start = session_start;

  return self;
}

void
hw_shim_traces_free (HwShimTraces *self)
{
  g_clear_pointer (&self->processes, hw_marked_processes_unref);
  g_clear_pointer (&self->slots, hw_shim_slots_unref);
  g_clear_object (&self->run);
  g_clear_pointer (&self->output_root, g_free);
  g_free (self);
}

void
hw_shim_found_free (HwShimFound *self)
{
  g_clear_pointer (&self->process, hw_shim_process_free);
  g_clear_pointer (&self->place, g_free);
  g_free (self);
}

static HwShimFound *
found_new (HwShimState state)
{
  HwShimFound *self = g_new0 (HwShimFound, 1);

  self->state = state;

  return self;
}

/* Whatever the system did not do, for want of something or because the disk is ill, says
 * nothing about the attempt.
 */
static HwShimFound *
found_new_unknown (int number)
{
  HwShimFound *self = found_new (HW_SHIM_STATE_UNKNOWN);

  self->number = number;

  return self;
}

/* Whether that is what the system says of something that is not there. */
static gboolean
is_absence (int number)
{
  return number == ENOENT || number == ENOTDIR || number == ESRCH || number == ECONNREFUSED ||
         number == ELOOP;
}

/* Connects to the shim's socket, without waiting for one that is held. Its path may be longer
 * than an address takes, so it goes by the open folder. Returns -1 with errno: ECONNREFUSED if
 * it is not the one who is meant.
 */
static int
connect_to_shim (int   folder_fd,
                 pid_t pid)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct ucred peer = { 0 };
  socklen_t size = sizeof peer;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int number = 0;

  if (fd < 0)
    return -1;

  g_snprintf (address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" HW_SHIM_SOCKET,
              folder_fd);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0 ||
      getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
    number = errno;
  else if (peer.pid != pid)
    number = ECONNREFUSED;

  if (number == 0)
    return fd;

  close (fd);
  errno = number;

  return -1;
}

static gboolean
has_ended (int pidfd,
           int milliseconds)
{
  struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

  return poll (&poll_fd, 1, milliseconds) == 1;
}

/* Waits until the shim lets us in. Returns the connection, or -1 with errno: ESRCH if the shim
 * is gone.
 */
static int
await_connection (int   folder_fd,
                  pid_t pid,
                  int   pidfd)
{
  int fd = connect_to_shim (folder_fd, pid);

  for (int i = 0; i < DOOR_MILLISECONDS / LOOK_MILLISECONDS && fd < 0 && is_absence (errno); i++)
    {
      if (has_ended (pidfd, LOOK_MILLISECONDS))
        {
          errno = ESRCH;
          return -1;
        }
      fd = connect_to_shim (folder_fd, pid);
    }

  return fd;
}

/* Tells whether a process is the shim, which is looked at only now: so the descriptor is one
 * of what was looked at. Returns 0, ESRCH if it is gone, or why that cannot be told.
 */
static int
check_identity (const HwShimStart *start,
                int                pidfd)
{
  HwProcessStat stat;

  int number;

  errno = 0;
  if (hw_process_read (start->shim, &stat))
    return stat.start == start->shim_start && stat.state != 'Z' && stat.state != 'X' ? 0 : ESRCH;

  number = errno != 0 ? errno : EIO;

  return has_ended (pidfd, 0) ? ESRCH : number;
}

/* Finds the shim that wrote the record. Returns 0, ESRCH if it is gone, or why that cannot be
 * told; @process is (transfer full). One that lives and lets nobody in is waited for, as the
 * disk may have no room for its socket, but not if somebody wants the work to end.
 */
static int
find_shim (int                folder_fd,
           const HwShimStart *start,
           gboolean           is_canceled,
           HwShimProcess    **process_out)
{
  g_autoptr(HwShimProcess) process = g_new0 (HwShimProcess, 1);
  int number;

  process->pid = start->shim;
  process->link_fd = -1;
  process->pidfd = pidfd_open (start->shim, 0);
  if (process->pidfd < 0)
    return errno;

  number = check_identity (start, process->pidfd);
  if (number != 0)
    return number;

  process->link_fd = await_connection (folder_fd, start->shim, process->pidfd);
  number = errno;
  if (process->link_fd >= 0)
    {
      *process_out = g_steal_pointer (&process);
      return 0;
    }

  if (!is_absence (number) || number == ESRCH)
    return number;
  if (!is_canceled)
    return EAGAIN;

  pidfd_send_signal (process->pidfd, SIGKILL, NULL, 0);

  return has_ended (process->pidfd, DOOR_MILLISECONDS) ? ESRCH : EAGAIN;
}

/* Gets the place of the attempt, if what the record names is one of its own. Returns (transfer
 * full) (nullable).
 */
static char *
get_place (const HwShimStart *start,
           HwRun             *run)
{
  g_autofree char *name = hw_attempt_files_build_place_name (run);

  return start->cgroup[0] == '/' ? hw_cgroup_files_cut (start->cgroup, name) : NULL;
}

/* Ends what is left of an attempt whose shim is gone, and gets what has its mark. */
static gboolean
end_all (const HwShimTraces *traces,
         const HwShimStart  *start)
{
  HwRun *run = traces->run;
  g_autofree char *mark = hw_mark_build (run);
  g_autofree char *place = start != NULL ? get_place (start, run) : NULL;
  g_autofree char *work = place != NULL ? g_build_filename (place, HW_CGROUP_WORK, NULL) : NULL;
  gboolean was_there = FALSE;

  if (work != NULL && !hw_cgroup_files_kill (work))
    g_warning ("Some processes of task %" G_GUINT64_FORMAT " would not end in their cgroup",
               hw_run_get_task_id (run));

  if (!hw_marked_processes_kill (traces->processes, mark, &was_there))
    g_warning ("Some processes of task %" G_GUINT64_FORMAT " would not end",
               hw_run_get_task_id (run));

  if (place != NULL)
    hw_cgroup_files_remove_place (place);

  return was_there;
}

/* Whether the session in which it ran is over: its manager is younger than the shim. */
static gboolean
is_of_another_session (const HwShimTraces *traces,
                       const HwShimStart  *start)
{
  return start != NULL && start->shim_start < traces->session_start;
}

/* The shim is gone: either it wrote down the end, or nobody knows of it. @start is its record,
 * if that can be understood.
 */
static HwShimFound *
bury (int                 folder_fd,
      const HwShimTraces *traces,
      const HwShimStart  *start)
{
  HwShimFound *found = found_new (HW_SHIM_STATE_ENDED);
  int number = hw_attempt_files_read_end (folder_fd, traces->run, &found->end);

  if (number == 0)
    return found;

  if (!is_absence (number) && number != EBADMSG)
    {
      hw_shim_found_free (found);
      return found_new_unknown (number);
    }

  found->state = is_of_another_session (traces, start) ? HW_SHIM_STATE_INTERRUPTED
                 : HW_SHIM_STATE_LOST;
  end_all (traces, start);
  found->output_size = hw_attempt_files_get_output_size (folder_fd);

  return found;
}

/* Nothing says that the attempt began, and it cannot begin any more. If somebody removed
 * its files while it ran, it must not run beside the next one, nor be done twice.
 */
static HwShimFound *
find_without_record (const HwShimTraces *traces)
{
  return found_new (end_all (traces, NULL) ? HW_SHIM_STATE_LOST : HW_SHIM_STATE_NOT_STARTED);
}

/* Whether the record is of another life of the machine. */
static gboolean
is_of_another_life (const HwShimStart *start)
{
  char life[HW_LIFE_SIZE];

  return hw_life_read (life, sizeof life) && !g_str_equal (life, start->life);
}

/* Finds what became of an attempt that has begun. */
static HwShimFound *
find_by_record (int                 folder_fd,
                const HwShimTraces *traces,
                const HwShimStart  *start)
{
  HwShimFound *found = found_new (HW_SHIM_STATE_ENDED);
  int number = hw_attempt_files_read_end (folder_fd, traces->run, &found->end);

  if (number == 0)
    return found;

  if (is_of_another_life (start))
    {
      /* Nothing of it can be there, unless the machine lies about its lives. */
      end_all (traces, NULL);
      found->state = HW_SHIM_STATE_INTERRUPTED;
      found->output_size = hw_attempt_files_get_output_size (folder_fd);
      return found;
    }

  number = find_shim (folder_fd, start, hw_run_get_canceled_by (traces->run) != NULL,
                      &found->process);
  if (number == 0)
    {
      found->state = HW_SHIM_STATE_ALIVE;
      found->place = get_place (start, traces->run);
      return found;
    }

  hw_shim_found_free (found);

  return is_absence (number) ? bury (folder_fd, traces, start) : found_new_unknown (number);
}

static HwShimFound *
find_in_folder (int                 folder_fd,
                const HwShimTraces *traces)
{
  HwShimStart start;
  int number = hw_attempt_files_read_start (folder_fd, traces->run, &start);

  /* A shim that the former daemon started in its last moment must not begin now, beside
   * the next attempt.
   */
  if (number == ENOENT)
    {
      number = hw_attempt_files_forbid_start (folder_fd, traces->run);
      if (number == 0)
        return find_without_record (traces);
      if (number == EEXIST)
        number = hw_attempt_files_read_start (folder_fd, traces->run, &start);
    }

  if (number == EBADMSG || number == ELOOP)
    return bury (folder_fd, traces, NULL);
  if (number != 0)
    return found_new_unknown (number);
  if (start.is_never)
    return found_new (HW_SHIM_STATE_NOT_STARTED);

  return find_by_record (folder_fd, traces, &start);
}

/**
 * hw_shim_adoption_find:
 * @traces: where to look for an attempt that a former daemon claimed
 *
 * Finds out what became of an attempt. Unless it is alive, or that cannot be told for now,
 * nothing of it runs any more. The attempt knows then who canceled it, if somebody did.
 *
 * Returns: (transfer full): what was found
 */
HwShimFound *
hw_shim_adoption_find (const HwShimTraces *traces)
{
  g_autofree char *folder = hw_attempt_files_build_folder (traces->output_root, traces->run);
  int number = traces->slots != NULL ? hw_shim_slots_restore (traces->slots, traces->run) : 0;
  gboolean is_canceled_now = hw_cancellation_learn (traces->output_root, traces->run);
  HwShimFound *found;
  int folder_fd;

  if (number != 0)
    return found_new_unknown (number);

  folder_fd = hw_io_open_folder (folder);
  number = errno;

  /* The folder comes before the shim. */
  if (folder_fd < 0)
    return number == ENOENT || number == ENOTDIR ? find_without_record (traces)
           : found_new_unknown (number);

  found = find_in_folder (folder_fd, traces);
  found->is_canceled_now = is_canceled_now;
  close (folder_fd);

  return found;
}

/**
 * hw_shim_adoption_bury:
 * @traces: where to look for an attempt whose shim has ended without telling us how the work
 *   did
 *
 * Looks for how the work ended, and ends what is left of it if nobody knows.
 *
 * Returns: (transfer full): an attempt that has ended, or that is lost, or that it cannot be
 *   told for now
 */
HwShimFound *
hw_shim_adoption_bury (const HwShimTraces *traces)
{
  g_autofree char *folder = hw_attempt_files_build_folder (traces->output_root, traces->run);
  int folder_fd = hw_io_open_folder (folder);
  HwShimStart start;
  HwShimFound *found;
  int number;

  if (folder_fd < 0)
    {
      if (!is_absence (errno))
        return found_new_unknown (errno);

      end_all (traces, NULL);
      return found_new (HW_SHIM_STATE_LOST);
    }

  number = hw_attempt_files_read_start (folder_fd, traces->run, &start);
  if (number == 0 || number == EBADMSG || is_absence (number))
    found = bury (folder_fd, traces, number == 0 ? &start : NULL);
  else
    found = found_new_unknown (number);
  close (folder_fd);

  return found;
}
