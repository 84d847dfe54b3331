/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-verbs.h"

#include "hw-dbus-dict.h"
#include "hw-dbus-error.h"
#include "hw-dbus-request.h"
#include "hw-error.h"

#include <gio/gunixfdlist.h>

/**
 * HwDBusVerbs:
 *
 * What somebody may ask on the bus: each call becomes a verb of the queue, and what the
 * queue answers the reply. The interface of the queue and the objects of tasks share it.
 *
 * Each function takes the invocation over, and answers it, now or later.
 */
struct _HwDBusVerbs
{
  GObject parent_instance;

  HwTaskQueue *queue;             /* (owned) (not nullable) */
  HwPrincipal *principal;         /* (owned) (not nullable) */
  HwDBusSubmissions *submissions; /* (owned) (not nullable) */
  HwDBusCallers *callers;         /* (owned) (not nullable) */
  HwDBusLogs *logs;               /* (owned) (not nullable) */

  HwDBusLinkFunc link_function; /* (nullable) */
  gpointer link_data;
};

G_DEFINE_FINAL_TYPE (HwDBusVerbs, hw_dbus_verbs, G_TYPE_OBJECT)

/* A call, until it is answered. */
typedef struct
{
  HwDBusVerbs *verbs;                /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned) (nullable), until it is answered */
  guint64 ticket;                    /* of a submission */
} Call;

static Call *
call_new (HwDBusVerbs           *verbs,
          GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->verbs = g_object_ref (verbs);
  call->invocation = invocation;

  return call;
}

static void
call_free (Call *call)
{
  g_clear_object (&call->invocation);
  g_clear_object (&call->verbs);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
call_return (Call     *call,
             GVariant *value)
{
  g_dbus_method_invocation_return_value (g_steal_pointer (&call->invocation), value);
}

static void
call_return_error (Call         *call,
                   const GError *error)
{
  hw_dbus_error_return (g_steal_pointer (&call->invocation), error);
}

static void
hw_dbus_verbs_finalize (GObject *object)
{
  HwDBusVerbs *self = HW_DBUS_VERBS (object);

  g_clear_object (&self->logs);
  g_clear_object (&self->callers);
  g_clear_object (&self->submissions);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_dbus_verbs_parent_class)->finalize (object);
}

static void
hw_dbus_verbs_class_init (HwDBusVerbsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_dbus_verbs_finalize;
}

static void
hw_dbus_verbs_init (HwDBusVerbs *self)
{
}

/**
 * hw_dbus_verbs_new:
 * @queue: an open queue
 * @principal: who calls, whoever it is
 * @submissions: where calls that add tasks are noted
 *
 * Creates the verbs of the bus.
 *
 * Returns: (transfer full): them
 */
HwDBusVerbs *
hw_dbus_verbs_new (HwTaskQueue       *queue,
                   HwPrincipal       *principal,
                   HwDBusSubmissions *submissions)
{
  HwDBusVerbs *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);
  g_return_val_if_fail (HW_IS_DBUS_SUBMISSIONS (submissions), NULL);

  self = g_object_new (HW_TYPE_DBUS_VERBS, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);
  self->submissions = g_object_ref (submissions);
  self->callers = hw_dbus_callers_new ();
  self->logs = hw_dbus_logs_new (queue, principal);

  return self;
}

/**
 * hw_dbus_verbs_set_link:
 * @self: verbs
 * @function: (nullable): makes the addresses of web pages
 * @user_data: data for @function
 *
 * Says where the web pages are.
 */
void
hw_dbus_verbs_set_link (HwDBusVerbs   *self,
                        HwDBusLinkFunc function,
                        gpointer       user_data)
{
  g_return_if_fail (HW_IS_DBUS_VERBS (self));

  self->link_function = function;
  self->link_data = user_data;
}

HwTaskQueue *
hw_dbus_verbs_get_queue (HwDBusVerbs *self)
{
  g_return_val_if_fail (HW_IS_DBUS_VERBS (self), NULL);

  return self->queue;
}

HwPrincipal *
hw_dbus_verbs_get_principal (HwDBusVerbs *self)
{
  g_return_val_if_fail (HW_IS_DBUS_VERBS (self), NULL);

  return self->principal;
}

HwDBusLogs *
hw_dbus_verbs_get_logs (HwDBusVerbs *self)
{
  g_return_val_if_fail (HW_IS_DBUS_VERBS (self), NULL);

  return self->logs;
}

