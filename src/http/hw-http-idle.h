/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_HTTP_MAX_IDLE:
 *
 * How long a connection may wait for its next request. A page that is open asks over the
 * hub; everybody else connects again at no cost worth a descriptor.
 */
#define HW_HTTP_MAX_IDLE (30 * G_USEC_PER_SEC)

#define HW_TYPE_HTTP_IDLE (hw_http_idle_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpIdle, hw_http_idle, HW, HTTP_IDLE, GObject)

HwHttpIdle *hw_http_idle_new (HwClock *clock);

void        hw_http_idle_watch (HwHttpIdle        *self,
                                SoupServerMessage *message);

G_END_DECLS
