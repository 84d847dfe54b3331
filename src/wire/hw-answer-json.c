/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-answer-json.h"

#include "hw-answer-json-private.h"
#include "hw-error.h"
#include "hw-json-variant.h"
#include "hw-task-form-private.h"
#include "hw-task-type-form-private.h"

void
hw_answer_poll_free (HwAnswerPoll *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_free (self);
}

static void
set_unreadable (GError **error)
{
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "What came back is no answer of Headway's, or one of a version that this one "
               "does not know. Look what listens there, and bring both to one version.");
}

/* Reads an answer as an object, whatever the members. Returns (transfer full). */
GVariant *
hw_answer_json_parse_members (GBytes  *json,
                              GError **error)
{
  const HwJsonLimits limits = { HW_ANSWER_MAX_LENGTH, HW_ANSWER_MAX_TOKENS };
  g_autoptr(GVariant) members = NULL;
  gsize length;
  const char *data = g_bytes_get_data (json, &length);

  if (length > limits.max_length)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "The answer has %" G_GSIZE_FORMAT " bytes; at most %" G_GSIZE_FORMAT
                   " are read. Ask for less at once.", length, limits.max_length);
      return NULL;
    }

  /* What exactly is wrong helps nobody: who asked did not write it. */
  members = hw_json_variant_parse_within (data, length, &limits, NULL);
  if (members == NULL || !g_variant_is_of_type (members, G_VARIANT_TYPE_VARDICT))
    {
      set_unreadable (error);
      return NULL;
    }

  return g_steal_pointer (&members);
}

/* Leaves @number 0 if there is no such member. Returns whether there is. */
static gboolean
read_uint (GVariant   *members,
           const char *name,
           guint64    *number)
{
  gint64 value = -1;

  *number = 0;
  if (!g_variant_lookup (members, name, "x", &value) || value < 0)
    return FALSE;

  *number = (guint64) value;

  return TRUE;
}

/* Returns (transfer full): all fields of a task, or what changed. */
static HwTaskFields *
read_fields (GVariant *members)
{
  HwTaskFields *fields = hw_task_fields_new ();
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, members);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    hw_task_form_read (fields, name, value);

  return fields;
}

/* Returns (transfer full) (nullable): a task, or %NULL if @members are none. */
static HwTask *
read_task (GVariant *members)
{
  guint64 id;
  guint64 seq;

  if (!g_variant_is_of_type (members, G_VARIANT_TYPE_VARDICT) ||
      !read_uint (members, HW_FORM_ID, &id) ||
      !read_uint (members, HW_FORM_SEQ, &seq))
    return NULL;

  return hw_task_new (id, seq, read_fields (members));
}

/* Calls @read for each element of an array and collects what it gives.
 *
 * Returns (transfer full) (nullable): the array, or %NULL if one of the elements is not
 * what it should be, or there is no such array.
 */
static GPtrArray *
read_array (GVariant      *members,
            const char    *name,
            gboolean (    *read ) (GVariant  *element,
                                   GPtrArray *array),
            GDestroyNotify free_element)
{
  g_autoptr(GVariant) elements = g_variant_lookup_value (members, name, NULL);
  g_autoptr(GPtrArray) array = g_ptr_array_new_with_free_func (free_element);
  gsize n_elements;

  if (elements == NULL || !g_variant_is_of_type (elements, G_VARIANT_TYPE_ARRAY) ||
      g_variant_is_of_type (elements, G_VARIANT_TYPE_DICTIONARY))
    return NULL;

  n_elements = g_variant_n_children (elements);
  for (gsize i = 0; i < n_elements; i++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (elements, i);
      g_autoptr(GVariant) element = NULL;

      if (g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT))
        element = g_variant_get_variant (child);
      if (element == NULL || !g_variant_is_of_type (element, G_VARIANT_TYPE_VARDICT) ||
          !read (element, array))
        return NULL;
    }

  return g_steal_pointer (&array);
}

static gboolean
take_task (GVariant  *members,
           GPtrArray *tasks)
{
  HwTask *task = read_task (members);

  if (task == NULL)
    return FALSE;

  g_ptr_array_add (tasks, task);

  return TRUE;
}

static GPtrArray *
read_tasks (GVariant *members)
{
  return read_array (members, HW_FORM_TASKS, take_task, g_object_unref);
}

