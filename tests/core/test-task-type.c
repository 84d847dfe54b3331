/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-task-types.h"

#include <string.h>

static HwTaskType *
make_type (const char *data)
{
  g_autoptr(GError) error = NULL;
  HwTaskType *type = hw_task_type_new_from_data ("sample", data, strlen (data), &error);

  g_assert_no_error (error);

  return type;
}

static GVariant *
make_variant (const char *text)
{
  g_autoptr(GError) error = NULL;
  GVariant *variant = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);

  return variant;
}

static GVariant *
check (HwTaskType *type,
       const char *text)
{
  g_autoptr(GVariant) parameters = make_variant (text);
  g_autoptr(GError) error = NULL;
  GVariant *checked = hw_task_type_check_parameters (type, parameters, &error);

  g_assert_no_error (error);

  return checked;
}

#define FUNCTION "[Task]\ntitle=T\nfunction=f\n"
#define COMMAND "[Task]\ntitle=T\n[Command]\n"

/* Files that are wrong, and what is said of them. */
static const struct
{
  const char *path;
  const char *data;
  int code;
  const char *sentence;
} bad_files[] = {
  { "no-group", "", G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
    "sample.task: [Task]: The group is missing. Write it." },
  { "no-title", "[Task]\nfunction=f\n", G_KEY_FILE_ERROR_KEY_NOT_FOUND,
    "sample.task: [Task] title: The key is missing. Write what a person calls such a task." },
  { "not-utf8", "[Task]\ntitle=\377\n", G_KEY_FILE_ERROR_UNKNOWN_ENCODING,
    "sample.task: The file is not UTF-8 text. Save it in that encoding." },
  { "unknown-group", FUNCTION "[Tasks]\n", G_KEY_FILE_ERROR_PARSE,
    "sample.task: [Tasks]: There is no such group. Write [Task], [Command] or [Parameter NAME]." },
  { "unknown-key", FUNCTION "runner=x\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] runner: There is no such key. Write one of these: "
    "title, description, function, task-title, on-interrupt, local-only, timeout, stop-timeout, "
    "output-limit." },
  { "timeout-of-too-long", FUNCTION "timeout=2592001\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] timeout: Write a whole number from 0 to 2592000." },
  { "timeout-of-half-a-second", FUNCTION "timeout=0.5\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] timeout: Write a whole number from 0 to 2592000." },
  { "stop-timeout-below-0", FUNCTION "stop-timeout=-1\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] stop-timeout: Write a whole number from 0 to 86400." },
  { "output-limit-of-nothing", FUNCTION "output-limit=0\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] output-limit: Write a whole number from 8 to 65536." },
  { "secret-number", FUNCTION "[Parameter a]\ntype=integer\nsecret=true\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] secret: A parameter of type integer has no use for this key. "
    "Remove it." },
  { "secret-in-the-title", FUNCTION "task-title={a}\n[Parameter a]\ntype=string\nsecret=true\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] task-title: “{a}” is hidden, and a title is shown. Leave it out." },
  { "unknown-key-of-command", COMMAND "argv=ls\nshell=ls\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] shell: There is no such key. Write one of these: "
    "argv, directory, environment, umask." },
  { "unknown-key-of-parameter", FUNCTION "[Parameter a]\ntype=string\nmin=1\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] min: There is no such key. Write one of these: "
    "type, title, description, required, hidden, secret, default, minimum, maximum, "
    "min-length, max-length, choices, allow-leading-dash." },
  { "nothing-to-run", "[Task]\ntitle=T\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] function: A type has either this key or a group [Command]. "
    "Write one of them." },
  { "two-things-to-run", FUNCTION "[Command]\nargv=ls\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] function: A type has either this key or a group [Command]. "
    "Remove one of them." },
  { "bad-choice", FUNCTION "on-interrupt=retry\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] on-interrupt: “retry” is none of fail, requeue. Write one of these." },
  { "bad-boolean", FUNCTION "local-only=yes\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] local-only: “yes” is none of false, true. Write one of these." },
  { "bad-escape", "[Task]\ntitle=\\q\nfunction=f\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] title: The value cannot be read. Write “\\\\” for a backslash." },
  { "title-of-unknown-parameter", FUNCTION "task-title=Do {x}\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] task-title: There is no parameter “x”. "
    "Add a group [Parameter x], or write “{{” for a brace." },
  { "title-with-open-brace", FUNCTION "task-title=Do {x\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] task-title: A placeholder has no end in “{x”. "
    "Write “}” behind its name, or “{{” for a brace." },
  { "title-with-closing-brace", FUNCTION "task-title=Do x}\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] task-title: “}” ends nothing in “Do x}”. Write “}}” for a brace." },
  { "title-shows-what-is-hidden",
    FUNCTION "task-title={a}\n[Parameter a]\ntype=string\nhidden=true\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Task] task-title: “{a}” is hidden, and a title is shown. Leave it out." },
  { "parameter-name", FUNCTION "[Parameter Path]\ntype=path\n", G_KEY_FILE_ERROR_PARSE,
    "sample.task: [Parameter Path]: The name of a parameter has lower-case letters, digits and "
    "dashes, begins with a letter, and is at most 64 long. Choose such a name." },
  { "parameter-without-type", FUNCTION "[Parameter a]\ntitle=A\n", G_KEY_FILE_ERROR_KEY_NOT_FOUND,
    "sample.task: [Parameter a] type: The key is missing. Write one, such as type=string." },
  { "parameter-type", FUNCTION "[Parameter a]\ntype=int\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] type: “int” is none of string, path, integer, number, boolean, "
    "strings, environment. Write one of these." },
  { "minimum-of-string", FUNCTION "[Parameter a]\ntype=string\nminimum=1\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] minimum: A parameter of type string has no use for this key. "
    "Remove it." },
  { "max-length-of-number", FUNCTION "[Parameter a]\ntype=number\nmax-length=1\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] max-length: A parameter of type number has no use for this key. "
    "Remove it." },
  { "choices-of-path", FUNCTION "[Parameter a]\ntype=path\nchoices=/a\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] choices: A parameter of type path has no use for this key. "
    "Remove it." },
  { "minimum-is-no-number", FUNCTION "[Parameter a]\ntype=integer\nminimum=one\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] minimum: “one” is not a number. Write one, such as 10." },
  { "minimum-above-maximum", FUNCTION "[Parameter a]\ntype=integer\nminimum=2\nmaximum=1\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] minimum: No value can be from minimum to maximum. "
    "Correct one of them." },
  { "min-length-above-max-length",
    FUNCTION "[Parameter a]\ntype=string\nmin-length=2\nmax-length=1\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] min-length: No value can have from min-length to max-length. "
    "Correct one of them." },
  { "max-length-beyond-the-kernel", FUNCTION "[Parameter a]\ntype=path\nmax-length=4096\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] max-length: Write a whole number from 0 to 4095." },
  { "empty-choices", FUNCTION "[Parameter a]\ntype=string\nchoices=\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] choices: The list is empty. "
    "Write one, such as fast;thorough, or remove the key." },
  { "default-of-required", FUNCTION "[Parameter a]\ntype=string\nrequired=true\ndefault=x\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] default: A required parameter has no use for this key. "
    "Remove it, or required=true." },
  { "default-out-of-range", FUNCTION "[Parameter a]\ntype=integer\nminimum=1\ndefault=0\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] default: The parameter “a” is 0, and must be from 1 to "
    "9007199254740991. Send a number in that range." },
  { "default-of-environment", FUNCTION "[Parameter a]\ntype=environment\ndefault=x\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Parameter a] default: A parameter of type environment has no use for this "
    "key. Remove it." },
  { "no-argv", COMMAND "directory=/\n", G_KEY_FILE_ERROR_KEY_NOT_FOUND,
    "sample.task: [Command] argv: The program is missing. "
    "Write it and its arguments, such as argv=rsync;-a;{folder}." },
  { "argv-of-unknown-parameter", COMMAND "argv=ls;{x}\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] argv: There is no parameter “x”. "
    "Add a group [Parameter x], or write “{{” for a brace." },
  { "list-within-an-element", COMMAND "argv=ls;--x={a}\n[Parameter a]\ntype=strings\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] argv: “{a}” is a list. Write nothing else into its element." },
  { "environment-as-argument", COMMAND "argv=ls;{a}\n[Parameter a]\ntype=environment\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] argv: “{a}” is an environment. Write environment={a} instead." },
  { "optional-program", COMMAND "argv={a}\n[Parameter a]\ntype=string\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] argv: “{a}” names the program, and may be missing. "
    "Write required=true, and min-length=1 for a list." },
  { "perhaps-empty-program", COMMAND "argv={a}\n[Parameter a]\ntype=strings\nrequired=true\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] argv: “{a}” names the program, and may be missing. "
    "Write required=true, and min-length=1 for a list." },
  { "relative-directory", COMMAND "argv=ls\ndirectory=x\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] directory: “x” is neither an absolute path nor one parameter of "
    "type path. Begin it with “/”." },
  { "directory-of-another-type", COMMAND "argv=ls\ndirectory={a}\n[Parameter a]\ntype=string\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] directory: “{a}” is not one parameter of type path. "
    "Write its name in braces." },
  { "environment-of-text", COMMAND "argv=ls\nenvironment=A=b\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] environment: “A=b” is not one parameter of type environment. "
    "Write its name in braces." },
  { "umask-is-no-octal", COMMAND "argv=ls\numask=8\n", G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] umask: “8” is neither an octal number nor one parameter of type "
    "integer. Write one, such as 022." },
  { "umask-without-limits", COMMAND "argv=ls\numask={a}\n[Parameter a]\ntype=integer\n",
    G_KEY_FILE_ERROR_INVALID_VALUE,
    "sample.task: [Command] umask: “{a}” may be more than a umask. "
    "Write minimum=0 and maximum=511 into its group." },
};

