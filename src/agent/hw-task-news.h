/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwTaskNewsKind:
 * @HW_TASK_NEWS_ADDED: somebody asked for it
 * @HW_TASK_NEWS_COMPLETED: it ended well
 * @HW_TASK_NEWS_FAILED: it ended otherwise, and nobody canceled it
 * @HW_TASK_NEWS_LEFT: it is not ended any more, or there is no such task any more
 * @HW_TASK_NEWS_RESET: nothing that was told before is true any more
 *
 * What can happen to a task that concerns notifications.
 */
typedef enum
{
  HW_TASK_NEWS_ADDED,
  HW_TASK_NEWS_COMPLETED,
  HW_TASK_NEWS_FAILED,
  HW_TASK_NEWS_LEFT,
  HW_TASK_NEWS_RESET,
} HwTaskNewsKind;

/**
 * HwTaskNews:
 * @kind: what happened
 * @id: to which task
 * @at: when, in microseconds since the Unix epoch; 0 if that was not told
 *
 * Something that the daemon told.
 */
typedef struct
{
  HwTaskNewsKind kind;
  guint64 id;
  gint64 at;
} HwTaskNews;

gboolean hw_task_news_read (HwTaskNews *self,
                            const char *kind,
                            guint64     id,
                            const char *state,
                            GVariant   *details);

gboolean hw_task_news_has_ended (const char *state);

G_END_DECLS
