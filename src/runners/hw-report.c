/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-report.h"

#include <string.h>

/* Lines “KEY=value”, as sd_notify(3) has them, with a few keys of our own: headway(1) tells
 * which. Pure functions on bytes from anybody.
 */

/* What our keys begin with where others' keys are, too. It may be left out. */
#define PREFIX "X_HEADWAY_"

/* The greatest number that all who read it as JSON read right: 2^53 - 1. */
#define MAX_COUNT ((G_GUINT64_CONSTANT (1) << 53) - 1)

/* Characters of a number: a double has some 25. */
#define MAX_NUMBER_LENGTH 40

/* What can be counted. They are few, as who reads them may translate them, or write bytes in
 * another way, and as memory for any word that anybody thinks of would never be free again.
 */
static const char *const units[] = {
  "bytes", "chunks", "documents", "files", "folders", "frames", "images", "items", "lines",
  "messages", "packages", "pages", "parts", "records", "requests", "rows", "seconds", "steps",
  "tests",
};

/* Copies what has no other characters than @allowed into @number, as a string. */
static gboolean
copy_number (const char *value,
             gsize       length,
             const char *allowed,
             char       *number)
{
  if (length == 0 || length > MAX_NUMBER_LENGTH)
    return FALSE;

  memcpy (number, value, length);
  number[length] = '\0';

  return strspn (number, allowed) == length;
}

static gboolean
read_count (const char *value,
            gsize       length,
            guint64    *count)
{
  char number[MAX_NUMBER_LENGTH + 1];

  return copy_number (value, length, "0123456789", number) &&
         g_ascii_string_to_unsigned (number, 10, 0, MAX_COUNT, count, NULL);
}

static gboolean
read_share (const char *value,
            gsize       length,
            double     *share)
{
  char number[MAX_NUMBER_LENGTH + 1];
  char *end;
  double found;

  if (!copy_number (value, length, "0123456789.eE+-", number))
    return FALSE;

  found = g_ascii_strtod (number, &end);
  if (end == number || *end != '\0' || !(found >= 0 && found <= 1))
    return FALSE;

  *share = found;

  return TRUE;
}

/* What nobody knows is no unit. */
static const char *
find_unit (const char *value,
           gsize       length)
{
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i]) == length && memcmp (units[i], value, length) == 0)
      return units[i];

  return NULL;
}

/* Makes a line for people of it, unless it says nothing. */
static void
add_message (GPtrArray  *messages,
             const char *value,
             gsize       length)
{
  g_autofree char *text = g_utf8_make_valid (value, (gssize) length);
  g_autoptr(GString) clean = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      g_string_append_unichar (clean, g_unichar_iscntrl (character) ? ' ' : character);
    }

  if (*g_strstrip (clean->str) != '\0')
    g_ptr_array_add (messages, g_strdup (clean->str));
}

static gboolean
is_key (const char *key,
        const char *line,
        gsize       length)
{
  return strlen (key) == length && memcmp (key, line, length) == 0;
}

/* Reads one line. Returns whether that tells how far it is. */
static gboolean
hw_report_read_line (HwReport   *self,
                     const char *line,
                     gsize       length,
                     GPtrArray  *messages)
{
  const char *equals = memchr (line, '=', length);
  const char *value;
  gsize key_length, value_length;

  if (equals == NULL)
    return FALSE;

  value = equals + 1;
  value_length = length - (gsize) (value - line);
  if (length >= strlen (PREFIX) && memcmp (line, PREFIX, strlen (PREFIX)) == 0)
    line += strlen (PREFIX);
  key_length = (gsize) (equals - line);

  if (is_key ("STATUS", line, key_length))
    add_message (messages, value, value_length);
  else if (is_key ("PROGRESS", line, key_length))
    return read_share (value, value_length, &self->share) && !self->is_counting;
  else if (is_key ("UNIT", line, key_length))
    self->unit = find_unit (value, value_length);
  else if ((is_key ("DONE", line, key_length) && read_count (value, value_length, &self->done)) ||
           (is_key ("TOTAL", line, key_length) && read_count (value, value_length, &self->total)))
    return self->is_counting = TRUE;

  return FALSE;
}

/**
 * hw_report_read:
 * @self: what was read before
 * @text: lines, or anything else
 * @length: bytes of it
 * @messages: (element-type utf8): where to add what is to be shown to people
 *
 * Reads what a program tells of itself. What makes no sense is left out, as is what is for
 * others. Who counts tells by that how far it is, and needs no share.
 *
 * Returns: whether something of @self is news
 */
gboolean
hw_report_read (HwReport   *self,
                const char *text,
                gsize       length,
                GPtrArray  *messages)
{
  gboolean is_news = FALSE;
  gsize start = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (messages != NULL, FALSE);

  while (start < length)
    {
      const char *line = text + start;
      const char *line_end = memchr (line, '\n', length - start);
      gsize size = line_end != NULL ? (gsize) (line_end - line) : length - start;

      if (hw_report_read_line (self, line, size, messages))
        is_news = TRUE;
      start += size + 1;
    }

  return is_news;
}
