/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-task-spec.h"

#include "hw-test-house.h"

#include <string.h>

typedef struct
{
  HwTestHouse *house; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* The golden table: what somebody over TCP sends, what it is about, and what is said.
 * Whoever changes a sentence shows here that it names the field and the next step.
 */
static const struct
{
  const char *path;
  const char *type;
  const char *title;
  const char *parameters;
  int priority;
  HwError code;
  const char *field;
  const char *sentence;
} refusals[] = {
  { "type/unknown", "nonsense", NULL, NULL, 0, HW_ERROR_UNKNOWN_TYPE, "/type",
    "There is no task type “nonsense”. Ask for the list of task types, and take one of those." },
  { "type/empty", "", NULL, NULL, 0, HW_ERROR_UNKNOWN_TYPE, "/type",
    "There is no task type “”. Ask for the list of task types, and take one of those." },
  { "type/long-is-cut", HUNDRED, NULL, NULL, 0, HW_ERROR_UNKNOWN_TYPE, "/type",
    "There is no task type “" TEN TEN TEN TEN TEN TEN "0123…”. Ask for the list of task types, "
    "and take one of those." },
  { "type/cannot-command-a-terminal", "\033[2J\n", NULL, NULL, 0, HW_ERROR_UNKNOWN_TYPE, "/type",
    "There is no task type “�[2J�”. Ask for the list of task types, and take one of those." },
  { "type/local-only-over-tcp", "command", NULL, "{'argv': <['id']>}", 0, HW_ERROR_NOT_ALLOWED,
    "/type",
    "“command” runs any program, so it is taken over the Unix socket and the bus only. "
    "Add the task from a shell on this machine, or take another type." },
  { "title/empty", "noop", "", NULL, 0, HW_ERROR_INVALID_REQUEST, "/title",
    "The title must have 1 to 200 characters. Shorten it, or leave it out." },
  { "title/too-long", "noop", HUNDRED HUNDRED "x", NULL, 0, HW_ERROR_INVALID_REQUEST, "/title",
    "The title must have 1 to 200 characters. Shorten it, or leave it out." },
  { "title/two-lines", "noop", "a\nb", NULL, 0, HW_ERROR_INVALID_REQUEST, "/title",
    "The title must be one line without control characters. Take them out." },
  { "title/escape", "noop", "\033[2J", NULL, 0, HW_ERROR_INVALID_REQUEST, "/title",
    "The title must be one line without control characters. Take them out." },
  { "priority/too-great", "noop", NULL, NULL, 1001, HW_ERROR_INVALID_REQUEST, "/priority",
    "The priority must be from -1000 to 1000. Take a smaller one." },
  { "priority/too-small", "noop", NULL, NULL, -1001, HW_ERROR_INVALID_REQUEST, "/priority",
    "The priority must be from -1000 to 1000. Take a smaller one." },
  { "priority/greatest-number", "noop", NULL, NULL, G_MAXINT, HW_ERROR_INVALID_REQUEST,
    "/priority", "The priority must be from -1000 to 1000. Take a smaller one." },
  { "priority/least-number", "noop", NULL, NULL, G_MININT, HW_ERROR_INVALID_REQUEST,
    "/priority", "The priority must be from -1000 to 1000. Take a smaller one." },
  { "parameters/wrong-type", "demo", NULL, "{'steps': <'five'>}", 0, HW_ERROR_INVALID_PARAMETER,
    "/parameters/steps",
    "The parameter “steps” must be a whole number, and is a text. "
    "Send one without quotes, such as 5." },
  { "parameters/missing", "secret", NULL, NULL, 0, HW_ERROR_INVALID_PARAMETER,
    "/parameters/name", NULL },
  { "parameters/unknown", "noop", NULL, "{'colour': <'red'>}", 0, HW_ERROR_INVALID_PARAMETER,
    "/parameters/colour", NULL },
};

/* Makes a change of what @spec asks for; frees @spec. */
static HwChange *
make_change (Fixture     *fixture,
             HwPrincipal *principal,
             HwTaskSpec  *spec,
             GError     **error)
{
  g_autoptr(HwTaskSpec) owned = spec;

  return hw_task_spec_make_change (owned, fixture->house->types, principal, 99, error);
}

static HwTaskSpec *
make_spec (const char *type,
           const char *title,
           const char *parameters,
           int         priority)
{
  HwTaskSpec *spec = hw_task_spec_new ();

  spec->type = g_strdup (type);
  spec->title = g_strdup (title);
  spec->priority = priority;
  if (parameters != NULL)
    spec->parameters = g_variant_parse (G_VARIANT_TYPE_VARDICT, parameters, NULL, NULL, NULL);

  return spec;
}

static void
test_task_spec_refuses (Fixture      *fixture,
                        gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwChange) change = make_change (fixture, fixture->house->owner,
                                            make_spec (refusals[i].type, refusals[i].title,
                                                       refusals[i].parameters,
                                                       refusals[i].priority), &error);

  g_assert_error (error, HW_ERROR, (int) refusals[i].code);
  g_assert_cmpstr (hw_error_get_field (error), ==, refusals[i].field);
  if (refusals[i].sentence != NULL)
    g_assert_cmpstr (error->message, ==, refusals[i].sentence);
  g_assert_null (change);
}

