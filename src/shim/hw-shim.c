/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim.h"

#include "hw-shim-control.h"
#include "hw-shim-slot.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the disk refused is tried again after that. */
#define RETRY_TIME 1000000

/* Most programs have ended after that. A socket for those who come later is a file, with all that
 * one costs, so it is made only then; in between there is who gave us the order. If that one
 * dies before, the next waits for us.
 */
#define LISTEN_TIME 100000

/* The most that is waited, in ms: poll() does not count while the machine sleeps, but we do. */
#define MAX_WAIT (60 * 1000)

/* In µs. */
int64_t
hw_shim_read_clock (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);

  return (int64_t) time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Writes what was read. What finds no room stays, and nothing more is read: the program
 * waits then, not we. If the folder was taken away, there is nothing to wait for.
 */
static void
hw_shim_write (HwShim *self)
{
  size_t size, written;
  const uint8_t *bytes = hw_shim_mask_get_ready (&self->mask, &size);
  bool is_written = hw_shim_output_write (&self->output, bytes, size, hw_shim_real_time (),
                                          &written);

  if (!is_written && errno == ENOENT)
    {
      written = size;
      is_written = true;
      self->is_cut = true;
    }

  hw_shim_mask_take (&self->mask, written);
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

  n = read (self->pipe_fd, hw_shim_mask_get_room (&self->mask),
            limit < HW_MASK_READ_MAX ? limit : HW_MASK_READ_MAX);
  if (n < 0)
    return 0;

  if (n == 0)
    {
      close (self->pipe_fd);
      self->pipe_fd = -1;
      hw_shim_mask_flush (&self->mask);
    }

  hw_shim_mask_add (&self->mask, (size_t) n);
  hw_shim_write (self);

  return (size_t) n;
}

/* Reads what was printed before the program ended, and no more: its children may go on to
 * print for ever. What looks like the beginning of a secret at that moment is none.
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

  if (self->write_at == 0)
    {
      hw_shim_mask_flush (&self->mask);
      hw_shim_write (self);
    }

  /* The end is not kept from anybody because the disk is full. */
  self->is_cut = self->is_cut || self->write_at != 0 || left > 0;
  self->write_at = 0;
}

