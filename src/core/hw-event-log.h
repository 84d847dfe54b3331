/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"
#include "hw-store.h"

G_BEGIN_DECLS

/* Recent events that a log keeps. Enough that a viewer who is some seconds behind a busy queue
 * needs no disk, and little beside the daemon: an event is some hundred bytes.
 */
#define HW_EVENT_LOG_N_RECENT 4096

/* How many events a stream reads at once: about as many as a piece that is sent has room for.
 * Whoever is slow keeps these from being forgotten, and few others do.
 */
#define HW_EVENT_LOG_N_PIECE 64

/**
 * HwEventLogFunc:
 * @user_data: what was given to hw_event_log_add_listener()
 *
 * Tells that there is something new to read. It may only note that.
 */
typedef void (*HwEventLogFunc) (gpointer user_data);

#define HW_TYPE_EVENT_LOG (hw_event_log_get_type ())
G_DECLARE_FINAL_TYPE (HwEventLog, hw_event_log, HW, EVENT_LOG, GObject)

HwEventLog *hw_event_log_new (HwStore *store);

guint64     hw_event_log_get_head (HwEventLog *self);
guint64     hw_event_log_get_start (HwEventLog *self);
void        hw_event_log_begin (HwEventLog *self,
                                guint64     head);
void        hw_event_log_recall_async (HwEventLog         *self,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
gboolean    hw_event_log_recall_finish (HwEventLog   *self,
                                        GAsyncResult *result,
                                        GError      **error);
void        hw_event_log_append (HwEventLog *self,
                                 GPtrArray  *events);
void        hw_event_log_set_level (HwEventLog *self,
                                    HwEvent    *progress);
void        hw_event_log_clear_level (HwEventLog *self,
                                      guint64     task_id);

gboolean    hw_event_log_read_recent (HwEventLog *self,
                                      guint64     task_id,
                                      guint64     after,
                                      guint       limit,
                                      GPtrArray  *events,
                                      guint64    *reached);
void        hw_event_log_read_older_async (HwEventLog         *self,
                                           const HwEventQuery *query,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
HwEventPage *hw_event_log_read_older_finish (HwEventLog   *self,
                                             GAsyncResult *result,
                                             GError      **error);
void        hw_event_log_read_levels (HwEventLog *self,
                                      guint64     task_id,
                                      guint64     after_rev,
                                      GPtrArray  *events);

guint       hw_event_log_add_listener (HwEventLog    *self,
                                       guint64        task_id,
                                       HwEventLogFunc function,
                                       gpointer       user_data) G_GNUC_WARN_UNUSED_RESULT;
void        hw_event_log_remove_listener (HwEventLog *self,
                                          guint       id);

G_END_DECLS
