/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-error.h"

/* What a store promises of its lists and of its log. */

/* Characters of a text that is large: a few of them fill a page. */
#define LARGE 1000000

static guint64
add_large (Fixture *fixture)
{
  g_autofree char *filler = g_strnfill (LARGE, 'x');
  g_autofree char *text = g_strdup_printf ("{'title': <'%s'>}", filler);

  return add (fixture, text);
}

static void
test_task_that_is_none_is_not_found (Fixture      *fixture,
                                     gconstpointer kind)
{
  static const guint64 ids[] = { 0, 2, G_MAXINT64, G_MAXUINT64 };

  add (fixture, "@a{sv} {}");

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(HwTask) task = get_task (fixture, ids[i], &error);

      g_assert_null (task);
      g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
    }
}

static void
test_task_knows_its_newest_event (Fixture      *fixture,
                                  gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(HwTask) task = NULL;

  add (fixture, "@a{sv} {}");
  claim (fixture, task_id);

  task = get_task (fixture, task_id, NULL);
  g_assert_cmpuint (hw_task_get_seq (task), ==, 3);
}

static void
test_candidates_come_by_priority_then_age (Fixture      *fixture,
                                           gconstpointer kind)
{
  static const int priorities[] = { 0, 5, -1, 5, 0, G_MAXINT, G_MININT };
  g_autoptr(HwTaskPage) all = NULL;
  g_autoptr(HwTaskPage) first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autofree char *text = g_strdup_printf ("{'priority': <%d>}", priorities[i]);

      add (fixture, text);
    }

  all = list_candidates (fixture, 100);
  assert_ids (all, "6 2 4 1 5 3 7");
  g_assert_cmpuint (all->next, ==, 0);
  first = list_candidates (fixture, 3);
  assert_ids (first, "6 2 4");
}

static void
test_candidates_are_those_that_wait (Fixture      *fixture,
                                     gconstpointer kind)
{
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    bring (fixture, add (fixture, "{'priority': <0>}"), (HwTaskState) i);
  bring (fixture, add (fixture, "{'priority': <0>}"), HW_TASK_STATE_FAILED);
  move (fixture, 5, HW_TASK_STATE_FAILED, "{'state': <'Pending'>}");

  page = list_candidates (fixture, 100);
  assert_ids (page, "1 5");
}

static void
say (Fixture    *fixture,
     guint64     task_id,
     const char *message)
{
  g_ptr_array_unref (commit (fixture, new_changes (hw_change_new_message (task_id, 1, "node", 9,
                                                                          message), NULL), NULL));
}

/* Test that who may run next, or runs, knows how much its former attempts have said. */
static void
test_tasks_know_how_much_they_said (Fixture      *fixture,
                                    gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'priority': <0>}");
  g_autoptr(HwTaskPage) waiting = NULL;
  g_autoptr(HwTaskPage) running = NULL;

  claim (fixture, add (fixture, "{'priority': <0>}"));
  say (fixture, 2, "not this one's");
  claim (fixture, task_id);
  say (fixture, task_id, "one");
  say (fixture, task_id, "two");
  running = list_open (fixture);
  g_assert_cmpuint (running->tasks->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      HwTask *task = g_ptr_array_index (running->tasks, i);

      g_assert_cmpuint (hw_task_get_message_count (task), ==, hw_task_get_id (task) == 1 ? 2 : 1);
    }

  move (fixture, task_id, HW_TASK_STATE_PROCESSING, "{'state': <'Pending'>}");
  waiting = list_candidates (fixture, 100);
  assert_ids (waiting, "1");
  g_assert_cmpuint (hw_task_get_message_count (g_ptr_array_index (waiting->tasks, 0)), ==, 2);
}

/* A page that is cut for its bytes says that there is more. */
static void
test_candidates_that_are_large_come_in_part (Fixture      *fixture,
                                             gconstpointer kind)
{
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 10; i++)
    add_large (fixture);

  page = list_candidates (fixture, 100);
  g_assert_cmpuint (page->tasks->len, >, 0);
  g_assert_cmpint (page->tasks->len < 10, ==, page->next != 0);
}

static void
test_open_are_those_that_run (Fixture      *fixture,
                              gconstpointer kind)
{
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 2 * HW_N_TASK_STATES; i++)
    bring (fixture, add (fixture, "@a{sv} {}"), (HwTaskState) (i % HW_N_TASK_STATES));

  page = list_open (fixture);
  g_assert_cmpuint (page->tasks->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (page->tasks, i)) % 4, ==, 2);
  g_assert_cmpuint (page->counts.n_in_state[HW_TASK_STATE_PENDING], ==, 2);
  g_assert_cmpuint (page->seq, ==, fixture->heard->len);
}

