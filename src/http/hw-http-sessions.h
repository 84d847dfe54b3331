/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"

G_BEGIN_DECLS

/**
 * HW_HTTP_MAX_SESSIONS:
 *
 * Each browser that was given the token has one. A thousand of them is more than one
 * person's browsers make in the week that a session lives, and 200 kB.
 */
#define HW_HTTP_MAX_SESSIONS 1000

/**
 * HW_HTTP_SESSION_IDLE:
 *
 * A page that is open asks far more often; a working day passes without a new token.
 */
#define HW_HTTP_SESSION_IDLE (G_GINT64_CONSTANT (12) * 60 * 60 * G_USEC_PER_SEC)

/**
 * HW_HTTP_SESSION_LIFE:
 *
 * A cookie that somebody copied is worth nothing after this, however busy it is.
 */
#define HW_HTTP_SESSION_LIFE (G_GINT64_CONSTANT (7) * 24 * 60 * 60 * G_USEC_PER_SEC)

/**
 * HW_HTTP_SESSION_HALF:
 *
 * How many characters of a secret are one half of it, which has 128 bits: nobody guesses that.
 */
#define HW_HTTP_SESSION_HALF 32

#define HW_TYPE_HTTP_SESSIONS (hw_http_sessions_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpSessions, hw_http_sessions, HW, HTTP_SESSIONS, GObject)

HwHttpSessions *hw_http_sessions_new (HwClock *clock);

char           *hw_http_sessions_open (HwHttpSessions *self,
                                       GError        **error);
gboolean        hw_http_sessions_touch (HwHttpSessions *self,
                                        const char     *secret);

G_END_DECLS
