/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-disposition.h"

/* What may stand in a value as it is, beside letters, digits and “-._~” (RFC 8187, 3.2.1). */
#define PLAIN_CHARACTERS "!#$&+^`|"

/* What stands for a character in the name for old clients. */
#define REPLACEMENT '_'

/* Whether a byte may stand in a quoted text and is read alike by all: some decode what
 * follows a percent sign, and some take a backslash for a part of a path.
 */
static gboolean
is_plain (char byte)
{
  return g_ascii_isprint (byte) && byte != '"' && byte != '\\' && byte != '%';
}

/* Returns: (transfer full): the name in ASCII, a character for a character */
static char *
make_fallback (const char *name)
{
  GString *text = g_string_new (NULL);

  for (const char *next = name; *next != '\0'; next = g_utf8_next_char (next))
    g_string_append_c (text, is_plain (*next) ? *next : REPLACEMENT);

  return g_string_free (text, FALSE);
}

/**
 * hw_http_disposition_build:
 * @name: the name of a file, in UTF-8
 *
 * Builds the field Content-Disposition of an answer that is to be saved as a file (RFC 6266,
 * 4): whatever it is, no browser shows it as a page.
 *
 * Returns: (transfer full): the field's value
 */
char *
hw_http_disposition_build (const char *name)
{
  g_autofree char *fallback = NULL;
  g_autofree char *escaped = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  fallback = make_fallback (name);
  escaped = g_uri_escape_string (name, PLAIN_CHARACTERS, FALSE);

  return g_strdup_printf ("attachment; filename=\"%s\"; filename*=UTF-8''%s", fallback, escaped);
}
