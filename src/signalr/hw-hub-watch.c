/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-watch.h"

#include <string.h>

static gsize
get_size (const char *key)
{
  return G_STRUCT_OFFSET (HwHubWatch, key) + strlen (key) + 1;
}

/**
 * hw_hub_watches_prepend:
 * @watches: (transfer full) (nullable): the first of some
 * @id: what hw_hub_outlet_watch() gave
 * @key: the invocation ID
 *
 * Notes of which stream somebody else tells.
 *
 * Returns: (transfer full): the first of them now, for hw_hub_watches_free()
 */
HwHubWatch *
hw_hub_watches_prepend (HwHubWatch *watches,
                        guint       id,
                        const char *key)
{
  HwHubWatch *self;

  g_return_val_if_fail (key != NULL, NULL);

  self = g_slice_alloc (get_size (key));
  self->next = watches;
  self->id = id;
  memcpy (self->key, key, strlen (key) + 1);

  return self;
}

static void
watch_free (HwHubWatch *self)
{
  g_slice_free1 (get_size (self->key), self);
}

/**
 * hw_hub_watches_free:
 * @watches: (transfer full) (nullable): the first of some
 *
 * Forgets of which streams somebody else tells.
 */
void
hw_hub_watches_free (HwHubWatch *watches)
{
  while (watches != NULL)
    {
      HwHubWatch *next = watches->next;

      watch_free (watches);
      watches = next;
    }
}

/**
 * hw_hub_watches_end:
 * @watches: (inout): the first of one client's
 * @id: that of one of them
 * @outlet: where to say so
 *
 * Says that a stream has ended, all of which somebody else has told.
 *
 * Returns: whether there was one
 */
gboolean
hw_hub_watches_end (HwHubWatch **watches,
                    guint        id,
                    HwHubOutlet *outlet)
{
  HwHubWatch *ended;

  g_return_val_if_fail (watches != NULL && outlet != NULL, FALSE);

  while (*watches != NULL && (*watches)->id != id)
    watches = &(*watches)->next;

  ended = *watches;
  if (ended == NULL)
    return FALSE;

  *watches = ended->next;
  hw_hub_outlet_get_protocol (outlet)->write_stream_end (hw_hub_outlet_get_buffer (outlet),
                                                         ended->key);
  watch_free (ended);
  hw_hub_outlet_flush (outlet);

  return TRUE;
}
