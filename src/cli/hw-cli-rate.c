/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-rate.h"

#include <math.h>

/* What happened this long ago counts about a third of what happens now. In seconds. */
#define MEMORY 5.0

/* Two reports closer to each other tell more of chance than of speed. */
#define MIN_INTERVAL (G_USEC_PER_SEC / 10)

/* Nobody plans for longer than that; it would only be a number that is wrong. */
#define MAX_REMAINING (100 * G_TIME_SPAN_DAY)

void
hw_cli_rate_init (HwCliRate *self)
{
  *self = (HwCliRate) { .rate = -1 };
}

/**
 * hw_cli_rate_add:
 * @self: a rate
 * @at: when, in microseconds of a clock that only goes on
 * @done: how much was done by then
 *
 * Takes note of how far something is. When it falls back, it begins again.
 */
void
hw_cli_rate_add (HwCliRate *self,
                 gint64     at,
                 guint64    done)
{
  double seconds;
  double rate;
  double weight;

  if (!self->has_begun || done < self->done)
    {
      *self = (HwCliRate) { .has_begun = TRUE, .at = at, .done = done, .rate = -1 };
      return;
    }

  if (at - self->at < MIN_INTERVAL)
    return;

  seconds = (double) (at - self->at) / G_USEC_PER_SEC;
  rate = (double) (done - self->done) / seconds;
  weight = self->rate < 0 ? 1 : 1 - exp (-seconds / MEMORY);

  self->rate = self->rate < 0 ? rate : self->rate + weight * (rate - self->rate);
  self->at = at;
  self->done = done;
}

/**
 * hw_cli_rate_get:
 * @self: a rate
 *
 * Gets how much is done in a second.
 *
 * Returns: the rate, or less than 0 if nobody knows yet
 */
double
hw_cli_rate_get (const HwCliRate *self)
{
  return self->rate;
}

/**
 * hw_cli_rate_get_remaining:
 * @self: a rate
 * @now: the time, of the same clock
 * @total: how much there is to do, or 0 if nobody knows
 *
 * Tells how long it will still take if it goes on like this.
 *
 * Returns: microseconds, or -1 if nobody knows
 */
gint64
hw_cli_rate_get_remaining (const HwCliRate *self,
                           gint64           now,
                           guint64          total)
{
  double remaining;

  if (self->rate <= 0 || total == 0 || total < self->done)
    return -1;

  remaining = (double) (total - self->done) / self->rate * G_USEC_PER_SEC;
  remaining -= (double) MAX (now - self->at, 0);

  return remaining < MAX_REMAINING ? (gint64) MAX (remaining, 0) : -1;
}
