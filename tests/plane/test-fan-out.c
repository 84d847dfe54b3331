/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fan-out.h"
#include "hw-hub-record.h"
#include "hw-hub-protocol.h"
#include "hw-task-json.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define EPOCH 7
#define PLENTY 1000000

/* A fan-out whose events and time are the test's. */
typedef struct
{
  HwFanOut *fan_out;
  GString *woken;  /* the first letters of the owners that were */
  GString *output;
  guint64 seq;
} Fixture;

static void
on_woken (gpointer owner,
          gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_c (fixture->woken, *(const char *) owner);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->seq = 100;
  fixture->fan_out = hw_fan_out_new (EPOCH, fixture->seq, on_woken, fixture);
  fixture->woken = g_string_new (NULL);
  fixture->output = g_string_new (NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_fan_out_free (fixture->fan_out);
  g_string_free (fixture->woken, TRUE);
  g_string_free (fixture->output, TRUE);
}

static HwWatch *
watch_as (Fixture    *fixture,
          const char *owner,
          const char *who,
          gboolean    is_administrator,
          guint64     task_id)
{
  HwWatchPlace place = {
    .principal = hw_principal_new (HW_DOOR_TCP, who, is_administrator),
    .filter = { .task_id = task_id },
    .seq = fixture->seq,
  };
  g_autoptr(GBytes) head = hw_hub_json.make_item_head (owner);

  return hw_fan_out_add (fixture->fan_out, &place, hw_hub_json.write_event, head, (gpointer) owner);
}

static HwWatch *
watch (Fixture    *fixture,
       const char *owner,
       guint64     task_id)
{
  return watch_as (fixture, owner, "token:owner", TRUE, task_id);
}

static HwEventOrigin
make_origin (guint64 task_id)
{
  return (HwEventOrigin) {
           .epoch = EPOCH, .task_id = task_id, .attempt = 1, .type = "noop", .group = "",
           .owner = "token:guest", .actor = "token:guest", .at = 1,
  };
}

static void
append (Fixture    *fixture,
        guint64     task_id,
        HwEventKind kind,
        HwTaskField field,
        const char *value)
{
  const HwEventOrigin origin = make_origin (task_id);
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  g_autoptr(GVariant) variant = g_variant_ref_sink (g_variant_new_string (value));
  HwTaskFields *fields = hw_task_fields_new ();

  hw_task_fields_set_value (fields, field, variant);
  g_ptr_array_add (events, hw_event_new (kind, &origin, ++fixture->seq, fields));
  hw_fan_out_append (fixture->fan_out, events);
}

static void
say (Fixture    *fixture,
     guint64     task_id,
     const char *text)
{
  append (fixture, task_id, HW_EVENT_KIND_MESSAGE, HW_TASK_FIELD_MESSAGE, text);
}

static void
set_level (Fixture *fixture,
           guint64  task_id,
           guint64  rev)
{
  const HwEventOrigin origin = make_origin (task_id);
  g_autoptr(GPtrArray) levels = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  HwTaskFields *fields = hw_task_fields_new ();

  hw_task_fields_set_real (fields, HW_TASK_FIELD_PROGRESS, 0.5);
  g_ptr_array_add (levels, hw_event_new_progress (&origin, rev, fields));
  hw_fan_out_set_levels (fixture->fan_out, levels);
}

/* Reads all, and gives the numbers of what came: of transitions, of levels with an r, of
 * heartbeats with an h, of all one after the other.
 */
static char *
read_all (Fixture *fixture,
          HwWatch *one)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) records = NULL;
  GString *numbers = g_string_new (NULL);
  const char separator[] = { HW_HUB_RECORD_SEPARATOR, '\0' };

  g_string_truncate (fixture->output, 0);
  while (hw_watch_is_woken (one) &&
         hw_fan_out_read (fixture->fan_out, one, fixture->output, PLENTY) == HW_WATCH_GOES_ON)
    continue;

  records = g_strsplit (fixture->output->str, separator, -1);
  for (char **record = records; *record != NULL && **record != '\0'; record++)
    {
      const char *seq = strstr (*record, "\"seq\":");
      const char *rev = strstr (*record, "\"rev\":");
      const char *number = rev != NULL ? rev : seq;

      g_assert_nonnull (number);
      if (numbers->len > 0)
        g_string_append_c (numbers, ' ');
      if (strstr (*record, "\"heartbeat\"") != NULL)
        g_string_append_c (numbers, 'h');
      if (rev != NULL)
        g_string_append_c (numbers, 'r');
      g_string_append_printf (numbers, "%" G_GUINT64_FORMAT,
                              g_ascii_strtoull (number + 6, NULL, 10));
    }

  return g_string_free (numbers, FALSE);
}

