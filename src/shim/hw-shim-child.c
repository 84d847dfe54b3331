/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-child.h"

#include "hw-shim-report.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a shell says of a program that it could not start; nobody sees it of us. */
#define NOT_STARTED 127

static _Noreturn void
fail (HwShimChild *self,
      HwShimStage  stage,
      int          number)
{
  self->stage = stage;
  self->number = number;
  _exit (NOT_STARTED);
}

/* Writes down that the work begins, and returns when that is on disk. */
static void
write_start (HwShimChild *self)
{
  char text[HW_RECORD_SIZE];
  HwProcessStat stat;
  size_t length;

  self->record->child = getpid ();
  if (!hw_process_read (getpid (), &stat))
    fail (self, HW_SHIM_STAGE_SETUP, errno);
  self->record->child_start = stat.start;

  length = hw_shim_start_build (self->record, text, sizeof text);
  if (length == 0)
    fail (self, HW_SHIM_STAGE_RECORD, EOVERFLOW);
  if (!hw_shim_slot_keep_start (self->slot_fd, self->folder_fd, text, length))
    fail (self, HW_SHIM_STAGE_RECORD, errno);
}

/* What the child does. It runs in our memory while we wait (vfork(2)), but all else is its
 * own: descriptors, signals, folder, umask. All our descriptors close by themselves, but
 * for the standard input, which is empty.
 */
static _Noreturn void
become (HwShimChild *self)
{
  const HwShimTask *task = self->task;
  sigset_t none;

  /* If we die it must, too, even with nobody left to see to that: also before it asked. */
  if (setsid () < 0 || prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 ||
      getppid () != self->record->shim || dup2 (self->output_fd, STDOUT_FILENO) < 0 ||
      dup2 (self->output_fd, STDERR_FILENO) < 0 || dup2 (self->report_fd, HW_PROGRESS_FD) < 0)
    fail (self, HW_SHIM_STAGE_SETUP, errno);

  if (!hw_cgroup_write (self->cgroup, HW_CGROUP_PROCS, "0"))
    self->record->cgroup[0] = '\0';

  /* No signal waits, whatever we do with them. */
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  if (chdir (task->directory) < 0)
    fail (self, HW_SHIM_STAGE_DIRECTORY, errno);

  write_start (self);

  if (task->umask >= 0)
    umask ((mode_t) task->umask);
  execve (task->path, task->argv, task->environment);
  fail (self, HW_SHIM_STAGE_PROGRAM, errno);
}

/* Starts the program, and returns when it runs. It leads a session of its own. Returns its
 * number, or -1 with stage and number set.
 */
pid_t
hw_shim_child_start (HwShimChild *self)
{
  pid_t pid;

  self->stage = HW_SHIM_STAGE_NONE;
  pid = vfork ();
  if (pid == 0)
    become (self);

  if (pid < 0)
    {
      self->stage = HW_SHIM_STAGE_SETUP;
      self->number = errno;
      return -1;
    }

  /* It runs the program, or was killed on the way, maybe before it knew its own number. */
  self->record->child = pid;
  if (self->stage == HW_SHIM_STAGE_NONE)
    return pid;

  waitpid (pid, NULL, 0);

  return -1;
}
