/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-scan.h"

#include "hw-error.h"

#include <math.h>
#include <string.h>

/* The largest integer that passes through a double, and so through JavaScript,
 * unchanged: 2^53. */
#define MAX_INTEGER "9007199254740992"

/* Seventeen digits say all that a double can hold; the rest is room for zeros.
 * The bound lets a number be copied to the stack before it is converted. */
#define MAX_NUMBER_LENGTH 128

/* One array or object that is still open. */
typedef struct
{
  gboolean is_object;
  gboolean is_fresh; /* nothing stands in it yet */
  guint first_key;   /* where its keys begin in Scan.keys */
} Level;

/* A member name with its escapes resolved. It lies in the input, or, when it
 * had escapes, in Scan.decoded. */
typedef struct
{
  gboolean is_decoded;
  gsize offset;
  gsize length;
} Key;

typedef struct
{
  const char *data; /* (unowned) (array length=length) */
  gsize length;
  gsize offset;

  guint n_tokens;
  guint depth;
  Level levels[HW_JSON_MAX_DEPTH];

  GArray *keys;     /* (owned) (element-type Key) of all open objects */
  GString *decoded; /* (owned) */
} Scan;

static gboolean
fail (const Scan *scan,
      gsize       offset,
      const char *sentence,
      GError    **error)
{
  g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
               "The JSON text is not valid at byte %" G_GSIZE_FORMAT ": %s", offset, sentence);
  return FALSE;
}

/* The byte that comes next, or -1 at the end. No byte of a text that passed
 * g_utf8_validate() is NUL, but -1 tells the end from any byte at all. */
static int
peek (const Scan *scan)
{
  return scan->offset < scan->length ? (guint8) scan->data[scan->offset] : -1;
}

static gboolean
take (Scan *scan,
      char  expected)
{
  if (peek (scan) != expected)
    return FALSE;

  scan->offset++;
  return TRUE;
}

static void
skip_space (Scan *scan)
{
  int next = peek (scan);

  while (next == ' ' || next == '\t' || next == '\n' || next == '\r')
    {
      scan->offset++;
      next = peek (scan);
    }
}

static gboolean
count_token (Scan    *scan,
             GError **error)
{
  if (++scan->n_tokens > HW_JSON_MAX_TOKENS)
    return fail (scan, scan->offset, "there are more than " G_STRINGIFY (HW_JSON_MAX_TOKENS)
                 " values and names; send less at once", error);

  return TRUE;
}

/* Reads four hexadecimal digits; -1 if they are not there. */
static int
take_hex4 (Scan *scan)
{
  int value = 0;

  if (scan->length - scan->offset < 4)
    return -1;

  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (scan->data[scan->offset + i]);

      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }

  scan->offset += 4;
  return value;
}

/* Reads what follows a backslash and the letter u: one character outside the
 * surrogates, or a pair of them (RFC 8259, section 7). */
static gboolean
take_unicode_escape (Scan     *scan,
                     gunichar *character,
                     GError  **error)
{
  gsize start = scan->offset;
  int first = take_hex4 (scan);
  int second;

  if (first < 0)
    return fail (scan, start, "\\u must be followed by four hexadecimal digits", error);
  if (first == 0)
    return fail (scan, start, "a string must not contain \\u0000", error);

  *character = (gunichar) first;
  if (first < 0xD800 || first > 0xDFFF)
    return TRUE;

  if (first > 0xDBFF || !take (scan, '\\') || !take (scan, 'u'))
    return fail (scan, start, "a surrogate stands alone", error);

  second = take_hex4 (scan);
  if (second < 0xDC00 || second > 0xDFFF)
    return fail (scan, start, "a surrogate stands alone", error);

  *character = 0x10000 + (((gunichar) first - 0xD800) << 10) + ((gunichar) second - 0xDC00);
  return TRUE;
}

/* Reads what follows a backslash. */
static gboolean
take_escape (Scan     *scan,
             gunichar *character,
             GError  **error)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  int letter = peek (scan);
  const char *found;

  if (letter == 'u')
    {
      scan->offset++;
      return take_unicode_escape (scan, character, error);
    }

  found = letter > 0 ? strchr (letters, letter) : NULL;
  if (found == NULL)
    return fail (scan, scan->offset, "there is no such escape", error);

  scan->offset++;
  *character = (gunichar) meanings[found - letters];
  return TRUE;
}

/* Reads a string, its opening quote included. Whether it is valid UTF-8 has
 * been looked at before. */
