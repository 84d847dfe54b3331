/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-request.h"

#include "hw-dbus-value.h"
#include "hw-error.h"
#include "hw-quote.h"
#include "hw-task-queue.h"

/* What a page may have at most, as over HTTP. */
#define LIMIT_MAX 500

/* What a sentence shows of a text that somebody sent. In characters. */
#define SHOWN_LENGTH 64

/* Bytes of one call: a thousand tasks with some kilobytes each, or one task with all
 * that its parameters may hold.
 */
#define SIZE_MAX_OF_CALL (8 * 1024 * 1024)

/* An option that a call may have. */
typedef struct
{
  const char *name;
  const char *type; /* as hw_dbus_value_normalize() gives it */
  const char *what; /* what a person calls a value of @type */
} Option;

static const Option spec_options[] = {
  { "title", "s", "a text" },
  { "priority", "x", "a whole number" },
  { "timeout", "x", "a whole number" },
  { "idempotency_key", "s", "a text" },
};

static const Option batch_options[] = {
  { "idempotency_key", "s", "a text" },
};

static const Option cancel_options[] = {
  { "now", "b", "true or false" },
};

static const Option filter_options[] = {
  { "state", "s", "a text" },
  { "type", "s", "a text" },
  { "owner", "s", "a text" },
  { "live", "b", "true or false" },
  { "text", "s", "a text" },
};

static const Option watch_options[] = {
  { "task", "x", "a whole number" },
  { "type", "s", "a text" },
  { "owner", "s", "a text" },
};

static const Option log_options[] = {
  { "attempt", "x", "a whole number" },
  { "offset", "x", "a whole number" },
  { "follow", "b", "true or false" },
};

static void
set_unknown_option (GError      **error,
                    const char   *name,
                    const Option *options,
                    guint         n_options)
{
  g_autofree char *quoted = hw_quote (name, SHOWN_LENGTH);
  g_autoptr(GString) known = g_string_new (NULL);

  for (guint i = 0; i < n_options; i++)
    g_string_append_printf (known, "%s“%s”", i > 0 ? ", " : "", options[i].name);

  if (n_options > 0)
    g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                 "There is no option %s here. Take it out; there is only %s.", quoted, known->str);
  else
    g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                 "There is no option %s here. Take it out; there is none so far.", quoted);
}

static const Option *
find_option (const char   *name,
             const Option *options,
             guint         n_options)
{
  for (guint i = 0; i < n_options; i++)
    if (g_str_equal (options[i].name, name))
      return &options[i];

  return NULL;
}

/* Refuses an option that there is not, or of another type: what is left out in silence
 * is a mistake that nobody finds. Gives the others normalized.
 */
static GVariant *
read_options (GVariant     *values,
              const Option *options,
              guint         n_options,
              GError      **error)
{
  g_autoptr(GVariant) normalized = hw_dbus_value_normalize (values);
  GVariantIter iter;
  const char *name;
  GVariant *value = NULL;

  g_variant_iter_init (&iter, normalized);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr(GVariant) owned = g_steal_pointer (&value);
      const Option *option = find_option (name, options, n_options);

      if (option == NULL)
        {
          set_unknown_option (error, name, options, n_options);
          return NULL;
        }

      if (!g_variant_is_of_type (owned, G_VARIANT_TYPE (option->type)))
        {
          g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                       "The option “%s” must be %s. Send that, or leave it out.",
                       name, option->what);
          return NULL;
        }
    }

  return g_steal_pointer (&normalized);
}

/* Leaves @number alone if the options do not say it. */
static gboolean
read_number (GVariant   *options,
             const char *name,
             gint64      minimum,
             gint64      maximum,
             guint64    *number,
             GError    **error)
{
  gint64 read;

  if (!g_variant_lookup (options, name, "x", &read))
    return TRUE;

  if (read < minimum || read > maximum)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "The option “%s” must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ". "
                   "Send that, or leave it out.", name, minimum, maximum);
      return FALSE;
    }

  *number = (guint64) read;

  return TRUE;
}

static gboolean
read_priority (GVariant   *options,
               HwTaskSpec *spec,
               GError    **error)
{
  gint64 priority = 0;

  g_variant_lookup (options, "priority", "x", &priority);
  if (priority < G_MININT || priority > G_MAXINT)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "The priority is out of all bounds. Take a smaller one.");
      return FALSE;
    }

  spec->priority = (int) priority;

  return TRUE;
}

static gboolean
check_size (gsize    size,
            GError **error)
{
  if (size <= SIZE_MAX_OF_CALL)
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
               "The call has %" G_GSIZE_FORMAT " bytes, and may have %d. Send less at once, or "
               "put it into a file.", size, SIZE_MAX_OF_CALL);

  return FALSE;
}

