/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-error.h"
#include "hw-io.h"
#include "hw-task-json.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* What the daemon gives at once, and all that is in memory, with as many events of one task: what
 * was read is printed before more is asked for.
 */
#define PAGE_SIZE 200

/* What `headway export` is to do, and how far it is. */
typedef struct
{
  gboolean has_events;
  gboolean may_replace;
  char *path;             /* (owned) (nullable): or standard output */
  char *draft_path;       /* (owned) (nullable): as long as there is one */
  int fd;                 /* of it, or -1 */
  HwCliSink *sink;        /* (owned) (nullable): what writes into it */

  HwTaskFilter *filter;   /* (owned) */
  guint64 epoch;          /* of the first page, or 0 */
  HwCliTaskList *list;    /* (owned) (nullable): the page that is being written */
  guint n_written;        /* of its tasks */
  HwCliCursor cursor;     /* of the events of the next task */
  gboolean has_more_events;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  if (export->draft_path != NULL)
    g_unlink (export->draft_path);
  if (export->fd >= 0)
    close (export->fd);
  g_clear_object (&export->sink);
  g_clear_pointer (&export->list, hw_cli_task_list_free);
  g_clear_pointer (&export->filter, hw_task_filter_free);
  g_free (export->draft_path);
  g_free (export->path);
  g_free (export);
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  gboolean has_events = FALSE;
  gboolean may_replace = FALSE;
  const GOptionEntry entries[] = {
    { "events", 'e', 0, G_OPTION_ARG_NONE, &has_events,
      N_("Behind each task all that happened to it"), NULL },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &may_replace,
      N_("Replace FILE if it is there"), NULL },
    { NULL }
  };
  Export *export;

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error))
    return NULL;

  if (g_strv_length (*arguments) > 2)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("Say one file, or none for standard output."));
      return NULL;
    }

  export = g_new0 (Export, 1);
  export->has_events = has_events;
  export->may_replace = may_replace;
  export->path = g_strdup ((*arguments)[1]);
  export->fd = -1;
  export->filter = hw_task_filter_new ();
  export->filter->limit = PAGE_SIZE;

  return export;
}

/* An export goes through these in this order, and again for each page. */
static void begin (GTask *gtask);
static void ask_for_page (GTask *gtask);
static void on_listed (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);
static void write_tasks (GTask *gtask);
static void ask_for_events (GTask *gtask);
static void on_polled (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);
static void on_flushed (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);
static void finish (GTask *gtask);

/* Both are (transfer full). */
static void
fail (GTask  *gtask,
      GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    g_prefix_error (&error, "%s ", _("The export is not whole."));
  g_task_return_error (gtask, error);
  g_object_unref (gtask);
}

static GError *
make_file_error (const char *path)
{
  return g_error_new (G_IO_ERROR, (int) g_io_error_from_errno (errno),
                      _("“%s” cannot be written: %s."), path, g_strerror (errno));
}

/* What it is to be has its name at the end only: nobody takes half of it for all. */
static GError *
open_draft (Export *export)
{
  if (!export->may_replace && g_file_test (export->path, G_FILE_TEST_EXISTS))
    return g_error_new (HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                        _("“%s” is there already. Choose another file, or say --force."),
                        export->path);

  export->draft_path = g_strconcat (export->path, ".headway-draft", NULL);
  g_unlink (export->draft_path);
  export->fd = open (export->draft_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                     0600);
  if (export->fd < 0)
    return make_file_error (export->path);

  export->sink = hw_cli_sink_new (export->fd);

  return NULL;
}

static void
begin (GTask *gtask)
{
  Export *export = g_task_get_task_data (gtask);
  GError *error = export->path != NULL ? open_draft (export) : NULL;

  if (error == NULL)
    {
      ask_for_page (gtask);
      return;
    }

  g_task_return_error (gtask, error);
  g_object_unref (gtask);
}

/* @gtask is (transfer full). */
static void
ask_for_page (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Export *export = g_task_get_task_data (gtask);

  hw_cli_client_list_async (hw_cli_call_get_client (call), export->filter,
                            hw_cli_call_get_cancellable (call), on_listed, gtask);
}

static void
on_listed (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *gtask = G_TASK (user_data);
  Export *export = g_task_get_task_data (gtask);
  GError *error = NULL;

  g_clear_pointer (&export->list, hw_cli_task_list_free);
  export->list = hw_cli_client_list_finish (HW_CLI_CLIENT (source), result, &error);
  if (export->list != NULL && export->epoch != 0 && export->list->epoch != export->epoch)
    error = g_error_new (HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                         _("Meanwhile the daemon got another database. Export that one."));
  if (error != NULL)
    {
      fail (gtask, error);
      return;
    }

  export->epoch = export->list->epoch;
  export->n_written = 0;
  write_tasks (gtask);
}

