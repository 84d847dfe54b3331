/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim.h"

#include "hw-io.h"
#include "hw-tree.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the disk refused is tried again after that. */
#define RETRY_TIME 1000000

/* While all are killed: how often at once, and how long to wait before the next time. One
 * that goes on to start others is outrun; one that the kernel holds, or that is another
 * user's, takes its time, and SIGCHLD tells when that is over.
 */
#define KILL_ROUNDS 200
#define KILL_TIME 5000
#define HELD_TIME 1000000

static int64_t
read_clock (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);

  return (int64_t) time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t
hw_shim_now (void)
{
  return read_clock (CLOCK_BOOTTIME);
}

int64_t
hw_shim_real_time (void)
{
  return read_clock (CLOCK_REALTIME);
}

/* Writes what was read. What finds no room stays, and nothing more is read: the program
 * waits then, not we. If the folder was taken away, there is nothing to wait for.
 */
static void
hw_shim_write (HwShim *self)
{
  size_t written;
  bool is_written = hw_shim_output_write (&self->output, self->chunk + self->chunk_start,
                                          self->chunk_end - self->chunk_start,
                                          hw_shim_real_time (), &written);

  if (!is_written && errno == ENOENT)
    {
      written = self->chunk_end - self->chunk_start;
      is_written = true;
      self->is_cut = true;
    }

  self->chunk_start += written;
  self->write_at = is_written ? 0 : hw_shim_now () + RETRY_TIME;
}

/* Reads once what the program prints, at most @limit bytes. Returns how many came. */
static size_t
hw_shim_read (HwShim *self,
              size_t  limit)
{
  ssize_t n;

  if (self->pipe_fd < 0 || self->write_at != 0)
    return 0;

  n = read (self->pipe_fd, self->chunk, limit < HW_SHIM_CHUNK ? limit : HW_SHIM_CHUNK);
  if (n < 0)
    return 0;

  if (n == 0)
    {
      close (self->pipe_fd);
      self->pipe_fd = -1;
      return 0;
    }

  self->chunk_start = 0;
  self->chunk_end = (size_t) n;
  hw_shim_write (self);

  return (size_t) n;
}

/* Reads what was printed before the program ended, and no more: its children may go on to
 * print for ever.
 */
static void
hw_shim_drain (HwShim *self)
{
  int left = 0;

  if (self->write_at != 0)
    hw_shim_write (self);
  if (self->pipe_fd >= 0)
    ioctl (self->pipe_fd, FIONREAD, &left);

  while (left > 0)
    {
      size_t n = hw_shim_read (self, (size_t) left);

      if (n == 0)
        break;
      left -= (int) n;
    }

  /* The end is not kept from anybody because the disk is full. */
  self->is_cut = self->is_cut || self->write_at != 0 || left > 0;
  self->write_at = 0;
}

/* Asks to end those who began at @born or later; who is held hears of it only when it goes
 * on.
 */
static void
hw_shim_ask (HwShim  *self,
             uint64_t born)
{
  self->asked_at = (uint64_t) (hw_shim_now () * sysconf (_SC_CLK_TCK) / 1000000);
  hw_tree_signal (getpid (), SIGTERM, born);
  hw_tree_signal (getpid (), SIGCONT, born);
}

static bool
hw_shim_is_stopping (HwShim *self)
{
  return self->stopped != HW_SHIM_NOT_STOPPED;
}

static void
hw_shim_reap (HwShim *self)
{
  bool had_exited = self->has_exited;
  struct signalfd_siginfo info;
  int status;
  pid_t pid;

  while (read (self->signal_fd, &info, sizeof info) > 0)
    continue;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    if (pid == self->record.child)
      {
        self->has_exited = true;
        self->status = status;
      }

  self->has_children = pid == 0;

  /* What the program started in its last moments has not heard that it should end. */
  if (hw_shim_is_stopping (self) && self->has_exited && !had_exited && self->has_children)
    hw_shim_ask (self, self->asked_at);
}

