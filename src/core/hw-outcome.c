/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-outcome.h"

/**
 * hw_outcome_new:
 * @result: why the attempt ended
 *
 * Creates an outcome that says no more than that.
 *
 * Returns: (transfer full): a new outcome
 */
HwOutcome *
hw_outcome_new (HwResult result)
{
  HwOutcome *self;

  g_return_val_if_fail ((guint) result < HW_N_RESULTS, NULL);

  self = g_new0 (HwOutcome, 1);
  self->result = result;
  self->exit_code = -1;

  return self;
}

/**
 * hw_outcome_new_failed:
 * @result: why the attempt ended
 * @format: a sentence for a person: what failed, and what to do now
 * @...: arguments of @format
 *
 * Creates the outcome of an attempt that failed.
 *
 * Returns: (transfer full): a new outcome
 */
HwOutcome *
hw_outcome_new_failed (HwResult    result,
                       const char *format,
                       ...)
{
  HwOutcome *self;
  va_list arguments;

  g_return_val_if_fail (format != NULL, NULL);

  self = hw_outcome_new (result);
  va_start (arguments, format);
  self->error = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return self;
}

void
hw_outcome_free (HwOutcome *self)
{
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_pointer (&self->signal, g_free);
  g_free (self);
}
