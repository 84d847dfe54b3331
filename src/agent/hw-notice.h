/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HW_NOTICE_MAX_NAMED:
 *
 * How many tasks one notification names; the rest are counted.
 */
#define HW_NOTICE_MAX_NAMED 3

/**
 * HwNoticeTone:
 * @HW_NOTICE_TONE_DONE: good to know
 * @HW_NOTICE_TONE_TROUBLE: somebody may want to do something
 *
 * How a notification sounds.
 */
typedef enum
{
  HW_NOTICE_TONE_DONE,
  HW_NOTICE_TONE_TROUBLE,
} HwNoticeTone;

#define HW_TYPE_NOTICE (hw_notice_get_type ())
G_DECLARE_FINAL_TYPE (HwNotice, hw_notice, HW, NOTICE, GObject)

HwNotice    *hw_notice_new_completed (guint64 n_tasks,
                                      GPtrArray *tasks);
HwNotice    *hw_notice_new_failed (guint64    n_tasks,
                                   GPtrArray *tasks);

HwNoticeTone hw_notice_get_tone (HwNotice *self);
const char  *hw_notice_get_summary (HwNotice *self);
const char  *hw_notice_get_body (HwNotice *self);
const char  *hw_notice_get_show_label (HwNotice *self);
const char  *hw_notice_get_retry_label (HwNotice *self);

G_END_DECLS
