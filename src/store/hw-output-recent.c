/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-recent.h"

/* How many pieces are remembered: as far as those who follow one task are apart from each
 * other. A piece is 1 MiB at most.
 */
#define N_PIECES 4

/* Less than this is soon read again, and what comes behind it as well. */
#define PIECE_MIN (64 * 1024)

/* How long what nobody asks for is remembered: who follows asks far more often. */
#define IDLE_SECONDS 2

/* A piece of what an attempt printed. */
typedef struct
{
  guint64 epoch;
  guint64 task_id;
  guint attempt;
  guint64 offset;
  GBytes *data; /* (owned) (nullable): none yet */
} Piece;

/**
 * HwOutputRecent:
 *
 * The pieces of output that were read last. Ten who follow a task are at about the same
 * place, so what is read for one is there for all: the bytes are shared, not copied. What
 * a program has printed does not change, so a piece is never wrong. It belongs to the main
 * context that it is made in.
 */
struct _HwOutputRecent
{
  Piece pieces[N_PIECES];
  HwOutputBuffers *buffers; /* (unowned): what they stand in */
  guint next;          /* the one that is forgotten next */
  guint idle_id;       /* or 0: nothing is remembered */
  gboolean was_asked;  /* since the timer last rang */
};

static void
forget_all (HwOutputRecent *self)
{
  for (guint i = 0; i < N_PIECES; i++)
    g_clear_pointer (&self->pieces[i].data, g_bytes_unref);
}

/**
 * hw_output_recent_new:
 * @buffers: what pieces stand in; it must live longer
 *
 * Makes one that remembers nothing.
 *
 * Returns: (transfer full): it
 */
HwOutputRecent *
hw_output_recent_new (HwOutputBuffers *buffers)
{
  HwOutputRecent *self = g_new0 (HwOutputRecent, 1);

  self->buffers = buffers;

  return self;
}

/**
 * hw_output_recent_free:
 * @self: (transfer full): what was read last
 *
 * Frees it.
 */
void
hw_output_recent_free (HwOutputRecent *self)
{
  g_return_if_fail (self != NULL);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  forget_all (self);
  g_free (self);
}

static gboolean
on_idle (gpointer user_data)
{
  HwOutputRecent *self = user_data;

  if (self->was_asked)
    {
      self->was_asked = FALSE;
      return G_SOURCE_CONTINUE;
    }

  forget_all (self);
  hw_output_buffers_trim (self->buffers);
  self->idle_id = 0;

  return G_SOURCE_REMOVE;
}

/**
 * hw_output_recent_add:
 * @self: what was read last
 * @query: whose output it is
 * @chunk: a piece of it
 *
 * Remembers a piece, if it is a large one.
 */
void
hw_output_recent_add (HwOutputRecent      *self,
                      const HwOutputQuery *query,
                      const HwOutputChunk *chunk)
{
  Piece *piece;

  g_return_if_fail (self != NULL);
  g_return_if_fail (query != NULL);
  g_return_if_fail (chunk != NULL);

  if (g_bytes_get_size (chunk->data) < PIECE_MIN)
    return;

  piece = &self->pieces[self->next];
  self->next = (self->next + 1) % N_PIECES;

  piece->epoch = query->of.epoch;
  piece->task_id = query->of.task_id;
  piece->attempt = query->of.attempt;
  piece->offset = chunk->offset;
  g_clear_pointer (&piece->data, g_bytes_unref);
  piece->data = g_bytes_ref (chunk->data);

  self->was_asked = TRUE;
  if (self->idle_id == 0)
    self->idle_id = g_timeout_add_seconds (IDLE_SECONDS, on_idle, self);
}

static gboolean
piece_has (const Piece         *piece,
           const HwOutputQuery *query)
{
  return piece->data != NULL && piece->task_id == query->of.task_id &&
         piece->attempt == query->of.attempt && piece->epoch == query->of.epoch &&
         query->offset >= piece->offset &&
         query->offset - piece->offset < g_bytes_get_size (piece->data);
}

static HwOutputChunk *
piece_cut (const Piece         *piece,
           const HwOutputQuery *query)
{
  gsize begin = (gsize) (query->offset - piece->offset);
  gsize size = MIN (g_bytes_get_size (piece->data) - begin, query->limit);
  g_autoptr(GBytes) bytes = g_bytes_new_from_bytes (piece->data, begin, size);

  return hw_output_chunk_new (query->offset, bytes);
}

/**
 * hw_output_recent_lookup:
 * @self: what was read last
 * @query: what somebody wants, by its offset
 *
 * Gets what is remembered of that.
 *
 * Returns: (transfer full) (nullable): a piece that begins there, maybe a short one
 */
HwOutputChunk *
hw_output_recent_lookup (HwOutputRecent      *self,
                         const HwOutputQuery *query)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (query != NULL, NULL);
  g_return_val_if_fail (query->line == 0 && query->n_lines == 0, NULL);

  if (query->limit == 0)
    return NULL;

  self->was_asked = TRUE;
  for (guint i = 0; i < N_PIECES; i++)
    if (piece_has (&self->pieces[i], query))
      return piece_cut (&self->pieces[i], query);

  return NULL;
}