/* Reads a transition or a level of a task, or a hold. Returns (transfer full)
 * (nullable). */
static HwEvent *
read_task_event (GVariant   *members,
                 HwEventKind kind,
                 guint64     epoch,
                 guint64     seq)
{
  g_autoptr(HwTaskFields) fields = read_fields (members);
  HwEventOrigin origin = { .epoch = epoch };
  guint64 rev;
  const char *at = NULL;

  if (!read_uint (members, HW_FORM_TASK, &origin.task_id) ||
      !g_variant_lookup (members, HW_FORM_AT, "&s", &at) ||
      !hw_task_form_read_time (at, &origin.at))
    return NULL;

  read_uint (members, HW_FORM_LAST, &origin.last_task_id);

  /* Of the rest of its origin an event says what changed: the whole of a new task. */
  origin.attempt = (guint) hw_task_fields_get_number (fields, HW_TASK_FIELD_ATTEMPT);
  origin.type = hw_task_fields_get_string (fields, HW_TASK_FIELD_TYPE);
  origin.group = hw_task_fields_get_string (fields, HW_TASK_FIELD_GROUP);
  origin.owner = hw_task_fields_get_string (fields, HW_TASK_FIELD_OWNER);

  if (kind == HW_EVENT_KIND_PROGRESS)
    return read_uint (members, HW_FORM_REV, &rev)
           ? hw_event_new_progress (&origin, rev, g_steal_pointer (&fields)) : NULL;

  return seq > 0 ? hw_event_new (kind, &origin, seq, g_steal_pointer (&fields)) : NULL;
}

/* Returns (transfer full) (nullable). */
static HwEvent *
read_snapshot (GVariant *members,
               guint64   epoch,
               guint64   seq)
{
  g_autoptr(GPtrArray) tasks = read_tasks (members);
  gboolean is_reset = FALSE;

  if (tasks == NULL)
    return NULL;

  g_variant_lookup (members, HW_FORM_RESET, "b", &is_reset);

  return hw_event_new_snapshot (epoch, seq, is_reset, tasks);
}

/* Returns (transfer full) (nullable). */
static HwEvent *
read_event (GVariant   *members,
            HwEventKind kind)
{
  guint64 epoch;
  guint64 seq;

  read_uint (members, HW_FORM_EPOCH, &epoch);
  read_uint (members, HW_FORM_SEQ, &seq);

  switch (kind)
    {
    case HW_EVENT_KIND_ADDED:
    case HW_EVENT_KIND_STATE:
    case HW_EVENT_KIND_MESSAGE:
    case HW_EVENT_KIND_CHANGED:
    case HW_EVENT_KIND_REMOVED:
    case HW_EVENT_KIND_HELD:
    case HW_EVENT_KIND_PROGRESS:
      return read_task_event (members, kind, epoch, seq);
    case HW_EVENT_KIND_SNAPSHOT:
      return read_snapshot (members, epoch, seq);
    case HW_EVENT_KIND_HEARTBEAT:
      return hw_event_new_heartbeat (epoch, seq);
    default:
      g_return_val_if_reached (NULL);
    }
}

/* An event of a kind that only a newer daemon knows is passed over, as its cursors are
 * told beside the events. */
static gboolean
take_event (GVariant  *members,
            GPtrArray *events)
{
  const char *name = NULL;
  HwEventKind kind;
  HwEvent *event;

  g_variant_lookup (members, HW_FORM_KIND, "&s", &name);
  if (!hw_event_kind_from_string (name, &kind))
    return name != NULL;

  event = read_event (members, kind);
  if (event == NULL)
    return FALSE;

  g_ptr_array_add (events, event);

  return TRUE;
}

/**
 * hw_answer_json_parse_task:
 * @json: what the daemon answered
 * @error: return location for a #GError, or %NULL
 *
 * Reads what hw_task_json_encode_task() writes. What is not set is not there; the hidden
 * parameters never are.
 *
 * Returns: (transfer full): the task, or %NULL with %HW_ERROR_FAILED or
 *   %HW_ERROR_TOO_LARGE
 */
HwTask *
hw_answer_json_parse_task (GBytes  *json,
                           GError **error)
{
  g_autoptr(GVariant) members = NULL;
  HwTask *task;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  members = hw_answer_json_parse_members (json, error);
  if (members == NULL)
    return NULL;

  task = read_task (members);
  if (task == NULL)
    set_unreadable (error);

  return task;
}