static void
test_task_type_bad_file (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  const char *data = bad_files[i].data;
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_task_type_new_from_data ("sample", data, strlen (data), &error));
  g_assert_error (error, G_KEY_FILE_ERROR, bad_files[i].code);
  g_assert_cmpstr (error->message, ==, bad_files[i].sentence);
}

static void
test_task_type_bad_name (void)
{
  static const char *const names[] = { "", "A", "1a", "a_b", "a/b", ".." };
  g_autofree char *long_name = g_strnfill (65, 'a');

  for (guint i = 0; i <= G_N_ELEMENTS (names); i++)
    {
      const char *name = i < G_N_ELEMENTS (names) ? names[i] : long_name;
      g_autoptr(GError) error = NULL;

      g_assert_null (hw_task_type_new_from_data (name, FUNCTION, strlen (FUNCTION), &error));
      g_assert_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE);
      g_assert_true (g_str_has_suffix (error->message, "Rename the file."));
    }
}

static void
test_task_type_nul_in_file (void)
{
  static const char data[] = "[Task]\ntitle=T\nfunction=f\n\0[Command]\n";
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_task_type_new_from_data ("sample", data, sizeof data - 1, &error));
  g_assert_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_UNKNOWN_ENCODING);
}

static void
test_task_type_huge_file (void)
{
  g_autofree char *comment = g_strnfill (64 * 1024, '#');
  g_autofree char *data = g_strconcat (FUNCTION, comment, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_task_type_new_from_data ("sample", data, strlen (data), &error));
  g_assert_cmpstr (error->message, ==,
                   "sample.task: The file has more than 65536 bytes. Shorten it.");
}

