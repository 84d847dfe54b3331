/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-encoding.h"
#include "hw-error.h"
#include "hw-json-variant.h"
#include "hw-msgpack-reader.h"
#include "hw-msgpack-writer.h"

#include <string.h>

#define MAX_LENGTH 1000000
#define BYTES(text) text, sizeof (text) - 1

/* A MessagePack value, and what it becomes in GVariant's text form. */
typedef struct
{
  const char *claim;
  const char *bytes;
  gsize length;
  const char *value;
} Row;

static const Row rows[] = {
  { "nothing", BYTES ("\xc0"), "@mv nothing" },
  { "false", BYTES ("\xc2"), "false" },
  { "true", BYTES ("\xc3"), "true" },
  { "integer-in-one-byte", BYTES ("\x7f"), "int64 127" },
  { "negative-integer-in-one-byte", BYTES ("\xe0"), "int64 -32" },
  { "minus-one", BYTES ("\xff"), "int64 -1" },
  { "unsigned-8", BYTES ("\xcc\xff"), "int64 255" },
  { "unsigned-16", BYTES ("\xcd\xff\xfe"), "int64 65534" },
  { "unsigned-32", BYTES ("\xce\xff\xff\xff\xfe"), "int64 4294967294" },
  { "unsigned-64", BYTES ("\xcf\x00\x20\x00\x00\x00\x00\x00\x00"), "int64 9007199254740992" },
  { "signed-8", BYTES ("\xd0\x80"), "int64 -128" },
  { "signed-16", BYTES ("\xd1\x80\x00"), "int64 -32768" },
  { "signed-32", BYTES ("\xd2\x80\x00\x00\x00"), "int64 -2147483648" },
  { "signed-64", BYTES ("\xd3\xff\xe0\x00\x00\x00\x00\x00\x00"), "int64 -9007199254740992" },
  { "signed-and-positive", BYTES ("\xd0\x05"), "int64 5" },
  { "float-32", BYTES ("\xca\x3e\x80\x00\x00"), "0.25" },
  { "float-64", BYTES ("\xcb\xbf\xd0\x00\x00\x00\x00\x00\x00"), "-0.25" },
  { "empty-text", BYTES ("\xa0"), "''" },
  { "text", BYTES ("\xa3" "a\xc3\xa9"), "'a\303\251'" },
  { "text-8", BYTES ("\xd9\x01" "a"), "'a'" },
  { "text-16", BYTES ("\xda\x00\x01" "a"), "'a'" },
  { "text-32", BYTES ("\xdb\x00\x00\x00\x01" "a"), "'a'" },
  { "empty-array-is-strings", BYTES ("\x90"), "@as []" },
  { "strings", BYTES ("\x92\xa1" "a\xa1" "b"), "['a', 'b']" },
  { "array", BYTES ("\x92\xa1" "a\x01"), "[<'a'>, <int64 1>]" },
  { "array-16", BYTES ("\xdc\x00\x01\x01"), "[<int64 1>]" },
  { "array-32", BYTES ("\xdd\x00\x00\x00\x01\x01"), "[<int64 1>]" },
  { "nothing-in-array", BYTES ("\x91\xc0"), "[<@mv nothing>]" },
  { "empty-map", BYTES ("\x80"), "@a{sv} {}" },
  { "map", BYTES ("\x81\xa1" "a\x01"), "{'a': <int64 1>}" },
  { "map-16", BYTES ("\xde\x00\x01\xa1" "a\x01"), "{'a': <int64 1>}" },
  { "map-32", BYTES ("\xdf\x00\x00\x00\x01\xa1" "a\x01"), "{'a': <int64 1>}" },
  { "map-with-nothing", BYTES ("\x82\xa1" "a\xc0\xa1" "b\x01"), "{'b': <int64 1>}" },
  { "map-in-map", BYTES ("\x81\xa1" "a\x81\xa1" "a\x01"), "{'a': <{'a': <int64 1>}>}" },
  { "time-in-4-bytes", BYTES ("\xd6\xff\x38\x6d\x43\x80"), "'2000-01-01T00:00:00Z'" },
  { "time-in-8-bytes", BYTES ("\xd7\xff\x77\x35\x94\x00\x38\x6d\x43\x80"),
    "'2000-01-01T00:00:00.500000Z'" },
  { "time-in-12-bytes",
    BYTES ("\xc7\x0c\xff\x00\x00\x03\xe8\xff\xff\xff\xff\xff\xff\xff\xff"),
    "'1969-12-31T23:59:59.000001Z'" },
  { "undefined-of-old-clients", BYTES ("\xd4\x00\x00"), "@mv nothing" },
};