#define assert_reads(fixture, one, expected) \
  G_STMT_START { \
    g_autofree char *numbers = read_all (fixture, one); \
    g_assert_cmpstr (numbers, ==, expected); \
  } G_STMT_END

/* Test that an event wakes those who see it, and none of the many others. */
static void
test_event_finds_its_watchers (Fixture      *fixture,
                               gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);
  HwWatch *all = watch (fixture, "z", 0);

  for (guint64 id = 2; id < 1000; id++)
    assert_reads (fixture, watch (fixture, "x", id), "");
  assert_reads (fixture, a, "");
  assert_reads (fixture, all, "");
  g_string_truncate (fixture->woken, 0);

  say (fixture, 1, "hello");
  g_assert_cmpstr (fixture->woken->str, ==, "az");
  assert_reads (fixture, a, "101");
  assert_reads (fixture, all, "101");
}

static void
test_record_is_head_and_item (Fixture      *fixture,
                              gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);

  assert_reads (fixture, a, "");
  say (fixture, 1, "hello");
  assert_reads (fixture, a, "101");

  g_assert_true (g_str_has_prefix (fixture->output->str,
                                   "{\"type\":2,\"invocationId\":\"a\",\"item\":{"));
  g_assert_true (g_str_has_suffix (fixture->output->str, "}}\036"));
}

/* Test that each sees all, once and in order, whenever they read. */
static void
test_all_once_in_order (Fixture      *fixture,
                        gconstpointer test_data)
{
  HwWatch *quick = watch (fixture, "a", 0);
  HwWatch *slow = watch (fixture, "b", 0);

  say (fixture, 1, "x");
  assert_reads (fixture, quick, "101");
  say (fixture, 2, "x");
  say (fixture, 1, "x");
  assert_reads (fixture, quick, "102 103");
  assert_reads (fixture, slow, "101 102 103");
  assert_reads (fixture, slow, "");
}

/* Test that what does not fit is told next. */
static void
test_enough_is_enough (Fixture      *fixture,
                       gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 0);
  guint n_reads = 0;

  for (guint i = 0; i < 600; i++)
    say (fixture, 1, "x");
  while (hw_watch_is_woken (a))
    {
      guint64 seq = hw_watch_get_seq (a);

      g_string_truncate (fixture->output, 0);
      g_assert_cmpint (hw_fan_out_read (fixture->fan_out, a, fixture->output, 1), ==,
                       HW_WATCH_GOES_ON);
      g_assert_cmpuint (hw_watch_get_seq (a), <=, seq + 1);
      n_reads += fixture->output->len > 0;
    }

  g_assert_cmpuint (n_reads, ==, 600);
  g_assert_cmpuint (hw_watch_get_seq (a), ==, 700);
}

static void
test_only_what_one_may_see (Fixture      *fixture,
                            gconstpointer test_data)
{
  HwWatch *guest = watch_as (fixture, "a", "token:guest", FALSE, 0);
  HwWatch *stranger = watch_as (fixture, "b", "token:stranger", FALSE, 0);

  say (fixture, 1, "x");
  assert_reads (fixture, guest, "101");
  assert_reads (fixture, stranger, "");
  g_assert_cmpuint (hw_watch_get_seq (stranger), ==, 101);
}

/* Test that who does not read for too long is told so, with the place where they were. */
static void
test_too_slow_is_behind (Fixture      *fixture,
                         gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 0);

  say (fixture, 1, "x");
  assert_reads (fixture, a, "101");
  for (guint i = 0; i < 5000; i++)
    say (fixture, 1, "x");

  g_assert_cmpint (hw_fan_out_read (fixture->fan_out, a, fixture->output, PLENTY), ==,
                   HW_WATCH_BEHIND);
  g_assert_cmpuint (hw_watch_get_seq (a), ==, 101);
}

/* Test that who has read all is not behind, however much passes that is not theirs. */
static void
test_quiet_one_is_never_behind (Fixture      *fixture,
                                gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);

  assert_reads (fixture, a, "");
  for (guint i = 0; i < 5000; i++)
    say (fixture, 2, "x");
  say (fixture, 1, "x");

  assert_reads (fixture, a, "5101");
}

static void
test_missing_events_are_known (Fixture      *fixture,
                               gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);

  assert_reads (fixture, a, "");
  hw_fan_out_restart (fixture->fan_out, 200);

  g_assert_true (hw_watch_is_woken (a));
  g_assert_cmpint (hw_fan_out_read (fixture->fan_out, a, fixture->output, PLENTY), ==,
                   HW_WATCH_BEHIND);
}

