/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* What is in an attempt's cgroup: one for the shim, one that the shim makes for the work. */
#define HW_CGROUP_SHIM "shim"
#define HW_CGROUP_WORK "work"

char    *hw_cgroup_files_parse_mount (const char *mountinfo,
                                      char      **root);
char    *hw_cgroup_files_parse_path (const char *text);
char    *hw_cgroup_files_cut (const char *folder,
                              const char *name);

char    *hw_cgroup_files_locate (pid_t pid);
char    *hw_cgroup_files_find_place (pid_t       pid,
                                     const char *name);

gboolean hw_cgroup_files_write (const char *folder,
                                const char *name,
                                const char *text);
gboolean hw_cgroup_files_is_delegated (const char *folder);
gboolean hw_cgroup_files_kill (const char *folder);
void     hw_cgroup_files_remove_place (const char *folder);

G_END_DECLS
