/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-query.h"

#include "hw-error.h"
#include "hw-http-route.h"
#include "hw-quote.h"

/* Ten screens, and no more than the queue gives at once. */
#define MAX_LIMIT 500

/* The greatest number that passes through JavaScript unchanged. */
#define MAX_NUMBER (G_GUINT64_CONSTANT (1) << 53)

/* How long somebody may wait, in seconds. Many who stand between give up after a minute of
 * silence; whoever wants to know more asks again. */
#define MAX_WAIT 60

/* More than a name of ours has, and short enough to be shown. In characters. */
#define MAX_SHOWN 64

/* Returns: (transfer full) (nullable): the values by name */
static GHashTable *
parse (const char        *query,
       const char *const *names,
       GError           **error)
{
  g_autoptr(GHashTable) values = NULL;
  GHashTableIter iter;
  gpointer name;

  if (query == NULL || *query == '\0')
    return g_hash_table_new (g_str_hash, g_str_equal);

  values = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  if (values == NULL)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "What follows the question mark cannot be read. "
                   "Write it as name=value pairs with & between them.");
      return NULL;
    }

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (names, name))
      {
        g_autofree char *shown = hw_quote (name, MAX_SHOWN);
        g_autofree char *known = g_strjoinv (", ", (char **) names);

        g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                     "The query has %s, which means nothing here. It may have: %s.",
                     shown, *known != '\0' ? known : "nothing");
        return NULL;
      }

  return g_steal_pointer (&values);
}

/* Leaves @number alone if the query does not say it. */
static gboolean
read_number (GHashTable *values,
             const char *name,
             guint64     minimum,
             guint64     maximum,
             guint64    *number,
             GError    **error)
{
  const char *text = g_hash_table_lookup (values, name);

  if (text == NULL ||
      (hw_http_parse_number (text, maximum, number) && *number >= minimum))
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
               "“%s” in the query must be a whole number from %" G_GUINT64_FORMAT " to %"
               G_GUINT64_FORMAT ". Send that, or leave it out.", name, minimum, maximum);
  return FALSE;
}

static gboolean
read_state (GHashTable   *values,
            HwTaskFilter *filter,
            GError      **error)
{
  const char *text = g_hash_table_lookup (values, "state");

  filter->has_state = text != NULL;
  if (text == NULL || hw_task_state_from_string (text, &filter->state))
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
               "“state” in the query must be Pending, Processing, Completed or Failed. "
               "Send one of those, or leave it out.");
  return FALSE;
}

/**
 * hw_http_query_read_filter:
 * @query: (nullable): what follows the question mark
 * @filter: the filter to fill
 * @error: return location for a #GError, or %NULL
 *
 * Reads which tasks a list is of: `state`, `type`, `owner`, `limit` and `cursor`, and in
 * `q` which words they must have.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_http_query_read_filter (const char   *query,
                           HwTaskFilter *filter,
                           GError      **error)
{
  static const char *const names[] = { "state", "type", "owner", "q", "limit", "cursor", NULL };
  g_autoptr(GHashTable) values = NULL;
  guint64 limit = 0;

  g_return_val_if_fail (filter != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  values = parse (query, names, error);
  if (values == NULL ||
      !read_state (values, filter, error) ||
      !read_number (values, "limit", 1, MAX_LIMIT, &limit, error) ||
      !read_number (values, "cursor", 1, MAX_NUMBER, &filter->before, error))
    return FALSE;

  filter->limit = (guint) limit;
  g_free (filter->type);
  filter->type = g_strdup (g_hash_table_lookup (values, "type"));
  g_free (filter->owner);
  filter->owner = g_strdup (g_hash_table_lookup (values, "owner"));
  g_free (filter->text);
  filter->text = g_strdup (g_hash_table_lookup (values, "q"));

  return TRUE;
}

static gboolean
read_wait (GHashTable *values,
           gint64     *wait,
           GError    **error)
{
  guint64 seconds = 0;

  if (!read_number (values, "wait", 0, MAX_WAIT, &seconds, error))
    return FALSE;

  *wait = (gint64) seconds * G_USEC_PER_SEC;
  return TRUE;
}

/* Lines are counted from a line. */
static gboolean
check_beginning (GHashTable *values,
                 GError    **error)
{
  gboolean has_line = g_hash_table_contains (values, "line");

  if (has_line && g_hash_table_contains (values, "offset"))
    {
      g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                           "“offset” and “line” both say where to begin. Leave one of them out.");
      return FALSE;
    }

  if (has_line || !g_hash_table_contains (values, "lines"))
    return TRUE;

  g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                       "“lines” needs a “line” to begin with. Say which, or ask by “offset” alone.");

  return FALSE;
}