/**
 * hw_dbus_request_check_none:
 * @options: the options of a call that has none
 * @error: return location for a #GError, or %NULL
 *
 * Refuses every option.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_dbus_request_check_none (GVariant *options,
                            GError  **error)
{
  g_autoptr(GVariant) read = read_options (options, NULL, 0, error);

  return read != NULL;
}

/**
 * hw_dbus_request_read_spec:
 * @type: a task type's name
 * @parameters: its parameters, of any types that a caller may send
 * @options: `title`, `priority`, `timeout` and `idempotency_key`
 * @error: return location for a #GError, or %NULL
 *
 * Reads what somebody asks for. Whether there is such a type, and what it takes, is
 * for the queue to say.
 *
 * Returns: (transfer full): the request, or %NULL with %HW_ERROR_INVALID_REQUEST or
 *   %HW_ERROR_TOO_LARGE
 */
HwTaskSpec *
hw_dbus_request_read_spec (const char *type,
                           GVariant   *parameters,
                           GVariant   *options,
                           GError    **error)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();
  g_autoptr(GVariant) read = NULL;

  if (!check_size (g_variant_get_size (parameters), error))
    return NULL;

  read = read_options (options, spec_options, G_N_ELEMENTS (spec_options), error);
  if (read == NULL || !read_priority (read, spec, error) ||
      !read_number (read, "timeout", 1, G_MAXINT64, &spec->timeout, error))
    return NULL;

  spec->type = g_strdup (type);
  spec->parameters = hw_dbus_value_normalize (parameters);
  g_variant_lookup (read, "title", "s", &spec->title);
  g_variant_lookup (read, "idempotency_key", "s", &spec->key);

  return g_steal_pointer (&spec);
}

/**
 * hw_dbus_request_read_specs:
 * @tasks: many requests, an `a(sa{sv}a{sv})`
 * @options: `idempotency_key`, of all of them
 * @key: (out) (transfer full) (nullable): the key
 * @error: return location for a #GError, or %NULL
 *
 * Reads many requests as hw_dbus_request_read_spec() does; an error's field begins
 * with the index of the one that is wrong.
 *
 * Returns: (transfer full) (element-type HwTaskSpec): the requests, or %NULL
 */
GPtrArray *
hw_dbus_request_read_specs (GVariant *tasks,
                            GVariant *options,
                            char    **key,
                            GError  **error)
{
  g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_task_spec_free);
  g_autoptr(GVariant) read = read_options (options, batch_options, G_N_ELEMENTS (batch_options),
                                           error);
  gsize n_tasks = g_variant_n_children (tasks);

  if (read == NULL || !check_size (g_variant_get_size (tasks), error))
    return NULL;

  if (n_tasks > HW_SUBMIT_MAX)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "The call has %" G_GSIZE_FORMAT " tasks, and may have %d. Send them in several "
                   "calls.", n_tasks, HW_SUBMIT_MAX);
      return NULL;
    }

  for (gsize i = 0; i < n_tasks; i++)
    {
      g_autofree char *field = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      g_autoptr(GVariant) parameters = NULL;
      g_autoptr(GVariant) own_options = NULL;
      const char *type;
      HwTaskSpec *spec;

      g_variant_get_child (tasks, i, "(&s@a{sv}@a{sv})", &type, &parameters, &own_options);
      spec = hw_dbus_request_read_spec (type, parameters, own_options, error);
      if (spec == NULL)
        {
          hw_error_prefix_field (error, field);
          return NULL;
        }

      g_ptr_array_add (specs, spec);
    }

  *key = NULL;
  g_variant_lookup (read, "idempotency_key", "s", key);

  return g_steal_pointer (&specs);
}

/**
 * hw_dbus_request_read_cancel:
 * @options: `now`
 * @now: (out): whether to use force at once
 * @error: return location for a #GError, or %NULL
 *
 * Reads how tasks are to be canceled.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_dbus_request_read_cancel (GVariant *options,
                             gboolean *now,
                             GError  **error)
{
  g_autoptr(GVariant) read = read_options (options, cancel_options,
                                           G_N_ELEMENTS (cancel_options), error);

  *now = FALSE;
  if (read == NULL)
    return FALSE;

  g_variant_lookup (read, "now", "b", now);

  return TRUE;
}

/**
 * hw_dbus_request_read_ids:
 * @ids: tasks' numbers, an `at`
 * @error: return location for a #GError, or %NULL
 *
 * Reads of which tasks something is asked.
 *
 * Returns: (transfer full) (element-type guint64): the numbers, or %NULL with
 *   %HW_ERROR_TOO_LARGE
 */