void
hw_shim_reap (HwShim *self)
{
  bool had_exited = self->has_exited;
  struct signalfd_siginfo info;
  int status;
  pid_t pid;

  /* The machine goes down, or the session ends: all hear of that by SIGTERM, we too. No daemon
   * sends it to us. A program that heard of it as well has not ended by itself.
   */
  while (read (self->signal_fd, &info, sizeof info) > 0)
    if (info.ssi_signo == SIGTERM)
      hw_shim_stop (self, HW_SHIM_SHUT_DOWN, self->grace);

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
hw_shim_write_record (HwShim *self)
{
  /* If the folder was taken away, nobody wants to know any more. */
  self->has_recorded = hw_shim_slot_keep_end (self->slot_fd, self->folder_fd, self->end_text,
                                              self->end_length) || errno == ENOENT;
  self->record_at = hw_shim_now () + RETRY_TIME;

  /* Once the daemon has written it down too, the slot is another one's. */
  if (self->has_recorded)
    close (self->slot_fd);
}

/* Writes down how it ended, and tells everybody: in this order. If the disk does not take
 * it, they are told all the same, and it is tried again.
 */
static void
hw_shim_end (HwShim *self)
{
  HwShimEnd end = {
    .stopped = self->stopped,
    .n_oom_kills = hw_cgroup_count_oom_kills (&self->cgroup),
    .at = hw_shim_real_time (),
  };

  hw_shim_report_end (&self->report, &self->doors);
  hw_shim_drain (self);
  hw_shim_output_sync (&self->output);

  memcpy (end.mark, self->record.mark, sizeof end.mark);
  end.ending = WIFEXITED (self->status) ? HW_SHIM_EXITED : HW_SHIM_KILLED;
  end.number = WIFEXITED (self->status) ? WEXITSTATUS (self->status) : WTERMSIG (self->status);
  end.is_cut = self->is_cut;
  end.output_size = self->output.size;

  self->end_length = hw_shim_end_build (&end, self->end_text, sizeof self->end_text);
  self->has_ended = true;

  /* Whom it leaves behind is not held for ever. */
  hw_shim_resume (self);
  hw_shim_write_record (self);
  hw_shim_doors_say (&self->doors, HW_SHIM_ENDED, self->end_text, self->end_length);
}

void
hw_shim_write_status (HwShim  *self,
                      uint8_t *payload)
{
  const HwShimStatus status = {
    .pid = (uint32_t) self->record.child,
    .start = self->record.child_start,
    .containment = self->cgroup.is_open ? HW_SHIM_CGROUP : HW_SHIM_SESSION,
    .is_stopping = hw_shim_is_stopping (self), .has_ended = self->has_ended, .is_paused = self->is_paused,
  };

  hw_shim_status_write (&status, payload);
}

/* Says to all how it goes, if that is news; of the end, they hear by ENDED. */
static void
hw_shim_tell (HwShim *self)
{
  uint8_t payload[HW_SHIM_STATUS_SIZE];

  hw_shim_write_status (self, payload);
  if (self->has_ended || memcmp (payload, self->told, sizeof payload) == 0)
    return;

  memcpy (self->told, payload, sizeof payload);
  hw_shim_doors_say (&self->doors, HW_SHIM_HELLO, payload, sizeof payload);
}

static void
on_frame (HwShimDoor        *door,
          const HwShimFrame *frame,
          void              *user_data)
{
  HwShim *self = user_data;
  uint8_t payload[HW_SHIM_STATUS_SIZE];

  if (frame->version <= HW_SHIM_VERSION && frame->verb == HW_SHIM_STATUS)
    {
      hw_shim_write_status (self, payload);
      hw_shim_door_say (door, HW_SHIM_HELLO, payload, sizeof payload);
    }
  else if (frame->version <= HW_SHIM_VERSION && hw_shim_obey (self, frame))
    {
      hw_shim_tell (self);
    }
  else
    {
      hw_shim_write_u32 (payload, frame->verb);
      hw_shim_door_say (door, HW_SHIM_REFUSED, payload, 4);
    }
}

/* Lets in whoever waits, and says what it has missed. */
static void
hw_shim_welcome (HwShim *self)
{
  uint8_t payload[HW_SHIM_STATUS_SIZE];
  HwShimDoor *door = hw_shim_doors_accept (&self->doors);

  if (door == NULL)
    return;

  hw_shim_write_status (self, payload);
  hw_shim_door_say (door, HW_SHIM_HELLO, payload, sizeof payload);
  if (self->has_ended)
    hw_shim_door_say (door, HW_SHIM_ENDED, self->end_text, self->end_length);
}

/* Does what is due. */
static void
hw_shim_advance (HwShim *self)
{
  int64_t now = hw_shim_now ();

  if (now >= self->doors.listen_at)
    hw_shim_doors_listen (&self->doors, now);

  if (self->write_at != 0 && now >= self->write_at)
    hw_shim_write (self);

  hw_shim_control (self, now);
  hw_shim_report_say (&self->report, &self->doors, now);

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
  int64_t at = self->doors.listen_at;

  if (self->write_at != 0)
    at = earlier (at, self->write_at);
  if (self->has_ended && !self->has_recorded)
    at = earlier (at, self->record_at);
  if (self->report.is_waiting && hw_shim_doors_has_any (&self->doors))
    at = earlier (at, self->report.say_at);
  at = earlier (at, hw_shim_get_control_time (self, now));

  if (at == INT64_MAX)
    return -1;

  return at <= now ? 0 : (int) earlier ((at - now + 999) / 1000, MAX_WAIT);
}

/* What a child of the program goes on to print is kept as long as one can. */
static bool
hw_shim_is_done (HwShim *self)
{
  return self->has_recorded && (self->pipe_fd < 0 || hw_shim_is_stopping (self));
}

/* What is waited for, beside the doors. */
enum
{
  POLL_SIGNALS,
  POLL_PIPE,
  POLL_CGROUP,
  POLL_REPORT,
  POLL_DOORS = POLL_REPORT + HW_REPORT_N_WAYS,
};

static void
hw_shim_fill (HwShim        *self,
              struct pollfd *fds)
{
  bool awaits_pause = self->cgroup.is_open && self->is_pausing && !self->is_paused;

  fds[POLL_SIGNALS] = (struct pollfd) { self->signal_fd, POLLIN, 0 };
  fds[POLL_PIPE] = (struct pollfd) { self->write_at == 0 ? self->pipe_fd : -1, POLLIN, 0 };
  fds[POLL_CGROUP] = (struct pollfd) { awaits_pause ? self->cgroup.events_fd : -1, POLLPRI, 0 };
  hw_shim_report_fill (&self->report, fds + POLL_REPORT);
  hw_shim_doors_fill (&self->doors, fds + POLL_DOORS);
}

/* Waits for the end, and does what is asked meanwhile. */
void
hw_shim_run (HwShim *self)
{
  struct pollfd fds[POLL_DOORS + HW_DOORS_N_POLL];

  self->doors.listen_at = hw_shim_now () + LISTEN_TIME;
  while (!hw_shim_is_done (self))
    {
      hw_shim_fill (self, fds);
      if (poll (fds, POLL_DOORS + HW_DOORS_N_POLL, hw_shim_get_timeout (self)) < 0)
        continue;

      if (fds[POLL_PIPE].revents != 0)
        hw_shim_read (self, HW_MASK_READ_MAX);
      hw_shim_report_hear (&self->report, fds + POLL_REPORT);
      if (fds[POLL_SIGNALS].revents != 0)
        hw_shim_reap (self);

      hw_shim_doors_hear (&self->doors, fds + POLL_DOORS, on_frame, self);
      hw_shim_advance (self);
      hw_shim_tell (self);
      if (fds[POLL_DOORS + HW_DOORS_MAX].revents != 0)
        hw_shim_welcome (self);
    }
}
