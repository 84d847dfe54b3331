/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-client.h"

#include "hw-cli-i18n.h"
#include "hw-error.h"
#include "hw-request-json.h"

#include <string.h>

#define TASKS_PATH "/api/v1/tasks"

/* The fields of an answer with output. */
#define ATTEMPT_FIELD "Headway-Attempt"
#define NEXT_OFFSET_FIELD "Headway-Next-Offset"
#define OUTPUT_END_FIELD "Headway-Output-End"
#define SKIP_FIELD "Headway-Skip"

/**
 * HwCliClient:
 *
 * The daemon's verbs, for somebody who is not in it: each makes a request of the REST door
 * and reads the answer. Main context only.
 */
struct _HwCliClient
{
  GObject parent_instance;

  HwCliConnection *connection; /* (owned) (not nullable) */
  HwCliPatience patience;      /* of requests that do no harm twice */
};

G_DEFINE_FINAL_TYPE (HwCliClient, hw_cli_client, G_TYPE_OBJECT)

void
hw_cli_output_free (HwCliOutput *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self);
}

void
hw_cli_task_list_free (HwCliTaskList *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->page, hw_task_page_free);
  g_free (self);
}

static void
hw_cli_client_finalize (GObject *object)
{
  HwCliClient *self = HW_CLI_CLIENT (object);

  g_clear_object (&self->connection);

  G_OBJECT_CLASS (hw_cli_client_parent_class)->finalize (object);
}

static void
hw_cli_client_class_init (HwCliClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_cli_client_finalize;
}

static void
hw_cli_client_init (HwCliClient *self)
{
  self->patience = HW_CLI_PATIENCE_NONE;
}

/**
 * hw_cli_client_new:
 * @connection: the way to the daemon
 *
 * Creates a client.
 *
 * Returns: (transfer full): it
 */
HwCliClient *
hw_cli_client_new (HwCliConnection *connection)
{
  HwCliClient *self = g_object_new (HW_TYPE_CLI_CLIENT, NULL);

  self->connection = g_object_ref (connection);

  return self;
}

/**
 * hw_cli_client_set_patience:
 * @self: a client
 * @patience: what to do when nobody answers
 *
 * Sets how long requests that do no harm twice are tried. At first, only once.
 */
void
hw_cli_client_set_patience (HwCliClient  *self,
                            HwCliPatience patience)
{
  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  self->patience = patience;
}

static void
on_answered (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  HwCliReply *reply = hw_cli_connection_ask_finish (HW_CLI_CONNECTION (source), result, &error);

  if (reply != NULL)
    g_task_return_pointer (gtask, reply, g_object_unref);
  else
    g_task_return_error (gtask, error);
}

/* The operation that a verb is. The caller sets its source tag. */
static GTask *
make_gtask (HwCliClient        *self,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data,
            gpointer            source_tag)
{
  GTask *gtask = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, source_tag);

  return gtask;
}

/* @gtask is (transfer full). */
static void
hw_cli_client_get (HwCliClient *self,
                   const char  *path,
                   GTask       *gtask)
{
  const HwCliRequest request = { "GET", path, NULL, self->patience };

  hw_cli_connection_ask_async (self->connection, &request, g_task_get_cancellable (gtask),
                               on_answered, gtask);
}

/* @gtask is (transfer full). */
static void
hw_cli_client_post (HwCliClient *self,
                    const char  *path,
                    GBytes      *body,
                    GTask       *gtask)
{
  const HwCliRequest request = { "POST", path, body, HW_CLI_PATIENCE_NONE };

  hw_cli_connection_ask_async (self->connection, &request, g_task_get_cancellable (gtask),
                               on_answered, gtask);
}

