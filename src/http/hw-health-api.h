/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_HEALTH_MEMORY:
 *
 * For how long, in microseconds, what was found of the store is told to whoever asks next: a
 * crowd of strangers costs no more than one of them. Nobody who looks after a daemon asks more
 * often.
 */
#define HW_HEALTH_MEMORY G_USEC_PER_SEC

#define HW_TYPE_HEALTH_API (hw_health_api_get_type ())
G_DECLARE_FINAL_TYPE (HwHealthApi, hw_health_api, HW, HEALTH_API, GObject)

HwHealthApi *hw_health_api_new (HwTaskQueue *queue,
                                HwClock     *clock);
void         hw_health_api_answer_health (HwHealthApi       *self,
                                          SoupServerMessage *message);
void         hw_health_api_answer_readiness (HwHealthApi       *self,
                                             SoupServerMessage *message,
                                             HwPrincipal       *principal);

G_END_DECLS
