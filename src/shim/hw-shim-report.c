/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-report.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Oftener than that nobody looks, in µs. */
#define INTERVAL 100000

/* Reads until a pipe that nobody fills any more is empty: it has 64 KiB. */
#define LAST_ROUNDS 64

/* Makes both ways, and puts them into the environment, whatever was there. The socket has a
 * name of the kernel's choice: the path of our folder may be too long for its address.
 * @program_fd is the end of the pipe that the program gets.
 */
bool
hw_shim_report_open (HwShimReport *self,
                     int          *program_fd)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  socklen_t size = sizeof address;
  const int is_wanted = 1;
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int ends[2] = { -1, -1 };

  self->ways[HW_REPORT_SOCKET].fd = fd;
  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_PASSCRED, &is_wanted, sizeof is_wanted) < 0 ||
      bind (fd, (const struct sockaddr *) &address, sizeof address.sun_family) < 0 ||
      getsockname (fd, (struct sockaddr *) &address, &size) < 0 || pipe2 (ends, O_CLOEXEC) < 0)
    return false;

  self->ways[HW_REPORT_PIPE].fd = ends[0];
  *program_fd = ends[1];
  address.sun_path[0] = '@';

  return setenv ("NOTIFY_SOCKET", address.sun_path, true) == 0 &&
         setenv ("HEADWAY_PROGRESS_FD", (const char[]) { '0' + HW_PROGRESS_FD, '\0' }, true) == 0;
}

/* Fills HW_REPORT_N_WAYS descriptors to wait for. */
void
hw_shim_report_fill (HwShimReport  *self,
                     struct pollfd *fds)
{
  for (int i = 0; i < HW_REPORT_N_WAYS; i++)
    fds[i] = (struct pollfd) { .fd = self->ways[i].fd, .events = POLLIN }
  ;
}

/* Receives one datagram, if it is of the same user, or root: its name is no secret. One that
 * is too long is cut where a line ends. Returns its length, with a line break behind it.
 */
static size_t
receive (int   fd,
         char *text)
{
  union { struct cmsghdr head; char bytes[CMSG_SPACE (sizeof (struct ucred))]; } control = { 0 };
  struct iovec part = { text, HW_REPORT_MAX - 1 };
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1,
    .msg_control = &control, .msg_controllen = sizeof control,
  };
  ssize_t n = recvmsg (fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  struct ucred sender;

  memcpy (&sender, CMSG_DATA (&control.head), sizeof sender);
  if (n <= 0 || control.head.cmsg_type != SCM_CREDENTIALS ||
      (sender.uid != geteuid () && sender.uid != 0))
    return 0;

  while ((message.msg_flags & MSG_TRUNC) != 0 && n > 0 && text[n - 1] != '\n')
    n--;
  text[n] = '\n';

  return (size_t) n + 1;
}

/* Takes @n more bytes. Of more than can be passed on at once, the newest lines stay. What is
 * left of a line that is longer than that begins as no line does.
 */
static void
take (HwReportWay *way,
      size_t       n)
{
  char *end = way->text + way->filled + n;
  char *line;

  way->filled += n;
  if (way->filled <= HW_REPORT_MAX)
    return;

  line = memchr (end - HW_REPORT_MAX - 1, '\n', HW_REPORT_MAX + 1);
  way->text[0] = '?';
  way->filled = line == NULL ? 1 : (size_t) (end - line) - 1;
  if (line != NULL)
    memmove (way->text, line + 1, way->filled);
}

/* Reads a piece. A line that has no end when all have closed the pipe has one now. */
static void
read_pipe (HwReportWay *way)
{
  ssize_t n = read (way->fd, way->text + way->filled, HW_REPORT_MAX);

  if (n > 0)
    {
      take (way, (size_t) n);
      return;
    }

  close (way->fd);
  way->fd = -1;
  if (way->filled > 0 && way->text[way->filled - 1] != '\n')
    way->text[way->filled++] = '\n';
}

/* Takes what poll() found in @fds, a piece of each. */
void
hw_shim_report_hear (HwShimReport        *self,
                     const struct pollfd *fds)
{
  HwReportWay *way = &self->ways[HW_REPORT_SOCKET];

  self->is_waiting |= (fds[HW_REPORT_PIPE].revents | fds[HW_REPORT_SOCKET].revents) != 0;
  if (fds[HW_REPORT_PIPE].revents != 0)
    read_pipe (&self->ways[HW_REPORT_PIPE]);
  if (fds[HW_REPORT_SOCKET].revents != 0)
    take (way, receive (way->fd, way->text + way->filled));
}

/* Says to all what is complete, if it is time. Nobody there: whoever comes next is told. */
void
hw_shim_report_say (HwShimReport *self,
                    HwShimDoors  *doors,
                    int64_t       now)
{
  if (!self->is_waiting || now < self->say_at || !hw_shim_doors_has_any (doors))
    return;

  self->is_waiting = false;
  self->say_at = now + INTERVAL;
  for (int i = 0; i < HW_REPORT_N_WAYS; i++)
    {
      HwReportWay *way = &self->ways[i];
      const char *last = memrchr (way->text, '\n', way->filled);
      size_t n = last == NULL ? 0 : (size_t) (last - way->text) + 1;

      if (n > 0)
        hw_shim_doors_say (doors, HW_SHIM_REPORT, way->text, n);
      way->filled -= n;
      memmove (way->text, way->text + n, way->filled);
    }
}

/* Says to all what was told before the program ended. */
void
hw_shim_report_end (HwShimReport *self,
                    HwShimDoors  *doors)
{
  struct pollfd fds[HW_REPORT_N_WAYS];

  for (int i = 0; i < LAST_ROUNDS; i++)
    {
      hw_shim_report_fill (self, fds);
      if (poll (fds, HW_REPORT_N_WAYS, 0) <= 0)
        break;
      hw_shim_report_hear (self, fds);
    }

  self->say_at = 0;
  hw_shim_report_say (self, doors, 0);
}
