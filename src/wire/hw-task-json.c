/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-json.h"

#include "hw-encoding.h"
#include "hw-task-form-private.h"

/* Room for a task with a few parameters, so that the buffer rarely moves. */
#define TASK_SIZE 768

/* Room for what stands round a piece of output. */
#define OUTPUT_HEAD_SIZE 64

static void
write_uint_member (HwJsonWriter *writer,
                   const char   *name,
                   guint64       value)
{
  hw_json_writer_name (writer, name);
  hw_json_writer_add_uint (writer, value);
}

static void
write_tasks (HwJsonWriter *writer,
             GPtrArray    *tasks)
{
  hw_json_writer_name (writer, HW_FORM_TASKS);
  hw_json_writer_begin_array (writer);
  for (guint i = 0; i < tasks->len; i++)
    hw_task_json_write_task (writer, g_ptr_array_index (tasks, i));
  hw_json_writer_end_array (writer);
}

/**
 * hw_task_json_write_task:
 * @writer: a writer
 * @task: a task
 *
 * Writes a task as every door shows it: all members are always there. Of those that are
 * not known, words and counts are empty, and others are `null`.
 */
void
hw_task_json_write_task (HwJsonWriter *writer,
                         HwTask       *task)
{
  g_return_if_fail (writer != NULL);
  g_return_if_fail (HW_IS_TASK (task));

  hw_json_writer_begin_object (writer);
  write_uint_member (writer, HW_FORM_ID, hw_task_get_id (task));
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    hw_task_form_write (writer, hw_task_get_fields (task), (HwTaskField) i);
  write_uint_member (writer, HW_FORM_SEQ, hw_task_get_seq (task));
  hw_json_writer_end_object (writer);
}

/**
 * hw_task_json_encode_task:
 * @task: a task
 *
 * Gets a task as JSON, see hw_task_json_write_task().
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_task (HwTask *task)
{
  GString *text = g_string_sized_new (TASK_SIZE);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_task_json_write_task (&writer, task);

  return g_string_free_to_bytes (text);
}

/**
 * hw_task_json_encode_id:
 * @task_id: a task's number
 *
 * Gets the short answer to a new task, `{"id": 7}`.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_id (guint64 task_id)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  write_uint_member (&writer, HW_FORM_ID, task_id);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_task_json_encode_ids:
 * @events: (element-type HwEvent): how tasks were added
 *
 * Gets the answer to several new tasks, `{"ids": [7, 8]}`.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_ids (GPtrArray *events)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_name (&writer, HW_FORM_IDS);
  hw_json_writer_begin_array (&writer);
  for (guint i = 0; i < events->len; i++)
    hw_json_writer_add_uint (&writer, hw_event_get_task_id (g_ptr_array_index (events, i)));
  hw_json_writer_end_array (&writer);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_task_json_encode_list:
 * @epoch: the database's number
 * @seq: the number at which the list is true
 * @tasks: (element-type HwTask): the tasks
 * @next: where the next page begins, or 0 on the last
 *
 * Gets a page of a list as JSON. A client gives `next` back as it is.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_list (guint64    epoch,
                          guint64    seq,
                          GPtrArray *tasks,
                          guint64    next)
{
  GString *text = NULL;
  g_autofree char *cursor = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (tasks != NULL, NULL);

  if (next > 0)
    cursor = g_strdup_printf ("%" G_GUINT64_FORMAT, next);

  text = g_string_sized_new ((tasks->len + 1) * TASK_SIZE);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  write_uint_member (&writer, HW_FORM_EPOCH, epoch);
  write_uint_member (&writer, HW_FORM_SEQ, seq);
  write_tasks (&writer, tasks);
  hw_json_writer_write_string (&writer, HW_FORM_NEXT, cursor);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/* Writes what changed. A new task is written whole. A task that goes back to
 * Pending loses what its attempt had: that is said, not left to be known.
 */