/* Gets the fields of the task that @spec makes, as text. */
static char *
print_fields (Fixture     *fixture,
              HwPrincipal *principal,
              HwTaskSpec  *spec)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwChange) change = make_change (fixture, principal, spec, &error);
  g_autoptr(HwTask) task = NULL;
  g_autoptr(GVariant) fields = NULL;

  g_assert_no_error (error);
  task = hw_task_new (1, 1, hw_task_fields_ref (change->fields));
  fields = hw_task_dup_fields (task);

  return g_variant_print (fields, TRUE);
}

static void
test_task_spec_makes_a_whole_task (Fixture      *fixture,
                                   gconstpointer test_data)
{
  HwTaskSpec *spec = make_spec ("noop", "A title", NULL, 7);
  g_autoptr(HwChange) change = make_change (fixture, fixture->house->local, spec, NULL);
  g_autoptr(HwTask) task = hw_task_new (1, 1, hw_task_fields_ref (change->fields));

  g_assert_cmpint (change->kind, ==, HW_CHANGE_KIND_ADD);
  g_assert_cmpstr (change->actor, ==, "uid:1000");
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_TYPE), ==, "noop");
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_TITLE), ==, "A title");
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_STATE), ==, "Pending");
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_OWNER), ==, "uid:1000");
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_GROUP), ==, "");
  g_assert_cmpint (hw_task_get_priority (task), ==, 7);
  g_assert_cmpuint (hw_task_get_attempt (task), ==, 0);
  g_assert_cmpint (g_variant_get_int64 (hw_task_get_field (task, HW_TASK_FIELD_CREATED_AT)), ==,
                   99);
}

/* The seed's way: no body at all runs the default type with its defaults. */
static void
test_task_spec_of_nothing_is_the_demo (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autofree char *text = print_fields (fixture, fixture->house->owner,
                                        make_spec (NULL, NULL, NULL, 0));

  g_assert_nonnull (strstr (text, "'type': <'demo'>"));
  g_assert_nonnull (strstr (text, "'parameters': <{'steps': <int64 5>}>"));
}

static void
test_task_spec_title_is_the_types_own (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autofree char *text = print_fields (fixture, fixture->house->owner,
                                        make_spec ("demo", NULL, "{'steps': <int64 9>}", 0));

  g_assert_nonnull (strstr (text, "'title': <'Demo of 9'>"));
}

/* A limit of characters is no limit of bytes. */
static void
test_task_spec_title_may_have_200_characters (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(GString) title = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append (title, "é");
  text = print_fields (fixture, fixture->house->owner, make_spec ("noop", title->str, NULL, 0));

  g_assert_nonnull (strstr (text, title->str));
}

static void
test_task_spec_priority_may_be_at_its_ends (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autofree char *high = print_fields (fixture, fixture->house->owner,
                                        make_spec ("noop", NULL, NULL, 1000));
  g_autofree char *low = print_fields (fixture, fixture->house->owner,
                                       make_spec ("noop", NULL, NULL, -1000));

  g_assert_nonnull (strstr (high, "'priority': <1000>"));
  g_assert_nonnull (strstr (low, "'priority': <-1000>"));
}

