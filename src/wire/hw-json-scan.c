/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-scan.h"

#include "hw-error.h"
#include "hw-json-lexer.h"

#include <string.h>

/* A pointer longer than this helps nobody: names in a request are words. */
#define MAX_POINTER_LENGTH 200

/* Room for the sentence about too many tokens. */
#define TOO_MANY_SIZE 64

/* One array or object that is still open. */
typedef struct
{
  gboolean is_object;
  gboolean is_in_value; /* not before, behind or between values */
  guint n_values;       /* the one that is being read included */
  guint first_key;      /* where its keys begin in Scan.keys */
} Level;

/* A member's name with its escapes resolved. It lies in the text, or, when it
 * had escapes, in Scan.decoded.
 */
typedef struct
{
  gboolean is_decoded;
  gsize offset;
  gsize length;
} Key;

typedef struct
{
  HwJsonLexer lexer;

  guint n_tokens;
  guint max_tokens;
  char too_many[TOO_MANY_SIZE]; /* what the lexer's problem points to if there are more */
  guint depth;
  Level levels[HW_JSON_MAX_DEPTH];

  GArray *keys;     /* (owned) (element-type Key) of all open objects */
  GString *decoded; /* (owned) */
} Scan;

static gboolean
fail_here (Scan       *scan,
           const char *problem)
{
  return hw_json_lexer_fail (&scan->lexer, scan->lexer.offset, problem);
}

static gboolean
count_token (Scan *scan)
{
  if (++scan->n_tokens <= scan->max_tokens)
    return TRUE;

  g_snprintf (scan->too_many, sizeof (scan->too_many), "there are more than %u values and names",
              scan->max_tokens);

  return fail_here (scan, scan->too_many);
}

static const char *
key_get_text (const Key  *key,
              const Scan *scan)
{
  return (key->is_decoded ? scan->decoded->str : scan->lexer.data) + key->offset;
}

static int
compare_keys (gconstpointer a,
              gconstpointer b,
              gpointer      user_data)
{
  const Key *first = a;
  const Key *second = b;
  const Scan *scan = user_data;

  if (first->length != second->length)
    return first->length < second->length ? -1 : 1;

  return memcmp (key_get_text (first, scan), key_get_text (second, scan), first->length);
}

/* Looks for a name that stands twice in the object that ends here, and forgets
 * its names. Sorting beats a hash table: nobody can choose names that make it
 * slow.
 */
static gboolean
check_keys (Scan        *scan,
            const Level *level)
{
  guint n_keys = scan->keys->len - level->first_key;
  Key *keys = n_keys > 0 ? &g_array_index (scan->keys, Key, level->first_key) : NULL;
  gboolean is_unique = TRUE;

  if (n_keys > 1)
    g_qsort_with_data (keys, (int) n_keys, sizeof (Key), compare_keys, scan);

  for (guint i = 1; i < n_keys && is_unique; i++)
    is_unique = compare_keys (&keys[i - 1], &keys[i], scan) != 0;

  g_array_set_size (scan->keys, level->first_key);
  if (!is_unique)
    return fail_here (scan, "a name stands twice in the object that ends here");

  return TRUE;
}

/* Reads a member's name and the colon behind it. */
static gboolean
take_key (Scan *scan)
{
  HwJsonLexer *lexer = &scan->lexer;
  Key key = { FALSE, lexer->offset + 1, 0 };
  gboolean has_escapes;

  if (hw_json_lexer_peek (lexer) != '"')
    return fail_here (scan, "the name of a member, in double quotes, should stand here");
  if (!count_token (scan) || !hw_json_lexer_take_string (lexer, &has_escapes))
    return FALSE;

  key.length = lexer->offset - 1 - key.offset;
  if (has_escapes)
    {
      gsize start = scan->decoded->len;

      hw_json_lexer_unescape (lexer, key.offset, key.offset + key.length, scan->decoded);
      key = (Key) { TRUE, start, scan->decoded->len - start };
    }
  g_array_append_val (scan->keys, key);

  hw_json_lexer_skip_space (lexer);
  if (!hw_json_lexer_take (lexer, ':'))
    return fail_here (scan, "a colon should stand here");

  return TRUE;
}

static gboolean
open_level (Scan *scan)
{
  gboolean is_object = hw_json_lexer_peek (&scan->lexer) == '{';

  if (scan->depth == HW_JSON_MAX_DEPTH)
    return fail_here (scan, "arrays and objects lie more than "
                      G_STRINGIFY (HW_JSON_MAX_DEPTH) " deep");

  scan->levels[scan->depth++] = (Level) { .is_object = is_object, .first_key = scan->keys->len };
  scan->lexer.offset++;

  return TRUE;
}

/* Reads a scalar, or the beginning of an array or object. */
static gboolean
take_value (Scan *scan)
{
  HwJsonLexer *lexer = &scan->lexer;
  gboolean ignored;

  hw_json_lexer_skip_space (lexer);
  if (!count_token (scan))
    return FALSE;

  switch (hw_json_lexer_peek (lexer))
    {
    case '{':
    case '[':
      return open_level (scan);
    case '"':
      return hw_json_lexer_take_string (lexer, &ignored);
    case 't':
      return hw_json_lexer_take_literal (lexer, "true");
    case 'f':
      return hw_json_lexer_take_literal (lexer, "false");
    case 'n':
      return hw_json_lexer_take_literal (lexer, "null");
    case '-':
    case '0' ... '9':
      return hw_json_lexer_take_number (lexer);
    default:
      return fail_here (scan, "a value should stand here");
    }
}

/* Goes one member or element on in the innermost open array or object, or
 * closes it.
 */
