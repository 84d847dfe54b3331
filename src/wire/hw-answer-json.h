/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"
#include "hw-offered-type.h"
#include "hw-store.h"
#include "hw-task.h"
#include "hw-traffic.h"

G_BEGIN_DECLS

/**
 * HW_ANSWER_MAX_LENGTH:
 *
 * The most bytes that an answer of the daemon may have. A page ends at 4 MiB of rows, the
 * last of which may be as large again, and six bytes of JSON may stand for one of them.
 */
#define HW_ANSWER_MAX_LENGTH (64 * 1024 * 1024)

/**
 * HW_ANSWER_MAX_TOKENS:
 *
 * The most values and names that an answer may have. The 2,000 tasks of a snapshot have
 * a hundred thousand; the smallest strings that 4 MiB of parameters are made of, seven
 * hundred thousand. Each takes about 100 bytes while it is read.
 */
#define HW_ANSWER_MAX_TOKENS 1000000

/* The fields of an answer with output: whose it is, where it begins and where to go on, the
 * same in lines if it was asked for by line, `FROM-TO` if what is there was dropped, and
 * `true` if the attempt has ended and nothing comes after this. */
#define HW_ANSWER_FIELD_ATTEMPT "Headway-Attempt"
#define HW_ANSWER_FIELD_OFFSET "Headway-Offset"
#define HW_ANSWER_FIELD_LINE "Headway-Line"
#define HW_ANSWER_FIELD_NEXT_LINE "Headway-Next-Line"
#define HW_ANSWER_FIELD_SKIP "Headway-Skip"
#define HW_ANSWER_FIELD_NEXT_OFFSET "Headway-Next-Offset"
#define HW_ANSWER_FIELD_OUTPUT_END "Headway-Output-End"

/**
 * HwAnswerPoll:
 * @epoch: the database's number
 * @seq: up to where the transitions were told: the next poll's `after`
 * @rev: up to where the levels were told: the next poll's `rev`
 * @has_ended: whether the one task has ended and all was told
 * @events: (element-type HwEvent): the events, in order
 *
 * The answer to a long poll.
 */
typedef struct
{
  guint64 epoch;
  guint64 seq;
  guint64 rev;
  gboolean has_ended;
  GPtrArray *events;
} HwAnswerPoll;

/**
 * HwAnswerAbout:
 * @containment: how programs are held together, a word; empty if the daemon does not know
 * @has_readiness: whether it tells whether it is ready; an older one does not
 * @hindrance: (nullable): what keeps it from taking tasks and running them, in sentences
 * @has_counts: whether it tells the rest; an older one does not
 * @keep_days: how long tasks are kept after their end, or 0 for ever
 * @keep_tasks: how many ended ones of each type are kept, or 0 for all
 * @ever: how many tasks there ever were
 * @n_there: how many are there
 * @has_traffic: whether it tells what comes and goes
 * @traffic: what does
 *
 * What the daemon says of itself, as far as anybody asks.
 */
typedef struct
{
  char *containment;
  gboolean has_readiness;
  char *hindrance;
  gboolean has_counts;
  guint64 keep_days;
  guint64 keep_tasks;
  HwEverCounts ever;
  guint64 n_there;
  gboolean has_traffic;
  HwTraffic traffic;
} HwAnswerAbout;

void          hw_answer_poll_free (HwAnswerPoll *self);
void          hw_answer_about_free (HwAnswerAbout *self);

HwTask       *hw_answer_json_parse_task (GBytes  *json,
                                         GError **error);
HwTaskPage   *hw_answer_json_parse_list (GBytes  *json,
                                         guint64 *epoch,
                                         GError **error);
HwAnswerPoll *hw_answer_json_parse_poll (GBytes  *json,
                                         GError **error);
GPtrArray    *hw_answer_json_parse_types (GBytes  *json,
                                          GError **error);
HwAnswerAbout *hw_answer_json_parse_about (GBytes  *json,
                                           GError **error);
char         *hw_answer_json_parse_link (GBytes  *json,
                                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwAnswerPoll, hw_answer_poll_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwAnswerAbout, hw_answer_about_free)

G_END_DECLS
