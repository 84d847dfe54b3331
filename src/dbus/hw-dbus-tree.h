/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dbus-verbs.h"
#include "hw-event.h"

G_BEGIN_DECLS

/* How many live tasks have an object: more than a person can look at, and the answer to
 * GetManagedObjects, which has them all, stays at one or two megabytes.
 */
#define HW_DBUS_OBJECTS_MAX 2000

#define HW_TYPE_DBUS_TREE (hw_dbus_tree_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusTree, hw_dbus_tree, HW, DBUS_TREE, GObject)

HwDBusTree *hw_dbus_tree_new (HwTaskQueue       *queue,
                              HwPrincipal       *principal,
                              HwDBusVerbs       *verbs,
                              HwDBusSubmissions *submissions);

void        hw_dbus_tree_load_async (HwDBusTree         *self,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
gboolean    hw_dbus_tree_load_finish (HwDBusTree   *self,
                                      GAsyncResult *result,
                                      GError      **error);
void        hw_dbus_tree_set_connection (HwDBusTree      *self,
                                         GDBusConnection *connection);

void        hw_dbus_tree_note (HwDBusTree *self,
                               HwEvent    *event);
void        hw_dbus_tree_publish (HwDBusTree *self,
                                  guint64     task_id);
gboolean    hw_dbus_tree_publish_changes (HwDBusTree *self);
guint       hw_dbus_tree_get_n_objects (HwDBusTree *self);

G_END_DECLS
