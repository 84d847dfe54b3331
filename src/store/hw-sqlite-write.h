/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"
#include "hw-store.h"

G_BEGIN_DECLS

/**
 * HwSqliteNumbers:
 * @epoch: the database's number
 * @start: how many times the database was opened to work with
 * @last_task: the highest number that a task ever got
 * @last_event: the highest number that an event ever got
 * @last_indexed: the number up to which tasks can be found by their words
 * @n_in_state: how many tasks are in each state
 * @ever: what there ever was
 * @n_silent: how many requests have written what no event tells of
 *
 * The numbers of the whole database.
 */
typedef struct
{
  guint64 epoch;
  guint64 start;
  guint64 last_task;
  guint64 last_event;
  guint64 last_indexed;
  guint64 n_in_state[HW_N_TASK_STATES];
  HwEverCounts ever;
  guint64 n_silent;
} HwSqliteNumbers;

gboolean hw_sqlite_numbers_start (HwSqliteNumbers *self,
                                  HwDb            *db,
                                  GError         **error);
gboolean hw_sqlite_numbers_save (const HwSqliteNumbers *self,
                                 HwDb                  *db,
                                 GError               **error);

/**
 * HwSqliteWrite:
 * @changes: (nullable) (element-type HwChange): what to change, all or nothing
 * @task_ids: (nullable) (element-type guint64): or which tasks to claim
 * @levels: (nullable) (element-type HwEvent): or how far tasks are
 * @node: (nullable): for whom to claim
 * @at: when, in microseconds since the Unix epoch
 * @n_to_index: or how many tasks to put into the index at most
 * @limits: (nullable): or what is to be kept of what is too old
 * @has_more: of the last: whether there is more to do
 * @last_indexed: of @n_to_index: up to which task all are in the index
 * @events: (element-type HwEvent): what came of it
 * @is_replay: whether that was told before: the same was asked for again
 * @error: (nullable): or why nothing did
 *
 * A request to the writer: what is asked for, and its answer.
 */
typedef struct
{
  GPtrArray *changes;
  GArray *task_ids;
  GPtrArray *levels;
  char *node;
  gint64 at;
  guint n_to_index;
  HwStoreLimits *limits;

  gboolean has_more;
  guint64 last_indexed;
  GPtrArray *events;
  gboolean is_replay;
  GError *error;
} HwSqliteWrite;

HwSqliteWrite *hw_sqlite_write_new_commit (GPtrArray *changes);
HwSqliteWrite *hw_sqlite_write_new_claim (GArray     *task_ids,
                                          const char *node,
                                          gint64      at);
HwSqliteWrite *hw_sqlite_write_new_levels (GPtrArray *levels);
HwSqliteWrite *hw_sqlite_write_new_forget (const HwStoreLimits *limits,
                                           gint64               now);
HwSqliteWrite *hw_sqlite_write_new_index (guint n_tasks);
void           hw_sqlite_write_free (HwSqliteWrite *self);
void           hw_sqlite_write_reset (HwSqliteWrite *self);
gboolean       hw_sqlite_write_adds (const HwSqliteWrite *self);
gboolean       hw_sqlite_write_is_large (const HwSqliteWrite *self);
gboolean       hw_sqlite_write_may_stop (const HwSqliteWrite *self);
gboolean       hw_sqlite_write_carry_out (HwSqliteWrite   *self,
                                          HwDb            *db,
                                          HwSqliteNumbers *numbers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwSqliteWrite, hw_sqlite_write_free)

G_END_DECLS
