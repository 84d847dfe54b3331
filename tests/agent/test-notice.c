/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-notice.h"
#include "hw-plain-text.h"
#include "hw-task-news.h"

#include <string.h>

/* Makes tasks as the daemon tells of them, each written in GVariant's way. */
static GPtrArray *
make_tasks (const char *first,
            ...)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  va_list arguments;

  va_start (arguments, first);
  for (const char *text = first; text != NULL; text = va_arg (arguments, const char *))
    g_ptr_array_add (tasks, g_variant_ref_sink (g_variant_new_parsed (text)));
  va_end (arguments);

  return tasks;
}

static void
test_plain_text_is_one_line (void)
{
  const struct
  {
    const char *text;
    const char *line;
  } cases[] = {
    { "Copy photos", "Copy photos" },
    { "", "" },
    { "  \n\t ", "" },
    { " two\n\nlines\tand\xe2\x80\xa8more ", "two lines and more" },
    { "red \x1b[31m bell \x07", "red \xef\xbf\xbd[31m bell \xef\xbf\xbd" },
    { "turned \xe2\x80\xae over", "turned \xef\xbf\xbd over" },
    { "family \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "family \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7" },
    { "twenty characters ok", "twenty characters ok" },
    { "twenty characters, no", "twenty characters, n…" },
    { "twenty characters    ok", "twenty characters ok" },
    { "nineteen characters x", "nineteen characters…" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = hw_plain_text (cases[i].text, 20);

      g_assert_cmpstr (line, ==, cases[i].line);
    }
}

static void
assert_notice (HwNotice    *notice,
               HwNoticeTone tone,
               const char  *summary,
               const char  *body,
               const char  *retry_label)
{
  g_assert_cmpint (hw_notice_get_tone (notice), ==, tone);
  g_assert_cmpstr (hw_notice_get_summary (notice), ==, summary);
  g_assert_cmpstr (hw_notice_get_body (notice), ==, body);
  g_assert_cmpstr (hw_notice_get_retry_label (notice), ==, retry_label);
}

static void
test_notice_failure_says_why (void)
{
  g_autoptr(GPtrArray) tasks = make_tasks (
    "{'title': <'Copy photos'>, 'error': <'rsync ended with exit code 23. Read its output.'>}", NULL);
  g_autoptr(HwNotice) notice = hw_notice_new_failed (1, tasks);

  assert_notice (notice, HW_NOTICE_TONE_TROUBLE, "“Copy photos” failed",
                 "rsync ended with exit code 23. Read its output.", "Retry");
}

/* Test that the one line that everybody reads has the reason where there is a word for it. */
static void
test_notice_failure_says_the_reason_at_once (void)
{
  static const struct
  {
    const char *result;
    const char *summary;
  } cases[] = {
    { "timeout", "“100 %s” took too long" },
    { "oom-kill", "“100 %s” needed too much memory" },
    { "poison", "“100 %s” cannot be started" },
    { "exit-code", "“100 %s” failed" },
    { "of another version", "“100 %s” failed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
      g_autoptr(HwNotice) notice = NULL;

      g_ptr_array_add (tasks, g_variant_ref_sink (
                         g_variant_new_parsed ("{'title': <'100 %s'>, 'error': <'Why.'>,"
                                               " 'result': <%s>}", cases[i].result)));
      notice = hw_notice_new_failed (1, tasks);
      assert_notice (notice, HW_NOTICE_TONE_TROUBLE, cases[i].summary, "Why.", "Retry");
    }
}

static void
test_notice_completion_says_the_last_word (void)
{
  g_autoptr(GPtrArray) tasks = make_tasks ("{'title': <'Copy'>, 'message': <'812 files'>}", NULL);
  g_autoptr(HwNotice) notice = hw_notice_new_completed (1, tasks);

  assert_notice (notice, HW_NOTICE_TONE_DONE, "“Copy” is done", "812 files", NULL);
}

static void
test_notice_without_title_has_a_number (void)
{
  g_autoptr(GPtrArray) tasks = make_tasks ("{'id': <uint64 42>, 'title': <'\\n'>}", NULL);
  g_autoptr(HwNotice) notice = hw_notice_new_completed (1, tasks);

  assert_notice (notice, HW_NOTICE_TONE_DONE, "“Task 42” is done", "", NULL);
}

static void
test_notice_many_are_named_and_counted (void)
{
  g_autoptr(GPtrArray) tasks = make_tasks ("{'title': <'C'>, 'error': <'No room.'>}",
                                           "{'title': <'B'>, 'error': <''>}",
                                           "{'title': <'A'>, 'error': <'Broken.'>}", NULL);
  g_autoptr(HwNotice) failed = hw_notice_new_failed (8, tasks);
  g_autoptr(HwNotice) completed = hw_notice_new_completed (3, tasks);

  assert_notice (failed, HW_NOTICE_TONE_TROUBLE, "8 tasks failed",
                 "C: No room.\nB\nA: Broken.\nand 5 more", "Retry All");
  assert_notice (completed, HW_NOTICE_TONE_DONE, "3 tasks completed", "C\nB\nA", NULL);
}

static void
test_notice_of_strangers_is_a_line_each (void)
{
  g_autoptr(GPtrArray) tasks = make_tasks ("{'title': <'a\\nb\\u001b'>, 'error': <'<b>c</b>\\nd'>}",
                                           NULL);
  g_autoptr(HwNotice) notice = hw_notice_new_failed (1, tasks);

  assert_notice (notice, HW_NOTICE_TONE_TROUBLE, "“a b\xef\xbf\xbd” failed", "<b>c</b> d", "Retry");
}

static void
test_notice_is_short (void)
{
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autofree char *task = g_strdup_printf ("{'title': <'%s'>, 'error': <'%s'>}", long_text,
                                           long_text);
  g_autoptr(GPtrArray) tasks = make_tasks (task, task, task, NULL);
  g_autoptr(HwNotice) many = hw_notice_new_failed (G_MAXUINT64, tasks);
  g_autoptr(HwNotice) one = NULL;

  g_assert_cmpuint (strlen (hw_notice_get_body (many)), <, 700);
  g_ptr_array_set_size (tasks, 1);
  one = hw_notice_new_failed (1, tasks);
  g_assert_cmpuint (strlen (hw_notice_get_summary (one)), <, 100);
  g_assert_cmpuint (strlen (hw_notice_get_body (one)), <, 410);
}

/* Also of an event that is not as it should be nothing bad comes. */
static void
test_task_news_means (void)
{
  const struct
  {
    const char *kind;
    const char *state;
    const char *details;
    int expected; /* -1 for nothing */
    gint64 at;
  } cases[] = {
    { "added", NULL, "{'created_at': <int64 5>, 'at': <int64 6>}", HW_TASK_NEWS_ADDED, 5 },
    { "added", NULL, "{'at': <int64 6>}", HW_TASK_NEWS_ADDED, 6 },
    { "state", "Completed", "{'ended_at': <int64 7>}", HW_TASK_NEWS_COMPLETED, 7 },
    { "state", NULL, "{'state': <'Completed'>, 'at': <int64 8>}", HW_TASK_NEWS_COMPLETED, 8 },
    { "state", "Failed", "{'result': <'exit-code'>}", HW_TASK_NEWS_FAILED, 0 },
    { "state", "Failed", "{'result': <'a-word-of-tomorrow'>}", HW_TASK_NEWS_FAILED, 0 },
    { "state", "Failed", "{'result': <'canceled'>}", -1, 0 },
    { "state", "Pending", "@a{sv} {}", HW_TASK_NEWS_LEFT, 0 },
    { "state", "Processing", "@a{sv} {}", -1, 0 },
    { "state", NULL, "@a{sv} {}", -1, 0 },
    { "state", NULL, "{'state': <5>}", -1, 0 },
    { "removed", NULL, "@a{sv} {}", HW_TASK_NEWS_LEFT, 0 },
    { "snapshot", NULL, "{'reset': <true>}", HW_TASK_NEWS_RESET, 0 },
    { "message", NULL, "{'message': <'Completed'>}", -1, 0 },
    { "progress", NULL, "{'activity': <'paused'>}", -1, 0 },
    { "heartbeat", NULL, "@a{sv} {}", -1, 0 },
    { "a-kind-of-tomorrow", NULL, "@a{sv} {}", -1, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GVariant) details = g_variant_ref_sink (g_variant_new_parsed (cases[i].details));
      HwTaskNews news;
      gboolean means = hw_task_news_read (&news, cases[i].kind, 42, cases[i].state, details);

      g_assert_cmpint (means ? (int) news.kind : -1, ==, cases[i].expected);
      if (!means)
        continue;

      g_assert_cmpuint (news.id, ==, 42);
      if (news.kind != HW_TASK_NEWS_LEFT && news.kind != HW_TASK_NEWS_RESET)
        g_assert_cmpint (news.at, ==, cases[i].at);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/plain-text/is-one-line", test_plain_text_is_one_line);
  g_test_add_func ("/notice/failure-says-why", test_notice_failure_says_why);
  g_test_add_func ("/notice/failure-says-the-reason-at-once",
                   test_notice_failure_says_the_reason_at_once);
  g_test_add_func ("/notice/completion-says-the-last-word",
                   test_notice_completion_says_the_last_word);
  g_test_add_func ("/notice/without-title-has-a-number", test_notice_without_title_has_a_number);
  g_test_add_func ("/notice/many-are-named-and-counted", test_notice_many_are_named_and_counted);
  g_test_add_func ("/notice/of-strangers-is-a-line-each", test_notice_of_strangers_is_a_line_each);
  g_test_add_func ("/notice/is-short", test_notice_is_short);
  g_test_add_func ("/task-news/means", test_task_news_means);

  return g_test_run ();
}
