/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_FILE_MAX_STALL:
 *
 * How long somebody may take nothing of a file that is sent to them, in microseconds. A
 * browser whose user pauses a download keeps it for about as long.
 */
#define HW_FILE_MAX_STALL (60 * G_USEC_PER_SEC)

void hw_file_download_begin (SoupServerMessage *message,
                             GInputStream      *stream,
                             guint64            size,
                             GDestroyNotify     on_end,
                             gpointer           user_data);

G_END_DECLS