static void
test_task_type_too_many_parameters (void)
{
  g_autoptr(GString) data = g_string_new (FUNCTION);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 65; i++)
    g_string_append_printf (data, "[Parameter a%u]\ntype=string\n", i);

  g_assert_null (hw_task_type_new_from_data ("sample", data->str, data->len, &error));
  g_assert_cmpstr (error->message, ==,
                   "sample.task: [Parameter a64]: There are more than 64 parameters. "
                   "Remove some.");
}

static void
test_task_type_reads_its_file (void)
{
  g_autoptr(HwTaskType) type =
    make_type ("[Task]\ntitle=T\ntitle[xx]=X\ndescription=D\nfunction=f\n"
               "on-interrupt=requeue\nlocal-only=true\n"
               "[Parameter b]\ntype=string\n[Parameter a]\ntype=path\ntitle=A\n");
  GPtrArray *parameters = hw_task_type_get_parameters (type);
  const HwParameter *first = parameters->pdata[0];
  const HwParameter *second = parameters->pdata[1];

  g_assert_cmpstr (hw_task_type_get_name (type), ==, "sample");
  g_assert_cmpstr (hw_task_type_get_title (type), ==, "T");
  g_assert_cmpstr (hw_task_type_get_description (type), ==, "D");
  g_assert_cmpstr (hw_task_type_get_function (type), ==, "f");
  g_assert_cmpint (hw_task_type_get_runner_kind (type), ==, HW_RUNNER_KIND_IN_PROCESS);
  g_assert_cmpint (hw_task_type_get_on_interrupt (type), ==, HW_ON_INTERRUPT_REQUEUE);
  g_assert_true (hw_task_type_is_local_only (type));
  g_assert_cmpuint (parameters->len, ==, 2);
  g_assert_cmpstr (first->name, ==, "b");
  g_assert_cmpstr (first->title, ==, "b");
  g_assert_cmpstr (second->title, ==, "A");
}

