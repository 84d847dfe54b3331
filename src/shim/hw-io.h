/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Longest name of a file of ours inside a folder of ours. */
#define HW_IO_NAME_MAX 64

/* What programs print may be secret. */
#define HW_IO_FILE_MODE 0600
#define HW_IO_FOLDER_MODE 0700

bool hw_io_make_folder (const char *path);
int  hw_io_open_folder (const char *path);

int  hw_io_append (int         folder_fd,
                   const char *name);
int  hw_io_create (int         folder_fd,
                   const char *name);
int  hw_io_open (int         folder_fd,
                 const char *name);
bool hw_io_write (int         fd,
                  const void *bytes,
                  size_t      size,
                  size_t     *written);
bool hw_io_truncate (int      fd,
                     uint64_t size);
bool hw_io_sync (int fd);
bool hw_io_sync_above (int         folder_fd,
                       const char *path);
bool hw_io_overwrite (int         fd,
                      off_t       offset,
                      const void *bytes,
                      size_t      size);
bool hw_io_rename (int         folder_fd,
                   const char *from,
                   const char *to);
bool hw_io_link (int         folder_fd,
                 const char *from,
                 const char *to);
bool hw_io_rename_new (int         folder_fd,
                       const char *from,
                       const char *to);
bool hw_io_remove (int         folder_fd,
                   const char *name);

bool hw_io_write_record (int         folder_fd,
                         const char *name,
                         const char *text,
                         size_t      length,
                         bool        may_replace,
                         bool        is_kept);
