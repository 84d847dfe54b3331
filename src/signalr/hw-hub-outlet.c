/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-outlet.h"

/* What is sent in one piece. Sending costs as much for a small piece as for a large
 * one; above this a slow client would get more than it can take.
 */
#define PIECE_SIZE 32768

/* Room for some records, so that the buffer does not move with each. */
#define BUFFER_SIZE 1024

/**
 * HwHubOutlet:
 *
 * Where everything that is said to one client comes together: records are
 * appended to a buffer, and go out in as few pieces as possible.
 *
 * What begins something new for the client looks first whether the outlet is open:
 * whether the network takes more. What ends something may always be said, since
 * only so much can have been begun. Main context only.
 */
struct _HwHubOutlet
{
  const HwHubOutletFuncs *funcs; /* (unowned) */
  gpointer user_data;

  GString *buffer; /* (owned) (nullable) */
  guint ref_count; /* not that of a box, which would be larger than what is in it */
  guint is_writable : 1;
  guint is_stopped : 1;
  guint may_watch : 1;
  guint encoding : 1; /* that of its protocol, in a bit, as thousands of these wait */
};

/**
 * hw_hub_outlet_new:
 * @funcs: (scope notified): what becomes of what comes to it; it must stay
 * @user_data: for @funcs; it must live until hw_hub_outlet_stop()
 *
 * Makes an outlet that is open.
 *
 * Returns: (transfer full): the outlet
 */
HwHubOutlet *
hw_hub_outlet_new (const HwHubOutletFuncs *funcs,
                   gpointer                user_data)
{
  HwHubOutlet *self;

  g_return_val_if_fail (funcs != NULL, NULL);

  self = g_slice_new0 (HwHubOutlet);
  self->ref_count = 1;
  self->funcs = funcs;
  self->user_data = user_data;
  self->encoding = HW_ENCODING_JSON;
  self->is_writable = TRUE;

  return self;
}

HwHubOutlet *
hw_hub_outlet_ref (HwHubOutlet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  self->ref_count++;

  return self;
}

static void
hw_hub_outlet_drop_buffer (HwHubOutlet *self)
{
  if (self->buffer != NULL)
    g_string_free (g_steal_pointer (&self->buffer), TRUE);
}

void
hw_hub_outlet_unref (HwHubOutlet *self)
{
  g_return_if_fail (self != NULL);

  if (--self->ref_count > 0)
    return;

  hw_hub_outlet_drop_buffer (self);
  g_slice_free (HwHubOutlet, self);
}

/**
 * hw_hub_outlet_get_protocol:
 * @self: an outlet
 *
 * Gets how records are written.
 *
 * Returns: (transfer none): the protocol; JSON until hw_hub_outlet_set_protocol()
 */
const HwHubProtocol *
hw_hub_outlet_get_protocol (const HwHubOutlet *self)
{
  g_return_val_if_fail (self != NULL, &hw_hub_json);

  return hw_hub_protocol_get ((HwEncoding) self->encoding);
}

/**
 * hw_hub_outlet_set_protocol:
 * @self: an outlet that nothing was said through
 * @protocol: a protocol
 *
 * Says how records are written.
 */
void
hw_hub_outlet_set_protocol (HwHubOutlet         *self,
                            const HwHubProtocol *protocol)
{
  g_return_if_fail (self != NULL && protocol != NULL);

  self->encoding = protocol->encoding;
}

/**
 * hw_hub_outlet_get_buffer:
 * @self: an outlet
 *
 * Gets where to append whole records. An outlet that nothing is said through has
 * no buffer, and so costs next to nothing.
 *
 * Returns: (transfer none): the buffer, until the next call of another function
 */
GString *
hw_hub_outlet_get_buffer (HwHubOutlet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->buffer == NULL)
    self->buffer = g_string_sized_new (BUFFER_SIZE);

  return self->buffer;
}

/**
 * hw_hub_outlet_is_open:
 * @self: an outlet
 *
 * Tells whether something new may be said.
 *
 * Returns: %TRUE if the network takes more
 */
