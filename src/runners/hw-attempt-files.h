/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"
#include "hw-shim-record.h"

G_BEGIN_DECLS

/* Where a program learns of the folder for its results. */
#define HW_RESULTS_VARIABLE "HEADWAY_RESULT_DIR"

char    *hw_attempt_files_build_folder (const char *root,
                                        HwRun      *run);
char    *hw_attempt_files_build_results (const char *root,
                                         HwRun      *run);
char    *hw_attempt_files_build_place_name (HwRun *run);
void     hw_attempt_files_set_error (const char *path,
                                     int         number,
                                     GError    **error);

char    *hw_attempt_files_create (const char *root,
                                  HwRun      *run,
                                  GError    **error);

int      hw_attempt_files_read_start (int          folder_fd,
                                      HwRun       *run,
                                      HwShimStart *start);
int      hw_attempt_files_forbid_start (int    folder_fd,
                                        HwRun *run);
int      hw_attempt_files_read_end (int        folder_fd,
                                    HwRun     *run,
                                    HwShimEnd *end);
gboolean hw_attempt_files_write_canceled (const char *root,
                                          HwRun      *run,
                                          gboolean    is_now,
                                          GError    **error);
char    *hw_attempt_files_read_canceled (int       folder_fd,
                                         HwRun    *run,
                                         gboolean *is_now);
guint64  hw_attempt_files_get_output_size (int folder_fd);

G_END_DECLS