static void
hw_shim_kill_all (HwShim *self)
{
  self->is_held = false;
  hw_shim_reap (self);
  for (int i = 0; i < KILL_ROUNDS && self->has_children && !self->is_held; i++)
    {
      uint64_t children = hw_tree_kill_children (getpid ());

      /* Of those who die from here on, SIGCHLD tells; who died before left others to us. */
      self->is_held = children == self->children;
      self->children = children;
      if (!self->is_held)
        hw_shim_reap (self);
    }
}

static void
hw_shim_write_record (HwShim *self)
{
  self->has_recorded = hw_io_replace_record (self->folder_fd, HW_SHIM_END, self->end_text,
                                             self->end_length);

  /* If the folder was taken away, nobody wants to know any more. */
  if (!self->has_recorded && errno == ENOENT)
    self->has_recorded = true;
  if (!self->has_recorded)
    self->record_at = hw_shim_now () + RETRY_TIME;
}

/* Writes down how it ended, and tells everybody: in this order. If the disk does not take
 * it, they are told all the same, and it is tried again.
 */
static void
hw_shim_end (HwShim *self)
{
  HwShimEnd end = { .stopped = self->stopped, .at = hw_shim_real_time () };

  hw_shim_drain (self);
  hw_shim_output_sync (&self->output);

  for (size_t i = 0; i < sizeof end.mark; i++)
    end.mark[i] = self->record.mark[i];
  end.ending = WIFEXITED (self->status) ? HW_SHIM_EXITED : HW_SHIM_KILLED;
  end.number = WIFEXITED (self->status) ? WEXITSTATUS (self->status) : WTERMSIG (self->status);
  end.is_cut = self->is_cut;
  end.output_size = self->output.size;

  self->end_length = hw_shim_end_build (&end, self->end_text, sizeof self->end_text);
  self->has_ended = true;
  hw_shim_write_record (self);
  hw_shim_doors_say (&self->doors, HW_SHIM_ENDED, self->end_text, self->end_length);
}

/* Asks all to end, and uses force when the time is up. */
static void
hw_shim_stop (HwShim  *self,
              uint32_t milliseconds)
{
  int64_t deadline = hw_shim_now () + (int64_t) milliseconds * 1000;

  if (self->has_ended)
    return;

  if (self->stopped == HW_SHIM_NOT_STOPPED || deadline < self->deadline)
    self->deadline = deadline;
  if (self->stopped == HW_SHIM_NOT_STOPPED)
    self->stopped = HW_SHIM_ASKED;
  hw_shim_ask (self, 0);
}

static void
hw_shim_kill (HwShim *self)
{
  if (!self->has_ended && self->stopped == HW_SHIM_NOT_STOPPED)
    self->stopped = HW_SHIM_ASKED;
  self->is_killing = true;
}

static HwShimStatus
hw_shim_get_status (HwShim *self)
{
  return (HwShimStatus) {
           .pid = (uint32_t) self->record.child,
           .start = self->record.child_start,
           .is_stopping = hw_shim_is_stopping (self),
           .has_ended = self->has_ended,
  };
}

static void
hw_shim_say_status (HwShim *self)
{
  HwShimStatus status = hw_shim_get_status (self);
  uint8_t payload[HW_SHIM_STATUS_SIZE];

  hw_shim_status_write (&status, payload);
  hw_shim_doors_say (&self->doors, HW_SHIM_HELLO, payload, sizeof payload);
}

/* Does what is asked. Returns whether that could be understood. */
static bool
hw_shim_obey (HwShim            *self,
              const HwShimFrame *frame)
{
  bool was_stopping = hw_shim_is_stopping (self);

  if (frame->verb == HW_SHIM_STOP && frame->length == 4)
    hw_shim_stop (self, hw_shim_read_u32 (frame->payload));
  else if (frame->verb == HW_SHIM_KILL)
    hw_shim_kill (self);
  else
    return false;

  if (hw_shim_is_stopping (self) != was_stopping)
    hw_shim_say_status (self);

  return true;
}

