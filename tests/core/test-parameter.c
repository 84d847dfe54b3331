/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-task-type.h"

#include <string.h>

/* One parameter of each kind. */
static const char *const file =
  "[Task]\ntitle=All\nfunction=all\n"
  "[Parameter string]\ntype=string\nmin-length=2\nmax-length=5\n"
  "[Parameter choice]\ntype=string\nchoices=fast;thorough\n"
  "[Parameter secret]\ntype=string\nhidden=true\nchoices=a;b\n"
  "[Parameter path]\ntype=path\n"
  "[Parameter integer]\ntype=integer\nminimum=1\nmaximum=1000\n"
  "[Parameter any-integer]\ntype=integer\n"
  "[Parameter number]\ntype=number\nminimum=0\n"
  "[Parameter low-number]\ntype=number\nmaximum=0.5\n"
  "[Parameter boolean]\ntype=boolean\n"
  "[Parameter strings]\ntype=strings\nmin-length=1\nmax-length=3\n"
  "[Parameter environment]\ntype=environment\nmax-length=2\n";

static HwTaskType *
make_type (const char *data)
{
  g_autoptr(GError) error = NULL;
  HwTaskType *type = hw_task_type_new_from_data ("all", data, strlen (data), &error);

  g_assert_no_error (error);

  return type;
}

/* The parameters that @text writes in GVariant's way. */
static GVariant *
make_parameters (const char *text)
{
  g_autoptr(GError) error = NULL;
  GVariant *parameters = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);

  return parameters;
}

/* The golden table: what is sent, what it is about, and what is said. Whoever changes a
 * sentence shows here that it still names the field and the next step.
 */