/* Test that a type that says nothing is one that can harm nobody. */
static void
test_task_type_is_careful_by_default (void)
{
  g_autoptr(HwTaskType) type = make_type (FUNCTION);

  g_assert_cmpint (hw_task_type_get_on_interrupt (type), ==, HW_ON_INTERRUPT_FAIL);
  g_assert_false (hw_task_type_is_local_only (type));
}

#define SAMPLE_PARAMETERS \
  "[Parameter text]\ntype=string\n[Parameter other]\ntype=string\n" \
  "[Parameter path]\ntype=path\n[Parameter count]\ntype=integer\n" \
  "[Parameter rate]\ntype=number\n[Parameter flag]\ntype=boolean\n" \
  "[Parameter list]\ntype=strings\n[Parameter free]\ntype=strings\nallow-leading-dash=true\n" \
  "[Parameter level]\ntype=string\nchoices=-1;-9\n"

/* A template, parameters, and the arguments that they make. */
static const struct
{
  const char *path;
  const char *argv;
  const char *parameters;
  const char *expected;
} templates[] = {
  { "plain", "ls;-l", "@a{sv} {}", "['ls', '-l']" },
  { "element", "ls;{text}", "{'text': <'a'>}", "['ls', 'a']" },
  { "part", "ls;--x={text}.y", "{'text': <'a'>}", "['ls', '--x=a.y']" },
  { "two-in-one", "ls;{text}:{other}", "{'text': <'a'>, 'other': <'b'>}", "['ls', 'a:b']" },
  { "is-one-argument", "ls;{text}", "{'text': <'a b;c \\'\"$(d)*\\n'>}",
    "['ls', 'a b;c \\'\"$(d)*\\n']" },
  { "is-not-read-again", "ls;{text}", "{'text': <'{other}'>, 'other': <'b'>}",
    "['ls', '{other}']" },
  { "empty-stays", "ls;{text}", "{'text': <''>}", "['ls', '']" },
  { "missing-is-left-out", "ls;--x={text};{list};y", "@a{sv} {}", "['ls', 'y']" },
  { "numbers", "ls;{count};{rate};{flag}",
    "{'count': <int64 1000000>, 'rate': <0.1>, 'flag': <true>}",
    "['ls', '1000000', '0.1', 'true']" },
  { "list", "ls;{list};z", "{'list': <['a b', '', 'c']>}", "['ls', 'a b', '', 'c', 'z']" },
  { "empty-list", "ls;{list};z", "{'list': <@as []>}", "['ls', 'z']" },
  { "braces", "ls;{{text}}", "@a{sv} {}", "['ls', '{text}']" },
  { "semicolon", "ls;a\\;b", "@a{sv} {}", "['ls', 'a;b']" },
  { "dash-behind-text", "ls;--x={text}", "{'text': <'-rf'>}", "['ls', '--x=-rf']" },
  { "dash-behind-value", "ls;{text}{other}", "{'text': <'a'>, 'other': <'-rf'>}",
    "['ls', 'a-rf']" },
  { "dash-of-author", "ls;{level}", "{'level': <'-9'>}", "['ls', '-9']" },
  { "dash-allowed", "ls;{free}", "{'free': <['-l', '--all']>}", "['ls', '-l', '--all']" },
};

