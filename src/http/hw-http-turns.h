/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HW_HTTP_TURNS_OF_ROUND:
 *
 * How many have their turn before everybody else has theirs: so many answers take about a
 * millisecond.
 */
#define HW_HTTP_TURNS_OF_ROUND 8

typedef struct _HwHttpTurns HwHttpTurns;

typedef void (*HwHttpTurnFunc) (gpointer object);

HwHttpTurns *hw_http_turns_new (void);
HwHttpTurns *hw_http_turns_ref (HwHttpTurns *self);
void         hw_http_turns_unref (HwHttpTurns *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHttpTurns, hw_http_turns_unref)

void         hw_http_turns_await (HwHttpTurns   *self,
                                  gpointer       object,
                                  HwHttpTurnFunc func);
void         hw_http_turns_close (HwHttpTurns *self);

G_END_DECLS
