/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-queue.h"

/* How many pieces go out in one go: some headers and what they stand before. */
#define MAX_VECTORS 64

/* What is not sent yet. Few have any, so the others have not even room for it. */
typedef struct _HwPlaneRest
{
  GQueue pieces; /* (element-type GBytes) (owned) */
  gsize n_sent;  /* of the first of them */
} Rest;

/**
 * hw_plane_queue_clear:
 * @self: a queue
 *
 * Forgets what was not sent.
 */
void
hw_plane_queue_clear (HwPlaneQueue *self)
{
  g_return_if_fail (self != NULL);

  if (self->rest == NULL)
    return;

  g_queue_clear_full (&self->rest->pieces, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->rest, g_free);
}

/**
 * hw_plane_queue_is_empty:
 * @self: a queue
 *
 * Tells whether all was sent.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_plane_queue_is_empty (HwPlaneQueue *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->rest == NULL;
}

static void
hw_plane_queue_push_piece (HwPlaneQueue *self,
                           GBytes       *piece)
{
  if (self->rest == NULL)
    self->rest = g_new0 (Rest, 1);

  g_queue_push_tail (&self->rest->pieces, piece);
}

/**
 * hw_plane_queue_push:
 * @self: a queue
 * @header: (array length=header_length): what stands before @payload
 * @header_length: how many bytes, or 0
 * @payload: what is to be sent, whose bytes are shared
 *
 * Puts a message behind the others.
 */
void
hw_plane_queue_push (HwPlaneQueue *self,
                     const guint8 *header,
                     gsize         header_length,
                     GBytes       *payload)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (payload != NULL);

  if (header_length > 0)
    hw_plane_queue_push_piece (self, g_bytes_new (header, header_length));
  if (g_bytes_get_size (payload) > 0)
    hw_plane_queue_push_piece (self, g_bytes_ref (payload));
}

/* Sends the first pieces, as many as go into one call. */
static gssize
hw_plane_queue_send_some (HwPlaneQueue *self,
                          HwPlaneWire  *wire)
{
  GOutputVector vectors[MAX_VECTORS];
  gsize n_vectors = 0;

  for (GList *link = self->rest->pieces.head;
       link != NULL && n_vectors < MAX_VECTORS;
       link = link->next, n_vectors++)
    {
      gsize size;
      const char *data = g_bytes_get_data (link->data, &size);
      gsize skip = n_vectors == 0 ? self->rest->n_sent : 0;

      vectors[n_vectors].buffer = data + skip;
      vectors[n_vectors].size = size - skip;
    }

  return hw_plane_wire_write (wire, vectors, n_vectors);
}

static void
hw_plane_queue_forget (HwPlaneQueue *self,
                       gsize         n_written)
{
  Rest *rest = self->rest;

  rest->n_sent += n_written;
  while (!g_queue_is_empty (&rest->pieces) &&
         rest->n_sent >= g_bytes_get_size (g_queue_peek_head (&rest->pieces)))
    {
      g_autoptr(GBytes) sent = g_queue_pop_head (&rest->pieces);

      rest->n_sent -= g_bytes_get_size (sent);
    }

  if (g_queue_is_empty (&rest->pieces))
    g_clear_pointer (&self->rest, g_free);
}

/**
 * hw_plane_queue_send:
 * @self: a queue
 * @wire: where to
 * @has_moved: (inout) (nullable): is set to %TRUE if @wire takes anything
 *
 * Sends as much as @wire takes without waiting. What it does not take stays.
 *
 * Returns: %TRUE, or %FALSE if @wire is of no more use
 */
gboolean
hw_plane_queue_send (HwPlaneQueue *self,
                     HwPlaneWire  *wire,
                     gboolean     *has_moved)
{
  gssize n_written = 1;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (wire != NULL, FALSE);

  while (self->rest != NULL)
    {
      n_written = hw_plane_queue_send_some (self, wire);
      if (n_written <= 0)
        break;

      hw_plane_queue_forget (self, (gsize) n_written);
      if (has_moved != NULL)
        *has_moved = TRUE;
    }

  return n_written != HW_PLANE_WIRE_OVER;
}

/**
 * hw_plane_queue_send_text:
 * @self: an empty queue
 * @wire: where to
 * @header: (array length=header_length): what stands before @text
 * @header_length: how many bytes, or 0
 * @text: (array length=length): what is to be sent
 * @length: how many bytes
 *
 * Sends a message as far as @wire takes it without waiting. Only what it does not take is
 * copied, and stays.
 *
 * Returns: %TRUE, or %FALSE if @wire is of no more use
 */
gboolean
hw_plane_queue_send_text (HwPlaneQueue *self,
                          HwPlaneWire  *wire,
                          const guint8 *header,
                          gsize         header_length,
                          const char   *text,
                          gsize         length)
{
  const GOutputVector vectors[] = { { header, header_length }, { text, length } };
  gssize n_written;

  g_return_val_if_fail (self != NULL && wire != NULL, FALSE);
  g_return_val_if_fail (hw_plane_queue_is_empty (self), FALSE);

  n_written = hw_plane_wire_write (wire, vectors, G_N_ELEMENTS (vectors));
  if (n_written == HW_PLANE_WIRE_OVER)
    return FALSE;

  if ((gsize) n_written < header_length + length)
    {
      g_autoptr(GBytes) rest = g_bytes_new (text, length);

      hw_plane_queue_push (self, header, header_length, rest);
      hw_plane_queue_forget (self, (gsize) n_written);
    }

  return hw_plane_queue_send (self, wire, NULL);
}
