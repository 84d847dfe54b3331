/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-attempt-folder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many lines may be asked for at once: far more than anybody looks at. */
#define HW_OUTPUT_LINES_MAX 10000

/**
 * HwOutputQuery:
 * @of: whose output; for the queue, of which task and attempt, 0 is the newest
 * @offset: where to begin, in bytes of what the program wrote
 * @line: the line to begin with, counted from 1, or 0: then @offset counts
 * @n_lines: how many lines at most, from @line on; 0 is any
 * @limit: how many bytes at most; the queue has its own
 *
 * Which output somebody wants to read.
 */
typedef struct
{
  HwAttemptKey of;
  guint64 offset;
  guint64 line;
  guint n_lines;
  gsize limit;
} HwOutputQuery;

/**
 * HwOutputChunk:
 * @attempt: the attempt that printed it
 * @offset: where it begins, in bytes of what the program wrote
 * @line: the line that it begins in, counted from 1, if it was asked for by line, else 0
 * @next_line: the line that what comes behind it begins in, if that is known then, else 0
 * @skip_to: if the bytes from @offset to here were dropped, where the output goes on, else 0
 * @data: the bytes, none of what was dropped
 * @is_end: whether the attempt has ended and there is nothing after it
 *
 * A piece of what a program printed, or of what is not there any more.
 */
typedef struct
{
  guint attempt;
  guint64 offset;
  guint64 line;
  guint64 next_line;
  guint64 skip_to;
  GBytes *data;
  gboolean is_end;
} HwOutputChunk;

HwOutputChunk *hw_output_chunk_new (guint64 offset,
                                    GBytes *data);
HwOutputChunk *hw_output_chunk_new_skip (guint64 offset,
                                         guint64 skip_to);
void           hw_output_chunk_free (HwOutputChunk *self);
guint64        hw_output_chunk_get_next_offset (const HwOutputChunk *self);
gboolean       hw_output_chunk_is_empty (const HwOutputChunk *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwOutputChunk, hw_output_chunk_free)

/**
 * HwOutputFunc:
 * @user_data: what was given with it
 *
 * Is told that there may be more output.
 */
typedef void (*HwOutputFunc) (gpointer user_data);

#define HW_TYPE_OUTPUT (hw_output_get_type ())
G_DECLARE_INTERFACE (HwOutput, hw_output, HW, OUTPUT, GObject)

/**
 * HwOutputInterface:
 * @read_async: reads what an attempt printed
 * @read_finish: a piece of it, an empty one at the end of what there is so far
 * @watch: has a function called once, when an attempt may have printed more; gives an ID
 *   for @unwatch, or 0 if there is nothing that could be watched
 * @unwatch: forgets that, if the function was not called
 *
 * What programs printed. All calls and answers are in the main context.
 */
struct _HwOutputInterface
{
  GTypeInterface parent_iface;

  void (*read_async) (HwOutput            *self,
                      const HwOutputQuery *query,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data);
  HwOutputChunk *(*read_finish) (HwOutput     *self,
                                 GAsyncResult *result,
                                 GError      **error);

  guint (*watch) (HwOutput            *self,
                  const HwOutputQuery *query,
                  HwOutputFunc         func,
                  gpointer             user_data);
  void (*unwatch) (HwOutput *self,
                   guint     id);
};

void           hw_output_read_async (HwOutput            *self,
                                     const HwOutputQuery *query,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
HwOutputChunk *hw_output_read_finish (HwOutput     *self,
                                      GAsyncResult *result,
                                      GError      **error);
guint          hw_output_watch (HwOutput            *self,
                                const HwOutputQuery *query,
                                HwOutputFunc         func,
                                gpointer             user_data) G_GNUC_WARN_UNUSED_RESULT;
void           hw_output_unwatch (HwOutput *self,
                                  guint     id);

G_END_DECLS
