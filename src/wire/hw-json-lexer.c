/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-lexer.h"

#include <math.h>
#include <string.h>

/* The largest integer up to which each passes through a double, and so through JavaScript,
 * unchanged: 2^53 (RFC 8259, section 6; RFC 7493, section 2.2, takes one less).
 */
#define MAX_INTEGER "9007199254740992"

/* Seventeen digits say all that a double can hold; the rest is room for zeros.
 * The bound lets a number be copied to the stack before it is converted.
 */
#define MAX_NUMBER_LENGTH 128

/**
 * hw_json_lexer_fail:
 * @self: a lexer
 * @offset: at which byte
 * @problem: a static string: what is wrong there
 *
 * Notes what is wrong with the text.
 *
 * Returns: %FALSE
 */
gboolean
hw_json_lexer_fail (HwJsonLexer *self,
                    gsize        offset,
                    const char  *problem)
{
  self->problem = problem;
  self->problem_offset = offset;

  return FALSE;
}

/**
 * hw_json_lexer_peek:
 * @self: a lexer
 *
 * Looks at what comes next.
 *
 * Returns: the byte, or -1 at the end
 */
int
hw_json_lexer_peek (const HwJsonLexer *self)
{
  return self->offset < self->length ? (guint8) self->data[self->offset] : -1;
}

/**
 * hw_json_lexer_take:
 * @self: a lexer
 * @expected: a byte
 *
 * Passes over @expected, if that comes next.
 *
 * Returns: whether it does
 */
gboolean
hw_json_lexer_take (HwJsonLexer *self,
                    char         expected)
{
  if (hw_json_lexer_peek (self) != expected)
    return FALSE;

  self->offset++;

  return TRUE;
}

/**
 * hw_json_lexer_skip_space:
 * @self: a lexer
 *
 * Passes over white space (RFC 8259, section 2).
 */
void
hw_json_lexer_skip_space (HwJsonLexer *self)
{
  int next = hw_json_lexer_peek (self);

  while (next == ' ' || next == '\t' || next == '\n' || next == '\r')
    {
      self->offset++;
      next = hw_json_lexer_peek (self);
    }
}

/* Reads four hexadecimal digits; -1 if they are not there. */
static int
take_hex4 (HwJsonLexer *self)
{
  int value = 0;

  if (self->length - self->offset < 4)
    return -1;

  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (self->data[self->offset + i]);

      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }

  self->offset += 4;

  return value;
}

/* Reads what follows a backslash and the letter u: one character outside the
 * surrogates, or a pair of them (RFC 8259, section 7).
 */
static gboolean
take_unicode_escape (HwJsonLexer *self,
                     gunichar    *character)
{
  gsize start = self->offset;
  int first = take_hex4 (self);
  int second;

  if (first < 0)
    return hw_json_lexer_fail (self, start, "\\u must be followed by four hexadecimal digits");
  if (first == 0)
    return hw_json_lexer_fail (self, start, "a string must not contain \\u0000");

  *character = (gunichar) first;
  if (first < 0xD800 || first > 0xDFFF)
    return TRUE;

  if (first > 0xDBFF || !hw_json_lexer_take (self, '\\') || !hw_json_lexer_take (self, 'u'))
    return hw_json_lexer_fail (self, start, "a surrogate stands alone");

  second = take_hex4 (self);
  if (second < 0xDC00 || second > 0xDFFF)
    return hw_json_lexer_fail (self, start, "a surrogate stands alone");

  *character = 0x10000 + (((gunichar) first - 0xD800) << 10) + ((gunichar) second - 0xDC00);

  return TRUE;
}

/* Reads what follows a backslash. */
static gboolean
take_escape (HwJsonLexer *self,
             gunichar    *character)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  int letter = hw_json_lexer_peek (self);
  const char *found;

  if (letter == 'u')
    {
      self->offset++;
      return take_unicode_escape (self, character);
    }

  found = letter > 0 ? strchr (letters, letter) : NULL;
  if (found == NULL)
    return hw_json_lexer_fail (self, self->offset, "there is no such escape");

  self->offset++;
  *character = (gunichar) meanings[found - letters];

  return TRUE;
}

/**
 * hw_json_lexer_take_string:
 * @self: a lexer before an opening quote
 * @has_escapes: (out): whether the string has escapes
 *
 * Passes over a string (RFC 8259, section 7).
 *
 * Returns: %FALSE if it is not one
 */
gboolean
hw_json_lexer_take_string (HwJsonLexer *self,
                           gboolean    *has_escapes)
{
  gsize start = self->offset++;
  gunichar ignored;

  *has_escapes = FALSE;

  while (self->offset < self->length)
    {
      guint8 byte = (guint8) self->data[self->offset];

      if (byte < 0x20)
        return hw_json_lexer_fail (self, self->offset,
                                   "a control character in a string must be escaped");

      self->offset++;
      if (byte == '"')
        return TRUE;

      if (byte == '\\')
        {
          *has_escapes = TRUE;
          if (!take_escape (self, &ignored))
            return FALSE;
        }
    }

  return hw_json_lexer_fail (self, start, "this string has no end");
}

