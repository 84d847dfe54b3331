/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-attempt.h"

#include "hw-fake-clock.h"
#include "hw-fake-runner.h"
#include "hw-memory-store.h"

G_BEGIN_DECLS

/**
 * HwAttemptBench:
 * @store: knows task 1, which is Processing
 * @clock: stands still
 * @runner: carries it out
 * @attempt: the first attempt of task 1, which was not started
 * @levels: (element-type GVariant): the levels that it told, which a test may clear
 * @level_times: (element-type gint64): when it told them
 *
 * One attempt, and what is round it. Also a test's fixture.
 */
typedef struct
{
  HwMemoryStore *store;
  HwFakeClock *clock;
  HwFakeRunner *runner;
  HwAttempt *attempt;
  GPtrArray *levels;
  GArray *level_times;
} HwAttemptBench;

void    hw_attempt_bench_set_up (HwAttemptBench *self,
                                 const char     *type_data);
void    hw_attempt_bench_tear_down (HwAttemptBench *self);

void    hw_attempt_bench_start (HwAttemptBench *self);
HwRun  *hw_attempt_bench_get_run (HwAttemptBench *self);
void    hw_attempt_bench_finish (HwAttemptBench *self,
                                 HwOutcome      *outcome);
char   *hw_attempt_bench_tell (HwAttemptBench *self);
HwTask *hw_attempt_bench_peek_task (HwAttemptBench *self);
char   *hw_attempt_bench_print_newest_level (HwAttemptBench *self);

G_END_DECLS
