/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-json-scan.h"

#include <string.h>

#define MAX_LENGTH 65536

/* A text and what is claimed of it. */
typedef struct
{
  const char *claim;
  const char *text;
  gsize length; /* 0: up to the NUL */
} Row;

#define BYTES(text) text, sizeof (text) - 1

static const Row accepted[] = {
  { "null", "null" },
  { "true", "true" },
  { "false", "false" },
  { "string-alone", "\"headway\"" },
  { "empty-string", "\"\"" },
  { "zero", "0" },
  { "minus-zero", "-0" },
  { "negative-integer", "-12" },
  { "fraction", "12.75" },
  { "fraction-of-zero", "0.0" },
  { "exponent", "1e3" },
  { "exponent-capital-and-sign", "1E+3" },
  { "exponent-negative", "0.5e-3" },
  { "exponent-leading-zeros", "1e0003" },
  { "number-close-to-zero",
    "-0.00000000000000000000000000000000000000000000000000000000000000000000000000000001" },
  { "number-that-underflows", "1e-999" },
  { "largest-double", "1.7976931348623157e308" },
  { "largest-integer", "9007199254740992" },
  { "smallest-integer", "-9007199254740992" },
  { "large-number-with-a-fraction", "123456789012345678901234567890.5" },
  { "empty-object", "{}" },
  { "empty-array", "[]" },
  { "space-everywhere", " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n" },
  { "space-in-empty-array", "[ \n ]" },
  { "nested", "[[[{\"a\":[{}]}]]]" },
  { "member-with-empty-name", "{\"\":0}" },
  { "same-name-in-two-objects", "[{\"a\":1},{\"a\":2}]" },
  { "same-name-at-two-depths", "{\"a\":{\"a\":{\"a\":1}}}" },
  { "same-name-after-an-inner-object", "{\"a\":{\"b\":1},\"b\":2}" },
  { "names-that-differ-in-case", "{\"a\":1,\"A\":2}" },
  { "name-that-begins-another", "{\"ab\":1,\"a\":2,\"abc\":3}" },
  { "escaped-name", "{\"\\u0061\\n\":1,\"b\":2}" },
  { "simple-escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"" },
  { "unicode-escape", "\"\\u00e9\\u20AC\"" },
  { "surrogate-pair", "\"\\uD83D\\uDE00\"" },
  { "escaped-noncharacter", "\"\\uFFFF\"" },
  { "escaped-control-character", "\"\\u0001\\u001e\"" },
  { "delete-character", "\"\177\"" },
  { "utf8-of-two-bytes", "\"\303\251\"" },
  { "utf8-of-three-bytes", "\"\342\202\254\"" },
  { "utf8-of-four-bytes", "\"\360\237\230\200\"" },
  { "utf8-in-a-name", "{\"\303\251\":1}" },
  { "line-separators-unescaped", "\"\342\200\250\342\200\251\"" },
  { "string-like-a-comment", "\"/* no comment */ // nor this\"" },
};

static const Row refused[] = {
  { "nothing", "" },
  { "only-space", " \n" },
  { "byte-order-mark", "\357\273\277{}" },
  { "two-values", "1 2" },
  { "two-objects", "{}{}" },
  { "bracket-after-the-end", "[1]]" },
  { "brace-after-the-end", "{}}" },
  { "comma-after-the-end", "[1]," },
  { "nul-after-the-end", BYTES ("{}\0") },
  { "nul-alone", BYTES ("\0") },
  { "record-separator-after-the-end", "{}\036" },
  { "comment-before", "/* a */ 1" },
  { "comment-after", "1 // a" },
  { "comment-inside", "[1,/**/2]" },
  { "hash-comment", "[1] # a" },
  { "capital-true", "True" },
  { "word-cut-short", "tru" },
  { "word-too-long", "nulls" },
  { "unknown-word", "undefined" },
  { "not-a-number", "NaN" },
  { "infinity", "Infinity" },
  { "minus-infinity", "-Infinity" },
  { "minus-alone", "-" },
  { "minus-and-word", "-a" },
  { "plus-sign", "+1" },
  { "two-signs", "--1" },
  { "leading-zero", "01" },
  { "negative-leading-zero", "-01" },
  { "two-zeros", "00" },
  { "point-first", ".5" },
  { "point-last", "1." },
  { "point-and-exponent", "1.e3" },
  { "two-points", "1.2.3" },
  { "exponent-without-digits", "1e" },
  { "exponent-with-sign-only", "1e+" },
  { "exponent-with-two-signs", "1e+-2" },
  { "exponent-with-fraction", "1e2.5" },
  { "hexadecimal", "0x10" },
  { "digit-group", "1_000" },
  { "space-in-number", "1 000" },
  { "digits-of-another-script", "\331\241" },
  { "integer-beyond-2-53", "9007199254740993" },
  { "negative-integer-beyond-2-53", "-9007199254740993" },
  { "integer-of-many-digits", "100000000000000000000000000" },
  { "exponent-overflow", "1e309" },
  { "negative-exponent-overflow", "-1e999" },
  { "exponent-of-many-digits", "1e99999999999999999999" },
  { "single-quotes", "'a'" },
  { "string-without-end", "\"abc" },
  { "string-that-ends-in-a-backslash", "\"abc\\" },
  { "string-whose-end-is-escaped", "\"abc\\\"" },
  { "string-without-begin", "abc\"" },
  { "newline-in-string", "\"a\nb\"" },
  { "tab-in-string", "\"a\tb\"" },
  { "last-control-character-in-string", "\"a\037b\"" },
  { "nul-in-string", BYTES ("\"a\0b\"") },
  { "record-separator-in-string", "\"a\036b\"" },
  { "escape-that-is-none", "\"\\x41\"" },
  { "escaped-nul-byte", BYTES ("\"\\\0\"") },
  { "escape-a", "\"\\a\"" },
  { "capital-unicode-escape", "\"\\U0041\"" },
  { "unicode-escape-cut-short", "\"\\u00A\"" },
  { "unicode-escape-at-the-end", "\"\\u00" },
  { "unicode-escape-not-hexadecimal", "\"\\u00g0\"" },
  { "unicode-escape-with-sign", "\"\\u+123\"" },
  { "unicode-escape-of-nul", "\"\\u0000\"" },
  { "high-surrogate-alone", "\"\\uD800\"" },
  { "high-surrogate-and-letter", "\"\\uD800a\"" },
  { "high-surrogate-and-newline", "\"\\uD800\\n\"" },
  { "high-surrogate-twice", "\"\\uD800\\uD800\"" },
  { "high-surrogate-and-what-is-behind-all", "\"\\uD800\\uE000\"" },
  { "high-surrogate-cut-short", "\"\\uD800\\u" },
  { "low-surrogate-alone", "\"\\uDC00\"" },
  { "low-surrogate-twice", "\"\\uDC00\\uDC00\"" },
  { "surrogates-in-the-wrong-order", "\"\\uDE00\\uD83D\"" },
  { "utf8-byte-alone", "\"\200\"" },
  { "utf8-cut-short", "\"\342\202\"" },
  { "utf8-overlong-slash", "\"\300\257\"" },
  { "utf8-overlong-nul", "\"\300\200\"" },
  { "utf8-surrogate", "\"\355\240\200\"" },
  { "utf8-beyond-unicode", "\"\364\220\200\200\"" },
  { "utf8-never-used-byte", "\"\377\"" },
  { "latin-1", "\"\351\"" },
  { "utf16", BYTES ("\377\376[\0]\0") },
  { "no-break-space-as-space", "[\302\2401]" },
  { "form-feed-as-space", "[\f1]" },
  { "vertical-tab-as-space", "[\v1]" },
  { "array-without-end", "[1" },
  { "array-without-end-after-comma", "[1," },
  { "array-with-trailing-comma", "[1,]" },
  { "array-with-leading-comma", "[,1]" },
  { "array-with-two-commas", "[1,,2]" },
  { "array-of-a-comma", "[,]" },
  { "array-without-comma", "[1 2]" },
  { "array-with-colon", "[1:2]" },
  { "array-closed-by-brace", "[1}" },
  { "array-with-member", "[\"a\":1]" },
  { "closing-bracket-alone", "]" },
  { "object-without-end", "{\"a\":1" },
  { "object-with-trailing-comma", "{\"a\":1,}" },
  { "object-with-leading-comma", "{,\"a\":1}" },
  { "object-with-two-commas", "{\"a\":1,,\"b\":2}" },
  { "object-without-comma", "{\"a\":1 \"b\":2}" },
  { "object-without-colon", "{\"a\" 1}" },
  { "object-with-comma-for-colon", "{\"a\",1}" },
  { "object-with-two-colons", "{\"a\"::1}" },
  { "object-without-value", "{\"a\":}" },
  { "object-with-name-only", "{\"a\"}" },
  { "object-closed-by-bracket", "{\"a\":1]" },
  { "name-without-quotes", "{a:1}" },
  { "name-in-single-quotes", "{'a':1}" },
  { "number-as-name", "{1:1}" },
  { "null-as-name", "{null:1}" },
  { "array-as-name", "{[]:1}" },
  { "name-twice", "{\"a\":1,\"a\":2}" },
  { "name-twice-not-side-by-side", "{\"a\":1,\"b\":2,\"a\":3}" },
  { "name-twice-with-equal-values", "{\"a\":1,\"a\":1}" },
  { "name-twice-once-escaped", "{\"a\":1,\"\\u0061\":2}" },
  { "name-twice-both-escaped", "{\"\\u002f\":1,\"\\/\":2}" },
  { "name-twice-as-pair-and-utf8", "{\"\\uD83D\\uDE00\":1,\"\360\237\230\200\":2}" },
  { "empty-name-twice", "{\"\":1,\"\":2}" },
  { "name-twice-in-an-inner-object", "[{\"b\":{\"a\":1,\"a\":2}}]" },
  { "name-twice-around-an-inner-object", "{\"a\":{\"c\":1,\"d\":2},\"b\":1,\"a\":2}" },
};

static void
test_json_scan_accepts (gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(GError) error = NULL;
  gboolean is_valid;

  is_valid = hw_json_scan (row->text, strlen (row->text), MAX_LENGTH, &error);

  g_assert_no_error (error);
  g_assert_true (is_valid);
}

static void
test_json_scan_refuses (gconstpointer test_data)
{
  const Row *row = test_data;
  gsize length = row->length > 0 ? row->length : strlen (row->text);
  /* An exact copy on the heap, so that a sanitizer sees each byte read too far. */
  g_autofree char *text = g_memdup2 (row->text, length);
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_json_scan (text, length, MAX_LENGTH, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

/* Makes @n times @open, then @middle, then @n times @close. */
static char *
nest (guint       n,
      const char *open,
      const char *middle,
      const char *close)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, open);
  g_string_append (text, middle);
  for (guint i = 0; i < n; i++)
    g_string_append (text, close);

  return g_string_free (text, FALSE);
}

static gboolean
scan_text (const char *text,
           GError    **error)
{
  return hw_json_scan (text, strlen (text), strlen (text), error);
}

static void
test_json_scan_takes_greatest_depth (void)
{
  g_autofree char *text = nest (HW_JSON_MAX_DEPTH, "[", "", "]");
  g_autoptr(GError) error = NULL;

  g_assert_true (scan_text (text, &error));
  g_assert_no_error (error);
}

static void
test_json_scan_refuses_one_level_more (void)
{
  g_autofree char *text = nest (HW_JSON_MAX_DEPTH + 1, "[", "", "]");
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text (text, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

/* Test that a text made to exhaust the stack of a recursive reader is refused. */
static void
test_json_scan_refuses_a_million_levels (void)
{
  g_autofree char *text = nest (1000000, "{\"a\":[", "", "");
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text (text, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

static void
test_json_scan_takes_most_tokens (void)
{
  g_autofree char *text = nest (HW_JSON_MAX_TOKENS - 2, "0,", "0", "");
  g_autofree char *array = g_strdup_printf ("[%s]", text);
  g_autoptr(GError) error = NULL;

  g_assert_true (scan_text (array, &error));
  g_assert_no_error (error);
}

/* Test that the limits are the caller's, and that the sentence names them. */
static void
test_json_scan_within_limits (void)
{
  const HwJsonLimits limits = { 9, 4 };
  g_autoptr(GError) error = NULL;

  g_assert_true (hw_json_scan_within ("[0,0,0]", 7, &limits, NULL));
  g_assert_false (hw_json_scan_within ("[0,0,0,0]", 9, &limits, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "there are more than 4 values and names"));

  g_clear_error (&error);
  g_assert_false (hw_json_scan_within ("[[0,{\"a\"", 8, &limits, &error));
  g_assert_nonnull (strstr (error->message, "there are more than 4 values and names"));

  g_clear_error (&error);
  g_assert_false (hw_json_scan_within ("[0,0,0   ]", 10, &limits, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

static void
test_json_scan_refuses_one_token_more (void)
{
  g_autofree char *text = nest (HW_JSON_MAX_TOKENS - 1, "0,", "0", "");
  g_autofree char *array = g_strdup_printf ("[%s]", text);
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text (array, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

/* Test that a name is found twice among as many as may be. */
static void
test_json_scan_finds_a_double_among_many (void)
{
  g_autoptr(GString) text = g_string_new ("{\"first\":0");
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < HW_JSON_MAX_TOKENS / 2 - 2; i++)
    g_string_append_printf (text, ",\"%u\":0", i);
  g_string_append_c (text, '}');
  g_assert_true (scan_text (text->str, &error));
  g_assert_no_error (error);

  g_string_truncate (text, text->len - strlen ("\"4997\":0}"));
  g_string_append (text, "\"first\":0}");
  g_assert_false (scan_text (text->str, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

static void
test_json_scan_refuses_number_of_many_digits (void)
{
  g_autofree char *text = nest (10000, "1", ".5", "");
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text (text, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

static void
test_json_scan_takes_the_length_it_is_given (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (hw_json_scan ("[1]", 3, 3, &error));
  g_assert_no_error (error);
}

static void
test_json_scan_refuses_one_byte_more (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_json_scan ("[1] ", 4, 3, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

static void
test_json_scan_reads_no_further_than_length (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (hw_json_scan ("[1]x", 3, 3, &error));
  g_assert_no_error (error);
}

/* Test that every beginning of a valid text is refused, not only those that a
 * person thinks of. */
static void
test_json_scan_refuses_every_beginning (void)
{
  const char *text = "{\"a\\u00e9\\uD83D\\uDE00\":[1,-2.5e+3,true,null,{\"b\":\"\303\251\"}]}";

  for (gsize length = 0; length < strlen (text); length++)
    {
      g_autofree char *beginning = g_memdup2 (text, length);
      g_autoptr(GError) error = NULL;

      g_assert_false (hw_json_scan (beginning, length, MAX_LENGTH, &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
    }
}

static void
test_json_scan_says_which_byte_is_wrong (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text ("{\"a\": 1, b: 2}", &error));
  g_assert_cmpstr (error->message, ==, "The JSON text is not valid at byte 9: the name of a "
                   "member, in double quotes, should stand here. Send it without this fault.");
}

/* A wrong text, and the field that the error is about. */
typedef struct
{
  const char *claim;
  const char *text;
  const char *field;
} FieldRow;

static const FieldRow fields[] = {
  { "member", "{\"a\":1,\"b\":tru}", "/b" },
  { "inner-member", "{\"parameters\":{\"steps\":5,\"path\":\"\\u0000\"}}", "/parameters/path" },
  { "element", "[0,{\"a\":[true,\"x\", 01]}]", "/1/a/2" },
  { "escaped-name", "{\"a\\u002fb~\":-}", "/a~1b~0" },
  { "level-that-is-too-deep", "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "/a/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0" },
  { "none-between-members", "{\"a\":1,}", NULL },
  { "object-between-its-members", "{\"a\":{\"b\":1,}}", "/a" },
  { "object-with-a-name-twice", "{\"a\":{\"b\":1,\"b\":2}}", "/a" },
  { "none-at-the-top", "{\"b\":1,\"b\":2}", NULL },
  { "none-after-the-end", "{\"b\":1} 2", NULL },
};

static void
test_json_scan_names_the_field (gconstpointer test_data)
{
  const FieldRow *row = test_data;
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text (row->text, &error));
  g_assert_cmpstr (hw_error_get_field (error), ==, row->field);
}

/* Test that nobody can make the error as long as the text. */
static void
test_json_scan_names_no_endless_field (void)
{
  g_autofree char *text = nest (1000, "a", "\":tru}", "");
  g_autofree char *object = g_strconcat ("{\"", text, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text (object, &error));
  g_assert_null (hw_error_get_field (error));
}

static void
test_json_scan_says_the_field (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text ("{\"path\": \"a\\u0000b\"}", &error));
  g_assert_cmpstr (error->message, ==, "The JSON text is not valid at byte 13, in /path: a string "
                   "must not contain \\u0000. Send it without this fault.");
}

static void
test_json_scan_says_where_utf8_ends (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (scan_text ("[\"ab\377\"]", &error));
  g_assert_cmpstr (error->message, ==,
                   "The JSON text is not valid at byte 4: this is not UTF-8. "
                   "Send it without this fault.");
}

static void
add_rows (const char   *folder,
          const Row    *rows,
          gsize         n_rows,
          GTestDataFunc function)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autofree char *path = g_strdup_printf ("/json-scan/%s/%s", folder, rows[i].claim);

      g_test_add_data_func (path, &rows[i], function);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_rows ("accepts", accepted, G_N_ELEMENTS (accepted), test_json_scan_accepts);
  add_rows ("refuses", refused, G_N_ELEMENTS (refused), test_json_scan_refuses);

  g_test_add_func ("/json-scan/depth/takes-greatest", test_json_scan_takes_greatest_depth);
  g_test_add_func ("/json-scan/depth/refuses-one-more", test_json_scan_refuses_one_level_more);
  g_test_add_func ("/json-scan/depth/refuses-a-million", test_json_scan_refuses_a_million_levels);
  g_test_add_func ("/json-scan/tokens/takes-most", test_json_scan_takes_most_tokens);
  g_test_add_func ("/json-scan/tokens/are-limited-by-the-caller", test_json_scan_within_limits);
  g_test_add_func ("/json-scan/tokens/refuses-one-more", test_json_scan_refuses_one_token_more);
  g_test_add_func ("/json-scan/names/finds-a-double-among-many",
                   test_json_scan_finds_a_double_among_many);
  g_test_add_func ("/json-scan/number/refuses-many-digits",
                   test_json_scan_refuses_number_of_many_digits);
  g_test_add_func ("/json-scan/length/takes-greatest",
                   test_json_scan_takes_the_length_it_is_given);
  g_test_add_func ("/json-scan/length/refuses-one-more", test_json_scan_refuses_one_byte_more);
  g_test_add_func ("/json-scan/length/is-not-passed", test_json_scan_reads_no_further_than_length);
  g_test_add_func ("/json-scan/refuses-every-beginning", test_json_scan_refuses_every_beginning);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *path = g_strdup_printf ("/json-scan/field/%s", fields[i].claim);

      g_test_add_data_func (path, &fields[i], test_json_scan_names_the_field);
    }
  g_test_add_func ("/json-scan/field/none-of-endless-length",
                   test_json_scan_names_no_endless_field);
  g_test_add_func ("/json-scan/error/says-the-field", test_json_scan_says_the_field);
  g_test_add_func ("/json-scan/error/says-which-byte", test_json_scan_says_which_byte_is_wrong);
  g_test_add_func ("/json-scan/error/says-where-utf8-ends", test_json_scan_says_where_utf8_ends);

  return g_test_run ();
}
