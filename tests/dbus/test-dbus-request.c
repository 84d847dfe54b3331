/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-request.h"

#include "hw-error.h"
#include "hw-task-queue.h"

static GVariant *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);

  return value;
}

/* Asserts that @error is of a code and that its sentence has a part. */
static void
assert_says (const GError *error,
             HwError       code,
             const char   *part)
{
  g_assert_error (error, HW_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
test_request_names_unknown_option (void)
{
  g_autoptr(GVariant) nothing = parse ("@a{sv} {}");
  g_autoptr(GVariant) options = parse ("{'name': <'x'>}");
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_dbus_request_check_none (options, &error));
  assert_says (error, HW_ERROR_INVALID_REQUEST, "“name”");

  g_clear_error (&error);
  g_assert_null (hw_dbus_request_read_spec ("noop", nothing, options, &error));
  assert_says (error, HW_ERROR_INVALID_REQUEST, "“name”");
  assert_says (error, HW_ERROR_INVALID_REQUEST, "“title”, “priority”");
}

static void
test_request_names_option_of_wrong_type (void)
{
  g_autoptr(GVariant) nothing = parse ("@a{sv} {}");
  g_autoptr(GVariant) options = parse ("{'priority': <'high'>}");
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_dbus_request_read_spec ("noop", nothing, options, &error));
  assert_says (error, HW_ERROR_INVALID_REQUEST, "“priority” must be a whole number");
}

static void
test_request_reads_spec (void)
{
  g_autoptr(GVariant) parameters = parse ("{'steps': <3>}");
  g_autoptr(GVariant) options = parse ("{'title': <'Walk'>, 'priority': <byte 7>}");
  g_autoptr(GVariant) expected = parse ("{'steps': <int64 3>}");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = hw_dbus_request_read_spec ("demo", parameters, options, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (spec->type, ==, "demo");
  g_assert_cmpstr (spec->title, ==, "Walk");
  g_assert_cmpint (spec->priority, ==, 7);
  g_assert_cmpvariant (spec->parameters, expected);
}

static void
test_request_bounds_priority (void)
{
  g_autoptr(GVariant) nothing = parse ("@a{sv} {}");
  g_autoptr(GVariant) options = parse ("{'priority': <int64 4294967296>}");
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_dbus_request_read_spec ("noop", nothing, options, &error));
  assert_says (error, HW_ERROR_INVALID_REQUEST, "priority");
}

static GPtrArray *
read_specs (GVariant *tasks,
            GError  **error)
{
  g_autoptr(GVariant) options = parse ("{'idempotency_key': <'k'>}");
  g_autofree char *key = NULL;
  GPtrArray *specs = hw_dbus_request_read_specs (tasks, options, &key, error);

  g_assert_cmpstr (key, ==, specs != NULL ? "k" : NULL);

  return specs;
}

/* Test that an error in one of many requests says in which. */
static void
test_request_names_entry_that_is_wrong (void)
{
  g_autoptr(GVariant) tasks = parse ("[('noop', @a{sv} {}, @a{sv} {}),"
                                     " ('noop', @a{sv} {}, {'name': <'x'>})]");
  g_autoptr(GError) error = NULL;

  g_assert_null (read_specs (tasks, &error));
  assert_says (error, HW_ERROR_INVALID_REQUEST, "“name”");
  g_assert_cmpstr (hw_error_get_field (error), ==, "/1");
}

static GVariant *
make_tasks (guint n_tasks)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sa{sv}a{sv})"));

  for (guint i = 0; i < n_tasks; i++)
    g_variant_builder_add (&builder, "(sa{sv}a{sv})", "noop", NULL, NULL);

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
test_request_bounds_number_of_tasks (void)
{
  g_autoptr(GVariant) most = make_tasks (HW_SUBMIT_MAX);
  g_autoptr(GVariant) more = make_tasks (HW_SUBMIT_MAX + 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) specs = read_specs (most, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (specs->len, ==, HW_SUBMIT_MAX);

  g_assert_null (read_specs (more, &error));
  assert_says (error, HW_ERROR_TOO_LARGE, "1001 tasks");
}

static void
test_request_bounds_number_of_ids (void)
{
  g_autofree guint64 *numbers = g_new0 (guint64, HW_SUBMIT_MAX + 1);
  g_autoptr(GVariant) more = g_variant_ref_sink (
    g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, numbers, HW_SUBMIT_MAX + 1,
                               sizeof (guint64)));
  g_autoptr(GVariant) few = parse ("[uint64 7, 9]");
  g_autoptr(GArray) ids = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_dbus_request_read_ids (more, &error));
  assert_says (error, HW_ERROR_TOO_LARGE, "1001 numbers");

  ids = hw_dbus_request_read_ids (few, NULL);
  g_assert_cmpuint (ids->len, ==, 2);
  g_assert_cmpuint (g_array_index (ids, guint64, 1), ==, 9);
}