static gboolean
take_next (Scan *scan)
{
  HwJsonLexer *lexer = &scan->lexer;
  Level *level = &scan->levels[scan->depth - 1];

  level->is_in_value = FALSE;
  hw_json_lexer_skip_space (lexer);
  if (hw_json_lexer_take (lexer, level->is_object ? '}' : ']'))
    {
      scan->depth--;
      return check_keys (scan, level);
    }

  if (level->n_values > 0 && !hw_json_lexer_take (lexer, ','))
    return fail_here (scan, level->is_object
                      ? "a comma or a closing brace should stand here"
                      : "a comma or a closing bracket should stand here");

  hw_json_lexer_skip_space (lexer);
  if (level->is_object && !take_key (scan))
    return FALSE;

  level->is_in_value = TRUE;
  level->n_values++;

  return take_value (scan);
}

static gboolean
take_document (Scan *scan)
{
  if (!take_value (scan))
    return FALSE;

  while (scan->depth > 0)
    if (!take_next (scan))
      return FALSE;

  hw_json_lexer_skip_space (&scan->lexer);
  if (scan->lexer.offset != scan->lexer.length)
    return fail_here (scan, "nothing may follow the end");

  return TRUE;
}

/* Appends a member's name to a JSON pointer (RFC 6901, section 3). */
static void
append_reference (GString    *pointer,
                  const char *name,
                  gsize       length)
{
  g_string_append_c (pointer, '/');
  for (gsize i = 0; i < length; i++)
    {
      if (name[i] == '~')
        g_string_append (pointer, "~0");
      else if (name[i] == '/')
        g_string_append (pointer, "~1");
      else
        g_string_append_c (pointer, name[i]);
    }
}

/* Says in which member the scan is. Returns: (transfer full) (nullable) */
static char *
make_pointer (const Scan *scan)
{
  g_autoptr(GString) pointer = g_string_new (NULL);

  for (guint i = 0; i < scan->depth && scan->levels[i].is_in_value; i++)
    {
      const Level *level = &scan->levels[i];
      guint n_keys = i + 1 < scan->depth ? level[1].first_key : scan->keys->len;

      if (level->is_object)
        {
          const Key *key = &g_array_index (scan->keys, Key, n_keys - 1);

          append_reference (pointer, key_get_text (key, scan), key->length);
        }
      else
        {
          g_string_append_printf (pointer, "/%u", level->n_values - 1);
        }
    }

  if (pointer->len == 0 || pointer->len > MAX_POINTER_LENGTH)
    return NULL;

  return g_strdup (pointer->str);
}

static void
set_error (const Scan *scan,
           GError    **error)
{
  g_autofree char *pointer = make_pointer (scan);

  hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, pointer,
                      "The JSON text is not valid at byte %" G_GSIZE_FORMAT "%s%s: %s. "
                      "Send it without this fault.", scan->lexer.problem_offset,
                      pointer != NULL ? ", in " : "", pointer != NULL ? pointer : "",
                      scan->lexer.problem);
}

/**
 * hw_json_scan:
 * @data: (array length=length) (element-type guint8): bytes from anywhere
 * @length: how many bytes
 * @max_length: the most bytes the caller wants to see
 * @error: return location for a #GError, or %NULL
 *
 * Checks that @data is one JSON text as RFC 8259 has it and nothing else, in
 * UTF-8 without a byte order mark, and that a reader can take it without harm:
 * it is at most %HW_JSON_MAX_DEPTH levels deep and has at most
 * %HW_JSON_MAX_TOKENS values and names, no object has a name twice (with
 * escapes resolved), integers lie within ±2^53, no number is beyond a double,
 * and no string has a NUL or half a surrogate pair.
 *
 * Bytes from outside go through here before anything else reads them. The time
 * grows with the length alone (apart from the sorting of each object's names);
 * there is no recursion. Any thread may call this.
 *
 * Returns: %TRUE if so; otherwise %FALSE with %HW_ERROR_TOO_LARGE, or with
 *   %HW_ERROR_INVALID_REQUEST, a text that names the byte, and the member that it
 *   lies in as the field
 */
gboolean
hw_json_scan (const char *data,
              gsize       length,
              gsize       max_length,
              GError    **error)
{
  const HwJsonLimits limits = { max_length, HW_JSON_MAX_TOKENS };

  return hw_json_scan_within (data, length, &limits, error);
}

/**
 * hw_json_scan_within:
 * @data: (array length=length) (element-type guint8): bytes from anywhere
 * @length: how many bytes
 * @limits: how large the text may be
 * @error: return location for a #GError, or %NULL
 *
 * Does what hw_json_scan() does, for a text that is no request and may be larger.
 *
 * Returns: as hw_json_scan()
 */
gboolean
hw_json_scan_within (const char         *data,
                     gsize               length,
                     const HwJsonLimits *limits,
                     GError            **error)
{
  Scan scan = { .lexer = { .data = data, .length = length }, .max_tokens = limits->max_tokens };
  const char *end = data;
  gboolean is_valid;

  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (length > limits->max_length)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "The JSON text has %" G_GSIZE_FORMAT " bytes; at most %" G_GSIZE_FORMAT
                   " are taken. Send less at once.", length, limits->max_length);
      return FALSE;
    }

  scan.keys = g_array_new (FALSE, FALSE, sizeof (Key));
  scan.decoded = g_string_new (NULL);

  if (length > 0 && !g_utf8_validate_len (data, length, &end))
    is_valid = hw_json_lexer_fail (&scan.lexer, (gsize) (end - data), "this is not UTF-8");
  else
    is_valid = take_document (&scan);

  if (!is_valid)
    set_error (&scan, error);
  g_array_unref (scan.keys);
  g_string_free (scan.decoded, TRUE);

  return is_valid;
}
