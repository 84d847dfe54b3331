/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwProcessFigures:
 * @processor_time: how long the processors worked for it, in microseconds
 * @start_time: when it began, in microseconds since the Unix epoch
 * @n_resident_bytes: how much of its memory is there
 * @n_virtual_bytes: how much it has asked for
 * @n_descriptors: how many files it has open
 * @n_most_descriptors: how many it may have
 *
 * What the kernel says of this process. What it does not say is 0.
 */
typedef struct
{
  gint64 processor_time;
  gint64 start_time;
  guint64 n_resident_bytes;
  guint64 n_virtual_bytes;
  guint64 n_descriptors;
  guint64 n_most_descriptors;
} HwProcessFigures;

void hw_process_figures_read (HwProcessFigures *self,
                              const char       *root);

G_END_DECLS