static GVariant *
read_value (const char *bytes,
            gsize       length,
            GError    **error)
{
  /* A copy of the exact size, so that sanitizers see what is read beyond. */
  g_autofree char *copy = g_memdup2 (bytes, length);
  HwMsgpackReader reader = { .data = copy, .length = length };
  g_autoptr(GVariant) value = hw_msgpack_reader_take_value (&reader);

  if (value == NULL)
    {
      hw_msgpack_reader_set_error (&reader, error);
      return NULL;
    }

  g_assert_cmpuint (reader.offset, ==, length);

  return g_variant_ref_sink (g_steal_pointer (&value));
}

static void
test_msgpack_reads (gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) expected = g_variant_parse (NULL, row->value, NULL, NULL, &error);
  g_autoptr(GVariant) value = NULL;

  g_assert_no_error (error);
  value = read_value (row->bytes, row->length, &error);

  g_assert_no_error (error);
  g_assert_cmpvariant (value, expected);
}

/* Test that whatever is cut off anywhere is refused, and never read beyond. */
static void
test_msgpack_refuses_what_is_cut_off (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize length = 0; length < rows[i].length; length++)
      {
        g_autoptr(GError) error = NULL;

        g_assert_null (read_value (rows[i].bytes, length, &error));
        g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
      }
}

/* What is no value, and what is wrong with it. */
typedef struct
{
  const char *claim;
  const char *bytes;
  gsize length;
  const char *problem;
} WrongRow;