static void
test_end_of_the_task_is_the_end (Fixture      *fixture,
                                 gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);
  HwWatch *all = watch (fixture, "b", 0);

  append (fixture, 1, HW_EVENT_KIND_STATE, HW_TASK_FIELD_STATE, "Completed");
  g_assert_cmpint (hw_fan_out_read (fixture->fan_out, a, fixture->output, PLENTY), ==,
                   HW_WATCH_ENDED);
  g_assert_nonnull (strstr (fixture->output->str, "Completed"));
  g_assert_cmpint (hw_fan_out_read (fixture->fan_out, all, fixture->output, PLENTY), ==,
                   HW_WATCH_GOES_ON);
}

/* Test that of levels only the newest is told, behind the transitions. */
static void
test_newest_level_wins (Fixture      *fixture,
                        gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 0);

  set_level (fixture, 1, 1001);
  set_level (fixture, 2, 1002);
  say (fixture, 1, "x");
  set_level (fixture, 1, 1003);

  assert_reads (fixture, a, "101 r1002 r1003");
  set_level (fixture, 2, 1004);
  assert_reads (fixture, a, "r1004");
}

static void
test_ended_task_has_no_level (Fixture      *fixture,
                              gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 0);

  set_level (fixture, 1, 1001);
  append (fixture, 1, HW_EVENT_KIND_STATE, HW_TASK_FIELD_STATE, "Pending");

  assert_reads (fixture, a, "101");
}

/* Test that who heard nothing for long is told how far that reaches, and nobody else is. */
static void
test_quiet_is_told (Fixture      *fixture,
                    gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);
  HwWatch *b = watch (fixture, "b", 2);

  assert_reads (fixture, a, "");
  assert_reads (fixture, b, "");
  hw_fan_out_tick (fixture->fan_out, SECOND);
  hw_fan_out_tick (fixture->fan_out, 11 * SECOND);
  say (fixture, 2, "x");
  assert_reads (fixture, b, "101");
  g_string_truncate (fixture->woken, 0);

  hw_fan_out_tick (fixture->fan_out, 15 * SECOND);
  g_assert_cmpstr (fixture->woken->str, ==, "");
  hw_fan_out_tick (fixture->fan_out, 16 * SECOND);
  g_assert_cmpstr (fixture->woken->str, ==, "a");
  assert_reads (fixture, a, "h101");
  assert_reads (fixture, b, "");

  hw_fan_out_tick (fixture->fan_out, 26 * SECOND);
  g_assert_cmpstr (fixture->woken->str, ==, "ab");
  assert_reads (fixture, b, "h101");
}

/* Test that who came before the clock was looked at has not been silent since it began. */
static void
test_silence_begins_with_the_clock (Fixture      *fixture,
                                    gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);

  assert_reads (fixture, a, "");
  g_string_truncate (fixture->woken, 0);
  hw_fan_out_tick (fixture->fan_out, 1000 * SECOND);
  hw_fan_out_tick (fixture->fan_out, 1014 * SECOND);
  g_assert_cmpstr (fixture->woken->str, ==, "");

  hw_fan_out_tick (fixture->fan_out, 1015 * SECOND);
  assert_reads (fixture, a, "h100");
}

static void
test_heartbeat_is_for_silence (Fixture      *fixture,
                               gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);

  hw_fan_out_tick (fixture->fan_out, SECOND);
  hw_fan_out_tick (fixture->fan_out, 16 * SECOND);
  say (fixture, 1, "x");

  assert_reads (fixture, a, "101");
}

/* Test that those who go leave the others where they are. */
static void
test_others_stay (Fixture      *fixture,
                  gconstpointer test_data)
{
  HwWatch *a = watch (fixture, "a", 1);
  HwWatch *b = watch (fixture, "b", 1);
  HwWatch *c = watch (fixture, "c", 1);

  assert_reads (fixture, a, "");
  assert_reads (fixture, c, "");
  hw_fan_out_remove (fixture->fan_out, b);
  say (fixture, 1, "x");
  assert_reads (fixture, a, "101");
  assert_reads (fixture, c, "101");

  hw_fan_out_remove (fixture->fan_out, c);
  say (fixture, 1, "x");
  assert_reads (fixture, a, "102");

  hw_fan_out_remove (fixture->fan_out, a);
  g_string_truncate (fixture->woken, 0);
  say (fixture, 1, "x");
  g_assert_cmpstr (fixture->woken->str, ==, "");
}

/* Counts into what stands in its head, which is no text. */
static void
write_and_count (GString *output,
                 GBytes  *head,
                 HwEvent *event)
{
  guint *count = *(guint *const *) g_bytes_get_data (head, NULL);

  (*count)++;
  g_string_append_printf (output, "%" G_GUINT64_FORMAT " ", hw_event_get_seq (event));
}

