/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-crowd.h"

/* Who of many connections is to make room. */

/* Whether @stream is to make room rather than @other: whoever came over TCP goes first, then
 * whoever is missed less, then whoever has taken longer.
 */
static gboolean
goes_before (HwHttpStream *stream,
             HwHttpStream *other)
{
  HwHttpStreamState state = hw_http_stream_get_state (stream);
  gboolean is_local = hw_http_stream_get_peer (stream)->is_local;

  if (other == NULL)
    return TRUE;

  if (is_local != hw_http_stream_get_peer (other)->is_local)
    return !is_local;

  if (state != hw_http_stream_get_state (other))
    return state < hw_http_stream_get_state (other);

  return hw_http_stream_get_since (stream) < hw_http_stream_get_since (other);
}

/**
 * hw_http_crowd_count:
 * @streams: (element-type HwHttpStream): all connections
 * @peer: the name of a peer
 *
 * Counts what one peer has.
 *
 * Returns: how many of @streams
 */
guint
hw_http_crowd_count (GHashTable *streams,
                     const char *peer)
{
  GHashTableIter iter;
  gpointer stream;
  guint n = 0;

  g_return_val_if_fail (streams != NULL, 0);
  g_return_val_if_fail (peer != NULL, 0);

  g_hash_table_iter_init (&iter, streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL))
    if (g_str_equal (hw_http_stream_get_peer (stream)->name, peer))
      n++;

  return n;
}

/**
 * hw_http_crowd_find_idler:
 * @streams: (element-type HwHttpStream): all connections
 * @peer: (nullable): whose, or %NULL for anybody's
 *
 * Finds who is to make room for somebody else.
 *
 * Returns: (transfer none) (nullable): one of @streams, or %NULL if all wait for us
 */
HwHttpStream *
hw_http_crowd_find_idler (GHashTable *streams,
                          const char *peer)
{
  HwHttpStream *found = NULL;
  GHashTableIter iter;
  gpointer stream;

  g_return_val_if_fail (streams != NULL, NULL);

  g_hash_table_iter_init (&iter, streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL))
    if (hw_http_stream_get_state (stream) != HW_HTTP_STREAM_STATE_BUSY &&
        (peer == NULL || g_str_equal (hw_http_stream_get_peer (stream)->name, peer)) &&
        goes_before (stream, found))
      found = stream;

  return found;
}

/**
 * hw_http_crowd_find_slow:
 * @streams: (element-type HwHttpStream): all connections
 * @max_slow: how many may be slow
 *
 * Finds who is to stop sending or reading slowly.
 *
 * Returns: (transfer none) (nullable): one of @streams, or %NULL if there are no more than
 *   may be
 */
HwHttpStream *
hw_http_crowd_find_slow (GHashTable *streams,
                         guint       max_slow)
{
  HwHttpStream *oldest = NULL;
  GHashTableIter iter;
  gpointer stream;
  guint n_slow = 0;

  g_return_val_if_fail (streams != NULL, NULL);

  g_hash_table_iter_init (&iter, streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL))
    if (hw_http_stream_get_state (stream) == HW_HTTP_STREAM_STATE_SLOW)
      {
        n_slow++;
        if (goes_before (stream, oldest))
          oldest = stream;
      }

  return n_slow > max_slow ? oldest : NULL;
}