/**
 * hw_http_query_read_position:
 * @query: (nullable): what follows the question mark
 * @position: (out): which output, and from where on
 * @error: return location for a #GError, or %NULL
 *
 * Reads which output somebody wants: `attempt`, `offset` or the `line` to begin with and how
 * many `lines`, and for how many seconds to `wait` for some.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_http_query_read_position (const char     *query,
                             HwHttpPosition *position,
                             GError        **error)
{
  static const char *const names[] = { "attempt", "offset", "line", "lines", "wait", NULL };
  g_autoptr(GHashTable) values = NULL;
  guint64 attempt = 0, lines = 0;
  HwOutputQuery *wanted;

  g_return_val_if_fail (position != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  *position = (HwHttpPosition) { 0 };
  wanted = &position->query;
  values = parse (query, names, error);
  if (values == NULL ||
      !read_number (values, "attempt", 1, G_MAXINT, &attempt, error) ||
      !read_number (values, "offset", 0, MAX_NUMBER, &wanted->offset, error) ||
      !read_number (values, "line", 1, MAX_NUMBER, &wanted->line, error) ||
      !read_number (values, "lines", 1, HW_OUTPUT_LINES_MAX, &lines, error) ||
      !check_beginning (values, error) ||
      !read_wait (values, &position->wait, error))
    return FALSE;

  wanted->of.attempt = (guint) attempt;
  wanted->n_lines = (guint) lines;
  return TRUE;
}

void
hw_http_poll_clear (HwHttpPoll *self)
{
  g_return_if_fail (self != NULL);

  hw_watch_filter_clear (&self->filter);
}

/* Reads whose events somebody wants, and after which. */
static gboolean
read_place (GHashTable *values,
            HwHttpPoll *poll,
            GError    **error)
{
  poll->filter.type = g_strdup (g_hash_table_lookup (values, "type"));
  poll->filter.owner = g_strdup (g_hash_table_lookup (values, "owner"));

  return read_number (values, "epoch", 0, MAX_NUMBER, &poll->epoch, error) &&
         read_number (values, "after", 0, MAX_NUMBER, &poll->after, error);
}

/**
 * hw_http_query_read_poll:
 * @query: (nullable): what follows the question mark
 * @task_id: the task whose events to see, or 0 for those of all
 * @poll: (out): which events, to be cleared with hw_http_poll_clear() in any case
 * @error: return location for a #GError, or %NULL
 *
 * Reads which events somebody wants: those after `epoch` and `after`, also levels if
 * there is a `rev`, for how many seconds to `wait` for some; and of all tasks those of
 * a `type` or an `owner`.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_http_query_read_poll (const char *query,
                         guint64     task_id,
                         HwHttpPoll *poll,
                         GError    **error)
{
  static const char *const names[] = { "epoch", "after", "rev", "wait", "type", "owner", NULL };
  static const char *const names_of_task[] = { "epoch", "after", "rev", "wait", NULL };
  g_autoptr(GHashTable) values = NULL;

  g_return_val_if_fail (poll != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  *poll = (HwHttpPoll) { .filter = { .task_id = task_id } };
  values = parse (query, task_id != 0 ? names_of_task : names, error);
  if (values == NULL ||
      !read_place (values, poll, error) ||
      !read_number (values, "rev", 0, MAX_NUMBER, &poll->how.rev, error) ||
      !read_wait (values, &poll->how.wait, error))
    return FALSE;

  poll->how.has_levels = g_hash_table_contains (values, "rev");

  return TRUE;
}

/* Reads a place as events of a feed are numbered, EPOCH-SEQ. */
static gboolean
read_id (const char *id,
         HwHttpPoll *poll,
         GError    **error)
{
  g_auto(GStrv) numbers = g_strsplit (id, "-", 0);

  if (g_strv_length (numbers) == 2 &&
      hw_http_parse_number (numbers[0], MAX_NUMBER, &poll->epoch) &&
      hw_http_parse_number (numbers[1], MAX_NUMBER, &poll->after))
    return TRUE;

  g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                       "“Last-Event-ID” must be two numbers with a hyphen between them. Send the "
                       "“id” of the last event that you were told, or leave it out.");
  return FALSE;
}