/* An attempt must be found again, however large its task is. */
static void
test_open_that_are_large_all_come (Fixture      *fixture,
                                   gconstpointer kind)
{
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 10; i++)
    claim (fixture, add_large (fixture));

  page = list_open (fixture);
  g_assert_cmpuint (page->tasks->len, ==, 10);
}

static void
test_list_begins_with_the_newest (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 3; i++)
    add (fixture, "@a{sv} {}");
  filter->limit = 3;
  page = list (fixture, filter, &error);

  g_assert_no_error (error);
  assert_ids (page, "3 2 1");
  g_assert_cmpuint (page->next, ==, 0);
  g_assert_cmpuint (page->seq, ==, 3);
}

/* Each task that was there at the first page comes once, whatever is added and
 * changed meanwhile.
 */
static void
test_list_pages_meet_without_gap (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  guint64 expected = 20;

  for (guint i = 0; i < 20; i++)
    add (fixture, "@a{sv} {}");

  filter->limit = 3;
  do
    {
      g_autoptr(HwTaskPage) page = list (fixture, filter, NULL);

      for (guint i = 0; i < page->tasks->len; i++)
        g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (page->tasks, i)), ==, expected--);
      filter->before = page->next;
      add (fixture, "@a{sv} {}");
    }
  while (filter->before != 0);

  g_assert_cmpuint (expected, ==, 0);
}

static void
test_list_that_is_large_comes_in_pages (Fixture      *fixture,
                                        gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  guint n_tasks = 0;

  for (guint i = 0; i < 10; i++)
    add_large (fixture);

  filter->limit = 100;
  do
    {
      g_autoptr(HwTaskPage) page = list (fixture, filter, NULL);

      g_assert_cmpuint (page->tasks->len, >, 0);
      n_tasks += page->tasks->len;
      filter->before = page->next;
    }
  while (filter->before != 0);

  g_assert_cmpuint (n_tasks, ==, 10);
}

static gboolean
is_in_list (HwTask             *task,
            const HwTaskFilter *filter)
{
  return (!filter->has_state || hw_task_get_state (task) == filter->state) &&
         (!filter->is_live || !hw_task_state_is_final (hw_task_get_state (task))) &&
         (filter->type == NULL ||
          g_str_equal (hw_task_get_string (task, HW_TASK_FIELD_TYPE), filter->type)) &&
         (filter->owner == NULL ||
          g_str_equal (hw_task_get_string (task, HW_TASK_FIELD_OWNER), filter->owner)) &&
         (filter->before == 0 || hw_task_get_id (task) < filter->before);
}

static void
assert_filtered (Fixture            *fixture,
                 const HwTaskFilter *filter,
                 GPtrArray          *all)
{
  g_autoptr(GString) expected = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = list (fixture, filter, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    if (is_in_list (g_ptr_array_index (all, i), filter))
      g_string_append_printf (expected, "%s%" G_GUINT64_FORMAT, expected->len > 0 ? " " : "",
                              hw_task_get_id (g_ptr_array_index (all, i)));
  assert_ids (page, expected->str);
}

/* All filters together and apart, beside what a look at each task says. */
static void
test_list_has_what_the_filter_says (Fixture      *fixture,
                                    gconstpointer kind)
{
  static const char *const types[] = { NULL, "a", "b", "none" };
  static const char *const owners[] = { NULL, "uid:1", "uid:2" };
  static const guint64 before[] = { 0, 9, G_MAXUINT64 };
  g_autoptr(HwTaskFilter) everything = hw_task_filter_new ();
  g_autoptr(HwTaskPage) all = NULL;

  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *text = g_strdup_printf ("{'type': <'%s'>, 'owner': <'uid:%u'>}",
                                               types[1 + i / 8], 1 + i / 4 % 2);

      bring (fixture, add (fixture, text), (HwTaskState) (i % HW_N_TASK_STATES));
    }
  everything->limit = 100;
  all = list (fixture, everything, NULL);
  g_assert_cmpuint (all->tasks->len, ==, 16);

  for (guint i = 0; i < 6 * G_N_ELEMENTS (types) * G_N_ELEMENTS (owners) *
       G_N_ELEMENTS (before); i++)
    {
      g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
      guint rest = i / 6;

      filter->limit = 100;
      filter->has_state = i % 6 < HW_N_TASK_STATES;
      filter->state = (HwTaskState) (i % 6 % HW_N_TASK_STATES);
      filter->is_live = i % 6 == HW_N_TASK_STATES;
      filter->type = g_strdup (types[rest % G_N_ELEMENTS (types)]);
      rest /= G_N_ELEMENTS (types);
      filter->owner = g_strdup (owners[rest % G_N_ELEMENTS (owners)]);
      rest /= G_N_ELEMENTS (owners);
      filter->before = before[rest];
      assert_filtered (fixture, filter, all->tasks);
    }
}

