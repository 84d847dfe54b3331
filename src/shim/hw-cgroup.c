/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of some ten names with a number each. */
#define EVENTS_SIZE 512

/* Reads the number behind @key, with a line break before it and a space behind it, or 0. */
static uint32_t
read_event (int         fd,
            const char *key)
{
  char text[EVENTS_SIZE] = "\n";
  ssize_t length = pread (fd, text + 1, sizeof text - 2, 0);
  const char *found;

  text[length > 0 ? length + 1 : 1] = '\0';
  found = strstr (text, key);

  return found == NULL ? 0 : (uint32_t) strtoul (found + strlen (key), NULL, 10);
}

/* Makes one in the folder at @path, or takes the one that whoever made the folder has made
 * there. Returns whether the kernel lets us do with it all that is done here.
 */
bool
hw_cgroup_make (HwCgroup   *self,
                const char *path)
{
  self->folder_fd = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (self->folder_fd < 0)
    return false;

  self->is_open = true;
  self->events_fd = -1;
  if (mkdirat (self->folder_fd, HW_CGROUP_WORK, S_IRWXU) == 0 || errno == EEXIST)
    self->events_fd = openat (self->folder_fd, HW_CGROUP_WORK "/cgroup.events", O_RDONLY | O_CLOEXEC);
  if (self->events_fd >= 0 && faccessat (self->folder_fd, HW_CGROUP_KILL, W_OK, 0) == 0)
    return true;

  hw_cgroup_remove (self);

  return false;
}

/* Removes it, unless there is still somebody in it. */
void
hw_cgroup_remove (HwCgroup *self)
{
  if (!self->is_open)
    return;

  unlinkat (self->folder_fd, HW_CGROUP_WORK, AT_REMOVEDIR);
  close (self->events_fd);
  close (self->folder_fd);
  self->is_open = false;
}

/* Writes into one of its files, of which hw-cgroup.h says what that does. */
bool
hw_cgroup_write (HwCgroup   *self,
                 const char *name,
                 const char *text)
{
  int fd = self->is_open ? openat (self->folder_fd, name, O_WRONLY | O_CLOEXEC) : -1;
  bool is_written;

  if (fd < 0)
    return false;

  is_written = write (fd, text, strlen (text)) == (ssize_t) strlen (text);
  close (fd);

  return is_written;
}

/* Reads it where poll() looks, so that that finds only what is new since. */
bool
hw_cgroup_is_frozen (HwCgroup *self)
{
  return self->is_open && read_event (self->events_fd, "\nfrozen ") == 1;
}

/* Counts whom the kernel killed to get memory. If it does not count for the cgroup, it may
 * for the one above, which has nobody else in it but us.
 */
uint32_t
hw_cgroup_count_oom_kills (HwCgroup *self)
{
  uint32_t n = 0;
  int fd = self->is_open ? openat (self->folder_fd, HW_CGROUP_EVENTS, O_RDONLY | O_CLOEXEC) : -1;

  if (self->is_open && fd < 0)
    fd = openat (self->folder_fd, "memory.events", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;

  n = read_event (fd, "\noom_kill ");
  close (fd);

  return n;
}