static HwCliReply *
take_reply (HwCliClient  *self,
            GAsyncResult *result,
            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
make_task_path (guint64     task_id,
                const char *rest)
{
  return g_strdup_printf (TASKS_PATH "/%" G_GUINT64_FORMAT "%s", task_id, rest);
}

static void
append_number (GString    *path,
               const char *name,
               guint64     number)
{
  g_string_append_printf (path, "%c%s=%" G_GUINT64_FORMAT,
                          strchr (path->str, '?') == NULL ? '?' : '&', name, number);
}

static void
append_text (GString    *path,
             const char *name,
             const char *text)
{
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);

  g_string_append_printf (path, "%c%s=%s", strchr (path->str, '?') == NULL ? '?' : '&',
                          name, escaped);
}

/**
 * hw_cli_client_submit_async:
 * @self: a client
 * @spec: what is asked for
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the task
 * @user_data: data for @callback
 *
 * Adds a task. End it by hw_cli_client_task_finish().
 */
void
hw_cli_client_submit_async (HwCliClient        *self,
                            const HwTaskSpec   *spec,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr(GBytes) body = NULL;

  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  body = hw_request_json_encode_task (spec);
  hw_cli_client_post (self, TASKS_PATH, body,
                      make_gtask (self, cancellable, callback, user_data,
                                  hw_cli_client_submit_async));
}

/**
 * hw_cli_client_get_task_async:
 * @self: a client
 * @task_id: a task's number
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the task
 * @user_data: data for @callback
 *
 * Gets a task. End it by hw_cli_client_task_finish().
 */
void
hw_cli_client_get_task_async (HwCliClient        *self,
                              guint64             task_id,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autofree char *path = make_task_path (task_id, "");

  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  hw_cli_client_get (self, path, make_gtask (self, cancellable, callback, user_data,
                                             hw_cli_client_get_task_async));
}

/**
 * hw_cli_client_act_async:
 * @self: a client
 * @task_id: a task's number
 * @verb: `cancel`, `retry`, `pause` or `resume`
 * @now: whether to do it by force; of `cancel` only
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the task
 * @user_data: data for @callback
 *
 * Does something to a task. End it by hw_cli_client_task_finish().
 */
void
hw_cli_client_act_async (HwCliClient        *self,
                         guint64             task_id,
                         const char         *verb,
                         gboolean            now,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autofree char *rest = g_strconcat ("/", verb, NULL);
  g_autofree char *path = make_task_path (task_id, rest);
  g_autoptr(GBytes) body = now ? hw_request_json_encode_cancel (TRUE) : NULL;

  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  hw_cli_client_post (self, path, body, make_gtask (self, cancellable, callback, user_data,
                                                    hw_cli_client_act_async));
}

/**
 * hw_cli_client_task_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends an operation that gives a task.
 *
 * Returns: (transfer full): the task, or %NULL
 */
HwTask *
hw_cli_client_task_finish (HwCliClient  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_autoptr(HwCliReply) reply = take_reply (self, result, error);

  return reply != NULL ? hw_answer_json_parse_task (hw_cli_reply_get_body (reply), error) : NULL;
}

/**
 * hw_cli_client_list_async:
 * @self: a client
 * @filter: which tasks: their state, type, owner and words, where to begin, how many
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the page
 * @user_data: data for @callback
 *
 * Gets a page of tasks, newest first.
 */
void
hw_cli_client_list_async (HwCliClient        *self,
                          const HwTaskFilter *filter,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr(GString) path = g_string_new (TASKS_PATH);

  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  if (filter->has_state)
    append_text (path, "state", hw_task_state_to_string (filter->state));
  if (filter->type != NULL)
    append_text (path, "type", filter->type);
  if (filter->owner != NULL)
    append_text (path, "owner", filter->owner);
  if (filter->text != NULL)
    append_text (path, "q", filter->text);
  if (filter->limit > 0)
    append_number (path, "limit", filter->limit);
  if (filter->before > 0)
    append_number (path, "cursor", filter->before);

  hw_cli_client_get (self, path->str, make_gtask (self, cancellable, callback, user_data,
                                                  hw_cli_client_list_async));
}

/**
 * hw_cli_client_list_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_client_list_async().
 *
 * Returns: (transfer full): the page, or %NULL
 */
