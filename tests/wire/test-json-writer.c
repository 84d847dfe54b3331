/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-scan.h"
#include "hw-json-writer.h"

#include <math.h>
#include <string.h>

/* A value in GVariant's text form, and the JSON that it becomes. */
typedef struct
{
  const char *claim;
  const char *value;
  const char *json;
} VariantRow;

static const VariantRow variants[] = {
  { "boolean", "true", "true" },
  { "byte", "byte 0xff", "255" },
  { "int16", "int16 -32768", "-32768" },
  { "uint16", "uint16 65535", "65535" },
  { "int32", "-2147483648", "-2147483648" },
  { "uint32", "uint32 4294967295", "4294967295" },
  { "int64", "int64 -9223372036854775808", "-9223372036854775808" },
  { "uint64", "uint64 18446744073709551615", "18446744073709551615" },
  { "zero", "0", "0" },
  { "handle", "handle 7", "7" },
  { "double", "0.5", "0.5" },
  { "string", "'Sort the post'", "\"Sort the post\"" },
  { "object-path", "objectpath '/org/headway'", "\"/org/headway\"" },
  { "signature", "signature 'a{sv}'", "\"a{sv}\"" },
  { "variant", "<<'inner'>>", "\"inner\"" },
  { "nothing", "@ms nothing", "null" },
  { "something", "@ms 'here'", "\"here\"" },
  { "strings", "['a', 'b']", "[\"a\",\"b\"]" },
  { "no-strings", "@as []", "[]" },
  { "variants", "[<1>, <'a'>, <@mv nothing>]", "[1,\"a\",null]" },
  { "tuple", "(1, 'a')", "[1,\"a\"]" },
  { "empty-dictionary", "@a{sv} {}", "{}" },
  { "dictionary", "{'a': <1>, 'b': <true>}", "{\"a\":1,\"b\":true}" },
  { "dictionary-of-strings", "{'LANG': 'C'}", "{\"LANG\":\"C\"}" },
  { "dictionary-keeps-its-keys", "{'snake_case': <1>}", "{\"snake_case\":1}" },
  { "dictionary-of-numbers", "{1: 'one'}", "{\"1\":\"one\"}" },
  { "dictionary-in-dictionary", "{'a': <{'b': <[1, 2]>}>, 'c': <0>}",
    "{\"a\":{\"b\":[1,2]},\"c\":0}" },
};

/* A string and the JSON that it becomes. */
typedef struct
{
  const char *claim;
  const char *value;
  const char *json;
} StringRow;