static const WrongRow wrong_rows[] = {
  { "byte-that-begins-nothing", BYTES ("\x91\xc1"), "1: no value begins with this byte" },
  { "array-of-four-billion", BYTES ("\xdd\xff\xff\xff\xff\xc0"),
    "0: it ends before all that is announced here" },
  { "map-of-four-billion", BYTES ("\xdf\xff\xff\xff\xff\xa0\xc0"),
    "0: it ends before all that is announced here" },
  { "text-of-four-gigabytes", BYTES ("\xdb\xff\xff\xff\xff" "a"),
    "0: it ends before all that is announced here" },
  { "extension-of-four-gigabytes", BYTES ("\xc9\xff\xff\xff\xff\xff"),
    "0: it ends before all that is announced here" },
  { "integer-beyond-doubles", BYTES ("\xcf\x00\x20\x00\x00\x00\x00\x00\x01"),
    "0: an integer must lie within ±9007199254740992" },
  { "negative-integer-beyond-doubles", BYTES ("\xd3\xff\xdf\xff\xff\xff\xff\xff\xff"),
    "0: an integer must lie within ±9007199254740992" },
  { "integer-beyond-63-bits", BYTES ("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
    "0: an integer must lie within ±9007199254740992" },
  { "smallest-of-64-bits", BYTES ("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
    "0: an integer must lie within ±9007199254740992" },
  { "no-number", BYTES ("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), "0: a number must be finite" },
  { "infinity", BYTES ("\xca\x7f\x80\x00\x00"), "0: a number must be finite" },
  { "no-utf8", BYTES ("\x92\x01\xa1\xff"), "2: a text must be UTF-8 without a NUL" },
  { "half-a-surrogate-pair", BYTES ("\xa3\xed\xa0\x80"),
    "0: a text must be UTF-8 without a NUL" },
  { "nul", BYTES ("\xa1\x00"), "0: a text must be UTF-8 without a NUL" },
  { "bytes", BYTES ("\xc4\x01x"), "0: there is no place for bytes, only for texts" },
  { "number-as-name", BYTES ("\x81\x01\x01"), "1: the name of a member must be a text" },
  { "nothing-as-name", BYTES ("\x81\xc0\x01"), "1: the name of a member must be a text" },
  { "name-that-is-no-utf8", BYTES ("\x81\xa1\xff\x01"),
    "1: a text must be UTF-8 without a NUL" },
  { "name-twice", BYTES ("\x82\xa1" "a\x01\xa1" "a\x02"),
    "0: a name stands twice in the map that begins here" },
  { "name-twice-without-value", BYTES ("\x82\xa1" "a\xc0\xa1" "a\xc0"),
    "0: a name stands twice in the map that begins here" },
  { "unknown-extension", BYTES ("\xd4\x05\x00"),
    "0: of all extensions only a timestamp is known" },
  { "undefined-with-a-value", BYTES ("\xd4\x00\x01"),
    "0: of all extensions only a timestamp is known" },
  { "undefined-of-another-length", BYTES ("\xd5\x00\x00\x00"),
    "0: of all extensions only a timestamp is known" },
  { "time-of-another-length", BYTES ("\xd4\xff\x00"),
    "0: of all extensions only a timestamp is known" },
  { "time-with-too-many-nanoseconds", BYTES ("\xd7\xff\xff\xff\xff\xfc\x38\x6d\x43\x80"),
    "0: of all extensions only a timestamp is known" },
  { "time-beyond-all-years",
    BYTES ("\xc7\x0c\xff\x00\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff"),
    "0: of all extensions only a timestamp is known" },
};

static void
test_msgpack_refuses (gconstpointer test_data)
{
  const WrongRow *row = test_data;
  g_autofree char *sentence =
    g_strdup_printf ("The MessagePack data are not valid at byte %s. "
                     "Send them without this fault.", row->problem);
  g_autoptr(GError) error = NULL;

  g_assert_null (read_value (row->bytes, row->length, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (error->message, ==, sentence);
}

/* Test that what can be read can be passed over as well, and is that long. */
static void
test_msgpack_skips_what_it_reads (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize length = 0; length <= rows[i].length; length++)
      {
        g_autofree char *copy = g_memdup2 (rows[i].bytes, length);
        HwMsgpackReader reader = { .data = copy, .length = length };
        gboolean is_whole = length == rows[i].length;

        g_assert_cmpint (hw_msgpack_reader_skip_value (&reader), ==, is_whole);
        g_assert_cmpint (reader.problem == NULL, ==, is_whole);
        g_assert_true (!is_whole || reader.offset == length);
      }
}

/* What is passed over, although it cannot be read. */
typedef struct
{
  const char *claim;
  const char *bytes;
  gsize length;
} SkipRow;

static const SkipRow skip_rows[] = {
  { "bytes-8", BYTES ("\xc4\x02\xff\xc1") },
  { "bytes-16", BYTES ("\xc5\x00\x02\xff\xc1") },
  { "bytes-32", BYTES ("\xc6\x00\x00\x00\x02\xff\xc1") },
  { "no-bytes", BYTES ("\xc4\x00") },
  { "extension-of-one-byte", BYTES ("\xd4\x05\xc1") },
  { "extension-of-any-length", BYTES ("\xc7\x03\x05\xc1\xc1\xc1") },
  { "extension-of-no-bytes", BYTES ("\xc7\x00\x05") },
  { "integer-of-64-bits", BYTES ("\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
  { "no-number", BYTES ("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00") },
  { "no-utf8", BYTES ("\xa1\xff") },
  { "numbers-as-names", BYTES ("\x82\x01\x01\x02\x02") },
  { "array-as-name", BYTES ("\x81\x91\x01\xc0") },
  { "name-twice", BYTES ("\x82\xa1" "a\x01\xa1" "a\x02") },
  { "bytes-in-map-in-array", BYTES ("\x92\x81\xa1" "a\xc4\x01\xff\xc0") },
};

static void
test_msgpack_skips (gconstpointer test_data)
{
  const SkipRow *row = test_data;

  for (gsize length = 0; length <= row->length; length++)
    {
      g_autofree char *copy = g_memdup2 (row->bytes, length);
      HwMsgpackReader taker = { .data = copy, .length = length };
      HwMsgpackReader reader = taker;

      g_assert_null (hw_msgpack_reader_take_value (&taker));
      g_assert_cmpint (hw_msgpack_reader_skip_value (&reader), ==, length == row->length);
      g_assert_true (length < row->length || reader.offset == length);
    }
}

/* Test that what is behind what was passed over can be read. */
static void
test_msgpack_goes_on_behind_what_it_skips (void)
{
  HwMsgpackReader reader = { .data = "\x92\x81\x01\xc4\x01\xff\x05", .length = 7 };
  g_autoptr(GVariant) value = NULL;
  guint n_values = 0;

  g_assert_true (hw_msgpack_reader_enter_array (&reader, &n_values));
  g_assert_true (hw_msgpack_reader_skip_value (&reader));
  value = g_variant_ref_sink (hw_msgpack_reader_take_value (&reader));

  g_assert_cmpint (g_variant_get_int64 (value), ==, 5);
}

/* What is not even passed over, and what is wrong with it. */
static const WrongRow wrong_skip_rows[] = {
  { "nothing", BYTES (""), "a value should stand here" },
  { "byte-that-begins-nothing", BYTES ("\x91\xc1"), "no value begins with this byte" },
  { "map-of-four-billion", BYTES ("\xdf\xff\xff\xff\xff\xa0\xc0"),
    "it ends before all that is announced here" },
  { "bytes-of-four-gigabytes", BYTES ("\xc6\xff\xff\xff\xff" "a"),
    "it ends before all that is announced here" },
  { "extension-of-four-gigabytes", BYTES ("\xc9\xff\xff\xff\xff\xff"),
    "it ends before all that is announced here" },
};

static void
test_msgpack_skips_nothing_wrong (gconstpointer test_data)
{
  const WrongRow *row = test_data;
  g_autofree char *copy = g_memdup2 (row->bytes, row->length);
  HwMsgpackReader reader = { .data = copy, .length = row->length };

  g_assert_false (hw_msgpack_reader_skip_value (&reader));
  g_assert_cmpstr (reader.problem, ==, row->problem);
}

/* How deep and how long, and whether that is taken. */
typedef struct
{
  const char *claim;
  gsize n_arrays;
  gsize n_values; /* in the innermost */
  gboolean is_taken;
} SizeRow;

static const SizeRow sizes[] = {
  { "deepest", 32, 0, TRUE },
  { "too-deep", 33, 0, FALSE },
  { "very-deep", 30000, 0, FALSE },
  { "longest", 1, 9999, TRUE },
  { "too-long", 1, 10000, FALSE },
};

static void
test_msgpack_size (gconstpointer test_data)
{
  const SizeRow *row = test_data;
  g_autoptr(GString) bytes = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) value = NULL;
  HwMsgpackReader skipper = { 0 };

  for (gsize i = 1; i < row->n_arrays; i++)
    hw_msgpack_begin_array (bytes, 1);
  hw_msgpack_begin_array (bytes, (guint) row->n_values);
  for (gsize i = 0; i < row->n_values; i++)
    hw_msgpack_write_nothing (bytes);

  value = read_value (bytes->str, bytes->len, &error);
  g_assert_cmpint (value != NULL, ==, row->is_taken);

  skipper.data = bytes->str;
  skipper.length = bytes->len;
  g_assert_cmpint (hw_msgpack_reader_skip_value (&skipper), ==, row->is_taken);
}

static void
test_msgpack_map_may_be_too_deep (void)
{
  g_autoptr(GString) bytes = g_string_new (NULL);

  for (guint i = 0; i < 32; i++)
    hw_msgpack_begin_array (bytes, 1);
  hw_msgpack_begin_map (bytes, 0);

  g_assert_null (read_value (bytes->str, bytes->len, NULL));
}

/* Test that an array may be entered, and what is in it read one by one. */
static void
test_msgpack_array_is_entered (void)
{
  HwMsgpackReader reader = { .data = "\x92\x91\xa1" "a\x05", .length = 5 };
  g_autoptr(GVariant) strings = NULL;
  g_autoptr(GVariant) number = NULL;
  guint n_values = 0;

  g_assert_true (hw_msgpack_reader_enter_array (&reader, &n_values));
  g_assert_cmpuint (n_values, ==, 2);
  strings = g_variant_ref_sink (hw_msgpack_reader_take_values (&reader));
  g_assert_cmpstr (g_variant_get_type_string (strings), ==, "av");
  number = g_variant_ref_sink (hw_msgpack_reader_take_values (&reader));
  g_assert_cmpint (g_variant_get_int64 (number), ==, 5);
  g_assert_null (hw_msgpack_reader_take_values (&reader));
}

/* What cannot be entered, or read in it. */
static const char *const wrong_arrays[] = { "", "\x05", "\x91", "\x91\xc1", "\x91\x91\xc1" };

static void
test_msgpack_array_that_is_none (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong_arrays); i++)
    {
      HwMsgpackReader reader = { .data = wrong_arrays[i], .length = strlen (wrong_arrays[i]) };
      guint n_values = 0;

      g_assert_false (hw_msgpack_reader_enter_array (&reader, &n_values) &&
                      hw_msgpack_reader_take_values (&reader) != NULL);
      g_assert_nonnull (reader.problem);
    }
}

/* What is JSON, and what it is in MessagePack. */
typedef struct
{
  const char *claim;
  const char *json;
  const char *bytes;
  gsize length;
} WriteRow;

static const WriteRow write_rows[] = {
  { "null", "null", BYTES ("\xc0") },
  { "true", "true", BYTES ("\xc3") },
  { "false", "false", BYTES ("\xc2") },
  { "127", "127", BYTES ("\x7f") },
  { "128", "128", BYTES ("\xcc\x80") },
  { "255", "255", BYTES ("\xcc\xff") },
  { "256", "256", BYTES ("\xcd\x01\x00") },
  { "65536", "65536", BYTES ("\xce\x00\x01\x00\x00") },
  { "4294967296", "4294967296", BYTES ("\xcf\x00\x00\x00\x01\x00\x00\x00\x00") },
  { "minus-32", "-32", BYTES ("\xe0") },
  { "minus-33", "-33", BYTES ("\xd0\xdf") },
  { "minus-129", "-129", BYTES ("\xd1\xff\x7f") },
  { "minus-32769", "-32769", BYTES ("\xd2\xff\xff\x7f\xff") },
  { "minus-2147483649", "-2147483649", BYTES ("\xd3\xff\xff\xff\xff\x7f\xff\xff\xff") },
  { "fraction", "0.25", BYTES ("\xcb\x3f\xd0\x00\x00\x00\x00\x00\x00") },
  { "text", "\"a\"", BYTES ("\xa1" "a") },
  { "escapes", "\"\\\"\\n\\u00e9\"", BYTES ("\xa4\"\n\xc3\xa9") },
  { "array", "[1,[]]", BYTES ("\x92\x01\x90") },
  { "object", "{\"a\":{},\"b\":null}", BYTES ("\x82\xa1" "a\x80\xa1" "b\xc0") },
  { "spaces", " { \"a\" : [ 1 , 2 ] } ", BYTES ("\x81\xa1" "a\x92\x01\x02") },
};

static void
test_msgpack_writes (gconstpointer test_data)
{
  const WriteRow *row = test_data;
  g_autoptr(GString) bytes = g_string_new (NULL);

  hw_msgpack_write_json (bytes, row->json, strlen (row->json));

  g_assert_cmpmem (bytes->str, bytes->len, row->bytes, row->length);
}

/* Test that what is long comes back as it was, whatever its head looks like. */
static void
test_msgpack_writes_any_length (void)
{
  static const gsize lengths[] = { 15, 16, 31, 32, 255, 256, 3000, 65535, 65536 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      const gsize n_values = MIN (lengths[i], 3000);
      g_autofree char *text = g_strnfill (lengths[i], 'x');
      g_autoptr(GString) json = g_string_new ("{\"numbers\":[");
      g_autoptr(GString) bytes = g_string_new ("before");
      g_autoptr(GVariant) expected = NULL;
      g_autoptr(GVariant) value = NULL;

      for (gsize n = 0; n < n_values; n++)
        g_string_append_printf (json, "%s%" G_GSIZE_FORMAT, n > 0 ? "," : "", n);
      g_string_append_printf (json, "],\"text\":\"%s\",\"many\":{", text);
      for (gsize n = 0; n < n_values; n++)
        g_string_append_printf (json, "%s\"%" G_GSIZE_FORMAT "\":true", n > 0 ? "," : "", n);
      g_string_append (json, "}}");
      hw_msgpack_write_json (bytes, json->str, json->len);

      expected = hw_json_variant_parse (json->str, json->len, MAX_LENGTH, NULL);
      value = read_value (bytes->str + strlen ("before"), bytes->len - strlen ("before"), NULL);
      g_assert_cmpvariant (value, expected);
    }
}

static void
test_encoding_json_stays_as_it_is (void)
{
  GBytes *json = g_bytes_new_static ("{}", 2);
  g_autoptr(GBytes) same = hw_encoding_take_json (HW_ENCODING_JSON, json);

  g_assert_true (same == json);
}

static void
test_encoding_nothing_is_null (void)
{
  g_autoptr(GBytes) json = hw_encoding_take_json (HW_ENCODING_JSON, NULL);
  g_autoptr(GBytes) msgpack = hw_encoding_take_json (HW_ENCODING_MSGPACK, NULL);

  g_assert_cmpmem (g_bytes_get_data (json, NULL), g_bytes_get_size (json), "null", 4);
  g_assert_cmpmem (g_bytes_get_data (msgpack, NULL), g_bytes_get_size (msgpack), "\xc0", 1);
}

#define ADD_ROWS(folder, rows, function) \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/msgpack/" folder "/%s", rows[i].claim); \
      g_test_add_data_func (path, &rows[i], function); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_ROWS ("reads", rows, test_msgpack_reads);
  ADD_ROWS ("refuses", wrong_rows, test_msgpack_refuses);
  g_test_add_func ("/msgpack/refuses/what-is-cut-off", test_msgpack_refuses_what_is_cut_off);
  ADD_ROWS ("skips", skip_rows, test_msgpack_skips);
  ADD_ROWS ("skips/not", wrong_skip_rows, test_msgpack_skips_nothing_wrong);
  g_test_add_func ("/msgpack/skips/what-it-reads", test_msgpack_skips_what_it_reads);
  g_test_add_func ("/msgpack/skips/and-goes-on", test_msgpack_goes_on_behind_what_it_skips);
  ADD_ROWS ("size", sizes, test_msgpack_size);
  g_test_add_func ("/msgpack/size/map-may-be-too-deep", test_msgpack_map_may_be_too_deep);
  g_test_add_func ("/msgpack/array/is-entered", test_msgpack_array_is_entered);
  g_test_add_func ("/msgpack/array/that-is-none", test_msgpack_array_that_is_none);
  ADD_ROWS ("writes", write_rows, test_msgpack_writes);
  g_test_add_func ("/msgpack/writes/any-length", test_msgpack_writes_any_length);
  g_test_add_func ("/msgpack/encoding/json-stays-as-it-is", test_encoding_json_stays_as_it_is);
  g_test_add_func ("/msgpack/encoding/nothing-is-null", test_encoding_nothing_is_null);

  return g_test_run ();
}
