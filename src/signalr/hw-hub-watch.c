/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-watch.h"

#include "hw-hub-writer.h"

#include <string.h>

/**
 * hw_hub_watch_new:
 * @id: what hw_hub_outlet_watch() gave
 * @key: the invocation ID
 *
 * Notes of which stream somebody else tells.
 *
 * Returns: (transfer full): the note, for g_free()
 */
HwHubWatch *
hw_hub_watch_new (guint       id,
                  const char *key)
{
  HwHubWatch *self;
  gsize size;

  g_return_val_if_fail (key != NULL, NULL);

  size = strlen (key) + 1;
  self = g_malloc (sizeof (HwHubWatch) + size);
  self->id = id;
  memcpy (self->key, key, size);

  return self;
}

static int
compare_id (gconstpointer watch,
            gconstpointer id)
{
  return ((const HwHubWatch *) watch)->id == GPOINTER_TO_UINT (id) ? 0 : 1;
}

/**
 * hw_hub_watches_end:
 * @watches: (inout) (element-type HwHubWatch): the streams of one client
 * @id: that of one of them
 * @outlet: where to say so
 *
 * Says that a stream has ended, all of which somebody else has told.
 *
 * Returns: whether there was one
 */
gboolean
hw_hub_watches_end (GSList     **watches,
                    guint        id,
                    HwHubOutlet *outlet)
{
  GSList *link;
  g_autofree HwHubWatch *watch = NULL;

  g_return_val_if_fail (watches != NULL && outlet != NULL, FALSE);

  link = g_slist_find_custom (*watches, GUINT_TO_POINTER (id), compare_id);
  if (link == NULL)
    return FALSE;

  watch = link->data;
  *watches = g_slist_delete_link (*watches, link);
  hw_hub_write_stream_end (hw_hub_outlet_get_buffer (outlet), watch->key);
  hw_hub_outlet_flush (outlet);

  return TRUE;
}
