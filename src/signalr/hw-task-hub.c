/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-hub.h"

#include "hw-hub-arguments.h"
#include "hw-log-stream.h"
#include "hw-request-json.h"
#include "hw-task-json.h"
#include "hw-task-stream.h"
#include "hw-watch-stream.h"

#include <string.h>

/* What the client's method is called that is told of a task that it subscribed to. */
#define TASK_UPDATED "TaskUpdated"

/**
 * HwTaskHub:
 *
 * What the hub can do with tasks: its methods are verbs of the queue, its streams are
 * watchers. It holds no task and no client.
 */
struct _HwTaskHub
{
  GObject parent_instance;

  HwTaskQueue *queue;                    /* (owned) (not nullable) */
  HwLogItems *log_items[HW_N_ENCODINGS]; /* (owned) (not nullable) */
};

static void hw_task_hub_iface_init (HwHubHandlerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwTaskHub, hw_task_hub, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_HUB_HANDLER,
                                                      hw_task_hub_iface_init))

typedef void (*CallFunc) (HwTaskHub   *self,
                          HwHubClient *client,
                          GVariant    *arguments,
                          GTask       *gtask);
typedef HwHubStream *(*StreamFunc) (HwTaskHub   *self,
                                    HwHubClient *client,
                                    GVariant    *arguments,
                                    GError     **error);

/* A method: what it is called, what it takes, and one of the two that it does. */
typedef struct
{
  const char *name;
  const char *signature; /* for people, in an error */
  guint n_arguments;
  CallFunc call;
  StreamFunc open;
  guint n_optional; /* of the arguments, at their end */
} Method;

static void
on_task_added (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_submit_finish (HW_TASK_QUEUE (source), result, &error);
  char id[24];

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  g_snprintf (id, sizeof (id), "%" G_GUINT64_FORMAT, hw_task_get_id (task));
  g_task_return_pointer (gtask, g_bytes_new (id, strlen (id)), (GDestroyNotify) g_bytes_unref);
}

static void
add_task (HwTaskHub   *self,
          HwHubClient *client,
          GVariant    *arguments,
          GTask       *gtask)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();
  g_autoptr(GVariant) options = NULL;
  GError *error = NULL;

  if (!hw_hub_arguments_read_string (arguments, 0, "type", &spec->type, &error) ||
      !hw_hub_arguments_read_object (arguments, 1, "parameters", &spec->parameters, &error) ||
      !hw_hub_arguments_read_object (arguments, 2, "options", &options, &error) ||
      (options != NULL && !hw_request_json_read_options (options, spec, &error)))
    {
      g_task_return_error (gtask, error);
      return;
    }

  hw_task_queue_submit_async (self->queue, hw_hub_client_get_principal (client), spec,
                              g_task_get_cancellable (gtask), on_task_added,
                              g_object_ref (gtask));
}

typedef void (*VerbFunc) (HwTaskQueue        *queue,
                          HwPrincipal        *principal,
                          guint64             task_id,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);
typedef HwTask *(*FinishFunc) (HwTaskQueue  *queue,
                               GAsyncResult *result,
                               GError      **error);

/* The task data is how the verb ends. A client hears of what became of the task by its
 * streams.
 */
static void
on_task_changed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  const FinishFunc *finish = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = (*finish)(HW_TASK_QUEUE (source), result, &error);

  if (task != NULL)
    g_task_return_pointer (gtask, NULL, NULL);
  else
    g_task_return_error (gtask, error);
}

/* Returns (transfer full): @gtask, for on_task_changed(). */
static GTask *
end_with (GTask     *gtask,
          FinishFunc finish)
{
  g_task_set_task_data (gtask, g_memdup2 (&finish, sizeof finish), g_free);

  return g_object_ref (gtask);
}

/* Reads how to cancel, which may be left out. */
static gboolean
read_cancel (GVariant *arguments,
             gboolean *now,
             GError  **error)
{
  g_autoptr(GVariant) options = NULL;

  *now = FALSE;
  if (g_variant_n_children (arguments) < 2)
    return TRUE;

  return hw_hub_arguments_read_object (arguments, 1, "options", &options, error) &&
         (options == NULL || hw_request_json_read_cancel (options, now, error));
}