static HwTaskType *
make_command (const char *argv)
{
  g_autofree char *data = g_strdup_printf (COMMAND "argv=%s\n" SAMPLE_PARAMETERS, argv);

  return make_type (data);
}

static void
test_task_type_argv (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwTaskType) type = make_command (templates[i].argv);
  g_autoptr(GVariant) parameters = check (type, templates[i].parameters);
  g_autoptr(GVariant) expected = make_variant (templates[i].expected);
  g_autoptr(GVariant) made = NULL;
  g_auto(GStrv) argv = NULL;

  argv = hw_task_type_make_argv (type, parameters);
  made = g_variant_ref_sink (g_variant_new_strv ((const char *const *) argv, -1));

  g_assert_cmpvariant (made, expected);
}

/* Values that a program would take for options. */
static const struct
{
  const char *path;
  const char *argv;
  const char *parameters;
  const char *field;
} options[] = {
  { "element", "ls;{text}", "{'text': <'-rf'>}", "/parameters/text" },
  { "after-double-dash", "ls;--;{text}", "{'text': <'-rf'>}", "/parameters/text" },
  { "behind-empty-value", "ls;{text}{other}", "{'text': <''>, 'other': <'-rf'>}",
    "/parameters/other" },
  { "in-list", "ls;{list}", "{'list': <['a', '-rf']>}", "/parameters/list" },
  { "negative-number", "ls;{count}", "{'count': <int64 -1>}", "/parameters/count" },
};

static void
test_task_type_option (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwTaskType) type = make_command (options[i].argv);
  g_autoptr(GVariant) parameters = make_variant (options[i].parameters);
  g_autofree char *expected = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_task_type_check_parameters (type, parameters, &error));

  expected = g_strdup_printf ("The parameter “%s” begins with “-”, which a program would take for "
                              "an option. Send a value that begins with something else.",
                              options[i].field + strlen ("/parameters/"));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
  g_assert_cmpstr (hw_error_get_field (error), ==, options[i].field);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_task_type_surroundings (void)
{
  g_autoptr(HwTaskType) type =
    make_type (COMMAND "argv=ls\ndirectory={cwd}\nenvironment={env}\numask={mask}\n"
               "[Parameter cwd]\ntype=path\n[Parameter env]\ntype=environment\n"
               "[Parameter mask]\ntype=integer\nminimum=0\nmaximum=511\n");
  g_autoptr(GVariant) parameters = check (type, "{'cwd': <'/x'>, 'env': <{'A': <'b'>}>, "
                                          "'mask': <int64 18>}");
  g_autofree char *directory = hw_task_type_make_directory (type, parameters);
  g_autoptr(GVariant) environment = hw_task_type_make_environment (type, parameters);
  g_autoptr(GVariant) expected = make_variant ("{'A': 'b'}");

  g_assert_cmpstr (directory, ==, "/x");
  g_assert_cmpvariant (environment, expected);
  g_assert_cmpint (hw_task_type_make_umask (type, parameters), ==, 022);
}

