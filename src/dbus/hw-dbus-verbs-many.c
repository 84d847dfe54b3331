/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-verbs.h"

#include "hw-dbus-error.h"
#include "hw-dbus-request.h"

/* The two verbs that are asked of many tasks at once: what begins and ends each. */
typedef struct
{
  void (*begin)(HwTaskQueue        *queue,
                HwPrincipal        *principal,
                guint64             task_id,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            user_data);
  HwTask *(*finish)(HwTaskQueue  *queue,
                    GAsyncResult *result,
                    GError      **error);
} Verb;

static void
cancel_gently (HwTaskQueue        *queue,
               HwPrincipal        *principal,
               guint64             task_id,
               GCancellable       *cancellable,
               GAsyncReadyCallback callback,
               gpointer            user_data)
{
  hw_task_queue_cancel_async (queue, principal, task_id, FALSE, cancellable, callback, user_data);
}

static const Verb cancel_verb = { cancel_gently, hw_task_queue_cancel_finish };
static const Verb retry_verb = { hw_task_queue_retry_async, hw_task_queue_retry_finish };

/* A call about many tasks, until all of them have answered. */
typedef struct
{
  const Verb *verb;
  GDBusMethodInvocation *invocation; /* (owned) (nullable), until it is answered */
  gboolean has_reply;                /* whether the reply says which tasks */
  guint n_pending;
  GArray *task_ids;     /* (owned) (element-type guint64) */
  gboolean *is_affected; /* (owned) (array), for each of them */
  GError *error;        /* (owned) (nullable), that of the first task with one */
  guint error_index;
} Many;

/* One of them. */
typedef struct
{
  Many *many;
  guint index;
} Part;

static void
many_free (Many *many)
{
  g_clear_object (&many->invocation);
  g_clear_pointer (&many->task_ids, g_array_unref);
  g_clear_pointer (&many->is_affected, g_free);
  g_clear_error (&many->error);
  g_free (many);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Many, many_free)

/* @many is (transfer full). */
static void
many_answer (Many *many)
{
  g_autoptr(Many) owned = many;
  g_auto(GVariantBuilder) affected = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("at"));
  guint n_affected = 0;

  for (guint i = 0; i < many->task_ids->len; i++)
    if (many->is_affected[i])
      {
        g_variant_builder_add (&affected, "t", g_array_index (many->task_ids, guint64, i));
        n_affected++;
      }

  if (n_affected == 0 && many->error != NULL)
    {
      hw_dbus_error_return (g_steal_pointer (&many->invocation), many->error);
    }
  else
    {
      g_dbus_method_invocation_return_value (g_steal_pointer (&many->invocation),
                                             many->has_reply
                                           ? g_variant_new ("(at)", &affected)
                                           : NULL);
    }
}

/* Ends one part, of which there may be none left then; @many may be gone after this. */
static void
many_end_part (Many *many)
{
  many->n_pending--;
  if (many->n_pending == 0)
    many_answer (many);
}

static void
on_part_done (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autofree Part *part = user_data;
  Many *many = part->many;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = many->verb->finish (HW_TASK_QUEUE (source), result, &error);

  if (task != NULL)
    {
      many->is_affected[part->index] = TRUE;
    }
  else if (many->error == NULL || part->index < many->error_index)
    {
      g_clear_error (&many->error);
      many->error = g_steal_pointer (&error);
      many->error_index = part->index;
    }

  many_end_part (many);
}

/* Asks @verb of all of @task_ids, which is (transfer full) (nullable), as @invocation. */
static void
ask_many (HwDBusVerbs           *verbs,
          GDBusMethodInvocation *invocation,
          const Verb            *verb,
          GArray                *task_ids,
          gboolean               has_reply,
          const GError          *error)
{
  Many *many;

  if (task_ids == NULL)
    {
      hw_dbus_error_return (invocation, error);
      return;
    }

  many = g_new0 (Many, 1);
  many->verb = verb;
  many->invocation = invocation;
  many->has_reply = has_reply;
  many->task_ids = task_ids;
  many->is_affected = g_new0 (gboolean, task_ids->len);

  /* One more, so that none of them is the last before all have begun. */
  many->n_pending = task_ids->len + 1;
  for (guint i = 0; i < task_ids->len; i++)
    {
      Part *part = g_new0 (Part, 1);

      part->many = many;
      part->index = i;
      verb->begin (hw_dbus_verbs_get_queue (verbs), hw_dbus_verbs_get_principal (verbs),
                   g_array_index (task_ids, guint64, i), NULL, on_part_done, part);
    }

  many_end_part (many);
}

static GArray *
read_many (GVariant *task_ids,
           GVariant *options,
           GError  **error)
{
  if (!hw_dbus_request_check_none (options, error))
    return NULL;

  return hw_dbus_request_read_ids (task_ids, error);
}

static GArray *
read_one (guint64   task_id,
          GVariant *options,
          GError  **error)
{
  GArray *task_ids;

  if (!hw_dbus_request_check_none (options, error))
    return NULL;

  task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  return g_array_append_val (task_ids, task_id);
}

/**
 * hw_dbus_verbs_cancel:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_ids: tasks' numbers, an `at`
 * @options: none so far
 *
 * Cancels tasks, and replies with those that were canceled.
 */
void
hw_dbus_verbs_cancel (HwDBusVerbs           *self,
                      GDBusMethodInvocation *invocation,
                      GVariant              *task_ids,
                      GVariant              *options)
{
  g_autoptr(GError) error = NULL;
  GArray *read = read_many (task_ids, options, &error);

  ask_many (self, invocation, &cancel_verb, read, TRUE, error);
}

/**
 * hw_dbus_verbs_cancel_one:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_id: a task's number
 * @options: none so far
 *
 * Cancels a task, and replies with nothing.
 */
void
hw_dbus_verbs_cancel_one (HwDBusVerbs           *self,
                          GDBusMethodInvocation *invocation,
                          guint64                task_id,
                          GVariant              *options)
{
  g_autoptr(GError) error = NULL;
  GArray *read = read_one (task_id, options, &error);

  ask_many (self, invocation, &cancel_verb, read, FALSE, error);
}

/**
 * hw_dbus_verbs_retry:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_ids: tasks' numbers, an `at`
 * @options: none so far
 *
 * Retries tasks, and replies with those that wait again.
 */
void
hw_dbus_verbs_retry (HwDBusVerbs           *self,
                     GDBusMethodInvocation *invocation,
                     GVariant              *task_ids,
                     GVariant              *options)
{
  g_autoptr(GError) error = NULL;
  GArray *read = read_many (task_ids, options, &error);

  ask_many (self, invocation, &retry_verb, read, TRUE, error);
}

/**
 * hw_dbus_verbs_retry_one:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @task_id: a task's number
 * @options: none so far
 *
 * Retries a task, and replies with nothing.
 */
void
hw_dbus_verbs_retry_one (HwDBusVerbs           *self,
                         GDBusMethodInvocation *invocation,
                         guint64                task_id,
                         GVariant              *options)
{
  g_autoptr(GError) error = NULL;
  GArray *read = read_one (task_id, options, &error);

  ask_many (self, invocation, &retry_verb, read, FALSE, error);
}