static void
cancel_task (HwTaskHub   *self,
             HwHubClient *client,
             GVariant    *arguments,
             GTask       *gtask)
{
  GError *error = NULL;
  guint64 task_id;
  gboolean now;

  if (!hw_hub_arguments_read_number (arguments, 0, "id", &task_id, &error) ||
      !read_cancel (arguments, &now, &error))
    g_task_return_error (gtask, error);
  else
    hw_task_queue_cancel_async (self->queue, hw_hub_client_get_principal (client), task_id, now,
                                g_task_get_cancellable (gtask), on_task_changed,
                                end_with (gtask, hw_task_queue_cancel_finish));
}

/* Has a verb carried out to which nothing has to be said but which task. */
static void
change_task (HwTaskHub   *self,
             HwHubClient *client,
             GVariant    *arguments,
             GTask       *gtask,
             VerbFunc     begin,
             FinishFunc   finish)
{
  GError *error = NULL;
  guint64 task_id;

  if (!hw_hub_arguments_read_number (arguments, 0, "id", &task_id, &error))
    g_task_return_error (gtask, error);
  else
    begin (self->queue, hw_hub_client_get_principal (client), task_id,
           g_task_get_cancellable (gtask), on_task_changed, end_with (gtask, finish));
}

static void
retry_task (HwTaskHub   *self,
            HwHubClient *client,
            GVariant    *arguments,
            GTask       *gtask)
{
  change_task (self, client, arguments, gtask, hw_task_queue_retry_async,
               hw_task_queue_retry_finish);
}

static void
pause_task (HwTaskHub   *self,
            HwHubClient *client,
            GVariant    *arguments,
            GTask       *gtask)
{
  change_task (self, client, arguments, gtask, hw_task_queue_pause_async,
               hw_task_queue_pause_finish);
}

static void
resume_task (HwTaskHub   *self,
             HwHubClient *client,
             GVariant    *arguments,
             GTask       *gtask)
{
  change_task (self, client, arguments, gtask, hw_task_queue_resume_async,
               hw_task_queue_resume_finish);
}

static void
remove_task (HwTaskHub   *self,
             HwHubClient *client,
             GVariant    *arguments,
             GTask       *gtask)
{
  change_task (self, client, arguments, gtask, hw_task_queue_remove_async,
               hw_task_queue_remove_finish);
}

static char *
make_push_key (guint64 task_id)
{
  return g_strdup_printf ("task/%" G_GUINT64_FORMAT, task_id);
}

/* A subscription, until it is known that there is such a task. Owned by its GTask. */
typedef struct
{
  HwHubClient *client; /* (owned) */
  guint64 task_id;
} Subscription;

static void
subscription_free (Subscription *subscription)
{
  g_clear_object (&subscription->client);
  g_free (subscription);
}

static void
on_subscribed_task_got (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskHub *self = g_task_get_source_object (gtask);
  const Subscription *subscription = g_task_get_task_data (gtask);
  g_autofree char *key = make_push_key (subscription->task_id);
  g_autoptr(HwHubStream) stream = NULL;
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);

  if (task != NULL && !g_task_return_error_if_cancelled (gtask))
    {
      stream = hw_task_stream_new (self->queue,
                                   hw_hub_client_get_principal (subscription->client),
                                   subscription->task_id,
                                   hw_hub_client_get_encoding (subscription->client));
      if (hw_hub_client_open_push (subscription->client, key, TASK_UPDATED, stream, &error))
        g_task_return_pointer (gtask, NULL, NULL);
    }

  if (error != NULL)
    g_task_return_error (gtask, error);
}

static void
subscribe (HwTaskHub   *self,
           HwHubClient *client,
           GVariant    *arguments,
           GTask       *gtask)
{
  Subscription *subscription;
  GError *error = NULL;
  guint64 task_id;

  if (!hw_hub_arguments_read_number (arguments, 0, "id", &task_id, &error))
    {
      g_task_return_error (gtask, error);
      return;
    }

  subscription = g_new0 (Subscription, 1);
  subscription->client = g_object_ref (client);
  subscription->task_id = task_id;
  g_task_set_task_data (gtask, subscription, (GDestroyNotify) subscription_free);

  hw_task_queue_get_task_async (self->queue, hw_hub_client_get_principal (client), task_id,
                                g_task_get_cancellable (gtask), on_subscribed_task_got,
                                g_object_ref (gtask));
}

