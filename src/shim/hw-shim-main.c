/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-io.h"
#include "hw-shim-child.h"
#include "hw-shim-control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Waits for all of it. */
static bool
receive (int    fd,
         void  *bytes,
         size_t size)
{
  return recv (fd, bytes, size, MSG_WAITALL) == (ssize_t) size;
}

/* Waits for START. A daemon that dies before all of it was sent wants nothing. Returns the
 * bytes that the task is inside of, for the caller to free(), or NULL.
 */
static uint8_t *
receive_task (int         fd,
              HwShimTask *task)
{
  uint8_t head[HW_FRAME_HEAD];
  uint8_t *bytes;
  size_t length;

  if (!receive (fd, head, sizeof head) || head[0] == 0 || head[0] > HW_SHIM_VERSION ||
      head[1] != HW_SHIM_START_TASK)
    return NULL;

  length = hw_shim_read_u32 (head + 4);
  bytes = length <= HW_START_MAX ? malloc (length) : NULL;
  if (bytes != NULL && receive (fd, bytes, length) && hw_shim_task_read (bytes, length, task) &&
      strlen (task->mark) < HW_MARK_SIZE && strlen (task->life) < HW_LIFE_SIZE)
    return bytes;

  free (bytes);

  return NULL;
}

/* Has all secrets masked, or fails: there may be too many of them. */
static bool
hw_shim_add_secrets (HwShim *self,
                     char  **secrets)
{
  for (; *secrets != NULL; secrets++)
    if (!hw_shim_mask_add_secret (&self->mask, (const uint8_t *) *secrets, strlen (*secrets)))
      {
        errno = E2BIG;
        return false;
      }

  return true;
}

/* Gets what has to be there before the program. */
static bool
hw_shim_prepare (HwShim      *self,
                 HwShimChild *child)
{
  HwShimTask *task = child->task;
  HwProcessStat own;
  sigset_t signals;
  int ends[2];

  strcpy (self->record.mark, task->mark);
  strcpy (self->record.life, task->life);
  self->has_children = true;
  self->folder_fd = child->folder_fd = hw_io_open_folder (".");
  self->slot_fd = child->slot_fd;
  hw_shim_output_init (&self->output, self->folder_fd, task->output_limit);

  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  sigaddset (&signals, SIGTERM);
  self->signal_fd = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);

  if (self->folder_fd < 0 || self->signal_fd < 0 || pipe2 (ends, O_CLOEXEC) < 0)
    return false;
  self->pipe_fd = ends[0];
  child->output_fd = ends[1];

  environ = task->environment;
  if (!hw_shim_report_open (&self->report, &child->report_fd))
    return false;
  task->environment = environ;

  if (!hw_process_read (getpid (), &own))
    return false;
  self->record.shim = own.pid;
  self->record.shim_start = own.start;

  errno = ENOSYS;

  return task->terminal == 0 && hw_shim_add_secrets (self, task->secrets) &&
         fcntl (self->pipe_fd, F_SETFL, O_NONBLOCK) == 0 && prctl (PR_SET_CHILD_SUBREAPER, 1) == 0;
}

/* Makes a cgroup for the program in the one that the daemon has made for us, if we may. It is
 * named in the start record, for whoever comes when we are dead.
 */
static void
hw_shim_make_cgroup (HwShim     *self,
                     const char *path)
{
  size_t length = strlen (path);

  if (path[0] == '/' && length < sizeof self->record.cgroup && strchr (path, '\n') == NULL &&
      hw_cgroup_make (&self->cgroup, path))
    memcpy (self->record.cgroup, path, length + 1);
}

/* Says that nothing was begun. Once there is a start record, there has to be an exit record
 * as well.
 */
static void
hw_shim_fail (HwShim     *self,
              HwShimStage stage,
              int         number)
{
  HwShimEnd end = {
    .ending = HW_SHIM_FAILED, .number = number, .stage = stage, .at = hw_shim_real_time (),
  };
  char text[HW_RECORD_SIZE];
  uint8_t payload[8];

  if (stage == HW_SHIM_STAGE_PROGRAM)
    {
      snprintf (end.mark, sizeof end.mark, "%s", self->record.mark);
      hw_shim_slot_keep_end (self->slot_fd, self->folder_fd, text,
                             hw_shim_end_build (&end, text, sizeof text));
    }

  hw_shim_write_u32 (payload, (uint32_t) stage);
  hw_shim_write_u32 (payload + 4, (uint32_t) number);
  hw_shim_door_say (&self->doors.doors[0], HW_SHIM_NOT_STARTED, payload, sizeof payload);
}

/* Starts the program. If it cannot be, says so. */
static bool
hw_shim_start (HwShim      *self,
               HwShimChild *child)
{
  const HwShimTask *task = child->task;

  hw_shim_make_cgroup (self, task->cgroup);
  if (hw_shim_child_start (child) < 0)
    {
      hw_shim_fail (self, child->stage, child->number);
      return false;
    }

  /* If it did not get into its cgroup, we do without. */
  if (self->record.cgroup[0] == '\0')
    hw_cgroup_remove (&self->cgroup);

  self->timeout_at = task->timeout == 0 ? 0 : hw_shim_now () + (int64_t) task->timeout * 1000;
  self->grace = task->grace;
  hw_shim_write_status (self, self->told);
  hw_shim_door_say (&self->doors.doors[0], HW_SHIM_STARTED, self->told, sizeof self->told);

  return true;
}

/* The shim of one attempt. Its first descriptor beyond the standard ones is the connection
 * to the daemon, the next one its slot, its folder is that of the attempt.
 */
int
main (int   argc,
      char *argv[])
{
  HwShim *self;
  HwShimTask task;
  HwShimChild child = { .task = &task, .slot_fd = -1, .output_fd = -1, .report_fd = -1 };
  sigset_t signals;
  uint8_t *bytes;
  bool is_started = false;

  if (fcntl (HW_SHIM_LINK_FD, F_SETFD, FD_CLOEXEC) < 0)
    {
      fprintf (stderr, "headway-shim is started by headwayd, for each program that it runs.\n");
      return 2;
    }

  if (argc > 2 && fcntl (HW_SHIM_SLOT_FD, F_SETFD, FD_CLOEXEC) == 0)
    child.slot_fd = HW_SHIM_SLOT_FD;

  /* Only SIGKILL ends us: what happens to a daemon and its session does not. */
  sigfillset (&signals);
  sigprocmask (SIG_SETMASK, &signals, NULL);
  umask (0077);
  bytes = receive_task (HW_SHIM_LINK_FD, &task);

  /* Zeros that are not touched cost neither time nor memory. */
  self = calloc (1, sizeof *self);
  if (bytes == NULL || self == NULL)
    return 1;

  hw_shim_doors_init (&self->doors, HW_SHIM_LINK_FD);
  child.cgroup = &self->cgroup;
  child.record = &self->record;
  if (hw_shim_prepare (self, &child))
    is_started = hw_shim_start (self, &child);
  else
    hw_shim_fail (self, HW_SHIM_STAGE_SETUP, errno);

  close (child.output_fd);
  close (child.report_fd);
  clearenv ();
  free (task.texts);
  free (bytes);
  if (is_started)
    hw_shim_run (self);

  hw_cgroup_remove (&self->cgroup);
  hw_shim_mask_clear (&self->mask);
  if (self->doors.listener_fd >= 0)
    hw_io_remove (self->folder_fd, HW_SHIM_SOCKET);
  free (self);

  return is_started ? 0 : 1;
}
