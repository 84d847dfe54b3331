/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-request-json.h"

#include "hw-error.h"
#include "hw-json-reader.h"
#include "hw-json-variant.h"
#include "hw-json-writer.h"

#include <string.h>

/* What is shown of a name that somebody sent, in characters: more than any of ours has, so
 * that a slip of the pen is seen, and no more of a megabyte than that.
 */
#define MAX_SHOWN_NAME 64

/* Values and names in an array of tasks: as many tasks as one request may add, with a
 * hundred each.
 */
#define MAX_BATCH_TOKENS 100000

#define MEMBER_TYPE "type"
#define MEMBER_TITLE "title"
#define MEMBER_PARAMETERS "parameters"
#define MEMBER_PRIORITY "priority"
#define MEMBER_TIMEOUT "timeout"
#define MEMBER_NOW "now"
#define MEMBER_KEY "idempotencyKey"

/* A member that a request may have. */
typedef struct
{
  const char *name;
  const char *type;
  const char *what; /* what a person calls a value of @type */
} Member;

static const Member task_members[] = {
  { MEMBER_TYPE, "s", "a text in quotes" },
  { MEMBER_TITLE, "s", "a text in quotes" },
  { MEMBER_PARAMETERS, "a{sv}", "an object" },
  { MEMBER_PRIORITY, "x", "a whole number without quotes" },
  { MEMBER_TIMEOUT, "x", "a whole number without quotes" },
};

static const Member option_members[] = {
  { MEMBER_TITLE, "s", "a text in quotes" },
  { MEMBER_PRIORITY, "x", "a whole number without quotes" },
  { MEMBER_TIMEOUT, "x", "a whole number without quotes" },
  { MEMBER_KEY, "s", "a text in quotes" },
};

static const Member cancel_members[] = {
  { MEMBER_NOW, "b", "true or false" },
};

static const Member filter_members[] = {
  { MEMBER_TYPE, "s", "a text in quotes" },
  { "owner", "s", "a text in quotes" },
};

static const Member session_members[] = {
  { "token", "s", "a text in quotes" },
};

/* Returns: (transfer full): the JSON pointer of a member (RFC 6901, section 3) */
static char *
make_pointer (const char *name)
{
  g_autoptr(GString) pointer = g_string_new (name);

  g_string_replace (pointer, "~", "~0", 0);
  g_string_replace (pointer, "/", "~1", 0);
  g_string_prepend_c (pointer, '/');

  return g_strdup (pointer->str);
}

static void
set_unknown_member (GError      **error,
                    const char   *name,
                    const Member *members,
                    guint         n_members)
{
  g_autofree char *shown = g_utf8_substring (name, 0,
                                             MIN (g_utf8_strlen (name, -1), MAX_SHOWN_NAME));
  g_autofree char *pointer = make_pointer (shown);
  g_autoptr(GString) known = g_string_new (NULL);

  for (guint i = 0; i < n_members; i++)
    g_string_append_printf (known, "%s“%s”", i > 0 ? ", " : "", members[i].name);

  hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, pointer,
                      "There is no member “%s” in such a request. Send %s%s.",
                      shown, n_members > 0 ? "only " : "none", known->str);
}

static const Member *
find_member (const char   *name,
             const Member *members,
             guint         n_members)
{
  for (guint i = 0; i < n_members; i++)
    if (g_str_equal (members[i].name, name))
      return &members[i];

  return NULL;
}

static void
set_no_object (GError      **error,
               const Member *members,
               guint         n_members)
{
  if (n_members == 0)
    g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                         "Such a request says nothing. Send it without a body, or with {}.");
  else
    g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                 "The request must be a JSON object. Send one, such as {\"%s\": …}.",
                 members[0].name);
}

static void
set_wrong_type (GError      **error,
                const Member *member)
{
  g_autofree char *pointer = make_pointer (member->name);

  hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, pointer,
                      "“%s” must be %s. Send that, or leave it out.", member->name, member->what);
}

/* Refuses a request with a member that it may not have, or of another type: what
 * is left out in silence is a mistake that nobody finds.
 */
static gboolean
check_members (GVariant     *request,
               const Member *members,
               guint         n_members,
               GError      **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value = NULL;

  if (!g_variant_is_of_type (request, G_VARIANT_TYPE_VARDICT))
    {
      set_no_object (error, members, n_members);
      return FALSE;
    }

  g_variant_iter_init (&iter, request);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr(GVariant) owned = g_steal_pointer (&value);
      const Member *member = find_member (name, members, n_members);

      if (member == NULL)
        {
          set_unknown_member (error, name, members, n_members);
          return FALSE;
        }

      if (g_variant_is_of_type (owned, G_VARIANT_TYPE (member->type)))
        continue;

      set_wrong_type (error, member);
      return FALSE;
    }

  return TRUE;
}