/* What a filter names is a value, whatever it looks like. */
static void
test_list_filter_is_no_language (Fixture      *fixture,
                                 gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  add (fixture, "@a{sv} {}");
  filter->limit = 100;
  filter->type = g_strdup ("' OR 1=1; DROP TABLE tasks; --");
  page = list (fixture, filter, &error);

  g_assert_no_error (error);
  assert_ids (page, "");
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 2);
}

static void
test_events_come_in_pages (Fixture      *fixture,
                           gconstpointer kind)
{
  g_autoptr(HwEventPage) first = NULL;
  g_autoptr(HwEventPage) second = NULL;
  g_autoptr(HwEventPage) none = NULL;

  for (guint i = 0; i < 5; i++)
    add (fixture, "@a{sv} {}");

  first = read_events (fixture, 0, 0, 3);
  assert_seqs (first->events, 1, 3);
  second = read_events (fixture, 0, 3, 3);
  assert_seqs (second->events, 4, 5);
  g_assert_cmpuint (second->oldest, ==, 1);
  g_assert_cmpuint (second->head, ==, 5);
  none = read_events (fixture, 0, 5, 3);
  g_assert_cmpuint (none->events->len, ==, 0);
  g_assert_cmpuint (none->head, ==, 5);
}

static void
test_events_of_nothing_are_none (Fixture      *fixture,
                                 gconstpointer kind)
{
  g_autoptr(HwEventPage) page = read_events (fixture, 0, 0, 3);

  g_assert_cmpuint (page->events->len, ==, 0);
  g_assert_cmpuint (page->oldest, ==, 0);
  g_assert_cmpuint (page->head, ==, 0);
}

static void
test_events_may_be_of_one_task (Fixture      *fixture,
                                gconstpointer kind)
{
  g_autoptr(HwEventPage) all = NULL;
  g_autoptr(HwEventPage) rest = NULL;

  for (guint i = 0; i < 3; i++)
    add (fixture, "@a{sv} {}");
  claim (fixture, 3);
  claim (fixture, 2);

  all = read_events (fixture, 2, 0, 100);
  g_assert_cmpuint (all->events->len, ==, 2);
  g_assert_cmpuint (hw_event_get_seq (g_ptr_array_index (all->events, 0)), ==, 2);
  g_assert_cmpuint (hw_event_get_seq (g_ptr_array_index (all->events, 1)), ==, 5);
  rest = read_events (fixture, 2, 2, 100);
  assert_seqs (rest->events, 5, 5);
}

static void
test_events_are_what_was_told (Fixture      *fixture,
                               gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'title': <'T'>, 'group': <'g'>, 'owner': <'uid:1'>}");
  g_autoptr(HwEventPage) page = NULL;

  bring (fixture, task_id, HW_TASK_STATE_COMPLETED);
  page = read_events (fixture, 0, 0, 100);

  g_assert_cmpuint (page->events->len, ==, fixture->heard->len);
  for (guint i = 0; i < page->events->len; i++)
    {
      HwEvent *a = g_ptr_array_index (page->events, i);
      HwEvent *b = g_ptr_array_index (fixture->heard, i);

      g_assert_cmpint (hw_event_get_kind (a), ==, hw_event_get_kind (b));
      g_assert_cmpuint (hw_event_get_epoch (a), ==, hw_event_get_epoch (b));
      g_assert_cmpuint (hw_event_get_seq (a), ==, hw_event_get_seq (b));
      g_assert_cmpuint (hw_event_get_task_id (a), ==, hw_event_get_task_id (b));
      g_assert_cmpuint (hw_event_get_attempt (a), ==, hw_event_get_attempt (b));
      g_assert_cmpstr (hw_event_get_task_type (a), ==, hw_event_get_task_type (b));
      g_assert_cmpstr (hw_event_get_group (a), ==, hw_event_get_group (b));
      g_assert_cmpstr (hw_event_get_owner (a), ==, hw_event_get_owner (b));
      g_assert_cmpstr (hw_event_get_actor (a), ==, hw_event_get_actor (b));
      g_assert_cmpint (hw_event_get_time (a), ==, hw_event_get_time (b));
      g_assert_cmpvariant (hw_event_get_changes (a), hw_event_get_changes (b));
    }
}

/* A page that is cut for its bytes says how far it goes. */
static void
test_events_that_are_large_come_in_pages (Fixture      *fixture,
                                          gconstpointer kind)
{
  guint64 after = 0;

  for (guint i = 0; i < 10; i++)
    add_large (fixture);

  while (after < 10)
    {
      g_autoptr(HwEventPage) page = read_events (fixture, 0, after, 100);

      g_assert_cmpuint (page->events->len, >, 0);
      assert_seqs (page->events, after + 1, page->head);
      after = page->head;
    }
}

