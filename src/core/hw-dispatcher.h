/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-attempt.h"
#include "hw-clock.h"
#include "hw-event-log.h"
#include "hw-runner.h"
#include "hw-store.h"
#include "hw-task-types.h"

G_BEGIN_DECLS

#define HW_TYPE_DISPATCHER (hw_dispatcher_get_type ())
G_DECLARE_FINAL_TYPE (HwDispatcher, hw_dispatcher, HW, DISPATCHER, GObject)

HwDispatcher *hw_dispatcher_new (HwStore     *store,
                                 HwClock     *clock,
                                 HwTaskTypes *types,
                                 guint max_parallel);

void          hw_dispatcher_set_runner (HwDispatcher *self,
                                        HwRunnerKind  kind,
                                        HwRunner     *runner);
void          hw_dispatcher_open (HwDispatcher *self,
                                  HwTaskPage   *open);
void          hw_dispatcher_close (HwDispatcher *self);

void          hw_dispatcher_fold (HwDispatcher *self,
                                  HwEvent      *event);
void          hw_dispatcher_dispatch (HwDispatcher *self);

const char   *hw_dispatcher_expect (HwDispatcher *self,
                                    gboolean      may_begin);
void          hw_dispatcher_end_expecting (HwDispatcher *self,
                                           gboolean      is_promised,
                                           GPtrArray    *events);

HwTask       *hw_dispatcher_lookup (HwDispatcher *self,
                                    guint64       task_id);
gboolean      hw_dispatcher_is_refused (HwDispatcher *self,
                                        guint64       task_id);
HwAttempt    *hw_dispatcher_lookup_attempt (HwDispatcher *self,
                                            guint64       task_id);

G_END_DECLS