static void
test_request_bounds_size (void)
{
  g_autofree char *text = g_strnfill (9 * 1024 * 1024, 'x');
  g_autoptr(GVariant) parameters = g_variant_ref_sink (g_variant_new_parsed ("{'name': <%s>}",
                                                                             text));
  g_autoptr(GVariant) nothing = parse ("@a{sv} {}");
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_dbus_request_read_spec ("noop", parameters, nothing, &error));
  assert_says (error, HW_ERROR_TOO_LARGE, "bytes");
}

static void
test_request_reads_list (void)
{
  g_autoptr(GVariant) members = parse ("{'state': <'Failed'>, 'type': <'demo'>,"
                                       " 'owner': <'uid:1'>, 'live': <true>}");
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;

  hw_dbus_request_read_list (members, "42", 500, filter, &error);
  g_assert_no_error (error);
  g_assert_true (filter->has_state);
  g_assert_cmpint (filter->state, ==, HW_TASK_STATE_FAILED);
  g_assert_true (filter->is_live);
  g_assert_cmpstr (filter->type, ==, "demo");
  g_assert_cmpstr (filter->owner, ==, "uid:1");
  g_assert_cmpuint (filter->before, ==, 42);
  g_assert_cmpuint (filter->limit, ==, 500);
}

/* Filters that are wrong, with where they begin and how many; and what is said of them. */
static const struct
{
  const char *members;
  const char *cursor;
  guint limit;
  HwError code;
  const char *part;
} bad_lists[] = {
  { "{'state': <'Running'>}", "", 0, HW_ERROR_INVALID_REQUEST, "Pending, Processing" },
  { "{'live': <'yes'>}", "", 0, HW_ERROR_INVALID_REQUEST, "“live” must be true or false" },
  { "{'label': <'x'>}", "", 0, HW_ERROR_INVALID_REQUEST, "“label”" },
  { "@a{sv} {}", "-1", 0, HW_ERROR_INVALID_REQUEST, "cursor" },
  { "@a{sv} {}", "next", 0, HW_ERROR_INVALID_REQUEST, "cursor" },
  { "@a{sv} {}", "0", 0, HW_ERROR_INVALID_REQUEST, "cursor" },
  { "@a{sv} {}", "", 501, HW_ERROR_TOO_LARGE, "500 rows" },
};

static void
test_request_refuses_bad_list (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_lists); i++)
    {
      g_autoptr(GVariant) members = parse (bad_lists[i].members);
      g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
      g_autoptr(GError) error = NULL;

      g_assert_false (hw_dbus_request_read_list (members, bad_lists[i].cursor,
                                                 bad_lists[i].limit, filter, &error));
      assert_says (error, bad_lists[i].code, bad_lists[i].part);
    }
}

static void
test_request_reads_watch (void)
{
  g_autoptr(GVariant) options = parse ("{'task': <7>, 'type': <'demo'>, 'owner': <'uid:1'>}");
  g_autoptr(GVariant) zero = parse ("{'task': <0>}");
  g_auto(HwWatchFilter) filter = { .task_id = 0 };
  g_auto(HwWatchFilter) none = { .task_id = 0 };
  g_autoptr(GError) error = NULL;

  hw_dbus_request_read_watch (options, &filter, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (filter.task_id, ==, 7);
  g_assert_cmpstr (filter.type, ==, "demo");
  g_assert_cmpstr (filter.owner, ==, "uid:1");

  /* A watcher takes 0 for all. */
  g_assert_false (hw_dbus_request_read_watch (zero, &none, &error));
  assert_says (error, HW_ERROR_INVALID_REQUEST, "“task”");
}

static void
test_request_reads_log (void)
{
  g_autoptr(GVariant) options = parse ("{'attempt': <uint32 2>, 'offset': <uint64 100>,"
                                       " 'follow': <true>}");
  g_autoptr(GVariant) bad = parse ("{'offset': <-1>}");
  HwDBusLogRequest request = { .query.of.task_id = 7 };
  g_autoptr(GError) error = NULL;

  hw_dbus_request_read_log (options, &request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (request.query.of.attempt, ==, 2);
  g_assert_cmpuint (request.query.offset, ==, 100);
  g_assert_true (request.follow);

  g_assert_false (hw_dbus_request_read_log (bad, &request, &error));
  assert_says (error, HW_ERROR_INVALID_REQUEST, "“offset”");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add_func ("/dbus-request/" path, test)

  ADD ("names-unknown-option", test_request_names_unknown_option);
  ADD ("names-option-of-wrong-type", test_request_names_option_of_wrong_type);
  ADD ("reads-spec", test_request_reads_spec);
  ADD ("bounds-priority", test_request_bounds_priority);
  ADD ("names-entry-that-is-wrong", test_request_names_entry_that_is_wrong);
  ADD ("bounds-number-of-tasks", test_request_bounds_number_of_tasks);
  ADD ("bounds-number-of-ids", test_request_bounds_number_of_ids);
  ADD ("bounds-size", test_request_bounds_size);
  ADD ("reads-list", test_request_reads_list);
  ADD ("refuses-bad-list", test_request_refuses_bad_list);
  ADD ("reads-watch", test_request_reads_watch);
  ADD ("reads-log", test_request_reads_log);

  return g_test_run ();
}
