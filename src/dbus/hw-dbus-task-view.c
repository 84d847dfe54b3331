/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-task-view.h"

#include "hw-dbus-dict.h"

/**
 * HwDBusTaskView:
 *
 * One task as an object on the bus: its levels as properties, and a few verbs.
 *
 * It has two sides. hw_dbus_task_view_apply() takes note of what happened, and
 * hw_dbus_task_view_publish() tells the bus of it, so that properties change when it is
 * their turn among the signals, and many changes at once are one.
 */
struct _HwDBusTaskView
{
  HwDBusTaskSkeleton parent_instance;

  HwDBusVerbs *verbs; /* (owned) (not nullable) */

  guint64 id;
  guint64 seq;                        /* of the newest transition it knows of */
  GVariant *fields[HW_N_TASK_FIELDS]; /* (owned) (nullable), what is so */
};

static void hw_dbus_task_view_iface_init (HwDBusTaskIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwDBusTaskView, hw_dbus_task_view, HW_DBUS_TYPE_TASK_SKELETON,
                               G_IMPLEMENT_INTERFACE (HW_DBUS_TYPE_TASK,
                                                      hw_dbus_task_view_iface_init))

static gboolean
handle_cancel (HwDBusTask            *task,
               GDBusMethodInvocation *invocation,
               GVariant              *options)
{
  HwDBusTaskView *self = HW_DBUS_TASK_VIEW (task);

  hw_dbus_verbs_act_on_one (self->verbs, invocation, HW_DBUS_ACT_CANCEL, self->id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_retry (HwDBusTask            *task,
              GDBusMethodInvocation *invocation,
              GVariant              *options)
{
  HwDBusTaskView *self = HW_DBUS_TASK_VIEW (task);

  hw_dbus_verbs_act_on_one (self->verbs, invocation, HW_DBUS_ACT_RETRY, self->id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_pause (HwDBusTask            *task,
              GDBusMethodInvocation *invocation,
              GVariant              *options)
{
  HwDBusTaskView *self = HW_DBUS_TASK_VIEW (task);

  hw_dbus_verbs_act_on_one (self->verbs, invocation, HW_DBUS_ACT_PAUSE, self->id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_resume (HwDBusTask            *task,
               GDBusMethodInvocation *invocation,
               GVariant              *options)
{
  HwDBusTaskView *self = HW_DBUS_TASK_VIEW (task);

  hw_dbus_verbs_act_on_one (self->verbs, invocation, HW_DBUS_ACT_RESUME, self->id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_wait (HwDBusTask            *task,
             GDBusMethodInvocation *invocation,
             GVariant              *options)
{
  HwDBusTaskView *self = HW_DBUS_TASK_VIEW (task);

  hw_dbus_verbs_wait (self->verbs, invocation, self->id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_open_log (HwDBusTask            *task,
                 GDBusMethodInvocation *invocation,
                 GUnixFDList           *fds,
                 GVariant              *options)
{
  HwDBusTaskView *self = HW_DBUS_TASK_VIEW (task);

  hw_dbus_verbs_open_log (self->verbs, invocation, self->id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
hw_dbus_task_view_iface_init (HwDBusTaskIface *iface)
{
  iface->handle_cancel = handle_cancel;
  iface->handle_retry = handle_retry;
  iface->handle_pause = handle_pause;
  iface->handle_resume = handle_resume;
  iface->handle_wait = handle_wait;
  iface->handle_open_log = handle_open_log;
}

/* Takes @value, which is of the field's type or %NULL. */
static void
hw_dbus_task_view_set_field (HwDBusTaskView *self,
                             HwTaskField     field,
                             GVariant       *value)
{
  g_clear_pointer (&self->fields[field], g_variant_unref);
  self->fields[field] = value;
}

static void
hw_dbus_task_view_finalize (GObject *object)
{
  HwDBusTaskView *self = HW_DBUS_TASK_VIEW (object);

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    hw_dbus_task_view_set_field (self, (HwTaskField) i, NULL);
  g_clear_object (&self->verbs);

  G_OBJECT_CLASS (hw_dbus_task_view_parent_class)->finalize (object);
}

static void
hw_dbus_task_view_class_init (HwDBusTaskViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_dbus_task_view_finalize;
}

static void
hw_dbus_task_view_init (HwDBusTaskView *self)
{
}

/**
 * hw_dbus_task_view_new:
 * @verbs: what its methods call
 * @task: the task to show
 *
 * Creates the object of a task. It shows nothing before it was published.
 *
 * Returns: (transfer full): the object
 */
HwDBusTaskView *
hw_dbus_task_view_new (HwDBusVerbs *verbs,
                       HwTask      *task)
{
  HwDBusTaskView *self;

  g_return_val_if_fail (HW_IS_DBUS_VERBS (verbs), NULL);
  g_return_val_if_fail (HW_IS_TASK (task), NULL);

  self = g_object_new (HW_TYPE_DBUS_TASK_VIEW, NULL);
  self->verbs = g_object_ref (verbs);
  self->id = hw_task_get_id (task);
  self->seq = hw_task_get_seq (task);
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    self->fields[i] = hw_task_fields_dup_value (hw_task_get_fields (task), (HwTaskField) i);

  return self;
}

guint64
hw_dbus_task_view_get_id (HwDBusTaskView *self)
{
  g_return_val_if_fail (HW_IS_DBUS_TASK_VIEW (self), 0);

  return self->id;
}

static const char *
hw_dbus_task_view_get_text (HwDBusTaskView *self,
                            HwTaskField     field)
{
  return self->fields[field] != NULL ? g_variant_get_string (self->fields[field], NULL) : "";
}

/**
 * hw_dbus_task_view_get_state:
 * @self: a task's object
 *
 * Gets the state that the task has, published or not.
 *
 * Returns: the state
 */
HwTaskState
hw_dbus_task_view_get_state (HwDBusTaskView *self)
{
  HwTaskState state = HW_TASK_STATE_PENDING;

  g_return_val_if_fail (HW_IS_DBUS_TASK_VIEW (self), HW_TASK_STATE_PENDING);

  hw_task_state_from_string (hw_dbus_task_view_get_text (self, HW_TASK_FIELD_STATE), &state);

  return state;
}

/* Unsets what another state makes untrue: what the task was busy with, and when it waits
 * again all that the newest attempt did.
 */
static void
hw_dbus_task_view_leave_state (HwDBusTaskView *self,
                               const char     *state)
{
  hw_dbus_task_view_set_field (self, HW_TASK_FIELD_ACTIVITY, NULL);
  if (!g_str_equal (state, hw_task_state_to_string (HW_TASK_STATE_PENDING)))
    return;

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (hw_task_field_is_of_attempt ((HwTaskField) i))
      hw_dbus_task_view_set_field (self, (HwTaskField) i, NULL);
}

/* Whether @event tells something that is not known yet. */
static gboolean
hw_dbus_task_view_is_news (HwDBusTaskView *self,
                           HwEvent        *event)
{
  GVariant *attempt = self->fields[HW_TASK_FIELD_ATTEMPT];

  if (hw_event_get_seq (event) != 0)
    return hw_event_get_seq (event) > self->seq;

  /* A level of an attempt that is over is late. */
  return hw_dbus_task_view_get_state (self) == HW_TASK_STATE_PROCESSING && attempt != NULL &&
         g_variant_get_uint32 (attempt) == hw_event_get_attempt (event);
}

/**
 * hw_dbus_task_view_apply:
 * @self: a task's object
 * @event: an event of this task
 *
 * Takes note of what happened.
 */
void
hw_dbus_task_view_apply (HwDBusTaskView *self,
                         HwEvent        *event)
{
  GVariant *changes = hw_event_get_changes (event);
  const char *state = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_return_if_fail (HW_IS_DBUS_TASK_VIEW (self));

  if (changes == NULL || !hw_dbus_task_view_is_news (self, event))
    return;

  self->seq = MAX (self->seq, hw_event_get_seq (event));
  if (g_variant_lookup (changes, hw_task_field_get_name (HW_TASK_FIELD_STATE), "&s", &state))
    hw_dbus_task_view_leave_state (self, state);

  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      HwTaskField field;

      if (hw_task_field_from_name (name, &field) &&
          g_variant_is_of_type (value, hw_task_field_get_variant_type (field)))
        hw_dbus_task_view_set_field (self, field, value);
      else
        g_variant_unref (value);
    }
}

static guint64
hw_dbus_task_view_get_count (HwDBusTaskView *self,
                             HwTaskField     field)
{
  return self->fields[field] != NULL ? g_variant_get_uint64 (self->fields[field]) : 0;
}

static gint64
hw_dbus_task_view_get_time (HwDBusTaskView *self,
                            HwTaskField     field)
{
  return self->fields[field] != NULL ? g_variant_get_int64 (self->fields[field]) : 0;
}

/* Tells the bus of all properties that are texts. */
static void
hw_dbus_task_view_publish_texts (HwDBusTaskView *self)
{
  HwDBusTask *task = HW_DBUS_TASK (self);

#define PUBLISH(field, set) \
  G_STMT_START { \
    g_autofree char *text = hw_dbus_dict_cut_text (hw_dbus_task_view_get_text (self, field)); \
    set (task, text); \
  } G_STMT_END

  PUBLISH (HW_TASK_FIELD_TYPE, hw_dbus_task_set_type_);
  PUBLISH (HW_TASK_FIELD_TITLE, hw_dbus_task_set_title);
  PUBLISH (HW_TASK_FIELD_STATE, hw_dbus_task_set_state);
  PUBLISH (HW_TASK_FIELD_RESULT, hw_dbus_task_set_result);
  PUBLISH (HW_TASK_FIELD_ERROR, hw_dbus_task_set_error);
  PUBLISH (HW_TASK_FIELD_MESSAGE, hw_dbus_task_set_message);
  PUBLISH (HW_TASK_FIELD_UNIT, hw_dbus_task_set_unit);
  PUBLISH (HW_TASK_FIELD_ACTIVITY, hw_dbus_task_set_activity);
  PUBLISH (HW_TASK_FIELD_CONTAINMENT, hw_dbus_task_set_containment);
#undef PUBLISH
}

/**
 * hw_dbus_task_view_publish:
 * @self: a task's object
 *
 * Tells the bus what the task is now, in one signal that is sent before this returns: a
 * change that waits for the next turn of the main loop could be merged with another, or
 * be lost with the object.
 */
void
hw_dbus_task_view_publish (HwDBusTaskView *self)
{
  HwDBusTask *task = HW_DBUS_TASK (self);
  GVariant *progress;
  GVariant *attempt;

  g_return_if_fail (HW_IS_DBUS_TASK_VIEW (self));

  progress = self->fields[HW_TASK_FIELD_PROGRESS];
  attempt = self->fields[HW_TASK_FIELD_ATTEMPT];

  hw_dbus_task_set_id (task, self->id);
  hw_dbus_task_view_publish_texts (self);
  hw_dbus_task_set_progress (task, progress != NULL ? g_variant_get_double (progress) : 0.0);
  hw_dbus_task_set_progress_valid (task, progress != NULL);
  hw_dbus_task_set_done (task, hw_dbus_task_view_get_count (self, HW_TASK_FIELD_DONE));
  hw_dbus_task_set_total (task, hw_dbus_task_view_get_count (self, HW_TASK_FIELD_TOTAL));
  hw_dbus_task_set_attempt (task, attempt != NULL ? g_variant_get_uint32 (attempt) : 0);
  hw_dbus_task_set_timeout (task, hw_dbus_task_view_get_count (self, HW_TASK_FIELD_TIMEOUT));
  hw_dbus_task_set_created_at (task, hw_dbus_task_view_get_time (self, HW_TASK_FIELD_CREATED_AT));
  hw_dbus_task_set_started_at (task, hw_dbus_task_view_get_time (self, HW_TASK_FIELD_STARTED_AT));
  hw_dbus_task_set_ended_at (task, hw_dbus_task_view_get_time (self, HW_TASK_FIELD_ENDED_AT));

  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
}