/* @bytes is (transfer full). */
static void
write_line (GTask  *gtask,
            GBytes *bytes)
{
  static const char newline[] = "\n";
  g_autoptr(GBytes) line = bytes;
  g_autoptr(GBytes) end = g_bytes_new_static (newline, 1);
  HwCliTerminal *terminal = hw_cli_call_get_terminal (g_task_get_source_object (gtask));
  Export *export = g_task_get_task_data (gtask);

  if (export->sink == NULL)
    {
      hw_cli_terminal_write (terminal, line);
      hw_cli_terminal_write (terminal, end);
      return;
    }

  hw_cli_sink_add (export->sink, line);
  hw_cli_sink_add (export->sink, end);
}

/* @gtask is (transfer full). */
static void
flush (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  GCancellable *cancellable = hw_cli_call_get_cancellable (call);
  Export *export = g_task_get_task_data (gtask);

  if (export->sink != NULL)
    hw_cli_sink_flush_async (export->sink, cancellable, on_flushed, gtask);
  else
    hw_cli_terminal_flush_async (hw_cli_call_get_terminal (call), cancellable, on_flushed, gtask);
}

/* @gtask is (transfer full). */
static void
ask_for_events (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Export *export = g_task_get_task_data (gtask);

  hw_cli_client_poll_async (hw_cli_call_get_client (call), &export->cursor,
                            hw_cli_call_get_cancellable (call), on_polled, gtask);
}

/* Writes the tasks of a page that are not written yet; if their events are wanted, only the
 * next. @gtask is (transfer full).
 */
static void
write_tasks (GTask *gtask)
{
  Export *export = g_task_get_task_data (gtask);
  GPtrArray *tasks = export->list->page->tasks;

  while (export->n_written < tasks->len)
    {
      HwTask *task = g_ptr_array_index (tasks, export->n_written++);

      write_line (gtask, hw_task_json_encode_task (task));
      if (export->has_events)
        {
          export->cursor = (HwCliCursor) { .task_id = hw_task_get_id (task) };
          ask_for_events (gtask);
          return;
        }
    }

  flush (gtask);
}

/* Writes those that stay. Returns whether there were any. */
static gboolean
write_events (GTask     *gtask,
              GPtrArray *events)
{
  gboolean were_any = FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);

      if (hw_event_get_seq (event) == 0 || hw_event_get_kind (event) == HW_EVENT_KIND_HEARTBEAT ||
          hw_event_get_kind (event) == HW_EVENT_KIND_SNAPSHOT)
        continue;

      write_line (gtask, hw_task_json_encode_event (event));
      were_any = TRUE;
    }

  return were_any;
}

/* A task may be removed while this goes on: then its events are, too. */
static void
on_polled (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *gtask = G_TASK (user_data);
  Export *export = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwAnswerPoll) poll = hw_cli_client_poll_finish (HW_CLI_CLIENT (source), result,
                                                            &error);

  if (poll == NULL && !g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    {
      fail (gtask, error);
      return;
    }

  g_clear_error (&error);
  export->has_more_events = poll != NULL && write_events (gtask, poll->events) &&
                            !poll->has_ended;
  if (export->has_more_events)
    {
      export->cursor.epoch = poll->epoch;
      export->cursor.after = poll->seq;
    }
  flush (gtask);
}

static gboolean
finish_flush (GTask        *gtask,
              GAsyncResult *result,
              GError      **error)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (g_task_get_source_object (gtask));
  Export *export = g_task_get_task_data (gtask);

  return export->sink != NULL ? hw_cli_sink_flush_finish (export->sink, result, error)
                              : hw_cli_terminal_flush_finish (terminal, result, error);
}

static void
on_flushed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *gtask = G_TASK (user_data);
  Export *export = g_task_get_task_data (gtask);
  GError *error = NULL;

  if (!finish_flush (gtask, result, &error))
    {
      fail (gtask, error);
      return;
    }

  if (export->has_more_events)
    {
      ask_for_events (gtask);
      return;
    }
  if (export->n_written < export->list->page->tasks->len)
    {
      write_tasks (gtask);
      return;
    }

  export->filter->before = export->list->page->next;
  if (export->filter->before != 0)
    ask_for_page (gtask);
  else
    finish (gtask);
}

/* Returns why it cannot have its name. */
static GError *
give_name (Export *export)
{
  if (!hw_io_sync (export->fd) ||
      !(export->may_replace ? hw_io_rename (AT_FDCWD, export->draft_path, export->path)
                            : hw_io_rename_new (AT_FDCWD, export->draft_path, export->path)))
    return make_file_error (export->path);

  g_clear_pointer (&export->draft_path, g_free);

  return NULL;
}

/* @gtask is (transfer full). */
static void
finish (GTask *gtask)
{
  Export *export = g_task_get_task_data (gtask);
  GError *error = export->path != NULL ? give_name (export) : NULL;

  if (error != NULL)
    {
      fail (gtask, error);
      return;
    }

  g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
  g_object_unref (gtask);
}

const HwCliCommand hw_cli_export = {
  .name = "export",
  .synopsis = N_("[FILE] [OPTION…]"),
  .summary = N_("Write all tasks as JSON, one in a line, the newest first"),
  .details = N_("They are those that were there when it began. A line of --events has “kind” in "
                "it, and follows its task."),
  .examples =
    "  headway export | jq -r 'select(.state == \"Failed\").title'\n"
    "  headway export --events history.jsonl\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = export_free,
  .run = begin,
};
