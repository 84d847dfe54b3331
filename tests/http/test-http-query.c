/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-http-query.h"

/* A query of a list, and the filter that it becomes. */
typedef struct
{
  const char *query;
  gboolean has_state;
  HwTaskState state;
  const char *type;
  guint limit;
  guint64 before;
  const char *owner;
  const char *text;
} FilterRow;

static const FilterRow filters[] = {
  { NULL, FALSE, 0, NULL, 0, 0 },
  { "", FALSE, 0, NULL, 0, 0 },
  { "state=Pending", TRUE, HW_TASK_STATE_PENDING, NULL, 0, 0 },
  { "state=Failed&type=checksum", TRUE, HW_TASK_STATE_FAILED, "checksum", 0, 0 },
  { "limit=1", FALSE, 0, NULL, 1, 0 },
  { "limit=500&cursor=9007199254740992", FALSE, 0, NULL, 500,
    G_GUINT64_CONSTANT (9007199254740992) },
  { "type=%63hecksum", FALSE, 0, "checksum", 0, 0 },
  { "type=a+b", FALSE, 0, "a b", 0, 0 },
  { "type=", FALSE, 0, "", 0, 0 },
  { "owner=uid:0", FALSE, 0, NULL, 0, 0, "uid:0", NULL },
  { "q=a+b%20", FALSE, 0, NULL, 0, 0, NULL, "a b " },
  { "q=%22a%22&state=Failed", TRUE, HW_TASK_STATE_FAILED, NULL, 0, 0, NULL, "\"a\"" },
};

/* Queries of a list that are refused, and a word that the sentence must have. */
static const struct
{
  const char *query;
  const char *word;
} bad_filters[] = {
  { "state=pending", "state" },
  { "state=", "state" },
  { "limit=0", "limit" },
  { "limit=501", "limit" },
  { "limit=-1", "limit" },
  { "limit=1e3", "limit" },
  { "limit=07", "limit" },
  { "limit=18446744073709551617", "limit" },
  { "cursor=0", "cursor" },
  { "cursor=abc", "cursor" },
  { "cursor=9007199254740993", "cursor" },
  { "text=a", "text" },
  { "State=Pending", "State" },
  { "limit", "name=value" },
  { "=1", "“”" },
  { "type=%", "name=value" },
  { "type=%ff", "name=value" },
  { "type=a%00b", "name=value" },
  { "%3Cscript%3E=1", "<script>" },
};

static void
test_http_query_filter (gconstpointer test_data)
{
  const FilterRow *row = test_data;
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;

  hw_http_query_read_filter (row->query, filter, &error);

  g_assert_no_error (error);
  g_assert_cmpint (filter->has_state, ==, row->has_state);
  g_assert_cmpint (filter->state, ==, row->state);
  g_assert_cmpstr (filter->type, ==, row->type);
  g_assert_cmpuint (filter->limit, ==, row->limit);
  g_assert_cmpuint (filter->before, ==, row->before);
  g_assert_cmpstr (filter->owner, ==, row->owner);
  g_assert_cmpstr (filter->text, ==, row->text);
}

static void
test_http_query_bad_filter (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_http_query_read_filter (bad_filters[i].query, filter, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, bad_filters[i].word));
}