static void
on_frame (HwShimDoor        *door,
          const HwShimFrame *frame,
          void              *user_data)
{
  HwShim *self = user_data;
  HwShimStatus status = hw_shim_get_status (self);
  uint8_t payload[HW_SHIM_STATUS_SIZE];

  if (frame->version <= HW_SHIM_VERSION && frame->verb == HW_SHIM_STATUS)
    {
      hw_shim_status_write (&status, payload);
      hw_shim_door_say (door, HW_SHIM_HELLO, payload, sizeof payload);
    }
  else if (frame->version > HW_SHIM_VERSION || !hw_shim_obey (self, frame))
    {
      hw_shim_write_u32 (payload, frame->verb);
      hw_shim_door_say (door, HW_SHIM_REFUSED, payload, 4);
    }
}

/* Does what is due. */
static void
hw_shim_advance (HwShim *self)
{
  int64_t now = hw_shim_now ();

  if (self->write_at != 0 && now >= self->write_at)
    hw_shim_write (self);

  if (hw_shim_is_stopping (self) && now >= self->deadline)
    self->is_killing = true;
  if (self->is_killing)
    hw_shim_kill_all (self);

  /* Who was asked to stop has stopped when nothing of it is left. */
  if (self->has_exited && !self->has_ended && !(hw_shim_is_stopping (self) && self->has_children))
    hw_shim_end (self);
  if (self->has_ended && !self->has_recorded && now >= self->record_at)
    hw_shim_write_record (self);
}

static int64_t
earlier (int64_t time,
         int64_t other)
{
  return time < other ? time : other;
}

/* Gets how long to wait for something to happen, in ms, or -1. */
static int
hw_shim_get_timeout (HwShim *self)
{
  int64_t now = hw_shim_now ();
  int64_t at = INT64_MAX;

  if (self->write_at != 0)
    at = earlier (at, self->write_at);
  if (self->has_ended && !self->has_recorded)
    at = earlier (at, self->record_at);
  if (self->is_killing && self->has_children)
    at = earlier (at, now + (self->is_held ? HELD_TIME : KILL_TIME));
  else if (hw_shim_is_stopping (self) && !self->is_killing && !self->has_ended)
    at = earlier (at, self->deadline);

  if (at == INT64_MAX)
    return -1;

  return at <= now ? 0 : (int) earlier ((at - now + 999) / 1000, 60 * 60 * 1000);
}

/* What a child of the program goes on to print is kept as long as one can. */
static bool
hw_shim_is_done (HwShim *self)
{
  return self->has_recorded && (self->pipe_fd < 0 || hw_shim_is_stopping (self));
}

/* Waits for the end, and does what is asked meanwhile. */
void
hw_shim_run (HwShim *self)
{
  struct pollfd fds[2 + HW_DOORS_N_POLL];

  while (!hw_shim_is_done (self))
    {
      HwShimStatus status;

      fds[0] = (struct pollfd) { .fd = self->signal_fd, .events = POLLIN };
      fds[1] = (struct pollfd) { .fd = self->write_at == 0 ? self->pipe_fd : -1, .events = POLLIN };
      hw_shim_doors_fill (&self->doors, fds + 2);
      if (poll (fds, 2 + HW_DOORS_N_POLL, hw_shim_get_timeout (self)) < 0)
        continue;

      if (fds[1].revents != 0)
        hw_shim_read (self, HW_SHIM_CHUNK);
      if (fds[0].revents != 0)
        hw_shim_reap (self);

      hw_shim_doors_hear (&self->doors, fds + 2, on_frame, self);
      status = hw_shim_get_status (self);
      if (fds[2 + HW_DOORS_MAX].revents != 0)
        hw_shim_doors_accept (&self->doors, &status);
      if (fds[2 + HW_DOORS_MAX].revents != 0 && self->has_ended)
        hw_shim_doors_say (&self->doors, HW_SHIM_ENDED, self->end_text, self->end_length);
      hw_shim_advance (self);
    }
}