/**
 * hw_json_lexer_unescape:
 * @self: a lexer
 * @start: where a string that it passed over begins, behind the quote
 * @end: where it ends, before the quote
 * @decoded: where to append the string with its escapes resolved
 *
 * Resolves the escapes of a string.
 */
void
hw_json_lexer_unescape (const HwJsonLexer *self,
                        gsize              start,
                        gsize              end,
                        GString           *decoded)
{
  HwJsonLexer part = { .data = self->data, .length = end, .offset = start };

  while (part.offset < part.length)
    {
      char byte = part.data[part.offset++];
      gunichar character = 0;

      if (byte != '\\')
        {
          g_string_append_c (decoded, byte);
          continue;
        }

      /* It was looked at when the string was taken. */
      take_escape (&part, &character);
      g_string_append_unichar (decoded, character);
    }
}

/* Passes over digits, and says how many there were. */
static gsize
take_digits (HwJsonLexer *self)
{
  gsize start = self->offset;

  while (self->offset < self->length && g_ascii_isdigit (self->data[self->offset]))
    self->offset++;

  return self->offset - start;
}

/* Looks whether an integer lies within ±2^53. */
static gboolean
check_integer (HwJsonLexer *self,
               gsize        start,
               gsize        n_digits)
{
  const char *digits = self->data + self->offset - n_digits;
  const gsize most = strlen (MAX_INTEGER);

  if (n_digits > most || (n_digits == most && memcmp (digits, MAX_INTEGER, most) > 0))
    return hw_json_lexer_fail (self, start, "an integer must lie within ±" MAX_INTEGER);

  return TRUE;
}

/* Looks whether a number with a fraction or an exponent is one that a double can hold. */
static gboolean
check_double (HwJsonLexer *self,
              gsize        start)
{
  char text[MAX_NUMBER_LENGTH + 1];
  gsize length = self->offset - start;

  if (length > MAX_NUMBER_LENGTH)
    return hw_json_lexer_fail (self, start, "this number has too many digits");

  memcpy (text, self->data + start, length);
  text[length] = '\0';
  if (!isfinite (g_ascii_strtod (text, NULL)))
    return hw_json_lexer_fail (self, start, "this number is too large");

  return TRUE;
}

/* Passes over a fraction and an exponent, and says whether there was one. */
static gboolean
take_fraction (HwJsonLexer *self,
               gboolean    *is_there)
{
  *is_there = hw_json_lexer_take (self, '.');
  if (*is_there && take_digits (self) == 0)
    return hw_json_lexer_fail (self, self->offset, "a digit should stand here");

  if (!hw_json_lexer_take (self, 'e') && !hw_json_lexer_take (self, 'E'))
    return TRUE;

  *is_there = TRUE;
  if (!hw_json_lexer_take (self, '+'))
    hw_json_lexer_take (self, '-');
  if (take_digits (self) == 0)
    return hw_json_lexer_fail (self, self->offset, "a digit should stand here");

  return TRUE;
}

/**
 * hw_json_lexer_take_number:
 * @self: a lexer before a digit or a minus
 *
 * Passes over a number (RFC 8259, section 6): an integer within ±2^53, or one with a
 * fraction or an exponent that a double can hold.
 *
 * Returns: %FALSE if it is not one
 */
gboolean
hw_json_lexer_take_number (HwJsonLexer *self)
{
  gsize start = self->offset;
  gboolean has_leading_zero;
  gboolean has_fraction;
  gsize n_digits;

  hw_json_lexer_take (self, '-');
  has_leading_zero = hw_json_lexer_peek (self) == '0';
  n_digits = take_digits (self);
  if (n_digits == 0)
    return hw_json_lexer_fail (self, self->offset, "a digit should stand here");
  if (has_leading_zero && n_digits > 1)
    return hw_json_lexer_fail (self, start, "a number must not begin with a zero");

  if (!take_fraction (self, &has_fraction))
    return FALSE;

  return has_fraction ? check_double (self, start) : check_integer (self, start, n_digits);
}

/**
 * hw_json_lexer_take_literal:
 * @self: a lexer
 * @literal: `true`, `false` or `null`
 *
 * Passes over a literal (RFC 8259, section 3).
 *
 * Returns: %FALSE if it is not that one
 */
gboolean
hw_json_lexer_take_literal (HwJsonLexer *self,
                            const char  *literal)
{
  gsize length = strlen (literal);

  if (self->length - self->offset < length ||
      memcmp (self->data + self->offset, literal, length) != 0)
    return hw_json_lexer_fail (self, self->offset, "a value should stand here");

  self->offset += length;

  return TRUE;
}