static void
test_task_type_surroundings_of_all_tasks (void)
{
  g_autoptr(HwTaskType) type = make_type (COMMAND "argv=ls\ndirectory=/srv\numask=077\n");
  g_autoptr(GVariant) parameters = check (type, "@a{sv} {}");
  g_autofree char *directory = hw_task_type_make_directory (type, parameters);

  g_assert_cmpstr (directory, ==, "/srv");
  g_assert_cmpint (hw_task_type_make_umask (type, parameters), ==, 077);
}

static void
test_task_type_surroundings_that_nobody_said (void)
{
  g_autoptr(HwTaskType) type = make_command ("ls");
  g_autoptr(GVariant) parameters = check (type, "@a{sv} {}");

  g_assert_null (hw_task_type_make_directory (type, parameters));
  g_assert_null (hw_task_type_make_environment (type, parameters));
  g_assert_cmpint (hw_task_type_make_umask (type, parameters), ==, -1);
}

/* A title's template, parameters, and the title. */
static const struct
{
  const char *path;
  const char *title;
  const char *parameters;
  const char *expected;
} titles[] = {
  { "path-by-its-last-name", "Sum of {path}", "{'path': <'/a/b/big.bin'>}", "Sum of big.bin" },
  { "list-as-typed", "{list}", "{'list': <['rsync', 'a b']>}", "rsync a b" },
  { "without-value-is-the-types", "Sum of {path}", "@a{sv} {}", "T" },
  { "is-one-line", "Say {text}", "{'text': <'a\\nb\\u001bc'>}", "Say a b c" },
};

static void
test_task_type_title (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autofree char *data = g_strdup_printf (FUNCTION "task-title=%s\n" SAMPLE_PARAMETERS,
                                           titles[i].title);
  g_autoptr(HwTaskType) type = make_type (data);
  g_autoptr(GVariant) parameters = check (type, titles[i].parameters);
  g_autoptr(GRefString) title = hw_task_type_make_title (type, parameters);

  g_assert_cmpstr (title, ==, titles[i].expected);
}

static void
test_task_type_long_title_is_cut (void)
{
  g_autoptr(HwTaskType) type = make_type (FUNCTION "task-title={text}\n" SAMPLE_PARAMETERS);
  g_autofree char *text = g_strnfill (1000, 'x');
  g_autofree char *sent = g_strdup_printf ("{'text': <'%s'>}", text);
  g_autoptr(GVariant) parameters = check (type, sent);
  g_autoptr(GRefString) title = hw_task_type_make_title (type, parameters);

  g_assert_cmpint (g_utf8_strlen (title, -1), ==, 200);
  g_assert_true (g_str_has_suffix (title, "x…"));
}

static void
test_task_type_hides (void)
{
  g_autoptr(HwTaskType) type =
    make_type (FUNCTION "[Parameter a]\ntype=string\n[Parameter b]\ntype=string\nhidden=true\n");
  g_autoptr(GVariant) parameters = make_variant ("{'a': <'1'>, 'b': <'2'>, 'old': <'3'>}");
  g_autoptr(GVariant) expected = make_variant ("{'a': <'1'>}");
  g_autoptr(GVariant) shown = hw_task_type_hide_parameters (type, parameters);

  g_assert_cmpvariant (shown, expected);
}