static HwWatch *
watch_and_count (Fixture    *fixture,
                 const char *who,
                 guint      *count)
{
  HwWatchPlace place = {
    .principal = hw_principal_new (HW_DOOR_TCP, who, FALSE),
    .seq = fixture->seq,
  };
  g_autoptr(GBytes) head = g_bytes_new (&count, sizeof (count));

  return hw_fan_out_add (fixture->fan_out, &place, write_and_count, head, (gpointer) "x");
}

/* Test that those who watch alike and stand at the same place have what is told written once, and
 * each all of it.
 */
static void
test_alike_have_one_text (Fixture      *fixture,
                          gconstpointer test_data)
{
  guint n_written = 0;
  guint n_of_other = 0;
  HwWatch *watches[10];
  HwWatch *other;

  for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
    watches[i] = watch_and_count (fixture, "token:guest", &n_written);
  other = watch_and_count (fixture, "token:stranger", &n_of_other);

  for (guint round = 1; round <= 3; round++)
    {
      g_autofree char *expected = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " ",
                                                   fixture->seq + 1, fixture->seq + 2);

      say (fixture, 1, "one");
      say (fixture, 2, "two");
      for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
        {
          g_string_truncate (fixture->output, 0);
          hw_fan_out_read (fixture->fan_out, watches[i], fixture->output, PLENTY);
          g_assert_cmpstr (fixture->output->str, ==, expected);
          g_assert_false (hw_watch_is_woken (watches[i]));
        }
      g_assert_cmpuint (n_written, ==, 2 * round);
    }

  g_string_truncate (fixture->output, 0);
  hw_fan_out_read (fixture->fan_out, other, fixture->output, PLENTY);
  g_assert_cmpstr (fixture->output->str, ==, "");
  g_assert_cmpuint (n_of_other, ==, 0);
}

/* Test that what was told somebody else is told no more than is enough. */
static void
test_alike_stop_at_enough (Fixture      *fixture,
                           gconstpointer test_data)
{
  guint n_written = 0;
  HwWatch *first = watch_and_count (fixture, "token:guest", &n_written);
  HwWatch *second = watch_and_count (fixture, "token:guest", &n_written);

  say (fixture, 1, "one");
  say (fixture, 1, "two");
  hw_fan_out_read (fixture->fan_out, first, fixture->output, PLENTY);
  g_assert_cmpstr (fixture->output->str, ==, "101 102 ");

  g_string_truncate (fixture->output, 0);
  hw_fan_out_read (fixture->fan_out, second, fixture->output, 1);
  g_assert_cmpstr (fixture->output->str, ==, "101 ");
  g_assert_true (hw_watch_is_woken (second));
}

/* Test that who comes to a place from which somebody else was told hears what came since, too. */
static void
test_alike_hear_what_came_since (Fixture      *fixture,
                                 gconstpointer test_data)
{
  guint n_written = 0;
  HwWatch *first = watch_and_count (fixture, "token:guest", &n_written);
  HwWatch *second = watch_and_count (fixture, "token:guest", &n_written);

  say (fixture, 1, "one");
  hw_fan_out_read (fixture->fan_out, first, fixture->output, PLENTY);
  g_string_truncate (fixture->output, 0);

  say (fixture, 1, "two");
  hw_fan_out_read (fixture->fan_out, second, fixture->output, PLENTY);
  g_assert_cmpstr (fixture->output->str, ==, "101 102 ");
}

#define ADD(path, function) \
  g_test_add ("/fan-out/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("event-finds-its-watchers", test_event_finds_its_watchers);
  ADD ("record-is-head-and-item", test_record_is_head_and_item);
  ADD ("all-once-in-order", test_all_once_in_order);
  ADD ("enough-is-enough", test_enough_is_enough);
  ADD ("only-what-one-may-see", test_only_what_one_may_see);
  ADD ("behind/too-slow", test_too_slow_is_behind);
  ADD ("behind/quiet-one-is-never", test_quiet_one_is_never_behind);
  ADD ("behind/missing-events-are-known", test_missing_events_are_known);
  ADD ("end-of-the-task-is-the-end", test_end_of_the_task_is_the_end);
  ADD ("level/newest-wins", test_newest_level_wins);
  ADD ("level/ended-task-has-none", test_ended_task_has_no_level);
  ADD ("heartbeat/quiet-is-told", test_quiet_is_told);
  ADD ("heartbeat/silence-begins-with-the-clock", test_silence_begins_with_the_clock);
  ADD ("heartbeat/is-for-silence", test_heartbeat_is_for_silence);
  ADD ("others-stay", test_others_stay);
  ADD ("alike/have-one-text", test_alike_have_one_text);
  ADD ("alike/stop-at-enough", test_alike_stop_at_enough);
  ADD ("alike/hear-what-came-since", test_alike_hear_what_came_since);

  return g_test_run ();
}
