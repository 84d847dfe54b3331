/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-state.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HwOutcome:
 * @result: why the attempt ended
 * @error: (nullable): a sentence for a person, when it failed
 * @value: (nullable): what an in-process runner gave back, an `a{sv}`
 * @exit_code: the program's exit code, or -1 if it has none
 * @signal: (nullable): the name of the signal that ended the program
 * @output_size: bytes that the attempt printed
 *
 * How an attempt ended.
 */
typedef struct
{
  HwResult result;
  char *error;
  GVariant *value;
  int exit_code;
  char *signal;
  guint64 output_size;
} HwOutcome;

HwOutcome *hw_outcome_new (HwResult result);
HwOutcome *hw_outcome_new_failed (HwResult    result,
                                  const char *format,
                                  ...) G_GNUC_PRINTF (2, 3);
void       hw_outcome_free (HwOutcome *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwOutcome, hw_outcome_free)

G_END_DECLS