static void
unsubscribe (HwTaskHub   *self,
             HwHubClient *client,
             GVariant    *arguments,
             GTask       *gtask)
{
  g_autofree char *key = NULL;
  GError *error = NULL;
  guint64 task_id;

  if (!hw_hub_arguments_read_number (arguments, 0, "id", &task_id, &error))
    {
      g_task_return_error (gtask, error);
      return;
    }

  key = make_push_key (task_id);
  hw_hub_client_close_push (client, key);
  g_task_return_pointer (gtask, NULL, NULL);
}

static HwHubStream *
watch (HwTaskHub           *self,
       HwHubClient         *client,
       const HwWatchFilter *filter,
       GVariant            *arguments,
       GError             **error)
{
  guint64 epoch;
  guint64 after;

  if (!hw_hub_arguments_read_number (arguments, 1, "epoch", &epoch, error) ||
      !hw_hub_arguments_read_number (arguments, 2, "after", &after, error))
    return NULL;

  return hw_watch_stream_new (self->queue, hw_hub_client_get_principal (client), filter,
                              epoch, after, hw_hub_client_get_encoding (client),
                              hw_hub_client_may_leave (client));
}

static HwHubStream *
watch_task (HwTaskHub   *self,
            HwHubClient *client,
            GVariant    *arguments,
            GError     **error)
{
  HwWatchFilter filter = { 0 };

  if (!hw_hub_arguments_read_number (arguments, 0, "id", &filter.task_id, error))
    return NULL;

  /* A watcher takes 0 for all tasks; a task with that number there is not. */
  if (filter.task_id == 0)
    {
      g_set_error_literal (error, HW_HUB_ERROR, HW_HUB_ERROR_ARGUMENTS,
                           "Argument 1, “id”, must be the number of a task.");
      return NULL;
    }

  return watch (self, client, &filter, arguments, error);
}

static HwHubStream *
watch_tasks (HwTaskHub   *self,
             HwHubClient *client,
             GVariant    *arguments,
             GError     **error)
{
  g_autoptr(GVariant) members = NULL;
  g_auto(HwWatchFilter) filter = { 0 };

  if (!hw_hub_arguments_read_object (arguments, 0, "filter", &members, error))
    return NULL;

  if (members != NULL && !hw_request_json_read_filter (members, &filter, error))
    return NULL;

  return watch (self, client, &filter, arguments, error);
}

static HwHubStream *
read_log (HwTaskHub   *self,
          HwHubClient *client,
          GVariant    *arguments,
          GError     **error)
{
  guint64 task_id;
  guint64 attempt;
  guint64 offset;

  if (!hw_hub_arguments_read_number (arguments, 0, "id", &task_id, error) ||
      !hw_hub_arguments_read_number (arguments, 1, "attempt", &attempt, error) ||
      !hw_hub_arguments_read_number (arguments, 2, "offset", &offset, error))
    return NULL;

  return hw_log_stream_new (self->queue, hw_hub_client_get_principal (client),
                            self->log_items[hw_hub_client_get_encoding (client)],
                            task_id, (guint) MIN (attempt, (guint64) G_MAXUINT), offset);
}

static const Method methods[] = {
  { "AddTask", "AddTask(type, parameters, options)", 3, add_task, NULL },
  { "CancelTask", "CancelTask(id[, options])", 2, cancel_task, NULL, 1 },
  { "RetryTask", "RetryTask(id)", 1, retry_task, NULL },
  { "PauseTask", "PauseTask(id)", 1, pause_task, NULL },
  { "ResumeTask", "ResumeTask(id)", 1, resume_task, NULL },
  { "RemoveTask", "RemoveTask(id)", 1, remove_task, NULL },
  { "Subscribe", "Subscribe(id)", 1, subscribe, NULL },
  { "Unsubscribe", "Unsubscribe(id)", 1, unsubscribe, NULL },
  { "WatchTask", "WatchTask(id, epoch, after)", 3, NULL, watch_task },
  { "WatchTasks", "WatchTasks(filter, epoch, after)", 3, NULL, watch_tasks },
  { "ReadLog", "ReadLog(id, attempt, offset)", 3, NULL, read_log },
};