static void
test_task_spec_local_only_is_taken_over_the_socket (Fixture      *fixture,
                                                    gconstpointer test_data)
{
  g_autofree char *text = print_fields (fixture, fixture->house->local,
                                        make_spec ("command", NULL, "{'argv': <['id']>}", 0));

  g_assert_nonnull (strstr (text, "'type': <'command'>"));
}

static void
test_task_spec_hidden_parameters_are_parted (Fixture      *fixture,
                                             gconstpointer test_data)
{
  HwTaskSpec *spec = make_spec ("secret", NULL, "{'name': <'n'>, 'key': <'s3cret'>}", 0);
  g_autoptr(HwChange) change = make_change (fixture, fixture->house->owner, spec, NULL);
  GVariant *visible = hw_task_fields_get_dictionary (change->fields, HW_TASK_FIELD_PARAMETERS);
  GVariant *hidden = hw_task_fields_get_dictionary (change->fields,
                                                    HW_TASK_FIELD_HIDDEN_PARAMETERS);
  g_autofree char *visible_text = g_variant_print (visible, FALSE);
  g_autofree char *hidden_text = g_variant_print (hidden, FALSE);

  g_assert_cmpstr (visible_text, ==, "{'name': <'n'>}");
  g_assert_cmpstr (hidden_text, ==, "{'key': <'s3cret'>}");
}

/* Whoever asks may take less time than the type gives, and no more. */
static const struct
{
  const char *path;
  const char *type;
  guint64 timeout;
  guint64 expected; /* 0: it is refused */
} timeouts[] = {
  { "of-its-own", "noop", 90, 90 },
  { "longest", "noop", HW_TIMEOUT_MAX, HW_TIMEOUT_MAX },
  { "too-long", "noop", HW_TIMEOUT_MAX + 1, 0 },
  { "greatest-number", "noop", G_MAXUINT64, 0 },
  { "of-the-type", "brief", 0, 60 },
  { "shorter-than-the-types", "brief", 59, 59 },
  { "longer-than-the-types", "brief", 61, 0 },
};

static void
test_task_spec_timeout (Fixture      *fixture,
                        gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwChange) change = NULL;
  g_autoptr(GError) error = NULL;

  hw_test_house_add_type (fixture->house, "brief", "[Task]\ntitle=B\nfunction=noop\ntimeout=60\n");
  change = hw_task_spec_make_change (&(HwTaskSpec) { .type = (char *) timeouts[i].type,
                                                     .timeout = timeouts[i].timeout },
                                     fixture->house->types, fixture->house->owner, 1, &error);

  if (timeouts[i].expected == 0)
    {
      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
      g_assert_cmpstr (hw_error_get_field (error), ==, "/timeout");
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpint (hw_task_fields_get_number (change->fields, HW_TASK_FIELD_TIMEOUT), ==,
                   timeouts[i].expected);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-spec/refuses/%s", refusals[i].path);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_task_spec_refuses, tear_down);
    }

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-spec/timeout/%s", timeouts[i].path);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_task_spec_timeout, tear_down);
    }

  ADD ("/task-spec/makes/a-whole-task", test_task_spec_makes_a_whole_task);
  ADD ("/task-spec/of-nothing/is-the-demo", test_task_spec_of_nothing_is_the_demo);
  ADD ("/task-spec/title/is-the-types-own", test_task_spec_title_is_the_types_own);
  ADD ("/task-spec/title/may-have-200-characters", test_task_spec_title_may_have_200_characters);
  ADD ("/task-spec/priority/may-be-at-its-ends", test_task_spec_priority_may_be_at_its_ends);
  ADD ("/task-spec/local-only/is-taken-over-the-socket",
       test_task_spec_local_only_is_taken_over_the_socket);
  ADD ("/task-spec/hidden-parameters/are-parted", test_task_spec_hidden_parameters_are_parted);

  return g_test_run ();
}