static void
write_changes (HwJsonWriter *writer,
               HwEvent      *event)
{
  const HwTaskFields *fields = hw_event_get_fields (event);
  gboolean is_new = hw_event_get_kind (event) == HW_EVENT_KIND_ADDED;
  HwTaskState state;
  gboolean forgets;

  if (fields == NULL)
    return;

  forgets = hw_task_fields_get_state (fields, &state) && state == HW_TASK_STATE_PENDING;
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      gboolean is_wanted = hw_task_fields_has (fields, (HwTaskField) i) || is_new ||
                           (forgets && hw_task_field_is_of_attempt ((HwTaskField) i));

      /* The event's own head has it. */
      if (is_wanted && i != HW_TASK_FIELD_ATTEMPT)
        hw_task_form_write (writer, fields, (HwTaskField) i);
    }
}

static void
write_head (HwJsonWriter *writer,
            HwEvent      *event)
{
  write_uint_member (writer, HW_FORM_TASK, hw_event_get_task_id (event));
  if (hw_event_get_last_task_id (event) > hw_event_get_task_id (event))
    write_uint_member (writer, HW_FORM_LAST, hw_event_get_last_task_id (event));
  hw_json_writer_name (writer, HW_FORM_AT);
  hw_json_writer_add_time (writer, hw_event_get_time (event));
}

/* Writes an event of a task. */
static void
write_task_event (HwJsonWriter *writer,
                  HwEvent      *event)
{
  write_head (writer, event);
  write_uint_member (writer, HW_FORM_ATTEMPT, hw_event_get_attempt (event));
  write_changes (writer, event);
}

static void
write_event_body (HwJsonWriter *writer,
                  HwEvent      *event)
{
  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_PROGRESS:
      write_uint_member (writer, HW_FORM_REV, hw_event_get_rev (event));
      write_task_event (writer, event);
      break;

    case HW_EVENT_KIND_ADDED:
    case HW_EVENT_KIND_STATE:
    case HW_EVENT_KIND_MESSAGE:
    case HW_EVENT_KIND_CHANGED:
    case HW_EVENT_KIND_REMOVED:
      write_uint_member (writer, HW_FORM_SEQ, hw_event_get_seq (event));
      write_task_event (writer, event);
      break;

    case HW_EVENT_KIND_HELD:
      write_uint_member (writer, HW_FORM_SEQ, hw_event_get_seq (event));
      write_head (writer, event);
      hw_json_writer_write_string (writer, HW_FORM_GROUP, hw_event_get_group (event));
      break;

    case HW_EVENT_KIND_SNAPSHOT:
      write_uint_member (writer, HW_FORM_SEQ, hw_event_get_seq (event));
      hw_json_writer_name (writer, HW_FORM_RESET);
      hw_json_writer_add_boolean (writer, hw_event_get_is_reset (event));
      write_tasks (writer, hw_event_get_tasks (event));
      break;

    case HW_EVENT_KIND_HEARTBEAT:
      write_uint_member (writer, HW_FORM_SEQ, hw_event_get_seq (event));
      break;

    default:
      g_return_if_reached ();
    }
}

