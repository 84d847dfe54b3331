/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-json-scan.h"
#include "hw-json-variant.h"
#include "hw-json-writer.h"

#include <string.h>

#define MAX_LENGTH 65536

/* A JSON text, and the value that it becomes in GVariant's text form. */
typedef struct
{
  const char *claim;
  const char *json;
  const char *value;
} Row;

static const Row rows[] = {
  { "string", "\"a\"", "'a'" },
  { "empty-string", "\"\"", "''" },
  { "integer", "7", "int64 7" },
  { "negative-integer", "-7", "int64 -7" },
  { "largest-integer", "9007199254740992", "int64 9007199254740992" },
  { "smallest-integer", "-9007199254740992", "int64 -9007199254740992" },
  { "minus-zero", "-0", "int64 0" },
  { "fraction", "0.25", "0.25" },
  { "fraction-of-zero-is-a-double", "1.0", "1.0" },
  { "exponent-is-a-double", "1e3", "1000.0" },
  { "negative-exponent", "-5E-1", "-0.5" },
  { "true", "true", "true" },
  { "false", "false", "false" },
  { "null", "null", "@mv nothing" },
  { "no-members", "{}", "@a{sv} {}" },
  { "members", "{\"path\":\"/x\",\"steps\":5}", "{'path': <'/x'>, 'steps': <int64 5>}" },
  { "null-member-is-absent", "{\"a\":null,\"b\":1}", "{'b': <int64 1>}" },
  { "empty-name", "{\"\":1}", "{'': <int64 1>}" },
  { "strings", "[\"ls\",\"-l\"]", "['ls', '-l']" },
  { "empty-array-is-strings", "[]", "@as []" },
  { "mixed-array", "[\"a\",1]", "[<'a'>, <int64 1>]" },
  { "null-in-array", "[null,1]", "[<@mv nothing>, <int64 1>]" },
  { "array-of-arrays", "[[],[1]]", "[<@as []>, <[<int64 1>]>]" },
  { "object-in-object", "{\"env\":{\"LANG\":\"C\"}}", "{'env': <{'LANG': <'C'>}>}" },
  { "escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "'\"\\\\/\\b\\f\\n\\r\\t\303\251'" },
  { "surrogate-pair", "\"\\uD83D\\uDE00\"", "'\360\237\230\200'" },
  { "utf8", "\"\303\251\"", "'\303\251'" },
  { "escaped-name", "{\"\\u0061\":1}", "{'a': <int64 1>}" },
  { "string-like-a-comment", "\"/* a */ // b\"", "'/* a */ // b'" },
};

static void
test_json_variant_row (gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) expected = g_variant_parse (NULL, row->value, NULL, NULL, &error);
  g_autoptr(GVariant) value = NULL;

  g_assert_no_error (error);
  value = hw_json_variant_parse (row->json, strlen (row->json), MAX_LENGTH, &error);

  g_assert_no_error (error);
  g_assert_cmpvariant (value, expected);
}

static void
test_json_variant_refuses_what_the_scan_refuses (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_json_variant_parse ("[1,]", 4, MAX_LENGTH, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

static void
test_json_variant_refuses_what_is_too_large (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_json_variant_parse ("[1,2]", 5, 4, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

/* Test that a value as deep as the scan lets through survives the whole way: a
 * level of JSON is three of GVariant, which has a limit of its own. */
static void
test_json_variant_keeps_the_greatest_depth (void)
{
  g_autoptr(GString) json = g_string_new (NULL);
  g_autoptr(GString) written = g_string_new (NULL);
  g_autoptr(GVariant) value = NULL;
  g_autoptr(GError) error = NULL;
  HwJsonWriter writer;

  for (guint i = 0; i < HW_JSON_MAX_DEPTH; i++)
    g_string_append (json, "{\"a\":");
  g_string_append (json, "\"deep\"");
  for (guint i = 0; i < HW_JSON_MAX_DEPTH; i++)
    g_string_append_c (json, '}');

  value = hw_json_variant_parse (json->str, json->len, MAX_LENGTH, &error);
  g_assert_no_error (error);
  hw_json_writer_init (&writer, written);
  hw_json_writer_add_variant (&writer, value);

  g_assert_cmpstr (written->str, ==, json->str);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/json-variant/value/%s", rows[i].claim);

      g_test_add_data_func (path, &rows[i], test_json_variant_row);
    }
  g_test_add_func ("/json-variant/refuses-what-the-scan-refuses",
                   test_json_variant_refuses_what_the_scan_refuses);
  g_test_add_func ("/json-variant/refuses-what-is-too-large",
                   test_json_variant_refuses_what_is_too_large);
  g_test_add_func ("/json-variant/keeps-the-greatest-depth",
                   test_json_variant_keeps_the_greatest_depth);

  return g_test_run ();
}
