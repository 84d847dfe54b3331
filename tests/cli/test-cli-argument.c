/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-argument.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-place.h"
#include "hw-error.h"

#include <glib/gstdio.h>

/* A type with a parameter of each kind, called like it. */
static HwOfferedType *
make_type (void)
{
  HwOfferedType *type = g_new0 (HwOfferedType, 1);

  type->name = g_strdup ("odd");
  type->title = g_strdup ("Odd");
  type->parameters = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_parameter_free);
  for (guint i = 0; i < HW_N_PARAMETER_KINDS; i++)
    {
      HwParameter *parameter = g_new0 (HwParameter, 1);

      parameter->kind = (HwParameterKind) i;
      parameter->name = g_strdup (hw_parameter_kind_to_string (parameter->kind));
      parameter->title = g_strdup ("T");
      g_ptr_array_add (type->parameters, parameter);
    }

  return type;
}

static void
test_cli_argument_gives_a_value_the_type_of_its_parameter (void)
{
  static const struct
  {
    const char *arguments[4];
    const char *parameters;
  } cases[] = {
    { { NULL }, "@a{sv} {}" },
    { { "string=5" }, "{'string': <'5'>}" },
    { { "string=" }, "{'string': <''>}" },
    { { "string=a=b" }, "{'string': <'a=b'>}" },
    { { "path=/absolute/a" }, "{'path': <'/absolute/a'>}" },
    { { "path=relative/../a" }, "{'path': <'/here/relative/../a'>}" },
    { { "integer=-5" }, "{'integer': <int64 -5>}" },
    { { "number=0.5" }, "{'number': <0.5>}" },
    { { "number=5" }, "{'number': <5.0>}" },
    { { "boolean=yes" }, "{'boolean': <true>}" },
    { { "boolean=OFF" }, "{'boolean': <false>}" },
    { { "boolean" }, "{'boolean': <true>}" },
    { { "strings=a", "strings=b" }, "{'strings': <['a', 'b']>}" },
    { { "environment=A=b=c" }, "{'environment': <{'A': <'b=c'>}>}" },
    { { "environment=A=b", "environment=A=" }, "{'environment': <{'A': <''>}>}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(HwOfferedType) type = make_type ();
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) parameters = NULL;
      g_autoptr(GVariant) expected = NULL;

      parameters = hw_cli_argument_parse (type, cases[i].arguments, "/here", &error);
      g_assert_no_error (error);
      expected = g_variant_parse (G_VARIANT_TYPE_VARDICT, cases[i].parameters, NULL, NULL, &error);
      g_assert_no_error (error);

      g_assert_cmpvariant (parameters, expected);
    }
}

static void
test_cli_argument_refuses_what_it_cannot_read (void)
{
  static const struct
  {
    const char *arguments[4];
    const char *field; /* (nullable) */
    const char *says;
  } cases[] = {
    { { "integer=x" }, "/parameters/integer", "*whole number*" },
    { { "integer=5.5" }, "/parameters/integer", "*whole number*" },
    { { "integer=99999999999999999999" }, "/parameters/integer", "*whole number*" },
    { { "number=nan" }, "/parameters/number", "*must be a number*" },
    { { "number=" }, "/parameters/number", "*must be a number*" },
    { { "boolean=maybe" }, "/parameters/boolean", "*yes or no*" },
    { { "string=a", "string=b" }, "/parameters/string", "*2 times*" },
    { { "environment=A" }, "/parameters/environment", "*environment=NAME=VALUE*" },
    { { "string" }, NULL, "*has no value*" },
    { { "strin=a" }, NULL, "*Did you mean “string”?*" },
    { { "else=a" }, NULL, "*They take “string”, “path”*" },
    { { "string=\377" }, NULL, "*not UTF-8*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(HwOfferedType) type = make_type ();
      g_autoptr(GError) error = NULL;

      g_assert_null (hw_cli_argument_parse (type, cases[i].arguments, "/here", &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
      g_assert_cmpstr (hw_error_get_field (error), ==, cases[i].field);
      g_assert_true (g_pattern_match_simple (cases[i].says, error->message));
    }
}

static HwTask *
make_task (const char *fields)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) parsed = NULL;

  parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, fields, NULL, NULL, &error);
  g_assert_no_error (error);

  return hw_task_new (42, 7, hw_task_fields_new_from_variant (parsed));
}