static void
test_task_type_limits_by_themselves (void)
{
  g_autoptr(HwTaskType) type = make_type (FUNCTION);

  g_assert_cmpuint (hw_task_type_get_timeout (type), ==, 0);
  g_assert_cmpint (hw_task_type_get_stop_timeout (type), ==, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (hw_task_type_get_output_limit (type), ==, 64 * 1024 * 1024);
}

static void
test_task_type_limits_of_the_file (void)
{
  g_autoptr(HwTaskType) type =
    make_type (FUNCTION "timeout=90\nstop-timeout=0\noutput-limit=65536\n");

  g_assert_cmpuint (hw_task_type_get_timeout (type), ==, 90);
  g_assert_cmpint (hw_task_type_get_stop_timeout (type), ==, 0);
  g_assert_cmpuint (hw_task_type_get_output_limit (type), ==, G_GUINT64_CONSTANT (1) << 36);
}

static void
test_task_type_lists_secrets (void)
{
  g_autoptr(HwTaskType) type =
    make_type (FUNCTION
               "[Parameter a]\ntype=string\nsecret=true\n"
               "[Parameter b]\ntype=string\nhidden=true\n"
               "[Parameter c]\ntype=strings\nsecret=true\n"
               "[Parameter d]\ntype=environment\nsecret=true\n"
               "[Parameter e]\ntype=path\nsecret=true\n");
  g_autoptr(GVariant) parameters =
    make_variant ("{'a': <'one'>, 'b': <'two'>, 'c': <['three', 'four']>,"
                  " 'd': <{'NAME': 'five'}>, 'old': <'six'>}");
  g_auto(GStrv) secrets = hw_task_type_list_secrets (type, parameters);
  g_autofree char *joined = g_strjoinv (" ", secrets);
  g_autoptr(GVariant) shown = hw_task_type_hide_parameters (type, parameters);

  g_assert_cmpstr (joined, ==, "one three four five");
  g_assert_cmpuint (g_variant_n_children (shown), ==, 0);
}

static HwTaskType *
load_shipped (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".task", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("HEADWAY_SOURCE_ROOT"), "data", "task-types",
                                            file, NULL);
  g_autofree char *data = NULL;
  gsize length;
  g_autoptr(GError) error = NULL;
  HwTaskType *type;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  type = hw_task_type_new_from_data (name, data, length, &error);
  g_assert_no_error (error);

  return type;
}

/* What the doors promise of the types that come with the daemon. */
static const struct
{
  const char *name;
  HwRunnerKind runner_kind;
  HwOnInterrupt on_interrupt;
  gboolean is_local_only;
  const char *parameters;
  const char *title;
  const char *shown;
} shipped[] = {
  { "archive", HW_RUNNER_KIND_COMMAND, HW_ON_INTERRUPT_FAIL, FALSE,
    "{'folder': <'/srv/x'>, 'output': <'/x.tar.gz'>}", "Archive of x",
    "{'folder': <'/srv/x'>, 'output': <'/x.tar.gz'>}" },
  { "checksum", HW_RUNNER_KIND_IN_PROCESS, HW_ON_INTERRUPT_REQUEUE, FALSE,
    "{'path': <'/srv/x'>}", "Checksum of x", "{'path': <'/srv/x'>}" },
  { "command", HW_RUNNER_KIND_COMMAND, HW_ON_INTERRUPT_FAIL, TRUE,
    "{'argv': <['ls', '-l']>, 'cwd': <'/'>, 'env': <@a{sv} {}>, 'umask': <int64 18>}", "ls -l",
    "{'argv': <['ls', '-l']>}" },
  { "demo", HW_RUNNER_KIND_IN_PROCESS, HW_ON_INTERRUPT_REQUEUE, FALSE,
    "@a{sv} {}", "Demo with 5 steps",
    "{'steps': <int64 5>, 'delay': <1.0>, 'fail': <false>}" },
  { "noop", HW_RUNNER_KIND_IN_PROCESS, HW_ON_INTERRUPT_REQUEUE, FALSE,
    "@a{sv} {}", "Nothing", "@a{sv} {}" },
};

static void
test_task_type_shipped (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwTaskType) type = load_shipped (shipped[i].name);
  g_autoptr(GVariant) parameters = check (type, shipped[i].parameters);
  g_autoptr(GVariant) shown = hw_task_type_hide_parameters (type, parameters);
  g_autoptr(GVariant) expected = make_variant (shipped[i].shown);
  g_autoptr(GRefString) title = hw_task_type_make_title (type, parameters);

  g_assert_cmpint (hw_task_type_get_runner_kind (type), ==, shipped[i].runner_kind);
  g_assert_cmpint (hw_task_type_get_on_interrupt (type), ==, shipped[i].on_interrupt);
  g_assert_cmpint (hw_task_type_is_local_only (type), ==, shipped[i].is_local_only);
  g_assert_cmpstr (title, ==, shipped[i].title);
  g_assert_cmpvariant (shown, expected);
}

