/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-dict.h"

#include <string.h>

/* Bytes of a value with parts, such as the parameters, that goes to everybody: who wants
 * more asks for the task.
 */
#define VALUE_MAX 2048

#define ELLIPSIS "…"

/* Keys that are no fields of a task. */
#define KEY_ID "id"
#define KEY_SEQ "seq"
#define KEY_EPOCH "epoch"
#define KEY_TASK "task"
#define KEY_KIND "kind"
#define KEY_AT "at"
#define KEY_LAST "last"
#define KEY_REV "rev"
#define KEY_RESET "reset"
#define KEY_TASKS "tasks"
#define KEY_UNSET "unset"
#define KEY_CUT "cut"

/**
 * hw_dbus_dict_cut_text:
 * @text: a text
 *
 * Shortens a text to what everybody is sent.
 *
 * Returns: (transfer full): at most %HW_DBUS_TEXT_MAX bytes
 */
char *
hw_dbus_dict_cut_text (const char *text)
{
  gsize length = strlen (text);
  const char *end;

  if (length <= HW_DBUS_TEXT_MAX)
    return g_strndup (text, length);

  /* Not within a character. */
  end = g_utf8_find_prev_char (text, text + HW_DBUS_TEXT_MAX - strlen (ELLIPSIS) + 1);

  return g_strdup_printf ("%.*s" ELLIPSIS, (int) (end - text), text);
}

/* Gets what everybody is sent of a value; %NULL if that is nothing. */
static GVariant *
cut_value (GVariant *value,
           gboolean *is_cut)
{
  *is_cut = g_variant_get_size (value) > VALUE_MAX;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return *is_cut ? NULL : g_variant_ref (value);

  *is_cut = strlen (g_variant_get_string (value, NULL)) > HW_DBUS_TEXT_MAX;
  if (!*is_cut)
    return g_variant_ref (value);

  return g_variant_ref_sink (
    g_variant_new_take_string (hw_dbus_dict_cut_text (g_variant_get_string (value, NULL))));
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
insert_strings (GVariantDict *dict,
                const char   *key,
                GPtrArray    *strings)
{
  if (strings->len > 0)
    g_variant_dict_insert_value (dict, key,
                                 g_variant_new_strv ((const char *const *) strings->pdata,
                                                     strings->len));
}

/* Adds the fields in @fields, an `a{sv}`; @dict says which of them it has cut. */
static void
insert_fields (GVariantDict *dict,
               GVariant     *fields,
               gboolean      cuts)
{
  g_autoptr(GPtrArray) cut = g_ptr_array_new ();
  GVariantIter iter;
  const char *name;
  GVariant *value = NULL;

  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr(GVariant) owned = g_steal_pointer (&value);
      g_autoptr(GVariant) shown = NULL;
      gboolean is_cut = FALSE;

      shown = cuts ? cut_value (owned, &is_cut) : g_variant_ref (owned);
      if (shown != NULL)
        g_variant_dict_insert_value (dict, name, shown);
      if (is_cut)
        g_ptr_array_add (cut, (gpointer) name);
    }

  g_ptr_array_sort (cut, compare_strings);
  insert_strings (dict, KEY_CUT, cut);
}

static GVariant *
make_task (HwTask  *task,
           gboolean cuts)
{
  g_autoptr(GVariant) fields = hw_task_dup_fields (task);
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  insert_fields (&dict, fields, cuts);
  g_variant_dict_insert (&dict, KEY_ID, "t", hw_task_get_id (task));
  g_variant_dict_insert (&dict, KEY_SEQ, "t", hw_task_get_seq (task));

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/**
 * hw_dbus_dict_make_task:
 * @task: a task
 *
 * Gets a task as a dictionary, whole.
 *
 * Returns: (transfer full): an `a{sv}`
 */
GVariant *
hw_dbus_dict_make_task (HwTask *task)
{
  g_return_val_if_fail (HW_IS_TASK (task), NULL);

  return make_task (task, FALSE);
}

/**
 * hw_dbus_dict_make_cut_task:
 * @task: a task
 *
 * Gets a task as a dictionary of some kilobytes: `cut` says what is not whole in it.
 *
 * Returns: (transfer full): an `a{sv}`
 */
GVariant *
hw_dbus_dict_make_cut_task (HwTask *task)
{
  g_return_val_if_fail (HW_IS_TASK (task), NULL);

  return make_task (task, TRUE);
}

/* A task that waits again has nothing any more of what its attempt did: that is said,
 * not left to be known.
 */
static void
insert_unset (GVariantDict *dict,
              GVariant     *changes)
{
  g_autoptr(GPtrArray) unset = g_ptr_array_new ();
  const char *state = NULL;

  g_variant_lookup (changes, hw_task_field_get_name (HW_TASK_FIELD_STATE), "&s", &state);
  if (g_strcmp0 (state, hw_task_state_to_string (HW_TASK_STATE_PENDING)) != 0)
    return;

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      const char *name = hw_task_field_get_name ((HwTaskField) i);

      if (hw_task_field_is_of_attempt ((HwTaskField) i) &&
          !g_variant_lookup (changes, name, "*", NULL))
        g_ptr_array_add (unset, (gpointer) name);
    }

  insert_strings (dict, KEY_UNSET, unset);
}