static const struct
{
  const char *path;
  const char *parameters;
  const char *field;
  const char *sentence;
} refusals[] = {
  { "string/wrong-type", "{'string': <int64 5>}", "/parameters/string",
    "The parameter “string” must be a text, and is a number. Put it in quotes." },
  { "string/too-short", "{'string': <'a'>}", "/parameters/string",
    "The parameter “string” has 1 character, and must have at least 2. Send a longer one." },
  { "string/too-long", "{'string': <'€€€€€€'>}", "/parameters/string",
    "The parameter “string” has 6 characters, and may have at most 5. Send a shorter one." },
  { "string/nul", "{'string': <@ay [97, 0, 98]>}", "/parameters/string",
    "The parameter “string” holds a NUL character, which no text may hold. Remove it." },
  { "string/not-utf8", "{'string': <@ay [97, 255]>}", "/parameters/string",
    "The parameter “string” is not UTF-8. Send it in that encoding." },
  { "string/not-a-choice", "{'choice': <'hot'>}", "/parameters/choice",
    "The parameter “choice” is “hot”, and must be one of “fast”, “thorough”. "
    "Send one of these." },
  { "string/cannot-command-a-terminal", "{'choice': <'\\u001b[2J\\u202e\\n'>}",
    "/parameters/choice",
    "The parameter “choice” is “�[2J��”, and must be one of “fast”, “thorough”. "
    "Send one of these." },
  { "string/hidden-is-not-repeated", "{'secret': <'hot'>}", "/parameters/secret",
    "The parameter “secret” is “…”, and must be one of “a”, “b”. Send one of these." },
  { "path/wrong-type", "{'path': <true>}", "/parameters/path",
    "The parameter “path” must be an absolute path, and is true. "
    "Send a text that begins with “/”." },
  { "path/relative", "{'path': <'a/b'>}", "/parameters/path",
    "The parameter “path” is “a/b”, and must be an absolute path. "
    "Send a text that begins with “/”." },
  { "path/empty", "{'path': <''>}", "/parameters/path",
    "The parameter “path” is “”, and must be an absolute path. "
    "Send a text that begins with “/”." },
  { "path/nul", "{'path': <@ay [47, 0, 98]>}", "/parameters/path",
    "The parameter “path” holds a NUL character, which no text may hold. Remove it." },
  { "integer/wrong-type", "{'integer': <'5'>}", "/parameters/integer",
    "The parameter “integer” must be a whole number, and is a text. "
    "Send one without quotes, such as 5." },
  { "integer/too-small", "{'integer': <int64 0>}", "/parameters/integer",
    "The parameter “integer” is 0, and must be from 1 to 1000. "
    "Send a number in that range." },
  { "integer/too-great", "{'integer': <int64 1001>}", "/parameters/integer",
    "The parameter “integer” is 1001, and must be from 1 to 1000. "
    "Send a number in that range." },
  { "integer/fraction", "{'integer': <1.5>}", "/parameters/integer",
    "The parameter “integer” is 1.5, and must be a whole number. Send one, such as 5." },
  { "integer/beyond-javascript", "{'any-integer': <9007199254740992.0>}",
    "/parameters/any-integer",
    "The parameter “any-integer” is 9007199254740992, and must be from -9007199254740991 "
    "to 9007199254740991. Send a number in that range." },
  { "number/wrong-type", "{'number': <{'a': <1>}>}", "/parameters/number",
    "The parameter “number” must be a number, and is an object. "
    "Send one without quotes, such as 0.5." },
  { "number/too-small", "{'number': <-0.25>}", "/parameters/number",
    "The parameter “number” is -0.25, and must be at least 0. Send a greater number." },
  { "number/too-great", "{'low-number': <0.75>}", "/parameters/low-number",
    "The parameter “low-number” is 0.75, and may be at most 0.5. Send a smaller number." },
  { "boolean/wrong-type", "{'boolean': <['a']>}", "/parameters/boolean",
    "The parameter “boolean” must be true or false, and is a list. "
    "Send one of these without quotes." },
  { "strings/wrong-type", "{'strings': <'ls'>}", "/parameters/strings",
    "The parameter “strings” must be a list of texts, and is a text. "
    "Send one, such as [\"a\", \"b\"]." },
  { "strings/empty", "{'strings': <@as []>}", "/parameters/strings",
    "The parameter “strings” has 0 texts, and must have at least 1. Send a longer one." },
  { "strings/too-many", "{'strings': <['a', 'b', 'c', 'd']>}", "/parameters/strings",
    "The parameter “strings” has 4 texts, and may have at most 3. Send a shorter one." },
  { "strings/entry-of-wrong-type", "{'strings': <[<'a'>, <int64 5>]>}", "/parameters/strings",
    "The parameter “strings” must hold nothing but texts, and entry 2 is a number. "
    "Put it in quotes." },
  { "strings/entry-is-null", "{'strings': <[<@mv nothing>]>}", "/parameters/strings",
    "The parameter “strings” must hold nothing but texts, and entry 1 is null. "
    "Put it in quotes." },
  { "strings/entry-with-nul", "{'strings': <[<'a'>, <@ay [97, 0]>]>}", "/parameters/strings",
    "The parameter “strings” holds a NUL character, which no text may hold. Remove it." },
  { "environment/wrong-type", "{'environment': <['A=b']>}", "/parameters/environment",
    "The parameter “environment” must be an object of texts, and is a list. "
    "Send one, such as {\"A\": \"b\"}." },
  { "environment/too-many", "{'environment': <{'A': <''>, 'B': <''>, 'C': <''>}>}",
    "/parameters/environment",
    "The parameter “environment” has 3 variables, and may have at most 2. "
    "Send a shorter one." },
  { "environment/bad-name", "{'environment': <{'A=B': <'c'>}>}", "/parameters/environment",
    "The parameter “environment” names a variable “A=B”: a name is not empty and has no “=”. "
    "Correct the name." },
  { "environment/value-of-wrong-type", "{'environment': <{'A': <int64 5>}>}",
    "/parameters/environment",
    "The parameter “environment” must hold nothing but texts, and “A” is a number. "
    "Put it in quotes." },
  { "unknown/name", "{'pth': <'/x'>}", "/parameters/pth",
    "The task type “all” has no parameter “pth”; it has “string”, “choice”, “secret”, “path”, "
    "“integer”, “any-integer”, “number”, “low-number”, “boolean”, “strings”, “environment”. "
    "Correct the name, or leave it out." },
  { "unknown/name-is-escaped-in-the-pointer", "{'a/b~c': <'/x'>}", "/parameters/a~1b~0c",
    "The task type “all” has no parameter “a/b~c”; it has “string”, “choice”, “secret”, “path”, "
    "“integer”, “any-integer”, “number”, “low-number”, “boolean”, “strings”, “environment”. "
    "Correct the name, or leave it out." },
};

static void
test_parameter_refused (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwTaskType) type = make_type (file);
  g_autoptr(GVariant) parameters = make_parameters (refusals[i].parameters);
  g_autoptr(GVariant) checked = NULL;
  g_autoptr(GError) error = NULL;

  checked = hw_task_type_check_parameters (type, parameters, &error);

  g_assert_null (checked);
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
  g_assert_cmpstr (hw_error_get_field (error), ==, refusals[i].field);
  g_assert_cmpstr (error->message, ==, refusals[i].sentence);
}

