/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_MAX_DESCRIPTORS:
 *
 * How many files a daemon wants to have open at most: twenty thousand watchers, all who
 * speak HTTP, and some for each task that runs.
 */
#define HW_MAX_DESCRIPTORS 24576

void hw_descriptor_limit_raise (void);

G_END_DECLS
