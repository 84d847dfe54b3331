/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dbus-callers.h"
#include "hw-dbus-logs.h"
#include "hw-dbus-submissions.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

/* Where each task is on the bus. */
#define HW_DBUS_TASK_PATH_FORMAT HW_BUS_PATH "/tasks/%" G_GUINT64_FORMAT

/**
 * HwDBusAct:
 * @HW_DBUS_ACT_CANCEL: have it end
 * @HW_DBUS_ACT_RETRY: have it done again
 * @HW_DBUS_ACT_PAUSE: have it stand still
 * @HW_DBUS_ACT_RESUME: have it go on
 * @HW_DBUS_ACT_REMOVE: have it forgotten
 *
 * What may be asked of many tasks at once.
 */
typedef enum
{
  HW_DBUS_ACT_CANCEL,
  HW_DBUS_ACT_RETRY,
  HW_DBUS_ACT_PAUSE,
  HW_DBUS_ACT_RESUME,
  HW_DBUS_ACT_REMOVE,
} HwDBusAct;

/**
 * HwDBusLinkFunc:
 * @task_id: a task's number, or 0 for the list
 * @user_data: what was given with the function
 *
 * Makes the address of a web page, with what logs a browser in.
 *
 * Returns: (transfer full) (nullable): the address, or %NULL if there is no such page
 */
typedef char *(*HwDBusLinkFunc) (guint64  task_id,
                                 gpointer user_data);

#define HW_TYPE_DBUS_VERBS (hw_dbus_verbs_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusVerbs, hw_dbus_verbs, HW, DBUS_VERBS, GObject)

HwDBusVerbs *hw_dbus_verbs_new (HwTaskQueue       *queue,
                                HwPrincipal       *principal,
                                HwDBusSubmissions *submissions);
void         hw_dbus_verbs_set_link (HwDBusVerbs   *self,
                                     HwDBusLinkFunc function,
                                     gpointer       user_data);

HwTaskQueue *hw_dbus_verbs_get_queue (HwDBusVerbs *self);
HwPrincipal *hw_dbus_verbs_get_principal (HwDBusVerbs *self);
HwDBusLogs  *hw_dbus_verbs_get_logs (HwDBusVerbs *self);
void         hw_dbus_verbs_drop_callers (HwDBusVerbs *self);
guint        hw_dbus_verbs_get_n_callers (HwDBusVerbs *self);

void         hw_dbus_verbs_submit (HwDBusVerbs           *self,
                                   GDBusMethodInvocation *invocation,
                                   const char            *type,
                                   GVariant              *parameters,
                                   GVariant              *options);
void         hw_dbus_verbs_submit_many (HwDBusVerbs           *self,
                                        GDBusMethodInvocation *invocation,
                                        GVariant              *tasks,
                                        GVariant              *options);
void         hw_dbus_verbs_wait (HwDBusVerbs           *self,
                                 GDBusMethodInvocation *invocation,
                                 guint64                task_id,
                                 GVariant              *options);
void         hw_dbus_verbs_open_log (HwDBusVerbs           *self,
                                     GDBusMethodInvocation *invocation,
                                     guint64                task_id,
                                     GVariant              *options);
void         hw_dbus_verbs_get_link (HwDBusVerbs           *self,
                                     GDBusMethodInvocation *invocation,
                                     guint64                task_id,
                                     GVariant              *options);

void         hw_dbus_verbs_act (HwDBusVerbs           *self,
                                GDBusMethodInvocation *invocation,
                                HwDBusAct              act,
                                GVariant              *task_ids,
                                GVariant              *options);
void         hw_dbus_verbs_act_on_one (HwDBusVerbs           *self,
                                       GDBusMethodInvocation *invocation,
                                       HwDBusAct              act,
                                       guint64                task_id,
                                       GVariant              *options);

void         hw_dbus_verbs_get_task (HwDBusVerbs           *self,
                                     GDBusMethodInvocation *invocation,
                                     guint64                task_id,
                                     GVariant              *options);
void         hw_dbus_verbs_list (HwDBusVerbs           *self,
                                 GDBusMethodInvocation *invocation,
                                 GVariant              *filter,
                                 const char            *cursor,
                                 guint                  limit);
void         hw_dbus_verbs_get_events (HwDBusVerbs           *self,
                                       GDBusMethodInvocation *invocation,
                                       guint64                epoch,
                                       guint64                after,
                                       guint                  limit,
                                       GVariant              *options);

G_END_DECLS