GArray *
hw_dbus_request_read_ids (GVariant *ids,
                          GError  **error)
{
  gsize n_ids;
  const guint64 *numbers = g_variant_get_fixed_array (ids, &n_ids, sizeof (guint64));
  GArray *read;

  if (n_ids > HW_SUBMIT_MAX)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "The call has %" G_GSIZE_FORMAT " numbers, and may have %d. Send them in "
                   "several calls.", n_ids, HW_SUBMIT_MAX);
      return NULL;
    }

  read = g_array_sized_new (FALSE, FALSE, sizeof (guint64), (guint) n_ids);

  return g_array_append_vals (read, numbers, (guint) n_ids);
}

/* What hw_dbus_request_read_list() and the answer before it call a page's place. */
static gboolean
read_cursor (const char *cursor,
             guint64    *before,
             GError    **error)
{
  if (*cursor == '\0')
    return TRUE;

  if (g_ascii_string_to_unsigned (cursor, 10, 1, G_MAXINT64, before, NULL))
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
               "The cursor is none that a list gave. Send “next” of the page before, or an empty "
               "text for the first page.");

  return FALSE;
}

static gboolean
read_state (GVariant     *options,
            HwTaskFilter *filter,
            GError      **error)
{
  const char *name;

  filter->has_state = g_variant_lookup (options, "state", "&s", &name);
  if (!filter->has_state || hw_task_state_from_string (name, &filter->state))
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
               "“state” must be Pending, Processing, Completed or Failed. Send one of these, or "
               "leave it out.");

  return FALSE;
}

/**
 * hw_dbus_request_read_list:
 * @members: `state`, `type`, `owner`, `live` and `text`
 * @cursor: where the page begins; empty for the first
 * @limit: how many tasks at most, or 0
 * @filter: the filter to fill
 * @error: return location for a #GError, or %NULL
 *
 * Reads which tasks a list is of.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST or %HW_ERROR_TOO_LARGE
 */
gboolean
hw_dbus_request_read_list (GVariant     *members,
                           const char   *cursor,
                           guint         limit,
                           HwTaskFilter *filter,
                           GError      **error)
{
  g_autoptr(GVariant) read = read_options (members, filter_options,
                                           G_N_ELEMENTS (filter_options), error);

  if (read == NULL || !read_state (read, filter, error) ||
      !read_cursor (cursor, &filter->before, error) ||
      !hw_dbus_request_check_limit (limit, error))
    return FALSE;

  filter->limit = limit;
  g_variant_lookup (read, "live", "b", &filter->is_live);
  g_clear_pointer (&filter->type, g_free);
  g_variant_lookup (read, "type", "s", &filter->type);
  g_clear_pointer (&filter->owner, g_free);
  g_variant_lookup (read, "owner", "s", &filter->owner);
  g_clear_pointer (&filter->text, g_free);
  g_variant_lookup (read, "text", "s", &filter->text);

  return TRUE;
}

/**
 * hw_dbus_request_check_limit:
 * @limit: how many rows somebody wants at once
 * @error: return location for a #GError, or %NULL
 *
 * Checks how large a page may be. One that is cut in silence looks like the last.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_TOO_LARGE
 */
gboolean
hw_dbus_request_check_limit (guint    limit,
                             GError **error)
{
  if (limit <= LIMIT_MAX)
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
               "A page may have %d rows, and you ask for %u. Ask for fewer, and for the next page "
               "after that.", LIMIT_MAX, limit);

  return FALSE;
}

/**
 * hw_dbus_request_read_watch:
 * @options: `task`, `type` and `owner`
 * @filter: where to put them; the caller clears it
 * @error: return location for a #GError, or %NULL
 *
 * Reads whose events somebody wants.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_dbus_request_read_watch (GVariant      *options,
                            HwWatchFilter *filter,
                            GError       **error)
{
  g_autoptr(GVariant) read = read_options (options, watch_options, G_N_ELEMENTS (watch_options),
                                           error);

  if (read == NULL || !read_number (read, "task", 1, G_MAXINT64, &filter->task_id, error))
    return FALSE;

  g_variant_lookup (read, "type", "s", &filter->type);
  g_variant_lookup (read, "owner", "s", &filter->owner);

  return TRUE;
}

/**
 * hw_dbus_request_read_log:
 * @options: `attempt`, `offset` and `follow`
 * @request: where to put them
 * @error: return location for a #GError, or %NULL
 *
 * Reads what somebody wants of what a program printed.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_dbus_request_read_log (GVariant         *options,
                          HwDBusLogRequest *request,
                          GError          **error)
{
  g_autoptr(GVariant) read = read_options (options, log_options, G_N_ELEMENTS (log_options),
                                           error);
  guint64 attempt = 0;

  if (read == NULL || !read_number (read, "attempt", 0, G_MAXINT, &attempt, error) ||
      !read_number (read, "offset", 0, G_MAXINT64, &request->query.offset, error))
    return FALSE;

  request->query.of.attempt = (guint) attempt;
  g_variant_lookup (read, "follow", "b", &request->follow);

  return TRUE;
}