/* The next page begins where the daemon says, in its own words: a number. */
static gboolean
read_next (GVariant   *members,
           HwTaskPage *page)
{
  const char *next = NULL;

  if (!g_variant_lookup (members, HW_FORM_NEXT, "&s", &next))
    return TRUE;

  return g_ascii_string_to_unsigned (next, 10, 1, G_MAXINT64, &page->next, NULL);
}

/**
 * hw_answer_json_parse_list:
 * @json: what the daemon answered
 * @epoch: (out) (optional): the database's number
 * @error: return location for a #GError, or %NULL
 *
 * Reads what hw_task_json_encode_list() writes.
 *
 * Returns: (transfer full): the page, or %NULL with %HW_ERROR_FAILED or
 *   %HW_ERROR_TOO_LARGE
 */
HwTaskPage *
hw_answer_json_parse_list (GBytes  *json,
                           guint64 *epoch,
                           GError **error)
{
  g_autoptr(GVariant) members = NULL;
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GPtrArray) tasks = NULL;
  guint64 number;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  members = hw_answer_json_parse_members (json, error);
  if (members == NULL)
    return NULL;

  page = hw_task_page_new ();
  tasks = read_tasks (members);
  if (tasks == NULL || !read_uint (members, HW_FORM_EPOCH, &number) ||
      !read_uint (members, HW_FORM_SEQ, &page->seq) || !read_next (members, page))
    {
      set_unreadable (error);
      return NULL;
    }

  if (epoch != NULL)
    *epoch = number;
  g_clear_pointer (&page->tasks, g_ptr_array_unref);
  page->tasks = g_steal_pointer (&tasks);

  return g_steal_pointer (&page);
}

/**
 * hw_answer_json_parse_poll:
 * @json: what the daemon answered
 * @error: return location for a #GError, or %NULL
 *
 * Reads what hw_task_json_encode_poll() writes. An event says of the task's type, group
 * and owner what is among its changes. One of a kind that is not known here is left out.
 *
 * Returns: (transfer full): the answer, or %NULL with %HW_ERROR_FAILED or
 *   %HW_ERROR_TOO_LARGE
 */
HwAnswerPoll *
hw_answer_json_parse_poll (GBytes  *json,
                           GError **error)
{
  g_autoptr(GVariant) members = NULL;
  g_autoptr(HwAnswerPoll) poll = NULL;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  members = hw_answer_json_parse_members (json, error);
  if (members == NULL)
    return NULL;

  poll = g_new0 (HwAnswerPoll, 1);
  poll->events = read_array (members, HW_FORM_EVENTS, take_event,
                             (GDestroyNotify) hw_event_unref);
  if (poll->events == NULL || !read_uint (members, HW_FORM_EPOCH, &poll->epoch) ||
      !read_uint (members, HW_FORM_SEQ, &poll->seq) ||
      !read_uint (members, HW_FORM_REV, &poll->rev) ||
      !g_variant_lookup (members, HW_FORM_ENDED, "b", &poll->has_ended))
    {
      set_unreadable (error);
      return NULL;
    }

  return g_steal_pointer (&poll);
}

/**
 * hw_answer_json_parse_types:
 * @json: what the daemon answered
 * @error: return location for a #GError, or %NULL
 *
 * Reads what hw_task_type_json_encode_list() writes.
 *
 * Returns: (transfer full) (element-type HwOfferedType): the task types, or %NULL with
 *   %HW_ERROR_FAILED or %HW_ERROR_TOO_LARGE
 */
GPtrArray *
hw_answer_json_parse_types (GBytes  *json,
                            GError **error)
{
  g_autoptr(GVariant) members = NULL;
  GPtrArray *types;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  members = hw_answer_json_parse_members (json, error);
  if (members == NULL)
    return NULL;

  types = read_array (members, HW_TYPE_FORM_TYPES, hw_offered_type_read,
                      (GDestroyNotify) hw_offered_type_free);
  if (types == NULL)
    set_unreadable (error);

  return types;
}

void
hw_answer_about_free (HwAnswerAbout *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->hindrance);
  g_free (self->containment);
  g_free (self);
}

