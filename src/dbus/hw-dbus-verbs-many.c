/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-verbs.h"

#include "hw-dbus-error.h"
#include "hw-dbus-request.h"

/* A verb that is asked of many tasks at once: what begins and ends it. */
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

static void
cancel_now (HwTaskQueue        *queue,
            HwPrincipal        *principal,
            guint64             task_id,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  hw_task_queue_cancel_async (queue, principal, task_id, TRUE, cancellable, callback, user_data);
}

static const Verb verbs[] = {
  [HW_DBUS_ACT_CANCEL] = { cancel_gently, hw_task_queue_cancel_finish },
  [HW_DBUS_ACT_RETRY] = { hw_task_queue_retry_async, hw_task_queue_retry_finish },
  [HW_DBUS_ACT_PAUSE] = { hw_task_queue_pause_async, hw_task_queue_pause_finish },
  [HW_DBUS_ACT_RESUME] = { hw_task_queue_resume_async, hw_task_queue_resume_finish },
  [HW_DBUS_ACT_REMOVE] = { hw_task_queue_remove_async, hw_task_queue_remove_finish },
};

static const Verb kill_verb = { cancel_now, hw_task_queue_cancel_finish };

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

/* Asks @verb of all of @task_ids, which is (transfer full), as @invocation. */
static void
ask_many (HwDBusVerbs           *self,
          GDBusMethodInvocation *invocation,
          const Verb            *verb,
          GArray                *task_ids,
          gboolean               has_reply)
{
  Many *many = g_new0 (Many, 1);

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
      verb->begin (hw_dbus_verbs_get_queue (self), hw_dbus_verbs_get_principal (self),
                   g_array_index (task_ids, guint64, i), NULL, on_part_done, part);
    }

  many_end_part (many);
}

/* Reads the options of a verb. Returns (nullable): what to ask. */
static const Verb *
read_verb (HwDBusAct act,
           GVariant *options,
           GError  **error)
{
  gboolean now = FALSE;

  if (act != HW_DBUS_ACT_CANCEL)
    return hw_dbus_request_check_none (options, error) ? &verbs[act] : NULL;

  if (!hw_dbus_request_read_cancel (options, &now, error))
    return NULL;

  return now ? &kill_verb : &verbs[act];
}

/**
 * hw_dbus_verbs_act:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @act: what is asked
 * @task_ids: tasks' numbers, an `at`
 * @options: `now`, if it is to cancel, else none so far
 *
 * Does something to tasks, and replies with those to which it could be done.
 */
void
hw_dbus_verbs_act (HwDBusVerbs           *self,
                   GDBusMethodInvocation *invocation,
                   HwDBusAct              act,
                   GVariant              *task_ids,
                   GVariant              *options)
{
  g_autoptr(GError) error = NULL;
  const Verb *verb = read_verb (act, options, &error);
  GArray *read = verb != NULL ? hw_dbus_request_read_ids (task_ids, &error) : NULL;

  if (read != NULL)
    ask_many (self, invocation, verb, read, TRUE);
  else
    hw_dbus_error_return (invocation, error);
}

/**
 * hw_dbus_verbs_act_on_one:
 * @self: verbs
 * @invocation: (transfer full): a call
 * @act: what is asked
 * @task_id: a task's number
 * @options: as for hw_dbus_verbs_act()
 *
 * Does something to a task, and replies with nothing.
 */
void
hw_dbus_verbs_act_on_one (HwDBusVerbs           *self,
                          GDBusMethodInvocation *invocation,
                          HwDBusAct              act,
                          guint64                task_id,
                          GVariant              *options)
{
  g_autoptr(GError) error = NULL;
  const Verb *verb = read_verb (act, options, &error);
  GArray *task_ids;

  if (verb == NULL)
    {
      hw_dbus_error_return (invocation, error);
      return;
    }

  task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (task_ids, task_id);
  ask_many (self, invocation, verb, task_ids, FALSE);
}
