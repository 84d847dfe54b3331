/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-doors.h"

#include "hw-shim-record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Bytes that wait for somebody, with all that the kernel needs for them, until there is no room
 * for how far the program is. For all else there still is: it takes some 200 KiB.
 */
#define REPORT_ROOM (32 * 1024)

/* When to try again to make a socket that the disk, or the system, had no room for. */
#define LISTEN_AGAIN_TIME 1000000

static void
close_door (HwShimDoor *door)
{
  if (door->fd >= 0)
    close (door->fd);
  door->fd = -1;
  door->filled = 0;
}

/* Speaks with @link_fd, which it takes, and with nobody else yet. All else is zero. */
void
hw_shim_doors_init (HwShimDoors *self,
                    int          link_fd)
{
  self->listener_fd = -1;
  for (int i = 0; i < HW_DOORS_MAX; i++)
    self->doors[i] = (HwShimDoor) { .fd = i == 0 ? link_fd : -1 }
  ;
}

/* Listens in the current folder: the whole path of a socket may be too long for its
 * address, its name is not. The folder lets in nobody else, and umask(2) neither. It has its name
 * when it listens, as one that refuses looks like that of a dead shim. What fails is tried again
 * after a while: until then the next daemon waits.
 */
void
hw_shim_doors_listen (HwShimDoors *self,
                      int64_t      now)
{
  const struct sockaddr_un address = { AF_UNIX, HW_SHIM_SOCKET_DRAFT };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  self->listen_at = now + LISTEN_AGAIN_TIME;
  unlink (address.sun_path);
  if (fd >= 0 && bind (fd, (const struct sockaddr *) &address, sizeof address) == 0 &&
      listen (fd, HW_DOORS_MAX) == 0 && rename (address.sun_path, HW_SHIM_SOCKET) == 0)
    {
      self->listener_fd = fd;
      self->listen_at = INT64_MAX;
    }
  else if (fd >= 0)
    {
      close (fd);
    }
}

/* Whoever does not take what is said, though it is little, hears no more. Who is slow just does
 * not hear how far the program is: there is always more of that.
 */
void
hw_shim_door_say (HwShimDoor *door,
                  HwShimVerb  verb,
                  const void *payload,
                  size_t      length)
{
  uint8_t frame[HW_FRAME_HEAD + HW_FRAME_MAX];
  size_t size = HW_FRAME_HEAD + length;
  int waiting = 0;

  if (door->fd < 0 || length > HW_FRAME_MAX ||
      (verb == HW_SHIM_REPORT && ioctl (door->fd, TIOCOUTQ, &waiting) == 0 && waiting > REPORT_ROOM))
    return;

  hw_shim_frame_write_head (frame, HW_SHIM_VERSION, verb, length);
  if (length > 0)
    memcpy (frame + HW_FRAME_HEAD, payload, length);
  if (send (door->fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t) size)
    close_door (door);
}

/* Says it to everybody. */
void
hw_shim_doors_say (HwShimDoors *self,
                   HwShimVerb   verb,
                   const void  *payload,
                   size_t       length)
{
  for (int i = 0; i < HW_DOORS_MAX; i++)
    hw_shim_door_say (&self->doors[i], verb, payload, length);
}

/* Tells whether there is somebody to say anything to. */
bool
hw_shim_doors_has_any (const HwShimDoors *self)
{
  int i = 0;

  while (i < HW_DOORS_MAX && self->doors[i].fd < 0)
    i++;

  return i < HW_DOORS_MAX;
}

/* Fills HW_DOORS_N_POLL descriptors to wait for. */
void
hw_shim_doors_fill (HwShimDoors   *self,
                    struct pollfd *fds)
{
  for (int i = 0; i < HW_DOORS_MAX; i++)
    fds[i] = (struct pollfd) { .fd = self->doors[i].fd, .events = POLLIN }
  ;
  fds[HW_DOORS_MAX] = (struct pollfd) { .fd = self->listener_fd, .events = POLLIN };
}

/* Hears all frames that are complete. Who sends anything else is not heard any more. */
static void
hear_frames (HwShimDoor *door,
             HwShimHear  hear,
             void       *user_data)
{
  HwShimFrame frame;
  size_t start = 0;
  int size = 0;

  while (door->fd >= 0 &&
         (size = hw_shim_frame_read (door->buffer + start, door->filled - start, &frame)) > 0)
    {
      hear (door, &frame, user_data);
      start += (size_t) size;
    }

  if (size < 0 || door->fd < 0)
    {
      close_door (door);
      return;
    }

  door->filled -= start;
  memmove (door->buffer, door->buffer + start, door->filled);
  if (door->filled == sizeof door->buffer)
    close_door (door);
}

static void
read_door (HwShimDoor *door,
           HwShimHear  hear,
           void       *user_data)
{
  ssize_t n = recv (door->fd, door->buffer + door->filled, sizeof door->buffer - door->filled,
                    MSG_DONTWAIT);

  if (n > 0)
    {
      door->filled += (size_t) n;
      hear_frames (door, hear, user_data);
    }
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    {
      close_door (door);
    }
}

/* Hears those of whom poll() found news in @fds. */
void
hw_shim_doors_hear (HwShimDoors         *self,
                    const struct pollfd *fds,
                    HwShimHear           hear,
                    void                *user_data)
{
  for (int i = 0; i < HW_DOORS_MAX; i++)
    if (fds[i].revents != 0 && fds[i].fd == self->doors[i].fd)
      read_door (&self->doors[i], hear, user_data);
}

/* Lets in one who waits, if it is the same user, or root; the folder lets in nobody else.
 * Returns its door, or NULL.
 */
HwShimDoor *
hw_shim_doors_accept (HwShimDoors *self)
{
  int fd = accept4 (self->listener_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  struct ucred peer;
  socklen_t size = sizeof peer;
  int i = 0;

  if (fd < 0)
    return NULL;

  while (i < HW_DOORS_MAX && self->doors[i].fd >= 0)
    i++;

  if (i == HW_DOORS_MAX || getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
      (peer.uid != geteuid () && peer.uid != 0))
    {
      close (fd);
      return NULL;
    }

  self->doors[i].fd = fd;

  return &self->doors[i];
}