static gboolean
set_priority (HwTaskSpec *spec,
              gint64      priority,
              GError    **error)
{
  if (priority < G_MININT || priority > G_MAXINT)
    {
      hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/priority",
                          "The priority is out of all bounds. Take a smaller one.");
      return FALSE;
    }

  spec->priority = (int) priority;

  return TRUE;
}

/* How long is too long is for the queue to say. */
static gboolean
set_timeout (HwTaskSpec *spec,
             gint64      timeout,
             GError    **error)
{
  if (timeout < 1)
    {
      hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/timeout",
                          "The timeout must be a number of seconds that is above 0. Send that, "
                          "or leave it out.");
      return FALSE;
    }

  spec->timeout = (guint64) timeout;

  return TRUE;
}

/* Whether a value is of a member's type; both are told by the class alone. */
static gboolean
is_of_type (GVariantClass value_class,
            const Member *member)
{
  if (value_class == G_VARIANT_CLASS_DICT_ENTRY)
    return g_str_equal (member->type, "a{sv}");

  return value_class != G_VARIANT_CLASS_ARRAY && member->type[0] == (char) value_class;
}

/* Reads a member of a task whose name stands before it. */
static gboolean
read_task_member (HwJsonLexer *lexer,
                  const char  *name,
                  HwTaskSpec  *spec,
                  GError     **error)
{
  const Member *member = find_member (name, task_members, G_N_ELEMENTS (task_members));
  GVariantClass value_class = hw_json_reader_peek_class (lexer);

  if (value_class == G_VARIANT_CLASS_MAYBE)
    return hw_json_lexer_take_literal (lexer, "null");

  if (member == NULL)
    {
      set_unknown_member (error, name, task_members, G_N_ELEMENTS (task_members));
      return FALSE;
    }

  if (!is_of_type (value_class, member))
    {
      set_wrong_type (error, member);
      return FALSE;
    }

  if (g_str_equal (name, MEMBER_PRIORITY))
    return set_priority (spec, hw_json_reader_take_integer (lexer), error);
  if (g_str_equal (name, MEMBER_TIMEOUT))
    return set_timeout (spec, hw_json_reader_take_integer (lexer), error);

  if (g_str_equal (name, MEMBER_TYPE))
    spec->type = hw_json_reader_take_string (lexer);
  else if (g_str_equal (name, MEMBER_TITLE))
    spec->title = hw_json_reader_take_string (lexer);
  else
    spec->parameters = hw_json_variant_flatten (hw_json_reader_take_value (lexer));

  return TRUE;
}

static HwTaskSpec *
read_task (HwJsonLexer *lexer,
           gboolean     needs_type,
           GError     **error)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();

  if (hw_json_reader_peek_class (lexer) != G_VARIANT_CLASS_DICT_ENTRY)
    {
      set_no_object (error, task_members, G_N_ELEMENTS (task_members));
      return NULL;
    }

  for (gboolean has_more = hw_json_reader_enter (lexer); has_more;
       has_more = hw_json_reader_next (lexer))
    {
      g_autofree char *name = hw_json_reader_take_name (lexer);

      if (!read_task_member (lexer, name, spec, error))
        return NULL;
    }

  if (needs_type && spec->type == NULL)
    {
      hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/type",
                          "“type” is missing. Send the name of a task type.");
      return NULL;
    }

  return g_steal_pointer (&spec);
}

/**
 * hw_request_json_parse_task:
 * @data: (array length=length) (element-type guint8): a request's body
 * @length: how many bytes
 * @max_length: the most bytes that such a body may have
 * @needs_type: whether the request must name a task type
 * @error: return location for a #GError, or %NULL
 *
 * Reads what somebody asks for: `type`, `title`, `parameters`, `priority` and `timeout`,
 * and nothing else. Whether there is such a type, and what it takes, is for the queue
 * to say.
 *
 * Returns: (transfer full): the request, or %NULL with %HW_ERROR_TOO_LARGE or
 *   %HW_ERROR_INVALID_REQUEST and the field that is wrong
 */
HwTaskSpec *
hw_request_json_parse_task (const char *data,
                            gsize       length,
                            gsize       max_length,
                            gboolean    needs_type,
                            GError    **error)
{
  HwJsonLexer lexer = { .data = data, .length = length };

  if (!hw_json_scan (data, length, max_length, error))
    return NULL;

  return read_task (&lexer, needs_type, error);
}