/* Whoever has room for few bytes has a page of them, with one event at least. */
static void
test_events_are_as_many_as_there_is_room_for (Fixture      *fixture,
                                              gconstpointer kind)
{
  for (guint i = 0; i < 6; i++)
    add_large (fixture);

  for (guint64 after = 0; after < 6; after += 2)
    {
      const HwEventQuery query = { .after = after, .limit = 100, .n_bytes = LARGE + LARGE / 2 };
      g_autoptr(HwEventPage) page = ask_for_events (fixture, &query);

      assert_seqs (page->events, after + 1, after + 2);
      g_assert_cmpuint (page->head, ==, after + 2);
    }
}

static void
test_events_beyond_the_head_are_none (Fixture      *fixture,
                                      gconstpointer kind)
{
  g_autoptr(HwEventPage) page = NULL;

  add (fixture, "@a{sv} {}");

  page = read_events (fixture, 0, G_MAXUINT64, 100);
  g_assert_cmpuint (page->events->len, ==, 0);
  g_assert_cmpuint (page->head, ==, 1);
}

/* A look at the whole store counts what there is, and finds since when the oldest waits: not one
 * that runs, however old it is.
 */
static void
test_survey_is_of_all_tasks (Fixture      *fixture,
                             gconstpointer kind)
{
  g_autoptr(HwStoreSurvey) empty = survey (fixture);
  g_autoptr(HwStoreSurvey) full = NULL;

  claim (fixture, add (fixture, "{'created_at': <int64 5>}"));
  add (fixture, "{'created_at': <int64 7>}");
  add (fixture, "{'created_at': <int64 6>, 'priority': <9>}");
  bring (fixture, add (fixture, "{'created_at': <int64 1>}"), HW_TASK_STATE_COMPLETED);
  full = survey (fixture);

  g_assert_cmpint (empty->oldest_waiting, ==, 0);
  g_assert_cmpuint (empty->head, ==, 0);
  g_assert_cmpint (full->oldest_waiting, ==, 7);
  g_assert_cmpuint (full->counts.n_in_state[HW_TASK_STATE_PENDING], ==, 2);
  g_assert_cmpuint (full->counts.n_in_state[HW_TASK_STATE_PROCESSING], ==, 1);
  g_assert_cmpuint (full->counts.n_in_state[HW_TASK_STATE_COMPLETED], ==, 1);
  g_assert_cmpuint (full->counts.ever.n_added, ==, 4);
  g_assert_cmpuint (full->head, ==, 7);
  g_assert_no_error (full->refusal);
}

void
add_store_reading_tests (const StoreKind *kind)
{
  static const struct
  {
    const char *claim;
    FixtureFunc test;
  } tests[] = {
    { "task/that-is-none-is-not-found", test_task_that_is_none_is_not_found },
    { "task/knows-its-newest-event", test_task_knows_its_newest_event },
    { "candidates/come-by-priority-then-age", test_candidates_come_by_priority_then_age },
    { "candidates/are-those-that-wait", test_candidates_are_those_that_wait },
    { "candidates/know-how-much-they-said", test_tasks_know_how_much_they_said },
    { "candidates/that-are-large-come-in-part", test_candidates_that_are_large_come_in_part },
    { "open/are-those-that-run", test_open_are_those_that_run },
    { "open/that-are-large-all-come", test_open_that_are_large_all_come },
    { "list/begins-with-the-newest", test_list_begins_with_the_newest },
    { "list/pages-meet-without-gap", test_list_pages_meet_without_gap },
    { "list/that-is-large-comes-in-pages", test_list_that_is_large_comes_in_pages },
    { "list/has-what-the-filter-says", test_list_has_what_the_filter_says },
    { "list/filter-is-no-language", test_list_filter_is_no_language },
    { "events/come-in-pages", test_events_come_in_pages },
    { "events/of-nothing-are-none", test_events_of_nothing_are_none },
    { "events/may-be-of-one-task", test_events_may_be_of_one_task },
    { "events/are-what-was-told", test_events_are_what_was_told },
    { "events/that-are-large-come-in-pages", test_events_that_are_large_come_in_pages },
    { "events/are-as-many-as-there-is-room-for", test_events_are_as_many_as_there_is_room_for },
    { "events/beyond-the-head-are-none", test_events_beyond_the_head_are_none },
    { "survey/is-of-all-tasks", test_survey_is_of_all_tasks },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (kind, tests[i].claim, tests[i].test);
}