static const StringRow strings[] = {
  { "empty", "", "\"\"" },
  { "quotes-and-backslash", "a\"b\\c", "\"a\\\"b\\\\c\"" },
  { "slash-as-it-is", "/usr", "\"/usr\"" },
  { "usual-controls", "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
  { "other-controls", "\001\036\037", "\"\\u0001\\u001e\\u001f\"" },
  { "delete-as-it-is", "\177", "\"\177\"" },
  { "utf8-as-it-is", "\303\251\342\202\254\360\237\230\200", "\"\303\251\342\202\254\360\237\230\200\"" },
  { "line-separator-as-it-is", "\342\200\250", "\"\342\200\250\"" },
  { "byte-that-is-not-utf8", "a\377b", "\"a\357\277\275b\"" },
  { "utf8-cut-short", "\342\202", "\"\357\277\275\357\277\275\"" },
  { "utf8-cut-short-then-text", "\342\202x", "\"\357\277\275\357\277\275x\"" },
  { "utf8-surrogate", "\355\240\200", "\"\357\277\275\357\277\275\357\277\275\"" },
};

/* A double and the JSON that it becomes. */
typedef struct
{
  const char *claim;
  double value;
  const char *json;
} DoubleRow;

static const DoubleRow doubles[] = {
  { "zero", 0.0, "0" },
  { "minus-zero", -0.0, "-0.0" },
  { "one", 1.0, "1" },
  { "tenth-in-short", 0.1, "0.1" },
  { "sum-in-full", 0.1 + 0.2, "0.30000000000000004" },
  { "sixteen-digits", 0.1234567890123456, "0.1234567890123456" },
  { "large", 1e300, "1e+300" },
  { "largest-exact-integer", 9007199254740992.0, "9007199254740992" },
  { "beyond-exact-integers", 9007199254740994.0, "9007199254740994.0" },
  { "beyond-exact-integers-and-round", 1e16, "1e+16" },
  { "small", 5e-324, "4.94065645841247e-324" },
  { "infinity-is-null", INFINITY, "null" },
  { "minus-infinity-is-null", -INFINITY, "null" },
  { "not-a-number-is-null", NAN, "null" },
};

/* A time and the JSON that it becomes. */
typedef struct
{
  const char *claim;
  gint64 value;
  const char *json;
} TimeRow;

static const TimeRow times[] = {
  { "epoch", 0, "\"1970-01-01T00:00:00.000000Z\"" },
  { "microsecond", 1, "\"1970-01-01T00:00:00.000001Z\"" },
  { "before-the-epoch", -1, "\"1969-12-31T23:59:59.999999Z\"" },
  { "today", G_GINT64_CONSTANT (1795374000123456), "\"2026-11-22T19:00:00.123456Z\"" },
  { "leap-day", G_GINT64_CONSTANT (1709164800000000), "\"2024-02-29T00:00:00.000000Z\"" },
  { "last-with-four-digits", G_GINT64_CONSTANT (253402300799999999),
    "\"9999-12-31T23:59:59.999999Z\"" },
  { "year-10000-is-null", G_GINT64_CONSTANT (253402300800000000), "null" },
  { "least-integer-is-null", G_MININT64, "null" },
  { "greatest-integer-is-null", G_MAXINT64, "null" },
};

/* A writer, and what it has written. */
typedef struct
{
  GString *text; /* (owned) */
  HwJsonWriter writer;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->text = g_string_new (NULL);
  hw_json_writer_init (&fixture->writer, fixture->text);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_string_free (fixture->text, TRUE);
}

static void
test_json_writer_variant (Fixture      *fixture,
                          gconstpointer test_data)
{
  const VariantRow *row = test_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) value = g_variant_parse (NULL, row->value, NULL, NULL, &error);

  g_assert_no_error (error);
  hw_json_writer_add_variant (&fixture->writer, value);

  g_assert_cmpstr (fixture->text->str, ==, row->json);
}

static void
test_json_writer_string (Fixture      *fixture,
                         gconstpointer test_data)
{
  const StringRow *row = test_data;

  hw_json_writer_add_string (&fixture->writer, row->value);

  g_assert_cmpstr (fixture->text->str, ==, row->json);
}

static void
test_json_writer_double (Fixture      *fixture,
                         gconstpointer test_data)
{
  const DoubleRow *row = test_data;

  hw_json_writer_add_double (&fixture->writer, row->value);

  g_assert_cmpstr (fixture->text->str, ==, row->json);
}

static void
test_json_writer_time (Fixture      *fixture,
                       gconstpointer test_data)
{
  const TimeRow *row = test_data;

  hw_json_writer_add_time (&fixture->writer, row->value);

  g_assert_cmpstr (fixture->text->str, ==, row->json);
}

static void
test_json_writer_null_string (Fixture      *fixture,
                              gconstpointer test_data)
{
  hw_json_writer_add_string (&fixture->writer, NULL);

  g_assert_cmpstr (fixture->text->str, ==, "null");
}

