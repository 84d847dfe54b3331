/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-verbs.h"

#include "hw-dbus-dict.h"
#include "hw-dbus-error.h"
#include "hw-dbus-request.h"
#include "hw-watcher.h"

/* Events of a page if nobody says how many. */
#define EVENTS_DEFAULT 100

/* Bytes after which a page ends although more rows were asked for: no caller has to hold
 * more at once, and it is far below what the bus bears. One row may be larger.
 */
#define PAGE_SIZE_MAX (4 * 1024 * 1024)

/* Rows of an answer. */
typedef struct
{
  GVariantBuilder rows;
  guint n_rows;
  gsize size;
} Page;

static void
page_init (Page *page)
{
  *page = (Page) { .n_rows = 0 };
  g_variant_builder_init (&page->rows, G_VARIANT_TYPE ("aa{sv}"));
}

static void
page_clear (Page *page)
{
  g_variant_builder_clear (&page->rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

/* Adds a row, if it has room; the first one always has. */
static gboolean
page_add (Page     *page,
          GVariant *row)
{
  gsize size = page->size + g_variant_get_size (row);

  if (page->n_rows > 0 && size > PAGE_SIZE_MAX)
    return FALSE;

  g_variant_builder_add_value (&page->rows, row);
  page->n_rows++;
  page->size = size;

  return TRUE;
}

/* Adds tasks, and tells where the next page begins, if there is one. */
static guint64
page_add_tasks (Page             *page,
                const HwTaskPage *tasks)
{
  for (guint i = 0; i < tasks->tasks->len; i++)
    {
      g_autoptr(GVariant) row = hw_dbus_dict_make_task (g_ptr_array_index (tasks->tasks, i));

      if (!page_add (page, row))
        return hw_task_get_id (g_ptr_array_index (tasks->tasks, i - 1));
    }

  return tasks->next;
}

static void
on_listed (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  HwTaskQueue *queue = HW_TASK_QUEUE (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) tasks = hw_task_queue_list_finish (queue, result, &error);
  g_auto(Page) page = { .n_rows = 0 };
  g_autofree char *next = NULL;
  guint64 before;

  page_init (&page);
  if (tasks == NULL)
    {
      hw_dbus_error_return (invocation, error);
      return;
    }

  before = page_add_tasks (&page, tasks);
  next = before != 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT, before) : g_strdup ("");
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(aa{sv}stt)", &page.rows, next,
                                                        hw_task_queue_get_epoch (queue),
                                                        tasks->seq));
}

/**
 * hw_dbus_verbs_list:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @filter: `state`, `type`, `owner` and `live`
 * @cursor: where the page begins; empty for the first
 * @limit: how many tasks at most, or 0
 *
 * Replies with a page of tasks, where the next one begins, and when it is true.
 */
void
hw_dbus_verbs_list (HwDBusVerbs           *self,
                    GDBusMethodInvocation *invocation,
                    GVariant              *filter,
                    const char            *cursor,
                    guint                  limit)
{
  g_autoptr(HwTaskFilter) read = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;

  if (hw_dbus_request_read_list (filter, cursor, limit, read, &error))
    hw_task_queue_list_async (hw_dbus_verbs_get_queue (self), hw_dbus_verbs_get_principal (self),
                              read, NULL, on_listed, invocation);
  else
    hw_dbus_error_return (invocation, error);
}

/* Adds events, and tells up to which number they reach. */
static guint64
page_add_events (Page      *page,
                 GPtrArray *events,
                 guint64    reached)
{
  for (guint i = 0; i < events->len; i++)
    {
      g_autoptr(GVariant) row = hw_dbus_dict_make_event (g_ptr_array_index (events, i));

      if (!page_add (page, row))
        return hw_event_get_seq (g_ptr_array_index (events, i - 1));
    }

  return reached;
}

static void
on_events_read (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  HwWatcher *watcher = HW_WATCHER (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_watcher_next_finish (watcher, result, &error);
  g_auto(Page) page = { .n_rows = 0 };
  guint64 reached;

  page_init (&page);
  if (events == NULL)
    {
      hw_dbus_error_return (invocation, error);
      return;
    }

  reached = page_add_events (&page, events, hw_watcher_get_seq (watcher));
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(aa{sv}tt)", &page.rows,
                                                        hw_watcher_get_epoch (watcher), reached));
}

/**
 * hw_dbus_verbs_get_events:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @epoch: the epoch of @after, or 0
 * @after: the number of the last event that is known, or 0
 * @limit: how many events at most, or 0
 * @options: `task`, `type` and `owner`
 *
 * Replies with a page of events, and where the next one begins.
 */
void
hw_dbus_verbs_get_events (HwDBusVerbs           *self,
                          GDBusMethodInvocation *invocation,
                          guint64                epoch,
                          guint64                after,
                          guint                  limit,
                          GVariant              *options)
{
  g_auto(HwWatchFilter) filter = { .task_id = 0 };
  const HwWatchPoll poll = { .limit = limit > 0 ? limit : EVENTS_DEFAULT };
  g_autoptr(HwWatcher) watcher = NULL;
  g_autoptr(GError) error = NULL;

  if (!hw_dbus_request_check_limit (limit, &error) ||
      !hw_dbus_request_read_watch (options, &filter, &error))
    {
      hw_dbus_error_return (invocation, error);
      return;
    }

  watcher = hw_watcher_new_poll (hw_dbus_verbs_get_queue (self),
                                 hw_dbus_verbs_get_principal (self), &filter, epoch, after,
                                 &poll);
  hw_watcher_next_async (watcher, NULL, on_events_read, invocation);
}
