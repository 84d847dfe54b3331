/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-slot.h"

#include "hw-io.h"

/* The records of an attempt are files in its folder: there they are found as long as the machine
 * lives. For its next life they are in a slot as well, a file that the daemon lends: it is on disk
 * with its name and its size before anything begins, so a record in it is one write and one
 * fdatasync(2), where a file of its own has a file, a folder, and the folders above that to be
 * synced. What only a slot has is put back into the folder by the next daemon, before it looks
 * there.
 *
 * Without a slot (-1) the files are synced: a daemon that was there before its shim was upgraded
 * lends none, and has synced the folders above. So is the end that a slot does not take.
 */

/* Writes a start record, which must not be there yet, else EEXIST, and returns when it is kept for
 * good. @text has a NUL behind it, as it has for the next function.
 */
bool
hw_shim_slot_keep_start (int         slot_fd,
                         int         folder_fd,
                         const char *text,
                         size_t      length)
{
  if (!hw_io_write_record (folder_fd, HW_SHIM_START, text, length, false, slot_fd < 0))
    return false;
  if (slot_fd < 0 || hw_io_overwrite (slot_fd, 0, text, length + 1))
    return true;

  /* It will not begin. */
  hw_io_remove (folder_fd, HW_SHIM_START);

  return false;
}

/* Writes an exit record, and returns when it is kept for good: with the names of all folders, if it
 * is not in the slot, from above.
 */
bool
hw_shim_slot_keep_end (int         slot_fd,
                       int         folder_fd,
                       const char *text,
                       size_t      length)
{
  bool is_in_slot = slot_fd >= 0 && hw_io_overwrite (slot_fd, HW_SLOT_END, text, length + 1);

  return (slot_fd < 0 || is_in_slot || (hw_io_sync_above (folder_fd, "../..") &&
                                        hw_io_sync_above (folder_fd, ".."))) &&
         hw_io_write_record (folder_fd, HW_SHIM_END, text, length, true, !is_in_slot);
}