static GPtrArray *
read_tasks (HwJsonLexer *lexer,
            GError     **error)
{
  g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_task_spec_free);

  for (gboolean has_more = hw_json_reader_enter (lexer); has_more;
       has_more = hw_json_reader_next (lexer))
    {
      HwTaskSpec *spec = read_task (lexer, TRUE, error);
      g_autofree char *position = NULL;

      if (spec == NULL)
        {
          position = g_strdup_printf ("/%u", specs->len);
          hw_error_prefix_field (error, position);
          return NULL;
        }

      g_ptr_array_add (specs, spec);
    }

  return g_steal_pointer (&specs);
}

/**
 * hw_request_json_parse_tasks:
 * @data: (array length=length) (element-type guint8): a request's body
 * @length: how many bytes
 * @max_length: the most bytes that such a body may have
 * @is_batch: (out): whether it is an array, of one or many
 * @error: return location for a #GError, or %NULL
 *
 * Reads one request, as hw_request_json_parse_task() does, or an array of them. Each
 * must name a type. How many one may ask for at once is for the queue to say.
 *
 * Returns: (transfer full) (element-type HwTaskSpec): the requests, or %NULL; the field
 *   of an error begins with its place in the array, counted from 0: `/3/type`
 */
GPtrArray *
hw_request_json_parse_tasks (const char *data,
                             gsize       length,
                             gsize       max_length,
                             gboolean   *is_batch,
                             GError    **error)
{
  const HwJsonLimits limits = { max_length, MAX_BATCH_TOKENS };
  HwJsonLexer lexer = { .data = data, .length = length };
  g_autoptr(GPtrArray) specs = NULL;
  HwTaskSpec *spec;

  g_return_val_if_fail (is_batch != NULL, NULL);

  /* Only what stands first tells an array from all else; what is wrong with it, the scan. */
  hw_json_lexer_skip_space (&lexer);
  *is_batch = hw_json_lexer_peek (&lexer) == '[';
  if (*is_batch)
    return hw_json_scan_within (data, length, &limits, error) ? read_tasks (&lexer, error) : NULL;

  spec = hw_request_json_parse_task (data, length, max_length, TRUE, error);
  if (spec == NULL)
    return NULL;

  specs = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_task_spec_free);
  g_ptr_array_add (specs, spec);

  return g_steal_pointer (&specs);
}

/**
 * hw_request_json_encode_task:
 * @spec: what somebody asks for
 *
 * Writes what hw_request_json_parse_task() reads. Hidden parameters are among the others:
 * this is where they come from.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_request_json_encode_task (const HwTaskSpec *spec)
{
  GString *text = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (spec != NULL, NULL);

  text = g_string_new (NULL);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  if (spec->type != NULL)
    {
      hw_json_writer_name (&writer, MEMBER_TYPE);
      hw_json_writer_add_string (&writer, spec->type);
    }
  if (spec->title != NULL)
    {
      hw_json_writer_name (&writer, MEMBER_TITLE);
      hw_json_writer_add_string (&writer, spec->title);
    }
  if (spec->parameters != NULL)
    {
      hw_json_writer_name (&writer, MEMBER_PARAMETERS);
      hw_json_writer_add_variant (&writer, spec->parameters);
    }
  hw_json_writer_name (&writer, MEMBER_PRIORITY);
  hw_json_writer_add_int (&writer, spec->priority);
  if (spec->timeout > 0)
    {
      hw_json_writer_name (&writer, MEMBER_TIMEOUT);
      hw_json_writer_add_int (&writer, (gint64) spec->timeout);
    }
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_request_json_encode_cancel:
 * @now: whether to use force at once
 *
 * Writes how a task is to be canceled.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_request_json_encode_cancel (gboolean now)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_name (&writer, MEMBER_NOW);
  hw_json_writer_add_boolean (&writer, now);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_request_json_read_cancel:
 * @options: what came with the task's number
 * @now: (out): whether to use force at once
 * @error: return location for a #GError, or %NULL
 *
 * Reads how somebody wants a task to be canceled: `now` or not.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_request_json_read_cancel (GVariant *options,
                             gboolean *now,
                             GError  **error)
{
  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (now != NULL, FALSE);

  *now = FALSE;
  if (!check_members (options, cancel_members, G_N_ELEMENTS (cancel_members), error))
    return FALSE;

  g_variant_lookup (options, MEMBER_NOW, "b", now);

  return TRUE;
}

/**
 * hw_request_json_parse_cancel:
 * @data: (array length=length) (element-type guint8): a request's body
 * @length: how many bytes, 0 for a request that says nothing
 * @max_length: the most bytes that such a body may have
 * @now: (out): whether to use force at once
 * @error: return location for a #GError, or %NULL
 *
 * Reads how somebody wants a task to be canceled, see hw_request_json_read_cancel().
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_TOO_LARGE or %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_request_json_parse_cancel (const char *data,
                              gsize       length,
                              gsize       max_length,
                              gboolean   *now,
                              GError    **error)
{
  g_autoptr(GVariant) request = NULL;

  g_return_val_if_fail (now != NULL, FALSE);

  *now = FALSE;
  if (length == 0)
    return TRUE;

  request = hw_json_variant_parse (data, length, max_length, error);

  return request != NULL && hw_request_json_read_cancel (request, now, error);
}

/**
 * hw_request_json_parse_nothing:
 * @data: (array length=length) (element-type guint8): a request's body
 * @length: how many bytes, 0 for a request that has none
 * @max_length: the most bytes that such a body may have
 * @error: return location for a #GError, or %NULL
 *
 * Reads a request to which nothing has to be said: an object without members is as good
 * as no body.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_TOO_LARGE or %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_request_json_parse_nothing (const char *data,
                               gsize       length,
                               gsize       max_length,
                               GError    **error)
{
  g_autoptr(GVariant) request = NULL;

  if (length == 0)
    return TRUE;

  request = hw_json_variant_parse (data, length, max_length, error);

  return request != NULL && check_members (request, NULL, 0, error);
}

/**
 * hw_request_json_parse_session:
 * @data: (array length=length) (element-type guint8): a request's body
 * @length: how many bytes
 * @max_length: the most bytes that such a body may have
 * @error: return location for a #GError, or %NULL
 *
 * Reads the token that a browser wants to trade for a cookie.
 *
 * Returns: (transfer full): the token, or %NULL with %HW_ERROR_TOO_LARGE or
 *   %HW_ERROR_INVALID_REQUEST
 */