static gboolean
take_string (Scan     *scan,
             gboolean *has_escapes,
             GError  **error)
{
  gsize start = scan->offset++;
  gunichar ignored;

  *has_escapes = FALSE;

  while (scan->offset < scan->length)
    {
      guint8 byte = (guint8) scan->data[scan->offset];

      if (byte < 0x20)
        return fail (scan, scan->offset, "a control character in a string must be escaped", error);

      scan->offset++;
      if (byte == '"')
        return TRUE;

      if (byte == '\\')
        {
          *has_escapes = TRUE;
          if (!take_escape (scan, &ignored, error))
            return FALSE;
        }
    }

  return fail (scan, start, "this string has no end", error);
}

/* Appends a string that take_string() has passed to the decoded ones. */
static void
decode_string (Scan *scan,
               gsize start,
               gsize end)
{
  gsize after = scan->offset;

  scan->offset = start;
  while (scan->offset < end)
    {
      char byte = scan->data[scan->offset++];
      gunichar character = 0;

      if (byte != '\\')
        g_string_append_c (scan->decoded, byte);
      else if (take_escape (scan, &character, NULL))
        g_string_append_unichar (scan->decoded, character);
    }

  scan->offset = after;
}

static const char *
key_get_text (const Key  *key,
              const Scan *scan)
{
  return (key->is_decoded ? scan->decoded->str : scan->data) + key->offset;
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
 * slow. */
static gboolean
check_keys (Scan        *scan,
            const Level *level,
            GError     **error)
{
  guint n_keys = scan->keys->len - level->first_key;
  const Key *keys = &g_array_index (scan->keys, Key, level->first_key);

  if (n_keys > 1)
    g_qsort_with_data (keys, (int) n_keys, sizeof (Key), compare_keys, scan);

  for (guint i = 1; i < n_keys; i++)
    if (compare_keys (&keys[i - 1], &keys[i], scan) == 0)
      return fail (scan, scan->offset, "a name stands twice in the object that ends here", error);

  g_array_set_size (scan->keys, level->first_key);
  return TRUE;
}

/* Reads a member name and the colon behind it. */
static gboolean
take_key (Scan    *scan,
          GError **error)
{
  Key key = { FALSE, scan->offset + 1, 0 };
  gboolean has_escapes;

  if (peek (scan) != '"')
    return fail (scan, scan->offset, "the name of a member, in double quotes, should stand here",
                 error);
  if (!count_token (scan, error) || !take_string (scan, &has_escapes, error))
    return FALSE;

  key.length = scan->offset - 1 - key.offset;
  if (has_escapes)
    {
      gsize start = scan->decoded->len;

      decode_string (scan, key.offset, key.offset + key.length);
      key = (Key) { TRUE, start, scan->decoded->len - start };
    }
  g_array_append_val (scan->keys, key);

  skip_space (scan);
  if (!take (scan, ':'))
    return fail (scan, scan->offset, "a colon should stand here", error);

  return TRUE;
}

/* Passes over digits, and says how many there were. */
static gsize
take_digits (Scan *scan)
{
  gsize start = scan->offset;

  while (scan->offset < scan->length && g_ascii_isdigit (scan->data[scan->offset]))
    scan->offset++;

  return scan->offset - start;
}

/* Looks at what a well-formed number amounts to. */
static gboolean
check_number (const Scan *scan,
              gsize       start,
              gsize       n_digits,
              gboolean    is_integer,
              GError    **error)
{
  char text[MAX_NUMBER_LENGTH + 1];
  gsize length = scan->offset - start;

  if (is_integer)
    {
      const char *digits = scan->data + scan->offset - n_digits;
      const gsize most = strlen (MAX_INTEGER);

      if (n_digits > most || (n_digits == most && memcmp (digits, MAX_INTEGER, most) > 0))
        return fail (scan, start, "an integer must lie within \302\261" MAX_INTEGER, error);
      return TRUE;
    }

  if (length > MAX_NUMBER_LENGTH)
    return fail (scan, start, "this number has too many digits", error);

  memcpy (text, scan->data + start, length);
  text[length] = '\0';
  if (!isfinite (g_ascii_strtod (text, NULL)))
    return fail (scan, start, "this number is too large", error);

  return TRUE;
}

static gboolean
take_number (Scan    *scan,
             GError **error)
{
  gsize start = scan->offset;
  gboolean is_integer = TRUE;
  gboolean has_leading_zero;
  gsize n_digits;

  take (scan, '-');
  has_leading_zero = peek (scan) == '0';
  n_digits = take_digits (scan);
  if (n_digits == 0)
    return fail (scan, scan->offset, "a digit should stand here", error);
  if (has_leading_zero && n_digits > 1)
    return fail (scan, start, "a number must not begin with a zero", error);

  if (take (scan, '.'))
    {
      is_integer = FALSE;
      if (take_digits (scan) == 0)
        return fail (scan, scan->offset, "a digit should stand here", error);
    }

  if (take (scan, 'e') || take (scan, 'E'))
    {
      is_integer = FALSE;
      if (!take (scan, '+'))
        take (scan, '-');
      if (take_digits (scan) == 0)
        return fail (scan, scan->offset, "a digit should stand here", error);
    }

  return check_number (scan, start, n_digits, is_integer, error);
}

static gboolean
take_word (Scan       *scan,
           const char *word,
           GError    **error)
{
  gsize length = strlen (word);

  if (scan->length - scan->offset < length ||
      memcmp (scan->data + scan->offset, word, length) != 0)
    return fail (scan, scan->offset, "a value should stand here", error);

  scan->offset += length;
  return TRUE;
}

static gboolean
open_level (Scan    *scan,
            GError **error)
{
  gboolean is_object = peek (scan) == '{';

  if (scan->depth == HW_JSON_MAX_DEPTH)
    return fail (scan, scan->offset, "arrays and objects lie more than "
                 G_STRINGIFY (HW_JSON_MAX_DEPTH) " deep", error);

  scan->levels[scan->depth++] = (Level) { is_object, TRUE, scan->keys->len };
  scan->offset++;
  return TRUE;
}

/* Reads a scalar, or the beginning of an array or object. */
static gboolean
take_value (Scan    *scan,
            GError **error)
{
  gboolean ignored;

  skip_space (scan);
  if (!count_token (scan, error))
    return FALSE;

  switch (peek (scan))
    {
    case '{':
    case '[':
      return open_level (scan, error);
    case '"':
      return take_string (scan, &ignored, error);
    case 't':
      return take_word (scan, "true", error);
    case 'f':
      return take_word (scan, "false", error);
    case 'n':
      return take_word (scan, "null", error);
    case '-':
    case '0' ... '9':
      return take_number (scan, error);
    default:
      return fail (scan, scan->offset, "a value should stand here", error);
    }
}

/* Goes one member or element on in the innermost open array or object, or
 * closes it. */
static gboolean
take_next (Scan    *scan,
           GError **error)
{
  Level *level = &scan->levels[scan->depth - 1];

  skip_space (scan);
  if (take (scan, level->is_object ? '}' : ']'))
    {
      scan->depth--;
      return check_keys (scan, level, error);
    }

  if (!level->is_fresh && !take (scan, ','))
    return fail (scan, scan->offset, level->is_object
                 ? "a comma or a closing brace should stand here"
                 : "a comma or a closing bracket should stand here", error);

  level->is_fresh = FALSE;
  skip_space (scan);
  if (level->is_object && !take_key (scan, error))
    return FALSE;

  return take_value (scan, error);
}

static gboolean
take_document (Scan    *scan,
               GError **error)
{
  if (!take_value (scan, error))
    return FALSE;

  while (scan->depth > 0)
    if (!take_next (scan, error))
      return FALSE;

  skip_space (scan);
  if (scan->offset != scan->length)
    return fail (scan, scan->offset, "nothing may follow the end", error);

  return TRUE;
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
 *   %HW_ERROR_INVALID_REQUEST and a text that names the byte
 */
gboolean
hw_json_scan (const char *data,
              gsize       length,
              gsize       max_length,
              GError    **error)
{
  Scan scan = { .data = data, .length = length };
  const char *end = data;
  gboolean is_valid;

  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (length > max_length)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "The JSON text has %" G_GSIZE_FORMAT " bytes; at most %" G_GSIZE_FORMAT
                   " are taken", length, max_length);
      return FALSE;
    }

  if (length > 0 && !g_utf8_validate_len (data, length, &end))
    return fail (&scan, (gsize) (end - data), "this is not UTF-8", error);

  scan.keys = g_array_new (FALSE, FALSE, sizeof (Key));
  scan.decoded = g_string_new (NULL);
  is_valid = take_document (&scan, error);
  g_array_unref (scan.keys);
  g_string_free (scan.decoded, TRUE);

  return is_valid;
}
