/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-json-writer.h"
#include "hw-task-fields.h"

G_BEGIN_DECLS

/* The members beside the fields that more than one file writes or reads. */
#define HW_FORM_ID "id"
#define HW_FORM_KIND "kind"
#define HW_FORM_EPOCH "epoch"
#define HW_FORM_SEQ "seq"
#define HW_FORM_REV "rev"
#define HW_FORM_TASK "task"
#define HW_FORM_LAST "last"
#define HW_FORM_AT "at"
#define HW_FORM_ATTEMPT "attempt"
#define HW_FORM_GROUP "group"
#define HW_FORM_RESET "reset"
#define HW_FORM_TASKS "tasks"
#define HW_FORM_NEXT "next"
#define HW_FORM_ENDED "ended"
#define HW_FORM_EVENTS "events"
#define HW_FORM_URL "url"
#define HW_FORM_VERSION "version"
#define HW_FORM_CONTAINMENT "containment"
#define HW_FORM_READY "ready"
#define HW_FORM_HINDRANCE "hindrance"
#define HW_FORM_KEEP_DAYS "keepDays"
#define HW_FORM_KEEP_TASKS "keepTasks"
#define HW_FORM_COUNTS "counts"
#define HW_FORM_ADDED "added"
#define HW_FORM_EVER "ever"
#define HW_FORM_COMPLETED "completed"
#define HW_FORM_FAILED "failed"
#define HW_FORM_CANCELED "canceled"
#define HW_FORM_IDS "ids"
#define HW_FORM_CONNECTIONS "connections"
#define HW_FORM_OPEN "open"
#define HW_FORM_MOST "most"
#define HW_FORM_REFUSED "refused"
#define HW_FORM_DISPLACED "displaced"
#define HW_FORM_RECEIVED "received"
#define HW_FORM_SENT "sent"

void      hw_task_form_write (HwJsonWriter       *writer,
                              const HwTaskFields *fields,
                              HwTaskField         field);
void      hw_task_form_read (HwTaskFields *fields,
                             const char   *name,
                             GVariant     *value);
gboolean  hw_task_form_read_time (const char *text,
                                  gint64     *microseconds);

G_END_DECLS
