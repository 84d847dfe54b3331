/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * HwSpawn:
 * @path: the program's file
 * @argv: (array zero-terminated=1): what it is called, and its arguments
 * @environment: (array zero-terminated=1): its variables, `NAME=value`
 * @directory: the folder that it begins in
 * @umask: its umask, or -1 for ours
 * @output_fd: where its output and its errors go
 *
 * How to start a program. Belongs to the caller.
 */
typedef struct
{
  const char *path;
  char **argv;
  char **environment;
  const char *directory;
  int umask;
  int output_fd;
} HwSpawn;

pid_t hw_spawn (const HwSpawn *request,
                GError       **error);

void  hw_spawn_heed_children (void);

G_END_DECLS
