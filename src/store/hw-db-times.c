/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-times.h"

#include "hw-db-private.h"

/* How long transactions take: measured by the thread that writes, each of them by itself, and
 * counted in the main context, which hears of its end anyway. So nothing is shared.
 */

/* From what a fast disk takes to what everybody stands still for. In microseconds. */
static const gint64 bounds[] = {
  100, 250, 500, 1000, 2500, 5000, 10000, 50000, 250000, 1000000,
};

/* What the syncs of the log took so far, together. */
static gint64
get_sync_time (HwDb *db)
{
  HwDbLog *log = hw_db_get_log (db);

  return log != NULL ? hw_db_log_get_sync_time (log) : 0;
}

/**
 * hw_db_span_begin:
 * @self: a span
 * @db: the connection that writes
 *
 * Begins to measure a transaction.
 */
void
hw_db_span_begin (HwDbSpan *self,
                  HwDb     *db)
{
  g_return_if_fail (self != NULL && db != NULL);

  *self = (HwDbSpan) { FALSE, -g_get_monotonic_time (), -get_sync_time (db) };
}

/**
 * hw_db_span_end:
 * @self: a span that was begun
 * @db: the connection that writes
 *
 * Takes note that the transaction is on disk.
 */
void
hw_db_span_end (HwDbSpan *self,
                HwDb     *db)
{
  g_return_if_fail (self != NULL && db != NULL);

  self->commit += g_get_monotonic_time ();
  self->sync += get_sync_time (db);
  self->is_committed = TRUE;
}

/**
 * hw_db_times_init:
 * @self: times
 *
 * Begins to count.
 */
void
hw_db_times_init (HwDbTimes *self)
{
  g_return_if_fail (self != NULL);

  hw_histogram_init (&self->commits, bounds, G_N_ELEMENTS (bounds));
  hw_histogram_init (&self->syncs, bounds, G_N_ELEMENTS (bounds));
}

/**
 * hw_db_times_add:
 * @self: times
 * @span: how long a transaction took
 *
 * Counts it, if anything was committed.
 */
void
hw_db_times_add (HwDbTimes      *self,
                 const HwDbSpan *span)
{
  g_return_if_fail (self != NULL && span != NULL);

  if (!span->is_committed)
    return;

  hw_histogram_add (&self->commits, span->commit);
  hw_histogram_add (&self->syncs, span->sync);
}

/**
 * hw_db_times_survey:
 * @self: times
 * @survey: what is to be filled in
 *
 * Tells what was counted.
 */
void
hw_db_times_survey (const HwDbTimes *self,
                    HwStoreSurvey   *survey)
{
  g_return_if_fail (self != NULL && survey != NULL);

  survey->commits = self->commits;
  survey->syncs = self->syncs;
}