/* What is sent, and what becomes of it. */
static const struct
{
  const char *path;
  const char *parameters;
  const char *checked;
} acceptances[] = {
  { "nothing", "{}", "{}" },
  { "null-is-nothing", "{'string': <@ms nothing>}", "{}" },
  { "string", "{'string': <'abc'>}", "{'string': <'abc'>}" },
  { "string/characters-count", "{'string': <'€€€€€'>}", "{'string': <'€€€€€'>}" },
  { "string/choice", "{'choice': <'fast'>}", "{'choice': <'fast'>}" },
  { "path", "{'path': <'/x/../y z'>}", "{'path': <'/x/../y z'>}" },
  { "integer", "{'integer': <int64 5>}", "{'integer': <int64 5>}" },
  { "integer/without-fraction", "{'integer': <5.0>}", "{'integer': <int64 5>}" },
  { "number", "{'number': <0.5>}", "{'number': <0.5>}" },
  { "number/whole", "{'number': <int64 2>}", "{'number': <2.0>}" },
  { "boolean", "{'boolean': <true>}", "{'boolean': <true>}" },
  { "strings", "{'strings': <['a', 'b']>}", "{'strings': <['a', 'b']>}" },
  { "strings/as-variants", "{'strings': <[<'a'>, <'b'>]>}", "{'strings': <['a', 'b']>}" },
  { "environment", "{'environment': <{'A': <'b'>}>}", "{'environment': <{'A': <'b'>}>}" },
};

/* Test that a good value gets its parameter's type, and passes again unchanged. */
static void
test_parameter_accepted (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwTaskType) type = make_type (file);
  g_autoptr(GVariant) parameters = make_parameters (acceptances[i].parameters);
  g_autoptr(GVariant) expected = make_parameters (acceptances[i].checked);
  g_autoptr(GVariant) checked = NULL;
  g_autoptr(GVariant) again = NULL;
  g_autoptr(GError) error = NULL;

  checked = hw_task_type_check_parameters (type, parameters, &error);
  g_assert_no_error (error);
  again = hw_task_type_check_parameters (type, checked, &error);
  g_assert_no_error (error);

  g_assert_cmpvariant (checked, expected);
  g_assert_cmpvariant (again, expected);
}

static void
add_string (GVariantDict *dict,
            const char   *name,
            gsize         length)
{
  g_autofree char *text = g_strnfill (length, 'x');

  text[0] = '/';
  g_variant_dict_insert (dict, name, "s", text);
}

/* Test that a value of 1 MiB is refused by its length, and never comes back in the error. */
static void
test_parameter_huge_value (void)
{
  static const char *const data =
    "[Task]\ntitle=T\nfunction=f\n[Parameter path]\ntype=path\n[Parameter text]\ntype=string\n";
  static const char *const sentences[] = {
    "The parameter “path” has 1048576 bytes, and may have at most 4095. Send a shorter one.",
    "The parameter “text” has 1048576 characters, and may have at most 4096. "
    "Send a shorter one.",
  };
  static const char *const names[] = { "path", "text" };
  g_autoptr(HwTaskType) type = make_type (data);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
      g_autoptr(GVariant) parameters = NULL;
      g_autoptr(GError) error = NULL;

      add_string (&dict, names[i], 1024 * 1024);
      parameters = g_variant_ref_sink (g_variant_dict_end (&dict));

      g_assert_null (hw_task_type_check_parameters (type, parameters, &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
      g_assert_cmpstr (error->message, ==, sentences[i]);
    }
}

/* Test that a name of 1 MiB does not come back either. */
static void
test_parameter_huge_name (void)
{
  g_autoptr(HwTaskType) type = make_type ("[Task]\ntitle=T\nfunction=f\n");
  g_autofree char *name = g_strnfill (1024 * 1024, 'x');
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GVariant) parameters = NULL;
  g_autoptr(GError) error = NULL;

  g_variant_dict_insert (&dict, name, "s", "");
  parameters = g_variant_ref_sink (g_variant_dict_end (&dict));

  g_assert_null (hw_task_type_check_parameters (type, parameters, &error));
  g_assert_cmpstr (hw_error_get_field (error), ==, "/parameters");
  g_assert_cmpstr (error->message, ==,
                   "The task type “all” has no parameter "
                   "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”; "
                   "it has none. Correct the name, or leave it out.");
}

