/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-answer-json.h"
#include "hw-error.h"
#include "hw-problem-json.h"
#include "hw-task-json.h"

static void
assert_same (GBytes *first,
             GBytes *second)
{
  g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first),
                   g_bytes_get_data (second, NULL), g_bytes_get_size (second));
}

static GBytes *
write_list (const HwTaskPage *page,
            guint64           epoch)
{
  return hw_task_json_encode_list (epoch, page->seq, page->tasks, page->next);
}

static GBytes *
write_poll (const HwAnswerPoll *poll)
{
  return hw_task_json_encode_poll (poll->epoch, poll->seq, poll->rev, poll->has_ended,
                                   poll->events);
}

static void
read_list (GBytes *json)
{
  guint64 epoch = 0;
  g_autoptr(HwTaskPage) page = hw_answer_json_parse_list (json, &epoch, NULL);
  g_autoptr(HwTaskPage) again = NULL;
  g_autoptr(GBytes) written = NULL;
  g_autoptr(GBytes) written_again = NULL;

  if (page == NULL)
    return;

  written = write_list (page, epoch);
  again = hw_answer_json_parse_list (written, &epoch, NULL);
  g_assert_nonnull (again);
  written_again = write_list (again, epoch);
  assert_same (written, written_again);
}

static void
read_poll (GBytes *json)
{
  g_autoptr(HwAnswerPoll) poll = hw_answer_json_parse_poll (json, NULL);
  g_autoptr(HwAnswerPoll) again = NULL;
  g_autoptr(GBytes) written = NULL;
  g_autoptr(GBytes) written_again = NULL;

  if (poll == NULL)
    return;

  written = write_poll (poll);
  again = hw_answer_json_parse_poll (written, NULL);
  g_assert_nonnull (again);
  written_again = write_poll (again);
  assert_same (written, written_again);
}

/* Whatever is taken for an answer has to be written as one, and be read as the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(GBytes) json = g_bytes_new (data, size);
  g_autoptr(GError) problem = hw_problem_json_parse (json);
  g_autoptr(HwTask) task = hw_answer_json_parse_task (json, NULL);
  g_autoptr(GPtrArray) types = hw_answer_json_parse_types (json, NULL);
  g_autofree char *url = hw_answer_json_parse_link (json, NULL);

  g_assert_true (problem->domain == HW_ERROR);
  if (task != NULL)
    {
      g_autoptr(GBytes) written = hw_task_json_encode_task (task);
      g_autoptr(HwTask) again = hw_answer_json_parse_task (written, NULL);

      g_assert_nonnull (again);
      g_assert_cmpuint (hw_task_get_id (again), ==, hw_task_get_id (task));
    }
  read_list (json);
  read_poll (json);

  return 0;
}