HwCliTaskList *
hw_cli_client_list_finish (HwCliClient  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_autoptr(HwCliReply) reply = take_reply (self, result, error);
  g_autoptr(HwCliTaskList) list = NULL;

  if (reply == NULL)
    return NULL;

  list = g_new0 (HwCliTaskList, 1);
  list->page = hw_answer_json_parse_list (hw_cli_reply_get_body (reply), &list->epoch, error);

  return list->page != NULL ? g_steal_pointer (&list) : NULL;
}

/**
 * hw_cli_client_list_types_async:
 * @self: a client
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the types
 * @user_data: data for @callback
 *
 * Gets the kinds of tasks there are.
 */
void
hw_cli_client_list_types_async (HwCliClient        *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  hw_cli_client_get (self, "/api/v1/task-types",
                     make_gtask (self, cancellable, callback, user_data,
                                 hw_cli_client_list_types_async));
}

/**
 * hw_cli_client_list_types_finish:
 * @self: a client
 * @result: what the callback was given
 * @json: (out) (optional) (transfer full): the types as the daemon wrote them
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_client_list_types_async().
 *
 * Returns: (transfer full) (element-type HwOfferedType): the types, or %NULL
 */
GPtrArray *
hw_cli_client_list_types_finish (HwCliClient  *self,
                                 GAsyncResult *result,
                                 GBytes      **json,
                                 GError      **error)
{
  g_autoptr(HwCliReply) reply = take_reply (self, result, error);
  GPtrArray *types;

  if (reply == NULL)
    return NULL;

  types = hw_answer_json_parse_types (hw_cli_reply_get_body (reply), error);
  if (types != NULL && json != NULL)
    *json = g_bytes_ref (hw_cli_reply_get_body (reply));

  return types;
}

/**
 * hw_cli_client_get_about_async:
 * @self: a client
 * @cancellable: (nullable): ends the waiting
 * @callback: called with what the daemon says of itself
 * @user_data: data for @callback
 *
 * Asks the daemon how it runs.
 */
void
hw_cli_client_get_about_async (HwCliClient        *self,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  hw_cli_client_get (self, "/api/v1/about",
                     make_gtask (self, cancellable, callback, user_data,
                                 hw_cli_client_get_about_async));
}

/**
 * hw_cli_client_get_about_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_client_get_about_async().
 *
 * Returns: (transfer full): what it says, or %NULL
 */
HwAnswerAbout *
hw_cli_client_get_about_finish (HwCliClient  *self,
                                GAsyncResult *result,
                                GError      **error)
{
  g_autoptr(HwCliReply) reply = take_reply (self, result, error);

  return reply != NULL ? hw_answer_json_parse_about (hw_cli_reply_get_body (reply), error) : NULL;
}

/**
 * hw_cli_client_get_link_async:
 * @self: a client
 * @task_id: a task's number, or 0 for the list
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the address
 * @user_data: data for @callback
 *
 * Gets the address of a page that lets its reader in.
 */
void
hw_cli_client_get_link_async (HwCliClient        *self,
                              guint64             task_id,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr(GString) path = g_string_new ("/api/v1/link");

  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  if (task_id > 0)
    append_number (path, "task", task_id);

  hw_cli_client_get (self, path->str, make_gtask (self, cancellable, callback, user_data,
                                                  hw_cli_client_get_link_async));
}

/**
 * hw_cli_client_get_link_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_client_get_link_async().
 *
 * Returns: (transfer full): the address, or %NULL
 */
char *
hw_cli_client_get_link_finish (HwCliClient  *self,
                               GAsyncResult *result,
                               GError      **error)
{
  g_autoptr(HwCliReply) reply = take_reply (self, result, error);

  return reply != NULL ? hw_answer_json_parse_link (hw_cli_reply_get_body (reply), error) : NULL;
}

/**
 * hw_cli_client_poll_async:
 * @self: a client
 * @cursor: what is known already
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the events
 * @user_data: data for @callback
 *
 * Waits for what happens next.
 */
