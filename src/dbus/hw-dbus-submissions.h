/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define HW_TYPE_DBUS_SUBMISSIONS (hw_dbus_submissions_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusSubmissions, hw_dbus_submissions, HW, DBUS_SUBMISSIONS, GObject)

HwDBusSubmissions *hw_dbus_submissions_new (void);

guint64            hw_dbus_submissions_begin (HwDBusSubmissions *self) G_GNUC_WARN_UNUSED_RESULT;
void               hw_dbus_submissions_end (HwDBusSubmissions *self,
                                            guint64            ticket);

void               hw_dbus_submissions_note_added (HwDBusSubmissions *self,
                                                   guint64            task_id);
gboolean           hw_dbus_submissions_may_tell (HwDBusSubmissions *self,
                                                 guint64            task_id);

G_END_DECLS
