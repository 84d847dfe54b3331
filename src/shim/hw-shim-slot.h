/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-shim-record.h"

/* A slot: the start record from its first byte on, the exit record from its middle on, each in
 * pages of its own, and ended by a NUL. An exit record of another mark than the start record is of
 * an older attempt.
 */
#define HW_SLOT_END 4096
#define HW_SLOT_SIZE 8192

bool hw_shim_slot_keep_start (int         slot_fd,
                              int         folder_fd,
                              const char *text,
                              size_t      length);
bool hw_shim_slot_keep_end (int         slot_fd,
                            int         folder_fd,
                            const char *text,
                            size_t      length);