/**
 * hw_http_query_read_feed:
 * @query: (nullable): what follows the question mark
 * @last_id: (nullable): the last event that they were told, as feeds call it
 * @task_id: the task whose events to see, or 0 for those of all
 * @poll: (out): which events, to be cleared with hw_http_poll_clear() in any case
 * @error: return location for a #GError, or %NULL
 *
 * Reads which events somebody wants as they come: those after @last_id, as whoever comes
 * again says, or else after `epoch` and `after`; and of all tasks those of a `type` or an
 * `owner`. By a `key` they were let in before.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_http_query_read_feed (const char *query,
                         const char *last_id,
                         guint64     task_id,
                         HwHttpPoll *poll,
                         GError    **error)
{
  static const char *const names[] = { "epoch", "after", "type", "owner", "key", NULL };
  static const char *const names_of_task[] = { "epoch", "after", "key", NULL };
  g_autoptr(GHashTable) values = NULL;

  g_return_val_if_fail (poll != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  *poll = (HwHttpPoll) { .filter = { .task_id = task_id },
                         .how = { .is_piecewise = TRUE, .has_levels = TRUE } };
  values = parse (query, task_id != 0 ? names_of_task : names, error);

  return values != NULL && read_place (values, poll, error) &&
         (last_id == NULL || read_id (last_id, poll, error));
}

/**
 * hw_http_query_read_task:
 * @query: (nullable): what follows the question mark
 * @task_id: (out): the task that it names, or 0
 * @error: return location for a #GError, or %NULL
 *
 * Reads which `task` somebody means.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_http_query_read_task (const char *query,
                         guint64    *task_id,
                         GError    **error)
{
  static const char *const names[] = { "task", NULL };
  g_autoptr(GHashTable) values = NULL;

  g_return_val_if_fail (task_id != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  *task_id = 0;
  values = parse (query, names, error);

  return values != NULL && read_number (values, "task", 1, MAX_NUMBER, task_id, error);
}

/**
 * hw_http_query_read_attempt:
 * @query: (nullable): what follows the question mark
 * @attempt: (out): the attempt that it names, or 0
 * @error: return location for a #GError, or %NULL
 *
 * Reads which `attempt` somebody means. By a `key` they were let in before.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_http_query_read_attempt (const char *query,
                            guint      *attempt,
                            GError    **error)
{
  static const char *const names[] = { "attempt", "key", NULL };
  g_autoptr(GHashTable) values = NULL;
  guint64 number = 0;

  g_return_val_if_fail (attempt != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  values = parse (query, names, error);
  if (values == NULL || !read_number (values, "attempt", 1, G_MAXINT, &number, error))
    return FALSE;

  *attempt = (guint) number;
  return TRUE;
}

/**
 * hw_http_query_read_nothing:
 * @query: (nullable): what follows the question mark
 * @error: return location for a #GError, or %NULL
 *
 * Refuses a query where none is expected: what is left out in silence is a mistake that
 * nobody finds.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_http_query_read_nothing (const char *query,
                            GError    **error)
{
  static const char *const names[] = { NULL };
  g_autoptr(GHashTable) values = NULL;

  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  values = parse (query, names, error);
  return values != NULL;
}