static void
test_task_types_are_sorted (void)
{
  g_autoptr(HwTaskTypes) types = hw_task_types_new ();
  g_autoptr(HwTaskType) noop = load_shipped ("noop");
  g_autoptr(HwTaskType) demo = load_shipped ("demo");
  g_autoptr(GPtrArray) list = NULL;

  hw_task_types_add (types, noop);
  hw_task_types_add (types, demo);
  list = hw_task_types_list (types);

  g_assert_cmpuint (list->len, ==, 2);
  g_assert_true (list->pdata[0] == demo);
  g_assert_true (list->pdata[1] == noop);
}

/* Test that a later file of the same name counts, and that the earlier one is gone. */
static void
test_task_types_newest_wins (void)
{
  g_autoptr(HwTaskTypes) types = hw_task_types_new ();
  HwTaskType *first = make_type (FUNCTION);
  g_autoptr(HwTaskType) second = make_type (FUNCTION);

  hw_task_types_add (types, first);
  g_object_add_weak_pointer (G_OBJECT (first), (gpointer *) &first);
  g_object_unref (first);
  hw_task_types_add (types, second);

  g_assert_null (first);
  g_assert_true (hw_task_types_lookup (types, "sample") == second);
  g_assert_null (hw_task_types_lookup (types, "other"));
}

/* Adds one test for each row of @table. */
#define ADD_TABLE(prefix, table, member, function) \
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) \
    { \
      g_autofree char *path = g_strconcat (prefix, table[i].member, NULL); \
      g_test_add_data_func (path, GUINT_TO_POINTER (i), function); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_TABLE ("/task-type/bad-file/", bad_files, path, test_task_type_bad_file);
  g_test_add_func ("/task-type/bad-file/name", test_task_type_bad_name);
  g_test_add_func ("/task-type/bad-file/nul", test_task_type_nul_in_file);
  g_test_add_func ("/task-type/bad-file/huge", test_task_type_huge_file);
  g_test_add_func ("/task-type/bad-file/too-many-parameters", test_task_type_too_many_parameters);
  g_test_add_func ("/task-type/reads-its-file", test_task_type_reads_its_file);
  g_test_add_func ("/task-type/is-careful-by-default", test_task_type_is_careful_by_default);
  ADD_TABLE ("/task-type/argv/", templates, path, test_task_type_argv);
  ADD_TABLE ("/task-type/option-is-refused/", options, path, test_task_type_option);
  g_test_add_func ("/task-type/surroundings/of-parameters", test_task_type_surroundings);
  g_test_add_func ("/task-type/surroundings/of-all-tasks",
                   test_task_type_surroundings_of_all_tasks);
  g_test_add_func ("/task-type/surroundings/none", test_task_type_surroundings_that_nobody_said);
  ADD_TABLE ("/task-type/title/", titles, path, test_task_type_title);
  g_test_add_func ("/task-type/title/long-one-is-cut", test_task_type_long_title_is_cut);
  g_test_add_func ("/task-type/hides", test_task_type_hides);
  g_test_add_func ("/task-type/limits/by-themselves", test_task_type_limits_by_themselves);
  g_test_add_func ("/task-type/limits/of-the-file", test_task_type_limits_of_the_file);
  g_test_add_func ("/task-type/lists-secrets", test_task_type_lists_secrets);
  ADD_TABLE ("/task-type/shipped/", shipped, name, test_task_type_shipped);
  g_test_add_func ("/task-types/are-sorted", test_task_types_are_sorted);
  g_test_add_func ("/task-types/newest-wins", test_task_types_newest_wins);

  return g_test_run ();
}
