/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output-unpacked.h"

G_BEGIN_DECLS

/* In the folder of an attempt whose output was removed: how much there was, in decimal. */
#define HW_OUTPUT_REMOVED "output-removed"

/**
 * HwOutputFolder:
 *
 * The output of one attempt, as the files that it is kept in. To be used in one thread,
 * which it blocks.
 */
typedef struct
{
  char *path; /* (owned) */
  int fd;     /* (owned) or -1 if there is no such folder */
  HwOutputUnpacked *unpacked;
} HwOutputFolder;

gboolean hw_output_folder_open (HwOutputFolder   *self,
                                const char       *path,
                                HwOutputUnpacked *unpacked,
                                GError          **error);
void     hw_output_folder_clear (HwOutputFolder *self);

gboolean hw_output_folder_parse_name (const char *name,
                                      guint64    *offset);
GArray  *hw_output_folder_list (HwOutputFolder *self);
gssize   hw_output_folder_read (HwOutputFolder *self,
                                char           *buffer,
                                gsize           size,
                                guint64         offset,
                                GError        **error);
gboolean hw_output_folder_find_next (HwOutputFolder *self,
                                     guint64         offset,
                                     guint64        *next);

int      hw_output_folder_open_file (HwOutputFolder *self,
                                     const char     *name,
                                     guint64        *size,
                                     GError        **error);
gssize   hw_output_folder_read_file (int     fd,
                                     void   *buffer,
                                     gsize   size,
                                     guint64 offset);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HwOutputFolder, hw_output_folder_clear)

G_END_DECLS