/* Reads what is kept, and how many there are. */
static gboolean
read_counts (GVariant      *members,
             HwAnswerAbout *about)
{
  g_autoptr(GVariant) counts = g_variant_lookup_value (members, HW_FORM_COUNTS,
                                                       G_VARIANT_TYPE_VARDICT);
  g_autoptr(GVariant) ever = counts == NULL ? NULL
                             : g_variant_lookup_value (counts, HW_FORM_EVER, G_VARIANT_TYPE_VARDICT);

  if (ever == NULL ||
      !read_uint (members, HW_FORM_KEEP_DAYS, &about->keep_days) ||
      !read_uint (members, HW_FORM_KEEP_TASKS, &about->keep_tasks) ||
      !read_uint (counts, HW_FORM_ADDED, &about->ever.n_added) ||
      !read_uint (ever, HW_FORM_COMPLETED, &about->ever.n_completed) ||
      !read_uint (ever, HW_FORM_FAILED, &about->ever.n_failed) ||
      !read_uint (ever, HW_FORM_CANCELED, &about->ever.n_canceled))
    return FALSE;

  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    {
      g_autofree char *name = g_ascii_strdown (hw_task_state_to_string ((HwTaskState) i), -1);
      guint64 count;

      if (!read_uint (counts, name, &count))
        return FALSE;
      about->n_there += count;
    }

  return TRUE;
}

/* Reads what comes and goes at the front door. */
static gboolean
read_traffic (GVariant  *members,
              HwTraffic *traffic)
{
  g_autoptr(GVariant) counts = g_variant_lookup_value (members, HW_FORM_CONNECTIONS,
                                                       G_VARIANT_TYPE_VARDICT);

  return counts != NULL &&
         read_uint (counts, HW_FORM_OPEN, &traffic->n_open) &&
         read_uint (counts, HW_FORM_MOST, &traffic->n_most) &&
         read_uint (counts, HW_FORM_EVER, &traffic->n_ever) &&
         read_uint (counts, HW_FORM_REFUSED, &traffic->n_refused) &&
         read_uint (counts, HW_FORM_DISPLACED, &traffic->n_displaced) &&
         read_uint (counts, HW_FORM_RECEIVED, &traffic->n_received) &&
         read_uint (counts, HW_FORM_SENT, &traffic->n_sent);
}

/**
 * hw_answer_json_parse_about:
 * @json: what the daemon answered
 * @error: return location for a #GError, or %NULL
 *
 * Reads what the daemon says of itself, as far as anybody asks.
 *
 * Returns: (transfer full): that, or %NULL with %HW_ERROR_FAILED or %HW_ERROR_TOO_LARGE
 */
HwAnswerAbout *
hw_answer_json_parse_about (GBytes  *json,
                            GError **error)
{
  g_autoptr(GVariant) members = NULL;
  HwAnswerAbout *about;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  members = hw_answer_json_parse_members (json, error);
  if (members == NULL)
    return NULL;

  if (!g_variant_lookup (members, HW_FORM_VERSION, "s", NULL))
    {
      set_unreadable (error);
      return NULL;
    }

  about = g_new0 (HwAnswerAbout, 1);
  if (!g_variant_lookup (members, HW_FORM_CONTAINMENT, "s", &about->containment))
    about->containment = g_strdup ("");
  about->has_readiness = g_variant_lookup (members, HW_FORM_READY, "b", NULL);
  g_variant_lookup (members, HW_FORM_HINDRANCE, "s", &about->hindrance);
  about->has_counts = read_counts (members, about);
  about->has_traffic = read_traffic (members, &about->traffic);

  return about;
}

/**
 * hw_answer_json_parse_link:
 * @json: what the daemon answered
 * @error: return location for a #GError, or %NULL
 *
 * Reads what hw_task_json_encode_link() writes.
 *
 * Returns: (transfer full): the URL, or %NULL with %HW_ERROR_FAILED or
 *   %HW_ERROR_TOO_LARGE
 */
char *
hw_answer_json_parse_link (GBytes  *json,
                           GError **error)
{
  g_autoptr(GVariant) members = NULL;
  char *url = NULL;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  members = hw_answer_json_parse_members (json, error);
  if (members == NULL)
    return NULL;

  if (!g_variant_lookup (members, HW_FORM_URL, "s", &url))
    set_unreadable (error);

  return url;
}