gboolean
hw_hub_outlet_is_open (const HwHubOutlet *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_writable && !self->is_stopped;
}

/**
 * hw_hub_outlet_is_stopped:
 * @self: an outlet
 *
 * Tells whether nothing is said any more.
 *
 * Returns: %TRUE after hw_hub_outlet_stop()
 */
gboolean
hw_hub_outlet_is_stopped (const HwHubOutlet *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->is_stopped;
}

/**
 * hw_hub_outlet_set_writable:
 * @self: an outlet
 * @is_writable: whether the network takes more
 *
 * Opens or shuts the outlet.
 */
void
hw_hub_outlet_set_writable (HwHubOutlet *self,
                            gboolean     is_writable)
{
  g_return_if_fail (self != NULL);

  self->is_writable = is_writable != FALSE;
}

/**
 * hw_hub_outlet_yield:
 * @self: an outlet
 *
 * Sends what there is, if it is enough for a piece. To be called between records
 * where there may be many.
 */
void
hw_hub_outlet_yield (HwHubOutlet *self)
{
  g_return_if_fail (self != NULL);

  if (self->buffer != NULL && self->buffer->len >= PIECE_SIZE)
    hw_hub_outlet_flush (self);
}

/**
 * hw_hub_outlet_flush:
 * @self: an outlet
 *
 * Sends what there is.
 */
void
hw_hub_outlet_flush (HwHubOutlet *self)
{
  g_autoptr(GBytes) records = NULL;

  g_return_if_fail (self != NULL);

  if (self->buffer == NULL || self->buffer->len == 0 || self->is_stopped)
    return;

  records = g_string_free_to_bytes (g_steal_pointer (&self->buffer));
  self->funcs->send (records, self->user_data);
}

/**
 * hw_hub_outlet_allow_watching:
 * @self: an outlet whose functions can watch
 *
 * Has hw_hub_outlet_watch() be called where it is of use.
 */
void
hw_hub_outlet_allow_watching (HwHubOutlet *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->funcs->watch != NULL && self->funcs->unwatch != NULL);

  self->may_watch = TRUE;
}

/**
 * hw_hub_outlet_may_watch:
 * @self: an outlet
 *
 * Tells whether somebody there can tell of what happens.
 *
 * Returns: %TRUE if hw_hub_outlet_watch() may be called
 */
gboolean
hw_hub_outlet_may_watch (const HwHubOutlet *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->may_watch;
}

/**
 * hw_hub_outlet_watch:
 * @self: an outlet
 * @head: what each record begins with
 * @place: who watches what, from where on; its contents are taken
 *
 * Has somebody tell the client what happens, behind all that was flushed.
 *
 * Returns: an ID for hw_hub_outlet_unwatch(), or 0 if nothing is said any more
 */
guint
hw_hub_outlet_watch (HwHubOutlet  *self,
                     GBytes       *head,
                     HwWatchPlace *place)
{
  g_return_val_if_fail (self != NULL && self->may_watch, 0);
  g_return_val_if_fail (head != NULL && place != NULL, 0);

  return self->is_stopped ? 0 : self->funcs->watch (head, place, self->user_data);
}

/**
 * hw_hub_outlet_unwatch:
 * @self: an outlet
 * @watch: what hw_hub_outlet_watch() gave
 *
 * Has that end, before anything that is flushed after this.
 */
void
hw_hub_outlet_unwatch (HwHubOutlet *self,
                       guint        watch)
{
  g_return_if_fail (self != NULL);

  if (!self->is_stopped)
    self->funcs->unwatch (watch, self->user_data);
}

/**
 * hw_hub_outlet_stop:
 * @self: an outlet
 *
 * Says nothing any more.
 */
void
hw_hub_outlet_stop (HwHubOutlet *self)
{
  g_return_if_fail (self != NULL);

  self->is_stopped = TRUE;
  hw_hub_outlet_drop_buffer (self);
}
