/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-json-variant.h"
#include "hw-task-type.h"

#include <string.h>

#define MAX_LENGTH 65536

/* One parameter of each kind, wherever an argument can have one. */
static const char type_file[] =
  "[Task]\n"
  "title=Fuzzed\n"
  "task-title=Works on {text}, {path}, {list}, {count}\n"
  "[Command]\n"
  "argv=/bin/program;{text};--text={text};--number={number};{path};{list};{choice};--flag={flag};"
  "{dashed};{count};{raw};end\n"
  "directory={path}\n"
  "environment={env}\n"
  "umask={mask}\n"
  "[Parameter text]\ntype=string\nrequired=true\n"
  "[Parameter number]\ntype=number\nminimum=-5\nmaximum=1000000\n"
  "[Parameter path]\ntype=path\n"
  "[Parameter list]\ntype=strings\nmin-length=1\nmax-length=7\n"
  "[Parameter choice]\ntype=string\nchoices=-fast;thorough\n"
  "[Parameter flag]\ntype=boolean\ndefault=false\n"
  "[Parameter dashed]\ntype=string\nallow-leading-dash=true\nmin-length=2\n"
  "[Parameter env]\ntype=environment\nhidden=true\n"
  "[Parameter count]\ntype=integer\nminimum=-5\n"
  "[Parameter raw]\ntype=number\n"
  "[Parameter pin]\ntype=integer\nhidden=true\nminimum=1000\n"
  "[Parameter home]\ntype=path\nhidden=true\n"
  "[Parameter mask]\ntype=integer\nminimum=0\nmaximum=511\n"
  "[Parameter word]\ntype=string\nsecret=true\n";

/* Whether the next argument is @prefix and the value of @name, which is left out if there
 * is none. A number's own text is not looked at. */
static void
expect_value (char     ***argv,
              GVariant   *values,
              const char *prefix,
              const char *name)
{
  g_autoptr(GVariant) value = g_variant_lookup_value (values, name, NULL);

  if (value == NULL)
    return;

  g_assert_nonnull (**argv);
  g_assert_true (g_str_has_prefix (**argv, prefix));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    g_assert_cmpstr (**argv + strlen (prefix), ==, g_variant_get_string (value, NULL));
  (*argv)++;
}

static void
expect_list (char   ***argv,
             GVariant *values)
{
  g_autofree const char **strings = NULL;

  if (!g_variant_lookup (values, "list", "^a&s", &strings))
    return;

  g_assert_cmpuint (g_strv_length ((char **) strings), <=, 7);
  for (guint i = 0; strings[i] != NULL; i++, (*argv)++)
    {
      g_assert_cmpstr (**argv, ==, strings[i]);
      g_assert_cmpint (strings[i][0], !=, '-');
    }
}

/* No value comes to stand in another's place, becomes two, or an option. */
static void
check_argv (HwTaskType *type,
            GVariant   *values)
{
  g_auto(GStrv) whole = hw_task_type_make_argv (type, values);
  char **argv = whole;

  g_assert_cmpstr (*argv++, ==, "/bin/program");
  g_assert_cmpint (**argv, !=, '-');
  expect_value (&argv, values, "", "text");
  expect_value (&argv, values, "--text=", "text");
  expect_value (&argv, values, "--number=", "number");
  expect_value (&argv, values, "", "path");
  expect_list (&argv, values);
  expect_value (&argv, values, "", "choice");
  expect_value (&argv, values, "--flag=", "flag");
  expect_value (&argv, values, "", "dashed");
  expect_value (&argv, values, "", "count");
  expect_value (&argv, values, "", "raw");
  g_assert_cmpstr (*argv++, ==, "end");
  g_assert_null (*argv);
}

static void
check_surroundings (HwTaskType *type,
                    GVariant   *values)
{
  g_autofree char *directory = hw_task_type_make_directory (type, values);
  g_autoptr(GVariant) environment = hw_task_type_make_environment (type, values);
  int mask = hw_task_type_make_umask (type, values);

  g_assert_true (directory == NULL || directory[0] == '/');
  g_assert_cmpint (mask, >=, -1);
  g_assert_cmpint (mask, <=, 0777);
  if (environment != NULL)
    {
      GVariantIter iter;
      const char *name;

      g_variant_iter_init (&iter, environment);
      while (g_variant_iter_next (&iter, "{&s&s}", &name, NULL))
        g_assert_null (strchr (name, '='));
    }
}

/* Who may see a task sees no value that is hidden. */
static void
check_hidden (HwTaskType *type,
              GVariant   *values)
{
  g_autoptr(GVariant) hidden = hw_task_type_hide_parameters (type, values);
  g_autoptr(GVariant) word = hidden == NULL ? NULL : g_variant_lookup_value (hidden, "word", NULL);
  g_auto(GStrv) secrets = hw_task_type_list_secrets (type, values);
  const char *secret;

  if (g_variant_lookup (values, "word", "&s", &secret))
    {
      g_assert_null (word);
      g_assert_true (g_strv_contains ((const char *const *) secrets, secret));
    }
}

/* As REST and the hub read them, or as somebody on the bus sends them: there are values for
 * which JSON has no words. Returns: (transfer full) (nullable) */
static GVariant *
read_parameters (const char *data,
                 gsize       size)
{
  GVariant *sent = hw_json_variant_parse (data, size, MAX_LENGTH, NULL);

  if (sent == NULL && g_utf8_validate (data, (gssize) size, NULL))
    sent = g_variant_parse (G_VARIANT_TYPE_VARDICT, data, data + size, NULL, NULL);
  if (sent != NULL && !g_variant_is_of_type (sent, G_VARIANT_TYPE_VARDICT))
    g_clear_pointer (&sent, g_variant_unref);

  return sent;
}

/* What somebody sends as parameters → the program and its arguments. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(HwTaskType) type = NULL;
  g_autoptr(GVariant) sent = read_parameters ((const char *) data, size);
  g_autoptr(GVariant) values = NULL;
  g_autoptr(GRefString) title = NULL;
  g_autoptr(GError) error = NULL;

  if (sent == NULL)
    return 0;

  type = hw_task_type_new_from_data ("fuzzed", type_file, strlen (type_file), &error);
  g_assert_no_error (error);
  values = hw_task_type_check_parameters (type, sent, NULL);
  if (values == NULL)
    return 0;

  title = hw_task_type_make_title (type, values);
  g_assert_true (g_utf8_validate (title, -1, NULL));
  check_argv (type, values);
  check_surroundings (type, values);
  check_hidden (type, values);

  return 0;
}
