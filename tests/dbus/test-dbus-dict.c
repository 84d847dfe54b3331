/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-dict.h"
#include "hw-dbus-error.h"
#include "hw-error.h"
#include "tests/support/parsed-fields.h"

#include <string.h>

/* The most that an array on the bus may have, and how many tasks are ever in one. */
#define BUS_ARRAY_MAX (64 * 1024 * 1024)
#define SNAPSHOT_MAX 2000

static const HwEventOrigin origin = {
  .epoch = 77, .task_id = 5, .attempt = 2, .type = "demo", .group = "", .owner = "uid:1",
  .actor = "uid:1", .at = 1000,
};

static char *
print (GVariant *dict)
{
  return g_variant_print (dict, FALSE);
}

#define assert_has(dict, key, text) \
  G_STMT_START \
  { \
    g_autoptr(GVariant) found = g_variant_lookup_value (dict, key, NULL); \
    g_autofree char *printed = found != NULL ? print (found) : NULL; \
    g_assert_cmpstr (printed, ==, text); \
  } \
  G_STMT_END

static void
test_dict_cuts_text_between_characters (void)
{
  g_autoptr(GString) text = g_string_new ("x");
  g_autofree char *short_text = hw_dbus_dict_cut_text ("short");
  g_autofree char *cut = NULL;

  for (guint i = 0; i < HW_DBUS_TEXT_MAX; i++)
    g_string_append (text, "ü");
  cut = hw_dbus_dict_cut_text (text->str);

  g_assert_cmpstr (short_text, ==, "short");
  g_assert_cmpuint (strlen (cut), <=, HW_DBUS_TEXT_MAX);
  g_assert_cmpuint (strlen (cut), >, HW_DBUS_TEXT_MAX - 4);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  g_assert_true (g_str_has_suffix (cut, "ü…"));
}

/* Makes a task that is as large as one can be, and has something that nobody may see. */
static HwTask *
make_large_task (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  GVariant *fields = g_variant_new_parsed (
    "{'type': <'demo'>, 'title': <%s>, 'state': <'Failed'>, 'result': <'error'>, 'error': <%s>,"
    " 'message': <%s>, 'unit': <%s>, 'activity': <%s>, 'group': <%s>, 'owner': <%s>,"
    " 'signal': <%s>, 'parameters': <{'path': <%s>}>, 'value': <{'sha256': <%s>}>,"
    " 'hidden_parameters': <{'key': <'secret'>}>}",
    text, text, text, text, text, text, text, text, text, text);

  return hw_task_new (5, 9, hw_task_fields_new_from_variant (fields));
}

/* Test that what goes to everybody is bounded, so that even as many tasks as there ever
 * are in one message do not have the bus throw the daemon off.
 */
static void
test_dict_of_everybody_is_bounded (void)
{
  g_autoptr(HwTask) task = make_large_task ();
  g_autoptr(GVariant) dict = hw_dbus_dict_make_cut_task (task);

  g_assert_cmpuint (g_variant_get_size (dict) * SNAPSHOT_MAX, <, BUS_ARRAY_MAX / 2);
  assert_has (dict, "parameters", NULL);
  assert_has (dict, "value", NULL);
  assert_has (dict, "cut",
              "['activity', 'error', 'group', 'message', 'owner', 'parameters', 'signal', 'title', "
              "'unit', 'value']");
}

/* Test that a task that somebody asks for is whole. */
static void
test_dict_of_one_is_whole (void)
{
  g_autoptr(HwTask) task = make_large_task ();
  g_autoptr(GVariant) dict = hw_dbus_dict_make_task (task);
  const char *title;

  g_variant_lookup (dict, "title", "&s", &title);
  g_assert_cmpuint (strlen (title), ==, 100000);
  assert_has (dict, "id", "5");
  assert_has (dict, "seq", "9");
  assert_has (dict, "cut", NULL);
}

static void
test_dict_never_has_hidden_parameters (void)
{
  g_autoptr(HwTask) task = make_large_task ();
  g_autoptr(HwEvent) event = hw_event_new (HW_EVENT_KIND_ADDED, &origin, 9,
                                           parsed_fields ("{'type': <'demo'>,"
                                                          " 'hidden_parameters':"
                                                          " <{'key': <'secret'>}>}"));
  g_autoptr(GPtrArray) dicts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  g_ptr_array_add (dicts, hw_dbus_dict_make_task (task));
  g_ptr_array_add (dicts, hw_dbus_dict_make_cut_task (task));
  g_ptr_array_add (dicts, hw_dbus_dict_make_event (event));
  g_ptr_array_add (dicts, hw_dbus_dict_make_cut_changes (event, NULL));
  for (guint i = 0; i < dicts->len; i++)
    {
      g_autofree char *text = print (g_ptr_array_index (dicts, i));

      g_assert_null (strstr (text, "secret"));
    }
}