/* Test that every result has a code, and only success has none. */
static void
test_cli_exit_code_is_that_of_a_shell (void)
{
  static const struct
  {
    const char *fields;
    int exit_code;
  } cases[] = {
    { "{'state': <'Completed'>, 'result': <'success'>, 'exit_code': <0>}", 0 },
    { "{'state': <'Completed'>, 'result': <'success'>}", 0 },
    { "{'state': <'Failed'>, 'result': <'error'>}", 1 },
    { "{'state': <'Failed'>, 'result': <'exit-code'>, 'exit_code': <3>}", 3 },
    { "{'state': <'Failed'>, 'result': <'exit-code'>, 'exit_code': <255>}", 255 },
    { "{'state': <'Failed'>, 'result': <'exit-code'>, 'exit_code': <0>}", 1 },
    { "{'state': <'Failed'>, 'result': <'signal'>, 'signal': <'SIGTERM'>}", 143 },
    { "{'state': <'Failed'>, 'result': <'signal'>, 'signal': <'SIGSEGV'>}", 139 },
    { "{'state': <'Failed'>, 'result': <'signal'>, 'signal': <'SIG40'>}", 168 },
    { "{'state': <'Failed'>, 'result': <'signal'>, 'signal': <'odd'>}", 1 },
    { "{'state': <'Failed'>, 'result': <'timeout'>}", 124 },
    { "{'state': <'Failed'>, 'result': <'canceled'>}", 130 },
    { "{'state': <'Failed'>, 'result': <'canceled'>, 'exit_code': <0>}", 130 },
    { "{'state': <'Failed'>, 'result': <'interrupted'>}", 130 },
    { "{'state': <'Failed'>, 'result': <'lost'>}", 125 },
    { "{'state': <'Failed'>, 'result': <'spawn-failed'>, 'exit_code': <127>}", 127 },
    { "{'state': <'Failed'>, 'result': <'spawn-failed'>}", 126 },
    { "{'state': <'Failed'>, 'result': <'oom-kill'>}", 137 },
    { "{'state': <'Failed'>, 'result': <'poison'>}", 125 },
    { "{'state': <'Failed'>, 'result': <'dependency'>}", 1 },
    { "{'state': <'Failed'>}", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(HwTask) task = make_task (cases[i].fields);

      g_assert_cmpint (hw_cli_exit_code_of_task (task), ==, cases[i].exit_code);
    }
}

static void
test_cli_place_is_that_of_the_daemon (void)
{
  g_autofree char *session = hw_cli_place_find_socket ("/run/user/7", "/state", NULL);
  g_autofree char *none = hw_cli_place_find_socket (NULL, "/state", NULL);
  g_autofree char *relative = hw_cli_place_find_socket ("run", "/state", NULL);

  g_assert_cmpstr (session, ==, "/run/user/7/headway/api.sock");
  g_assert_cmpstr (none, ==, "/state/run/api.sock");
  g_assert_cmpstr (relative, ==, "/state/run/api.sock");
}

static void
test_cli_place_of_the_daemon_is_beside_the_program (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("headway-cli-XXXXXX", &error);
  g_autofree char *program = g_build_filename (folder, "headway", NULL);
  g_autofree char *daemon = g_build_filename (folder, "headwayd", NULL);
  g_autofree char *found = NULL;
  g_autofree char *built = NULL;

  g_assert_no_error (error);
  g_file_set_contents_full (daemon, "", 0, G_FILE_SET_CONTENTS_NONE, 0755, &error);
  g_assert_no_error (error);

  found = hw_cli_place_find_daemon (program);
  built = hw_cli_place_find_daemon (HW_BUILD_DIR "/src/cli/headway");

  g_assert_cmpstr (found, ==, daemon);
  g_assert_cmpstr (built, ==, HW_BUILD_DIR "/src/daemon/headwayd");

  g_assert_cmpint (g_unlink (daemon), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-argument/gives-a-value-the-type-of-its-parameter",
                   test_cli_argument_gives_a_value_the_type_of_its_parameter);
  g_test_add_func ("/cli-argument/refuses-what-it-cannot-read",
                   test_cli_argument_refuses_what_it_cannot_read);
  g_test_add_func ("/cli-exit-code/is-that-of-a-shell", test_cli_exit_code_is_that_of_a_shell);
  g_test_add_func ("/cli-place/is-that-of-the-daemon", test_cli_place_is_that_of_the_daemon);
  g_test_add_func ("/cli-place/of-the-daemon-is-beside-the-program",
                   test_cli_place_of_the_daemon_is_beside_the_program);

  return g_test_run ();
}