static void
test_json_writer_members (Fixture      *fixture,
                          gconstpointer test_data)
{
  hw_json_writer_begin_object (&fixture->writer);
  hw_json_writer_name (&fixture->writer, "a");
  hw_json_writer_begin_array (&fixture->writer);
  hw_json_writer_add_int (&fixture->writer, -1);
  hw_json_writer_begin_object (&fixture->writer);
  hw_json_writer_end_object (&fixture->writer);
  hw_json_writer_add_null (&fixture->writer);
  hw_json_writer_end_array (&fixture->writer);
  hw_json_writer_name (&fixture->writer, "b\n");
  hw_json_writer_add_boolean (&fixture->writer, FALSE);
  hw_json_writer_end_object (&fixture->writer);

  g_assert_cmpstr (fixture->text->str, ==, "{\"a\":[-1,{},null],\"b\\n\":false}");
}

static void
test_json_writer_ready_json (Fixture      *fixture,
                             gconstpointer test_data)
{
  hw_json_writer_begin_array (&fixture->writer);
  hw_json_writer_add_int (&fixture->writer, 1);
  hw_json_writer_add_json (&fixture->writer, "{\"a\":2}, 3", strlen ("{\"a\":2}"));
  hw_json_writer_end_array (&fixture->writer);

  g_assert_cmpstr (fixture->text->str, ==, "[1,{\"a\":2}]");
}

static void
test_json_writer_appends (Fixture      *fixture,
                          gconstpointer test_data)
{
  HwJsonWriter second;

  hw_json_writer_add_int (&fixture->writer, 1);
  g_string_append_c (fixture->text, ' ');
  hw_json_writer_init (&second, fixture->text);
  hw_json_writer_add_int (&second, 2);

  g_assert_cmpstr (fixture->text->str, ==, "1 2");
}

static void
test_json_writer_double_comes_back (void)
{
  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      guint64 bits = ((guint64) g_test_rand_int () << 32) | (guint32) g_test_rand_int ();
      HwJsonWriter writer;
      double value;
      double read_back;

      memcpy (&value, &bits, sizeof (value));
      if (!isfinite (value))
        continue;

      hw_json_writer_init (&writer, text);
      hw_json_writer_add_double (&writer, value);
      read_back = g_ascii_strtod (text->str, NULL);

      g_assert_cmpmem (&read_back, sizeof (read_back), &value, sizeof (value));
    }
}

/* Test that no bytes whatever make a string that is not JSON. */
static void
test_json_writer_any_bytes_are_json (void)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      g_autoptr(GError) error = NULL;
      char bytes[24] = { 0 };
      HwJsonWriter writer;

      for (guint j = 0; j < sizeof (bytes) - 1; j++)
        bytes[j] = (char) g_test_rand_int_range (1, 256);

      hw_json_writer_init (&writer, text);
      hw_json_writer_add_string (&writer, bytes);

      g_assert_true (hw_json_scan (text->str, text->len, text->len, &error));
      g_assert_no_error (error);
    }
}

#define ADD_ROWS(folder, rows, function) \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/json-writer/" folder "/%s", rows[i].claim); \
      g_test_add (path, Fixture, &rows[i], set_up, function, tear_down); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_ROWS ("variant", variants, test_json_writer_variant);
  ADD_ROWS ("string", strings, test_json_writer_string);
  ADD_ROWS ("double", doubles, test_json_writer_double);
  ADD_ROWS ("time", times, test_json_writer_time);

  g_test_add ("/json-writer/string/none-is-null", Fixture, NULL,
              set_up, test_json_writer_null_string, tear_down);
  g_test_add ("/json-writer/commas-stand-between-members", Fixture, NULL,
              set_up, test_json_writer_members, tear_down);
  g_test_add ("/json-writer/ready-json-is-copied", Fixture, NULL,
              set_up, test_json_writer_ready_json, tear_down);
  g_test_add ("/json-writer/writes-at-the-end", Fixture, NULL,
              set_up, test_json_writer_appends, tear_down);
  g_test_add_func ("/json-writer/double/comes-back", test_json_writer_double_comes_back);
  g_test_add_func ("/json-writer/string/any-bytes-are-json",
                   test_json_writer_any_bytes_are_json);

  return g_test_run ();
}