static void
test_http_query_position (void)
{
  HwHttpPosition position = { { .of.attempt = 99, .offset = 99, .line = 99 }, 99 };
  g_autoptr(GError) error = NULL;

  hw_http_query_read_position ("attempt=3&offset=1048576&wait=60", &position, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (position.query.of.attempt, ==, 3);
  g_assert_cmpuint (position.query.offset, ==, 1048576);
  g_assert_cmpint (position.wait, ==, 60 * G_USEC_PER_SEC);
}

static void
test_http_query_position_left_out (void)
{
  HwHttpPosition position = { { .of.attempt = 99, .offset = 99, .line = 99 }, 99 };
  g_autoptr(GError) error = NULL;

  hw_http_query_read_position (NULL, &position, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (position.query.of.attempt, ==, 0);
  g_assert_cmpuint (position.query.offset, ==, 0);
  g_assert_cmpuint (position.query.line, ==, 0);
  g_assert_cmpint (position.wait, ==, 0);
}

static void
test_http_query_lines (void)
{
  HwHttpPosition position;
  g_autoptr(GError) error = NULL;

  hw_http_query_read_position ("line=1000000&lines=10000", &position, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (position.query.line, ==, 1000000);
  g_assert_cmpuint (position.query.n_lines, ==, 10000);
}

static void
test_http_query_bad_position (void)
{
  static const char *const queries[] = {
    "attempt=0", "attempt=4294967296", "attempt=2147483648", "offset=-1", "offset=x",
    "offset=9007199254740993", "follow=true", "offset=0x10", "wait=61", "wait=-1", "wait=0.5",
    "wait=", "rev=0", "line=0", "line=-1", "line=1&lines=0", "line=1&lines=10001", "lines=10",
    "line=1&offset=0", "offset=0&lines=10",
  };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      HwHttpPosition position;
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", queries[i]);
      g_assert_false (hw_http_query_read_position (queries[i], &position, &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
    }
}

static void
test_http_query_poll (void)
{
  g_auto(HwHttpPoll) poll = { 0 };
  g_autoptr(GError) error = NULL;

  hw_http_query_read_poll ("epoch=9007199254740991&after=7&rev=4294967296&wait=1"
                           "&type=checksum&owner=uid%3A1000", 0, &poll, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (poll.filter.task_id, ==, 0);
  g_assert_cmpstr (poll.filter.type, ==, "checksum");
  g_assert_cmpstr (poll.filter.owner, ==, "uid:1000");
  g_assert_cmpuint (poll.epoch, ==, 9007199254740991);
  g_assert_cmpuint (poll.after, ==, 7);
  g_assert_true (poll.how.has_levels);
  g_assert_cmpuint (poll.how.rev, ==, 4294967296);
  g_assert_cmpint (poll.how.wait, ==, G_USEC_PER_SEC);
}

/* Test that who does not ask for levels gets none, and who knows none gets all. */
static void
test_http_query_poll_rev (void)
{
  g_auto(HwHttpPoll) without = { 0 };
  g_auto(HwHttpPoll) with = { 0 };

  g_assert_true (hw_http_query_read_poll (NULL, 7, &without, NULL));
  g_assert_true (hw_http_query_read_poll ("rev=0", 7, &with, NULL));

  g_assert_cmpuint (without.filter.task_id, ==, 7);
  g_assert_false (without.how.has_levels);
  g_assert_cmpint (without.how.wait, ==, 0);
  g_assert_true (with.how.has_levels);
}

static void
test_http_query_bad_poll (void)
{
  static const char *const queries[] = {
    "epoch=-1", "epoch=9007199254740993", "after=x", "after=1.5", "rev=", "rev=1e3", "wait=61",
    "wait=x", "offset=0", "task=7", "Last-Event-ID=1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_auto(HwHttpPoll) poll = { 0 };
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", queries[i]);
      g_assert_false (hw_http_query_read_poll (queries[i], 0, &poll, &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
    }
}

/* Test that a filter of many tasks is refused where there is only one. */
static void
test_http_query_poll_of_one_task (void)
{
  static const char *const queries[] = { "type=demo", "owner=uid:1000" };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_auto(HwHttpPoll) poll = { 0 };
      g_autoptr(GError) error = NULL;

      g_assert_false (hw_http_query_read_poll (queries[i], 7, &poll, &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
    }
}

static void
test_http_query_task (void)
{
  guint64 task_id = 99;

  g_assert_true (hw_http_query_read_task (NULL, &task_id, NULL));
  g_assert_cmpuint (task_id, ==, 0);
  g_assert_true (hw_http_query_read_task ("task=42", &task_id, NULL));
  g_assert_cmpuint (task_id, ==, 42);
  g_assert_false (hw_http_query_read_task ("task=0", &task_id, NULL));
  g_assert_false (hw_http_query_read_task ("task=042", &task_id, NULL));
  g_assert_false (hw_http_query_read_task ("page=1", &task_id, NULL));
}

static void
test_http_query_nothing (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (hw_http_query_read_nothing (NULL, NULL));
  g_assert_true (hw_http_query_read_nothing ("", NULL));
  g_assert_false (hw_http_query_read_nothing ("limit=1", &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-query/filter/%u:%s", i,
                                               filters[i].query != NULL ? filters[i].query : "");

      g_test_add_data_func (path, &filters[i], test_http_query_filter);
    }

  for (guint i = 0; i < G_N_ELEMENTS (bad_filters); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-query/refuses/%u:%s", i,
                                               bad_filters[i].query);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_http_query_bad_filter);
    }

  g_test_add_func ("/http-query/position/is-read", test_http_query_position);
  g_test_add_func ("/http-query/position/may-be-left-out", test_http_query_position_left_out);
  g_test_add_func ("/http-query/position/by-line", test_http_query_lines);
  g_test_add_func ("/http-query/position/refuses-what-is-none", test_http_query_bad_position);
  g_test_add_func ("/http-query/poll/is-read", test_http_query_poll);
  g_test_add_func ("/http-query/poll/levels-are-asked-for", test_http_query_poll_rev);
  g_test_add_func ("/http-query/poll/refuses-what-is-none", test_http_query_bad_poll);
  g_test_add_func ("/http-query/poll/of-one-task-has-no-filter", test_http_query_poll_of_one_task);
  g_test_add_func ("/http-query/task/is-read", test_http_query_task);
  g_test_add_func ("/http-query/nothing/is-nothing", test_http_query_nothing);

  return g_test_run ();
}