static const Method *
find_method (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_ascii_strcasecmp (methods[i].name, name) == 0)
      return &methods[i];

  return NULL;
}

static gboolean
check_arguments (const Method *method,
                 GVariant     *arguments,
                 GError      **error)
{
  gsize n_arguments = g_variant_n_children (arguments);

  if (n_arguments <= method->n_arguments &&
      n_arguments + method->n_optional >= method->n_arguments)
    return TRUE;

  g_set_error (error, HW_HUB_ERROR, HW_HUB_ERROR_ARGUMENTS,
               "%s takes %u arguments, and was called with %" G_GSIZE_FORMAT ". Call %s.",
               method->name, method->n_arguments, n_arguments,
               method->signature);

  return FALSE;
}

static HwHubMethodKind
hw_task_hub_get_method_kind (HwHubHandler *handler,
                             const char   *name)
{
  const Method *method = find_method (name);

  if (method == NULL)
    return HW_HUB_METHOD_KIND_NONE;

  return method->call != NULL ? HW_HUB_METHOD_KIND_CALL : HW_HUB_METHOD_KIND_STREAM;
}

static void
hw_task_hub_call_async (HwHubHandler       *handler,
                        HwHubClient        *client,
                        const char         *name,
                        GVariant           *arguments,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  const Method *method = find_method (name);
  g_autoptr(GTask) gtask = g_task_new (handler, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (gtask, hw_task_hub_call_async);
  g_return_if_fail (method != NULL && method->call != NULL);

  if (check_arguments (method, arguments, &error))
    method->call (HW_TASK_HUB (handler), client, arguments, gtask);
  else
    g_task_return_error (gtask, error);
}

static GBytes *
hw_task_hub_call_finish (HwHubHandler *handler,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, handler), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static HwHubStream *
hw_task_hub_open_stream (HwHubHandler *handler,
                         HwHubClient  *client,
                         const char   *name,
                         GVariant     *arguments,
                         GError      **error)
{
  const Method *method = find_method (name);

  g_return_val_if_fail (method != NULL && method->open != NULL, NULL);

  if (!check_arguments (method, arguments, error))
    return NULL;

  return method->open (HW_TASK_HUB (handler), client, arguments, error);
}

static void
hw_task_hub_iface_init (HwHubHandlerInterface *iface)
{
  iface->get_method_kind = hw_task_hub_get_method_kind;
  iface->call_async = hw_task_hub_call_async;
  iface->call_finish = hw_task_hub_call_finish;
  iface->open_stream = hw_task_hub_open_stream;
}

static void
hw_task_hub_finalize (GObject *object)
{
  HwTaskHub *self = HW_TASK_HUB (object);

  for (guint i = 0; i < HW_N_ENCODINGS; i++)
    g_clear_pointer (&self->log_items[i], hw_log_items_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_task_hub_parent_class)->finalize (object);
}

static void
hw_task_hub_class_init (HwTaskHubClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_task_hub_finalize;
}

static void
hw_task_hub_init (HwTaskHub *self)
{
  for (guint i = 0; i < HW_N_ENCODINGS; i++)
    self->log_items[i] = hw_log_items_new ((HwEncoding) i);
}

/**
 * hw_task_hub_new:
 * @queue: the queue
 *
 * Creates what a hub can do with the tasks of @queue.
 *
 * Returns: (transfer full): it
 */
HwHubHandler *
hw_task_hub_new (HwTaskQueue *queue)
{
  HwTaskHub *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);

  self = g_object_new (HW_TYPE_TASK_HUB, NULL);
  self->queue = g_object_ref (queue);

  return HW_HUB_HANDLER (self);
}