/* Test that a task that waits again says what it has no more. */
static void
test_dict_says_what_is_unset (void)
{
  g_autoptr(HwEvent) waits = hw_event_new (HW_EVENT_KIND_STATE, &origin, 9,
                                           parsed_fields ("{'state': <'Pending'>}"));
  g_autoptr(HwEvent) runs = hw_event_new (HW_EVENT_KIND_STATE, &origin, 10,
                                          parsed_fields ("{'state': <'Processing'>}"));
  g_autoptr(GVariant) waiting = hw_dbus_dict_make_event (waits);
  g_autoptr(GVariant) running = hw_dbus_dict_make_cut_changes (runs, "state");

  assert_has (waiting, "unset",
              "['result', 'error', 'value', 'exit_code', 'signal', 'progress', 'message', 'unit', "
              "'done', 'total', 'activity', 'containment', 'started_at', 'ended_at', 'output_size']");
  assert_has (running, "unset", NULL);
  assert_has (running, "state", NULL);
  assert_has (running, "at", "1000");
  assert_has (running, "attempt", "2");
}

static void
test_dict_of_each_kind_of_event (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(HwEvent) state = hw_event_new (HW_EVENT_KIND_STATE, &origin, 9,
                                           parsed_fields ("{'state': <'Failed'>}"));
  g_autoptr(HwEvent) snapshot = NULL;
  g_autoptr(HwEvent) heartbeat = hw_event_new_heartbeat (77, 12);
  g_autoptr(GVariant) state_dict = hw_dbus_dict_make_event (state);
  g_autoptr(GVariant) heartbeat_dict = hw_dbus_dict_make_event (heartbeat);
  g_autoptr(GVariant) snapshot_dict = NULL;
  g_autoptr(GVariant) shown = NULL;

  g_ptr_array_add (tasks, make_large_task ());
  snapshot = hw_event_new_snapshot (77, 11, TRUE, tasks);
  snapshot_dict = hw_dbus_dict_make_event (snapshot);

  assert_has (state_dict, "kind", "'state'");
  assert_has (state_dict, "epoch", "77");
  assert_has (state_dict, "seq", "9");
  assert_has (state_dict, "task", "5");
  assert_has (state_dict, "at", "1000");
  assert_has (heartbeat_dict, "kind", "'heartbeat'");
  assert_has (heartbeat_dict, "seq", "12");
  assert_has (snapshot_dict, "kind", "'snapshot'");
  assert_has (snapshot_dict, "reset", "true");
  assert_has (snapshot_dict, "seq", "11");

  /* Many tasks are shown as everybody sees them. */
  shown = g_variant_lookup_value (snapshot_dict, "tasks", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (shown), ==, 1);
  g_assert_cmpuint (g_variant_get_size (shown), <, BUS_ARRAY_MAX / SNAPSHOT_MAX);
}

/* Test that an error has one name on every door: here in the words of the bus. */
static void
test_error_has_the_name_of_every_door (void)
{
  for (guint i = 0; i < HW_N_ERRORS; i++)
    {
      g_autoptr(GError) error = g_error_new_literal (HW_ERROR, (int) i, "It failed.");
      g_auto(GStrv) words = g_strsplit (hw_error_get_name (error), "-", -1);
      g_autofree char *joined = NULL;
      g_autofree char *expected = NULL;

      for (guint j = 0; words[j] != NULL; j++)
        words[j][0] = g_ascii_toupper (words[j][0]);
      joined = g_strjoinv ("", words);
      expected = g_strconcat ("org.headway.Headway1.Error.", joined, NULL);

      g_assert_cmpstr (hw_dbus_error_get_name (error), ==, expected);
      g_assert_true (g_dbus_is_error_name (expected));
    }
}

static void
test_error_of_another_domain_is_failed (void)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No file.");

  g_assert_cmpstr (hw_dbus_error_get_name (error), ==, "org.headway.Headway1.Error.Failed");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add_func (path, test)

  ADD ("/dbus-dict/cuts-text-between-characters", test_dict_cuts_text_between_characters);
  ADD ("/dbus-dict/of-everybody-is-bounded", test_dict_of_everybody_is_bounded);
  ADD ("/dbus-dict/of-one-is-whole", test_dict_of_one_is_whole);
  ADD ("/dbus-dict/never-has-hidden-parameters", test_dict_never_has_hidden_parameters);
  ADD ("/dbus-dict/says-what-is-unset", test_dict_says_what_is_unset);
  ADD ("/dbus-dict/of-each-kind-of-event", test_dict_of_each_kind_of_event);
  ADD ("/dbus-error/has-the-name-of-every-door", test_error_has_the_name_of_every_door);
  ADD ("/dbus-error/of-another-domain-is-failed", test_error_of_another_domain_is_failed);

  return g_test_run ();
}