char *
hw_request_json_parse_session (const char *data,
                               gsize       length,
                               gsize       max_length,
                               GError    **error)
{
  g_autoptr(GVariant) request = hw_json_variant_parse (data, length, max_length, error);
  g_autofree char *token = NULL;

  if (request == NULL ||
      !check_members (request, session_members, G_N_ELEMENTS (session_members), error))
    return NULL;

  if (!g_variant_lookup (request, "token", "s", &token))
    {
      hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/token",
                          "“token” is missing. Send the daemon's token.");
      return NULL;
    }

  return g_steal_pointer (&token);
}

/**
 * hw_request_json_read_options:
 * @options: what came beside a type and its parameters
 * @spec: where to put the options
 * @error: return location for a #GError, or %NULL
 *
 * Reads the options of a call that adds a task: `title`, `priority`, `timeout` and
 * `idempotencyKey`.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_request_json_read_options (GVariant   *options,
                              HwTaskSpec *spec,
                              GError    **error)
{
  gint64 number;

  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (spec != NULL, FALSE);

  if (!check_members (options, option_members, G_N_ELEMENTS (option_members), error))
    return FALSE;

  g_clear_pointer (&spec->title, g_free);
  g_variant_lookup (options, MEMBER_TITLE, "s", &spec->title);
  g_clear_pointer (&spec->key, g_free);
  g_variant_lookup (options, MEMBER_KEY, "s", &spec->key);

  if (g_variant_lookup (options, MEMBER_PRIORITY, "x", &number) &&
      !set_priority (spec, number, error))
    return FALSE;

  return !g_variant_lookup (options, MEMBER_TIMEOUT, "x", &number) ||
         set_timeout (spec, number, error);
}

/**
 * hw_request_json_read_filter:
 * @members: what came as a filter
 * @filter: where to put its strings, which the caller frees
 * @error: return location for a #GError, or %NULL
 *
 * Reads the filter of a watcher: `type` and `owner`.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST
 */
gboolean
hw_request_json_read_filter (GVariant      *members,
                             HwWatchFilter *filter,
                             GError       **error)
{
  g_return_val_if_fail (members != NULL, FALSE);
  g_return_val_if_fail (filter != NULL, FALSE);

  if (!check_members (members, filter_members, G_N_ELEMENTS (filter_members), error))
    return FALSE;

  g_variant_lookup (members, MEMBER_TYPE, "s", &filter->type);
  g_variant_lookup (members, "owner", "s", &filter->owner);

  return TRUE;
}
