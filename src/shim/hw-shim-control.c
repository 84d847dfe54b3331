/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-control.h"

#include "hw-tree.h"

#include <signal.h>
#include <unistd.h>

/* What is done to all that came of the program: stop, kill, pause, resume. */

/* While all are killed: how often at once, and how long to wait before the next time. One
 * that goes on to start others is outrun; one that the kernel holds, or that is another
 * user's, takes its time, and SIGCHLD tells when that is over.
 */
#define KILL_ROUNDS 200
#define KILL_TIME 5000
#define HELD_TIME 1000000

/* While all are being held: how long to wait before the next time. */
#define HOLD_TIME 10000

bool
hw_shim_is_stopping (const HwShim *self)
{
  return self->stopped != HW_SHIM_NOT_STOPPED;
}

/* Asks to end those who began at @born or later; who is held hears of it only when it goes
 * on.
 */
void
hw_shim_ask (HwShim  *self,
             uint64_t born)
{
  self->asked_at = (uint64_t) (hw_shim_now () * sysconf (_SC_CLK_TCK) / 1000000);
  hw_tree_signal (SIGTERM, born, NULL);
  hw_tree_signal (SIGCONT, born, NULL);
}

/* Asks all to end, and uses force when the time is up. Those who are held go on, as they
 * could not tidy up otherwise.
 */
void
hw_shim_stop (HwShim       *self,
              HwShimStopped stopped,
              uint32_t      milliseconds)
{
  int64_t deadline = hw_shim_now () + (int64_t) milliseconds * 1000;

  if (self->has_ended)
    return;

  if (!hw_shim_is_stopping (self) || deadline < self->deadline)
    self->deadline = deadline;
  if (!hw_shim_is_stopping (self))
    self->stopped = stopped;
  hw_shim_ask (self, 0);
  hw_shim_resume (self);
}

static void
hw_shim_kill (HwShim *self)
{
  if (!self->has_ended && !hw_shim_is_stopping (self))
    self->stopped = HW_SHIM_ASKED;
  self->is_pausing = self->is_paused = false;
  self->is_killing = true;
}

static void
hw_shim_kill_all (HwShim *self)
{
  hw_cgroup_write (&self->cgroup, HW_CGROUP_KILL, "1");
  self->is_held = false;
  hw_shim_reap (self);
  for (int i = 0; i < KILL_ROUNDS && self->has_children && !self->is_held; i++)
    {
      uint64_t children = hw_tree_kill_children ();

      /* Of those who die from here on, SIGCHLD tells; who died before left others to us. */
      self->is_held = children == self->children;
      self->children = children;
      if (!self->is_held)
        hw_shim_reap (self);
    }
}

/* Looks whether all are held by now; without a cgroup, holds those who are not. */
static void
hw_shim_hold (HwShim *self)
{
  self->is_paused = self->cgroup.is_open ? hw_cgroup_is_frozen (&self->cgroup)
                                         : hw_tree_hold ();
}

static void
hw_shim_pause (HwShim *self)
{
  if (self->is_pausing || self->has_ended || hw_shim_is_stopping (self))
    return;

  self->is_pausing = true;
  self->time_left = self->timeout_at == 0 ? 0 : self->timeout_at - hw_shim_now ();
  hw_cgroup_write (&self->cgroup, HW_CGROUP_FREEZE, "1");
  hw_shim_hold (self);
}

void
hw_shim_resume (HwShim *self)
{
  if (!self->is_pausing)
    return;

  self->is_pausing = self->is_paused = false;
  self->timeout_at = self->timeout_at == 0 ? 0 : hw_shim_now () + self->time_left;
  if (!hw_cgroup_write (&self->cgroup, HW_CGROUP_FREEZE, "0"))
    hw_tree_signal (SIGCONT, 0, NULL);
}

/* Does what is asked. Returns whether it could be understood. */
bool
hw_shim_obey (HwShim            *self,
              const HwShimFrame *frame)
{
  if (frame->verb == HW_SHIM_STOP && frame->length == 4)
    hw_shim_stop (self, HW_SHIM_ASKED, hw_shim_read_u32 (frame->payload));
  else if (frame->verb == HW_SHIM_KILL)
    hw_shim_kill (self);
  else if (frame->verb == HW_SHIM_PAUSE)
    hw_shim_pause (self);
  else if (frame->verb == HW_SHIM_RESUME)
    hw_shim_resume (self);
  else
    return false;

  return true;
}

static bool
is_counting (const HwShim *self)
{
  return self->timeout_at != 0 && !self->is_pausing && !self->has_ended &&
         !hw_shim_is_stopping (self);
}

/* Does what is due. */
void
hw_shim_control (HwShim *self,
                 int64_t now)
{
  if (is_counting (self) && now >= self->timeout_at)
    hw_shim_stop (self, HW_SHIM_TIMED_OUT, self->grace);
  if (self->is_pausing && !self->is_paused)
    hw_shim_hold (self);

  if (hw_shim_is_stopping (self) && now >= self->deadline)
    self->is_killing = true;
  if (self->is_killing)
    hw_shim_kill_all (self);
}

/* Gets when something will be due, or INT64_MAX. */
int64_t
hw_shim_get_control_time (const HwShim *self,
                          int64_t       now)
{
  if (self->is_killing)
    return !self->has_children ? INT64_MAX : now + (self->is_held ? HELD_TIME : KILL_TIME);
  if (hw_shim_is_stopping (self))
    return self->has_ended ? INT64_MAX : self->deadline;
  if (self->is_pausing)
    return self->is_paused || self->cgroup.is_open ? INT64_MAX : now + HOLD_TIME;

  return is_counting (self) ? self->timeout_at : INT64_MAX;
}