/**
 * hw_task_json_encode_event:
 * @event: an event
 *
 * Gets an event as JSON. That is done once: the bytes stay with the event and are
 * shared by all who watch. Any thread may call this.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_event (HwEvent *event)
{
  GString *text = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (event != NULL, NULL);

  if (hw_event_get_encoding (event, HW_ENCODING_JSON) != NULL)
    return g_bytes_ref (hw_event_get_encoding (event, HW_ENCODING_JSON));

  text = g_string_sized_new (TASK_SIZE);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_write_string (&writer, HW_FORM_KIND, hw_event_kind_to_string (hw_event_get_kind (event)));
  write_uint_member (&writer, HW_FORM_EPOCH, hw_event_get_epoch (event));
  write_event_body (&writer, event);
  hw_json_writer_end_object (&writer);

  hw_event_set_encoding (event, HW_ENCODING_JSON, g_string_free_to_bytes (text));

  return g_bytes_ref (hw_event_get_encoding (event, HW_ENCODING_JSON));
}

/**
 * hw_task_json_encode_output:
 * @offset: where the bytes begin in what the program wrote
 * @data: the bytes
 *
 * Gets a piece of a program's output as JSON. Programs print any bytes, and JSON
 * has text only, so they go in base64.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_output (guint64 offset,
                            GBytes *data)
{
  GString *text = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (data != NULL, NULL);

  text = g_string_sized_new (g_bytes_get_size (data) / 3 * 4 + OUTPUT_HEAD_SIZE);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  write_uint_member (&writer, "offset", offset);
  hw_json_writer_name (&writer, "data");
  hw_json_writer_add_base64 (&writer, data);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_task_json_encode_skip:
 * @from: where the bytes begin that were dropped, in what the program wrote
 * @to: where its output goes on
 *
 * Gets what stands for output that was dropped, as JSON.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_skip (guint64 from,
                          guint64 to)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_name (&writer, "skip");
  hw_json_writer_begin_object (&writer);
  write_uint_member (&writer, "from", from);
  write_uint_member (&writer, "to", to);
  hw_json_writer_end_object (&writer);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_task_json_encode_poll:
 * @epoch: the database's number
 * @seq: up to where the transitions were told
 * @rev: up to where the levels were told
 * @has_ended: whether the one task has ended and all was told
 * @events: (element-type HwEvent): the events, in order
 *
 * Gets the answer to a long poll as JSON: events as hw_task_json_encode_event() has
 * them, and the cursors for the next poll.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_poll (guint64    epoch,
                          guint64    seq,
                          guint64    rev,
                          gboolean   has_ended,
                          GPtrArray *events)
{
  GString *text = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (events != NULL, NULL);

  text = g_string_sized_new ((events->len + 1) * TASK_SIZE);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  write_uint_member (&writer, HW_FORM_EPOCH, epoch);
  write_uint_member (&writer, HW_FORM_SEQ, seq);
  write_uint_member (&writer, HW_FORM_REV, rev);
  hw_json_writer_name (&writer, HW_FORM_ENDED);
  hw_json_writer_add_boolean (&writer, has_ended);
  hw_json_writer_name (&writer, HW_FORM_EVENTS);
  hw_json_writer_begin_array (&writer);
  for (guint i = 0; i < events->len; i++)
    {
      g_autoptr(GBytes) json = hw_task_json_encode_event (g_ptr_array_index (events, i));

      hw_json_writer_add_json (&writer, g_bytes_get_data (json, NULL), g_bytes_get_size (json));
    }
  hw_json_writer_end_array (&writer);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

static GBytes *
encode_string (const char *name,
               const char *value)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_write_string (&writer, name, value);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_task_json_encode_link:
 * @url: where a page is
 *
 * Gets a link to a page as JSON, `{"url": "http://…"}`.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_link (const char *url)
{
  g_return_val_if_fail (url != NULL, NULL);

  return encode_string (HW_FORM_URL, url);
}

/**
 * hw_task_json_encode_session:
 * @key: what a page sends as `Authorization: Bearer KEY`, with its cookie
 *
 * Gets a session as JSON, `{"key": "…"}`.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_session (const char *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  return encode_string ("key", key);
}

static void
write_file (HwJsonWriter *writer,
            const HwFile *file)
{
  hw_json_writer_begin_object (writer);
  hw_json_writer_write_string (writer, "name", file->name);
  write_uint_member (writer, "size", file->size);
  hw_json_writer_name (writer, "modifiedAt");
  hw_json_writer_add_time (writer, file->modified_at);
  hw_json_writer_end_object (writer);
}

/**
 * hw_task_json_encode_files:
 * @list: the files that an attempt left
 *
 * Gets a list of files as JSON: `attempt`, `files`, how many `others` there are that
 * cannot be given, and whether the list is `truncated`.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_files (const HwFileList *list)
{
  GString *text = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (list != NULL, NULL);

  text = g_string_new (NULL);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  write_uint_member (&writer, HW_FORM_ATTEMPT, list->attempt);
  hw_json_writer_name (&writer, "files");
  hw_json_writer_begin_array (&writer);
  for (guint i = 0; i < list->files->len; i++)
    write_file (&writer, g_ptr_array_index (list->files, i));
  hw_json_writer_end_array (&writer);
  write_uint_member (&writer, "others", list->n_others);
  hw_json_writer_name (&writer, "truncated");
  hw_json_writer_add_boolean (&writer, list->is_truncated);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/* What there ever was, and each state by its name, as members. */