/**
 * hw_dbus_verbs_drop_callers:
 * @self: verbs
 *
 * Waits for nobody any more: the bus is gone.
 */
void
hw_dbus_verbs_drop_callers (HwDBusVerbs *self)
{
  g_return_if_fail (HW_IS_DBUS_VERBS (self));

  hw_dbus_callers_drop_all (self->callers);
}

/**
 * hw_dbus_verbs_get_n_callers:
 * @self: verbs
 *
 * Gets for how many on the bus calls wait.
 *
 * Returns: how many
 */
guint
hw_dbus_verbs_get_n_callers (HwDBusVerbs *self)
{
  g_return_val_if_fail (HW_IS_DBUS_VERBS (self), 0);

  return hw_dbus_callers_get_n_callers (self->callers);
}

static void
on_submitted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(Call) call = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_submit_finish (HW_TASK_QUEUE (source), result, &error);
  g_autofree char *path = NULL;

  if (task != NULL)
    {
      path = g_strdup_printf (HW_DBUS_TASK_PATH_FORMAT, hw_task_get_id (task));
      call_return (call, g_variant_new ("(to)", hw_task_get_id (task), path));
    }
  else
    {
      call_return_error (call, error);
    }

  hw_dbus_submissions_end (call->verbs->submissions, call->ticket);
}

/**
 * hw_dbus_verbs_submit:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @type: a task type's name
 * @parameters: its parameters
 * @options: `title`, `priority`, `timeout` and `idempotency_key`
 *
 * Adds a task, and replies with its number and path.
 */
void
hw_dbus_verbs_submit (HwDBusVerbs           *self,
                      GDBusMethodInvocation *invocation,
                      const char            *type,
                      GVariant              *parameters,
                      GVariant              *options)
{
  g_autoptr(Call) call = call_new (self, invocation);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = hw_dbus_request_read_spec (type, parameters, options, &error);

  if (spec == NULL)
    {
      call_return_error (call, error);
      return;
    }

  call->ticket = hw_dbus_submissions_begin (self->submissions);
  hw_task_queue_submit_async (self->queue, self->principal, spec, NULL, on_submitted,
                              g_steal_pointer (&call));
}

/* Says of which of many tasks an error is. */
static void
call_return_error_of_many (Call         *call,
                           const GError *error)
{
  const char *field = hw_error_get_field (error);
  g_autoptr(GError) named = g_error_copy (error);

  if (field != NULL)
    g_prefix_error (&named, "%s: ", field);
  call_return_error (call, named);
}

static void
on_many_submitted (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(Call) call = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_task_queue_submit_many_finish (HW_TASK_QUEUE (source), result,
                                                                  &error);
  g_auto(GVariantBuilder) ids = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("at"));

  for (guint i = 0; events != NULL && i < events->len; i++)
    g_variant_builder_add (&ids, "t", hw_event_get_task_id (g_ptr_array_index (events, i)));

  if (events != NULL)
    call_return (call, g_variant_new ("(at)", &ids));
  else
    call_return_error_of_many (call, error);

  hw_dbus_submissions_end (call->verbs->submissions, call->ticket);
}

/**
 * hw_dbus_verbs_submit_many:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @tasks: an `a(sa{sv}a{sv})`
 * @options: `idempotency_key`
 *
 * Adds many tasks or none, and replies with their numbers.
 */
void
hw_dbus_verbs_submit_many (HwDBusVerbs           *self,
                           GDBusMethodInvocation *invocation,
                           GVariant              *tasks,
                           GVariant              *options)
{
  g_autoptr(Call) call = call_new (self, invocation);
  g_autofree char *key = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) specs = hw_dbus_request_read_specs (tasks, options, &key, &error);

  if (specs == NULL)
    {
      call_return_error_of_many (call, error);
      return;
    }

  call->ticket = hw_dbus_submissions_begin (self->submissions);
  hw_task_queue_submit_many_async (self->queue, self->principal, specs, key, NULL,
                                   on_many_submitted, g_steal_pointer (&call));
}

static void
call_return_task (Call         *call,
                  HwTask       *task,
                  const GError *error)
{
  g_autoptr(GVariant) dict = NULL;

  if (task == NULL)
    {
      call_return_error (call, error);
      return;
    }

  dict = hw_dbus_dict_make_task (task);
  call_return (call, g_variant_new ("(@a{sv})", dict));
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Call) call = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);

  call_return_task (call, task, error);
}