/* Adds what happened to a task, and when. */
static void
insert_changes (GVariantDict *dict,
                HwEvent      *event,
                gboolean      cuts)
{
  GVariant *changes = hw_event_get_changes (event);

  if (changes != NULL)
    insert_fields (dict, changes, cuts);
  if (changes != NULL && hw_event_get_kind (event) == HW_EVENT_KIND_STATE)
    insert_unset (dict, changes);

  g_variant_dict_insert (dict, KEY_AT, "x", hw_event_get_time (event));
  if (hw_event_get_last_task_id (event) > hw_event_get_task_id (event))
    g_variant_dict_insert (dict, KEY_LAST, "t", hw_event_get_last_task_id (event));
  if (hw_event_get_task_id (event) != 0)
    g_variant_dict_insert (dict, hw_task_field_get_name (HW_TASK_FIELD_ATTEMPT), "u",
                           hw_event_get_attempt (event));
  else
    g_variant_dict_insert (dict, hw_task_field_get_name (HW_TASK_FIELD_GROUP), "s",
                           hw_event_get_group (event));
}

static GVariant *
make_cut_tasks (GPtrArray *tasks)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < tasks->len; i++)
    {
      g_autoptr(GVariant) task = hw_dbus_dict_make_cut_task (g_ptr_array_index (tasks, i));

      g_variant_builder_add_value (&builder, task);
    }

  return g_variant_builder_end (&builder);
}

/**
 * hw_dbus_dict_make_event:
 * @event: an event
 *
 * Gets an event as a dictionary: whole, but for the tasks of a snapshot, which are many.
 *
 * Returns: (transfer full): an `a{sv}`
 */
GVariant *
hw_dbus_dict_make_event (HwEvent *event)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_return_val_if_fail (event != NULL, NULL);

  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_SNAPSHOT:
      g_variant_dict_insert (&dict, KEY_RESET, "b", hw_event_get_is_reset (event));
      g_variant_dict_insert_value (&dict, KEY_TASKS,
                                   make_cut_tasks (hw_event_get_tasks (event)));
      break;

    case HW_EVENT_KIND_HEARTBEAT:
      break;

    case HW_EVENT_KIND_ADDED:
    case HW_EVENT_KIND_STATE:
    case HW_EVENT_KIND_MESSAGE:
    case HW_EVENT_KIND_CHANGED:
    case HW_EVENT_KIND_REMOVED:
    case HW_EVENT_KIND_HELD:
    case HW_EVENT_KIND_PROGRESS:
    default:
      insert_changes (&dict, event, FALSE);
      g_variant_dict_insert (&dict, KEY_TASK, "t", hw_event_get_task_id (event));
      break;
    }

  g_variant_dict_insert (&dict, KEY_KIND, "s",
                         hw_event_kind_to_string (hw_event_get_kind (event)));
  g_variant_dict_insert (&dict, KEY_EPOCH, "t", hw_event_get_epoch (event));
  if (hw_event_get_kind (event) == HW_EVENT_KIND_PROGRESS)
    g_variant_dict_insert (&dict, KEY_REV, "t", hw_event_get_rev (event));
  else
    g_variant_dict_insert (&dict, KEY_SEQ, "t", hw_event_get_seq (event));

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/**
 * hw_dbus_dict_make_cut_changes:
 * @event: an event of a task, or of the queue
 * @told: (nullable): the name of a field that is told beside them
 *
 * Gets what a signal says besides its numbers: what changed, when, and in which attempt.
 *
 * Returns: (transfer full): an `a{sv}`
 */
GVariant *
hw_dbus_dict_make_cut_changes (HwEvent    *event,
                               const char *told)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_return_val_if_fail (event != NULL, NULL);

  insert_changes (&dict, event, TRUE);
  if (told != NULL)
    g_variant_dict_remove (&dict, told);

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
