/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-json-scan.h"
#include "hw-json-variant.h"
#include "hw-json-writer.h"

#include <string.h>

#define MAX_LENGTH 65536

static char *
write_value (GVariant *value)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_add_variant (&writer, value);

  return g_string_free (text, FALSE);
}

/* Whatever the scan lets through has to be read without harm, and what is written of it
 * has to be let through again and be written the same.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char *text = (const char *) data;
  g_autoptr(GVariant) value = NULL;
  g_autoptr(GVariant) again = NULL;
  g_autofree char *written = NULL;
  g_autofree char *written_again = NULL;
  g_autoptr(GError) error = NULL;

  if (!hw_json_scan (text, size, MAX_LENGTH, NULL))
    return 0;

  value = hw_json_variant_parse (text, size, MAX_LENGTH, &error);
  g_assert_no_error (error);

  written = write_value (value);
  again = hw_json_variant_parse (written, strlen (written), G_MAXSIZE, &error);
  g_assert_no_error (error);
  written_again = write_value (again);
  g_assert_cmpstr (written, ==, written_again);

  return 0;
}
