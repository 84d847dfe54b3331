/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task.h"

G_BEGIN_DECLS

/* How many bytes a text has at most that goes to everybody: a paragraph. With it, and with
 * large values left out, 2,000 tasks are far below the 64 MiB that an array on the bus may
 * have: who sends more is thrown off it.
 */
#define HW_DBUS_TEXT_MAX 1024

char     *hw_dbus_dict_cut_text (const char *text);

GVariant *hw_dbus_dict_make_task (HwTask *task);
GVariant *hw_dbus_dict_make_cut_task (HwTask *task);
GVariant *hw_dbus_dict_make_event (HwEvent *event);
GVariant *hw_dbus_dict_make_cut_changes (HwEvent    *event,
                                         const char *told);

G_END_DECLS
