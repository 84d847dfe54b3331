/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-log-items.h"

#include "hw-task-json.h"

/* Bytes of output in one item: in base64 they are well below what a client takes as
 * one message, and other streams of its connection come in between.
 */
#define PIECE_MAX (16 * 1024)

/* How many pieces of output are remembered: as far as those who follow one task are apart
 * from each other. One is 1 MiB at most, and as items a third more.
 */
#define N_PIECES 4

/* A piece of output, and the items that it is. */
typedef struct
{
  guint64 offset;
  GBytes *data;     /* (owned) (nullable): none yet */
  GPtrArray *items; /* (owned) (nullable) (element-type GBytes) */
} Piece;

/**
 * HwLogItems:
 *
 * Output as the items of a stream. Those who read the same bytes share their items: what
 * goes to ten is made once. It remembers as long as somebody is there to read. Main context
 * only.
 */
struct _HwLogItems
{
  HwEncoding encoding;
  Piece pieces[N_PIECES];
  guint next;      /* the one that is forgotten next */
  guint n_readers;
};

static void
piece_clear (Piece *self)
{
  g_clear_pointer (&self->data, g_bytes_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
}

static void
forget_all (gpointer data)
{
  HwLogItems *self = data;

  for (guint i = 0; i < N_PIECES; i++)
    piece_clear (&self->pieces[i]);
}

/**
 * hw_log_items_new:
 * @encoding: in which form they go out
 *
 * Makes one that remembers nothing.
 *
 * Returns: (transfer full): it
 */
HwLogItems *
hw_log_items_new (HwEncoding encoding)
{
  HwLogItems *self = g_rc_box_new0 (HwLogItems);

  self->encoding = encoding;

  return self;
}

HwLogItems *
hw_log_items_ref (HwLogItems *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_rc_box_acquire (self);
}

void
hw_log_items_unref (HwLogItems *self)
{
  g_return_if_fail (self != NULL);

  g_rc_box_release_full (self, forget_all);
}

/**
 * hw_log_items_enter:
 * @self: items
 *
 * Says that somebody begins to read.
 */
void
hw_log_items_enter (HwLogItems *self)
{
  g_return_if_fail (self != NULL);

  self->n_readers++;
}

/**
 * hw_log_items_leave:
 * @self: items
 *
 * Says that one of them has gone. With the last one, all is forgotten.
 */
void
hw_log_items_leave (HwLogItems *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->n_readers > 0);

  self->n_readers--;
  if (self->n_readers == 0)
    forget_all (self);
}

static GPtrArray *
cut (const HwOutputChunk *chunk,
     HwEncoding           encoding)
{
  gsize size = g_bytes_get_size (chunk->data);
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  if (chunk->skip_to != 0)
    g_ptr_array_add (items,
                     hw_encoding_take_json (encoding, hw_task_json_encode_skip (chunk->offset,
                                                                                chunk->skip_to)));

  for (gsize start = 0; start < size; start += PIECE_MAX)
    {
      g_autoptr(GBytes) piece = g_bytes_new_from_bytes (chunk->data, start,
                                                        MIN (PIECE_MAX, size - start));
      GBytes *json = hw_task_json_encode_output (chunk->offset + start, piece);

      g_ptr_array_add (items, hw_encoding_take_json (encoding, json));
    }

  return items;
}

static void
remember (HwLogItems          *self,
          const HwOutputChunk *chunk,
          GPtrArray           *items)
{
  Piece *piece = &self->pieces[self->next];

  self->next = (self->next + 1) % N_PIECES;
  piece_clear (piece);
  piece->offset = chunk->offset;
  piece->data = g_bytes_ref (chunk->data);
  piece->items = g_ptr_array_ref (items);
}

/**
 * hw_log_items_get:
 * @self: items
 * @chunk: a piece of output
 *
 * Gets a piece of output as items. Whoever has the same bytes, in the same place of the
 * memory, gets the same items. They do not change.
 *
 * Returns: (transfer full) (element-type GBytes): the items
 */
GPtrArray *
hw_log_items_get (HwLogItems          *self,
                  const HwOutputChunk *chunk)
{
  gconstpointer bytes;
  GPtrArray *items;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (chunk != NULL, NULL);

  bytes = g_bytes_get_data (chunk->data, NULL);
  for (guint i = 0; i < N_PIECES; i++)
    {
      const Piece *piece = &self->pieces[i];

      if (piece->data != NULL && piece->offset == chunk->offset &&
          g_bytes_get_data (piece->data, NULL) == bytes &&
          g_bytes_get_size (piece->data) == g_bytes_get_size (chunk->data))
        return g_ptr_array_ref (piece->items);
    }

  items = cut (chunk, self->encoding);
  if (bytes != NULL)
    remember (self, chunk, items);

  return items;
}