static void
write_counts (HwJsonWriter       *writer,
              const HwTaskCounts *counts)
{
  hw_json_writer_name (writer, HW_FORM_COUNTS);
  hw_json_writer_begin_object (writer);
  write_uint_member (writer, HW_FORM_ADDED, counts->ever.n_added);
  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    {
      g_autofree char *name = g_ascii_strdown (hw_task_state_to_string ((HwTaskState) i), -1);

      write_uint_member (writer, name, counts->n_in_state[i]);
    }
  hw_json_writer_name (writer, HW_FORM_EVER);
  hw_json_writer_begin_object (writer);
  write_uint_member (writer, HW_FORM_COMPLETED, counts->ever.n_completed);
  write_uint_member (writer, HW_FORM_FAILED, counts->ever.n_failed);
  write_uint_member (writer, HW_FORM_CANCELED, counts->ever.n_canceled);
  hw_json_writer_end_object (writer);
  hw_json_writer_end_object (writer);
}

static void
write_traffic (HwJsonWriter    *writer,
               const HwTraffic *traffic)
{
  hw_json_writer_name (writer, HW_FORM_CONNECTIONS);
  hw_json_writer_begin_object (writer);
  write_uint_member (writer, HW_FORM_OPEN, traffic->n_open);
  write_uint_member (writer, HW_FORM_MOST, traffic->n_most);
  write_uint_member (writer, HW_FORM_EVER, traffic->n_ever);
  write_uint_member (writer, HW_FORM_REFUSED, traffic->n_refused);
  write_uint_member (writer, HW_FORM_DISPLACED, traffic->n_displaced);
  write_uint_member (writer, HW_FORM_RECEIVED, traffic->n_received);
  write_uint_member (writer, HW_FORM_SENT, traffic->n_sent);
  hw_json_writer_end_object (writer);
}

/**
 * hw_task_json_encode_about:
 * @version: the daemon's version
 * @epoch: the database's number
 * @containment: (nullable): how programs are held together, if that is known
 * @hindrance: (nullable): what keeps the daemon from taking tasks and running them
 * @limits: what is kept of tasks that have ended
 * @counts: how many tasks there are, and were
 * @traffic: what comes and goes at the front door
 *
 * Gets what the daemon says of itself as JSON.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_json_encode_about (const char          *version,
                           guint64              epoch,
                           const char          *containment,
                           const char          *hindrance,
                           const HwStoreLimits *limits,
                           const HwTaskCounts  *counts,
                           const HwTraffic     *traffic)
{
  GString *text = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (version != NULL, NULL);
  g_return_val_if_fail (limits != NULL && counts != NULL && traffic != NULL, NULL);

  text = g_string_new (NULL);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_write_string (&writer, HW_FORM_VERSION, version);
  write_uint_member (&writer, HW_FORM_EPOCH, epoch);
  hw_json_writer_write_string (&writer, HW_FORM_CONTAINMENT, containment);
  hw_json_writer_name (&writer, HW_FORM_READY);
  hw_json_writer_add_boolean (&writer, hindrance == NULL);
  hw_json_writer_write_string (&writer, HW_FORM_HINDRANCE, hindrance);
  write_uint_member (&writer, HW_FORM_KEEP_DAYS, (guint64) (limits->max_age / G_TIME_SPAN_DAY));
  write_uint_member (&writer, HW_FORM_KEEP_TASKS, limits->max_tasks);
  write_counts (&writer, counts);
  write_traffic (&writer, traffic);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}