/**
 * hw_dbus_verbs_get_task:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_id: a task's number
 * @options: none so far
 *
 * Replies with a task as it is now.
 */
void
hw_dbus_verbs_get_task (HwDBusVerbs           *self,
                        GDBusMethodInvocation *invocation,
                        guint64                task_id,
                        GVariant              *options)
{
  g_autoptr(Call) call = call_new (self, invocation);
  g_autoptr(GError) error = NULL;

  if (hw_dbus_request_check_none (options, &error))
    hw_task_queue_get_task_async (self->queue, self->principal, task_id, NULL, on_task_got,
                                  g_steal_pointer (&call));
  else
    call_return_error (call, error);
}

static void
on_waited (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(Call) call = user_data;
  g_autofree char *caller = g_strdup (g_dbus_method_invocation_get_sender (call->invocation));
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_wait_finish (HW_TASK_QUEUE (source), result, &error);

  hw_dbus_callers_end_wait (call->verbs->callers, caller);
  call_return_task (call, task, error);
}

/**
 * hw_dbus_verbs_wait:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_id: a task's number
 * @options: none so far
 *
 * Replies with a task when it has ended; not at all if the caller leaves before.
 */
void
hw_dbus_verbs_wait (HwDBusVerbs           *self,
                    GDBusMethodInvocation *invocation,
                    guint64                task_id,
                    GVariant              *options)
{
  g_autoptr(Call) call = NULL;
  g_autoptr(GCancellable) gone = NULL;
  g_autoptr(GError) error = NULL;

  /* The queue takes 0 for all tasks; a task with that number there is not. */
  if (task_id == 0)
    {
      hw_dbus_verbs_get_task (self, invocation, task_id, options);
      return;
    }

  call = call_new (self, invocation);
  if (hw_dbus_request_check_none (options, &error))
    gone = hw_dbus_callers_begin_wait (self->callers,
                                       g_dbus_method_invocation_get_connection (invocation),
                                       g_dbus_method_invocation_get_sender (invocation), &error);

  if (gone != NULL)
    hw_task_queue_wait_async (self->queue, self->principal, task_id, gone, on_waited,
                              g_steal_pointer (&call));
  else
    call_return_error (call, error);
}

static void
on_log_opened (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(Call) call = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GUnixFDList) fds = NULL;
  int fd = hw_dbus_logs_open_finish (HW_DBUS_LOGS (source), result, &error);

  if (fd < 0)
    {
      call_return_error (call, error);
      return;
    }

  fds = g_unix_fd_list_new_from_array (&fd, 1);
  g_dbus_method_invocation_return_value_with_unix_fd_list (g_steal_pointer (&call->invocation),
                                                           g_variant_new ("(h)", 0), fds);
}

/**
 * hw_dbus_verbs_open_log:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_id: a task's number
 * @options: `attempt`, `offset` and `follow`
 *
 * Replies with a pipe from which to read what a program printed.
 */
void
hw_dbus_verbs_open_log (HwDBusVerbs           *self,
                        GDBusMethodInvocation *invocation,
                        guint64                task_id,
                        GVariant              *options)
{
  g_autoptr(Call) call = call_new (self, invocation);
  HwDBusLogRequest request = { .query.of.task_id = task_id };
  g_autoptr(GError) error = NULL;

  if (hw_dbus_request_read_log (options, &request, &error))
    hw_dbus_logs_open_async (self->logs, &request, on_log_opened, g_steal_pointer (&call));
  else
    call_return_error (call, error);
}

/**
 * hw_dbus_verbs_get_link:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_id: a task's number, or 0 for the list
 * @options: none so far
 *
 * Replies with the address of a web page, with what logs a browser in.
 */
void
hw_dbus_verbs_get_link (HwDBusVerbs           *self,
                        GDBusMethodInvocation *invocation,
                        guint64                task_id,
                        GVariant              *options)
{
  g_autoptr(Call) call = call_new (self, invocation);
  g_autofree char *uri = NULL;
  g_autoptr(GError) error = NULL;

  if (hw_dbus_request_check_none (options, &error) && self->link_function != NULL)
    uri = self->link_function (task_id, self->link_data);

  if (uri == NULL && error == NULL)
    g_set_error (&error, HW_ERROR, HW_ERROR_FAILED,
                 "The daemon serves no web page. Install one that was built with it.");

  if (uri != NULL)
    call_return (call, g_variant_new ("(s)", uri));
  else
    call_return_error (call, error);
}
