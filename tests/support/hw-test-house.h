/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-fake-clock.h"
#include "hw-fake-output.h"
#include "hw-fake-runner.h"
#include "hw-memory-store.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

/**
 * HwTestHouse:
 * @store: what remembers
 * @clock: stands still
 * @runner: carries out both kinds of work
 * @output: what programs printed
 * @types: `demo`, `noop`, `fragile` (`on-interrupt` is `fail`), `secret` (its `key` is
 *   hidden), `command` (local only)
 * @queue: the queue, which is not open before hw_test_house_open()
 * @owner: an administrator who came over TCP
 * @local: an administrator who came over the Unix socket
 * @guest: somebody who came over TCP, and may see and touch their own tasks only
 *
 * A whole queue that stands on fakes.
 */
typedef struct
{
  HwMemoryStore *store;
  HwFakeClock *clock;
  HwFakeRunner *runner;
  HwFakeOutput *output;
  HwTaskTypes *types;
  HwTaskQueue *queue;
  guint max_parallel;

  HwPrincipal *owner;
  HwPrincipal *local;
  HwPrincipal *guest;
} HwTestHouse;

HwTestHouse *hw_test_house_new (guint max_parallel);
void         hw_test_house_free (HwTestHouse *self);

void         hw_test_house_add_type (HwTestHouse *self,
                                     const char  *name,
                                     const char  *data);
void         hw_test_house_open (HwTestHouse *self);
void         hw_test_house_restart (HwTestHouse *self);

HwTask      *hw_test_house_try_submit (HwTestHouse *self,
                                       HwPrincipal *principal,
                                       const char  *type,
                                       const char  *parameters,
                                       GError     **error);
guint64      hw_test_house_submit (HwTestHouse *self,
                                   const char  *type);
guint64      hw_test_house_submit_with_priority (HwTestHouse *self,
                                                 const char  *type,
                                                 int          priority);
HwTask      *hw_test_house_try_cancel (HwTestHouse *self,
                                       HwPrincipal *principal,
                                       guint64      task_id,
                                       GError     **error);
void         hw_test_house_succeed (HwTestHouse *self,
                                    guint64      task_id);
void         hw_test_house_advance (HwTestHouse *self,
                                    gint64       span);
void         hw_test_house_commit (HwTestHouse *self,
                                   GPtrArray   *changes);
void         hw_test_house_add_many (HwTestHouse *self,
                                     guint        n_tasks);
void         hw_test_house_change_state (HwTestHouse *self,
                                         guint64      task_id,
                                         HwTaskState  from,
                                         HwTaskState  to);
HwTask      *hw_test_house_get (HwTestHouse *self,
                                guint64      task_id);
char        *hw_test_house_tell (HwTestHouse *self,
                                 guint64      task_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTestHouse, hw_test_house_free)

/* For a fixture with a house: what the runner was asked for since the last time, and what
 * was told of a task. They are macros, so that a failure names the line of the test.
 */
#define assert_calls(fixture, expected) \
  G_STMT_START \
  { \
    g_autofree char *calls = hw_fake_runner_take_calls (fixture->house->runner); \
    g_assert_cmpstr (calls, ==, expected); \
  } \
  G_STMT_END

#define assert_story(fixture, task_id, expected) \
  G_STMT_START \
  { \
    g_autofree char *story = hw_test_house_tell (fixture->house, task_id); \
    g_assert_cmpstr (story, ==, expected); \
  } \
  G_STMT_END

G_END_DECLS