/* Test that a value that is refused for what it says comes back cut to 64 characters. */
static void
test_parameter_long_value_is_cut (void)
{
  g_autoptr(HwTaskType) type = make_type (file);
  g_autofree char *text = g_strnfill (4000, 'x');
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GVariant) parameters = NULL;
  g_autoptr(GError) error = NULL;

  g_variant_dict_insert (&dict, "path", "s", text);
  parameters = g_variant_ref_sink (g_variant_dict_end (&dict));

  g_assert_null (hw_task_type_check_parameters (type, parameters, &error));
  g_assert_cmpstr (error->message, ==,
                   "The parameter “path” is "
                   "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”, "
                   "and must be an absolute path. Send a text that begins with “/”.");
}

/* Test that all strings of a list together stay below what the kernel takes. */
static void
test_parameter_strings_too_large (void)
{
  g_autoptr(HwTaskType) type = make_type (file);
  g_autofree char *text = g_strnfill (64 * 1024, 'x');
  const char *strings[] = { text, text, text, NULL };
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GVariant) parameters = NULL;
  g_autoptr(GError) error = NULL;

  g_variant_dict_insert (&dict, "strings", "^as", strings);
  parameters = g_variant_ref_sink (g_variant_dict_end (&dict));

  g_assert_null (hw_task_type_check_parameters (type, parameters, &error));
  g_assert_cmpstr (hw_error_get_field (error), ==, "/parameters/strings");
  g_assert_cmpstr (error->message, ==,
                   "The parameter “strings” is too large: all its texts may have 131072 bytes. "
                   "Send less, or put it into a file.");
}

static void
test_parameter_environment_too_large (void)
{
  g_autoptr(HwTaskType) type = make_type (file);
  g_autofree char *text = g_strnfill (128 * 1024, 'x');
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_auto(GVariantDict) environment = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GVariant) parameters = NULL;
  g_autoptr(GError) error = NULL;

  g_variant_dict_insert (&environment, "A", "s", text);
  g_variant_dict_insert_value (&dict, "environment", g_variant_dict_end (&environment));
  parameters = g_variant_ref_sink (g_variant_dict_end (&dict));

  g_assert_null (hw_task_type_check_parameters (type, parameters, &error));
  g_assert_cmpstr (error->message, ==,
                   "The parameter “environment” is too large: all its texts may have 131072 "
                   "bytes. Send less, or put it into a file.");
}

static void
test_parameter_missing (void)
{
  g_autoptr(HwTaskType) type =
    make_type ("[Task]\ntitle=T\nfunction=f\n[Parameter path]\ntype=path\nrequired=true\n");
  g_autoptr(GVariant) parameters = make_parameters ("{}");
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_task_type_check_parameters (type, parameters, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
  g_assert_cmpstr (hw_error_get_field (error), ==, "/parameters/path");
  g_assert_cmpstr (error->message, ==,
                   "The parameter “path” is missing. Add it: it must be an absolute path.");
}

static void
test_parameter_default (void)
{
  g_autoptr(HwTaskType) type =
    make_type ("[Task]\ntitle=T\nfunction=f\n"
               "[Parameter steps]\ntype=integer\ndefault=5\n"
               "[Parameter names]\ntype=strings\ndefault=a;b\n"
               "[Parameter delay]\ntype=number\ndefault=1\n");
  g_autoptr(GVariant) parameters = make_parameters ("{'delay': <0.5>}");
  g_autoptr(GVariant) checked = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) names = NULL;
  gint64 steps = 0;
  double delay = 0.0;

  checked = hw_task_type_check_parameters (type, parameters, &error);

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (checked, "steps", "x", &steps));
  g_assert_cmpint (steps, ==, 5);
  g_assert_true (g_variant_lookup (checked, "names", "^as", &names));
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_true (g_variant_lookup (checked, "delay", "d", &delay));
  g_assert_cmpfloat_with_epsilon (delay, 0.5, 1e-9);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/parameter/refused/", refusals[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_parameter_refused);
    }

  for (guint i = 0; i < G_N_ELEMENTS (acceptances); i++)
    {
      g_autofree char *path = g_strconcat ("/parameter/accepted/", acceptances[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_parameter_accepted);
    }

  g_test_add_func ("/parameter/refused/huge-value", test_parameter_huge_value);
  g_test_add_func ("/parameter/refused/huge-name", test_parameter_huge_name);
  g_test_add_func ("/parameter/refused/long-value-is-cut", test_parameter_long_value_is_cut);
  g_test_add_func ("/parameter/refused/strings/too-large", test_parameter_strings_too_large);
  g_test_add_func ("/parameter/refused/environment/too-large",
                   test_parameter_environment_too_large);
  g_test_add_func ("/parameter/refused/missing", test_parameter_missing);
  g_test_add_func ("/parameter/accepted/default", test_parameter_default);

  return g_test_run ();
}
