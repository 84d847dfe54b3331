/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output-folder.h"

G_BEGIN_DECLS

/**
 * HwOutputPlace:
 * @offset: where it is
 * @line: the line that stands there, counted from 1
 * @skip_to: if what is there was dropped, where the output goes on, else 0
 * @next_line: the line that is there, or 0 if that is not known
 *
 * A place in an output: where a line begins; the hole that it begins in; or, with a
 * lower line, the end.
 */
typedef struct
{
  guint64 offset;
  guint64 line;
  guint64 skip_to;
  guint64 next_line;
} HwOutputPlace;

gboolean hw_output_lines_find (HwOutputFolder *folder,
                               guint64         line,
                               HwOutputPlace  *place,
                               GCancellable   *cancellable,
                               GError        **error);

G_END_DECLS