void
hw_cli_client_poll_async (HwCliClient        *self,
                          const HwCliCursor  *cursor,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr(GString) path = g_string_new (NULL);

  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  if (cursor->task_id > 0)
    g_string_printf (path, TASKS_PATH "/%" G_GUINT64_FORMAT "/events", cursor->task_id);
  else
    g_string_assign (path, "/api/v1/events");

  append_number (path, "epoch", cursor->epoch);
  append_number (path, "after", cursor->after);
  if (cursor->has_levels)
    append_number (path, "rev", cursor->rev);
  if (cursor->task_id == 0 && cursor->type != NULL)
    append_text (path, "type", cursor->type);
  append_number (path, "wait", cursor->wait);

  hw_cli_client_get (self, path->str, make_gtask (self, cancellable, callback, user_data,
                                                  hw_cli_client_poll_async));
}

/**
 * hw_cli_client_poll_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_client_poll_async().
 *
 * Returns: (transfer full): the events and the next cursor, or %NULL
 */
HwAnswerPoll *
hw_cli_client_poll_finish (HwCliClient  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_autoptr(HwCliReply) reply = take_reply (self, result, error);

  return reply != NULL ? hw_answer_json_parse_poll (hw_cli_reply_get_body (reply), error) : NULL;
}

/**
 * hw_cli_client_read_output_async:
 * @self: a client
 * @task_id: a task's number
 * @position: which output
 * @cancellable: (nullable): ends the waiting
 * @callback: called with a piece of output
 * @user_data: data for @callback
 *
 * Reads what a program printed.
 */
void
hw_cli_client_read_output_async (HwCliClient         *self,
                                 guint64              task_id,
                                 const HwCliPosition *position,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autofree char *task_path = make_task_path (task_id, "/log");
  g_autoptr(GString) path = g_string_new (task_path);

  g_return_if_fail (HW_IS_CLI_CLIENT (self));

  append_number (path, "offset", position->offset);
  if (position->attempt > 0)
    append_number (path, "attempt", position->attempt);
  if (position->wait > 0)
    append_number (path, "wait", position->wait);

  hw_cli_client_get (self, path->str, make_gtask (self, cancellable, callback, user_data,
                                                  hw_cli_client_read_output_async));
}

/* Reads how many bytes are from FROM to TO; none if it says something else. */
static guint64
parse_skip (const char *text)
{
  g_auto(GStrv) ends = g_strsplit (text != NULL ? text : "", "-", 2);
  guint64 from, to;

  if (g_strv_length (ends) != 2 ||
      !g_ascii_string_to_unsigned (ends[0], 10, 0, G_MAXINT64, &from, NULL) ||
      !g_ascii_string_to_unsigned (ends[1], 10, from, G_MAXINT64, &to, NULL))
    return 0;

  return to - from;
}

/**
 * hw_cli_client_read_output_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_client_read_output_async().
 *
 * Returns: (transfer full): a piece of output, or %NULL
 */
HwCliOutput *
hw_cli_client_read_output_finish (HwCliClient  *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_autoptr(HwCliReply) reply = take_reply (self, result, error);
  HwCliOutput *output;

  if (reply == NULL)
    return NULL;

  /* Whoever does not say where to go on would be asked for the same again, for ever. */
  if (hw_cli_reply_get_header (reply, NEXT_OFFSET_FIELD) == NULL)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   _("What came back is no answer of Headway's. Look what listens there."));
      return NULL;
    }

  output = g_new0 (HwCliOutput, 1);
  output->attempt = (guint) hw_cli_reply_get_number (reply, ATTEMPT_FIELD);
  output->next_offset = hw_cli_reply_get_number (reply, NEXT_OFFSET_FIELD);
  output->skipped = parse_skip (hw_cli_reply_get_header (reply, SKIP_FIELD));
  output->is_end = g_strcmp0 (hw_cli_reply_get_header (reply, OUTPUT_END_FIELD), "true") == 0;
  output->data = g_bytes_ref (hw_cli_reply_get_body (reply));

  return output;
}
