/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-crowd.h"

/* How many may turn out to have asked meanwhile before somebody goes who has not. */
#define MAX_LOOKS 16

/* All connections that speak HTTP, and who of them is to make room. */
struct _HwHttpCrowd
{
  HwClock *clock;      /* (owned) (not nullable) */
  GHashTable *streams; /* (owned) (element-type HwHttpStream) */
  GHashTable *counts;  /* (owned) (element-type utf8 guint): how many each peer has */
};

/* How much somebody is missed, beginning with whom is missed least. */
typedef enum
{
  RANK_REFUSED,
  RANK_BEGUN,
  RANK_LONG_SILENT,
  RANK_SLOW,
  RANK_SILENT,
  RANK_IDLE,
} Rank;

/* What is asked of those of whom one is to go. */
typedef struct
{
  const char *peer;        /* (nullable): whose they are, or anybody's */
  gboolean are_strangers;  /* only those who are, and whom libsoup has */
} Choice;

/**
 * hw_http_crowd_new:
 * @clock: what time it is
 *
 * Makes a crowd of nobody.
 *
 * Returns: (transfer full): the crowd
 */
HwHttpCrowd *
hw_http_crowd_new (HwClock *clock)
{
  HwHttpCrowd *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_new0 (HwHttpCrowd, 1);
  self->clock = g_object_ref (clock);
  self->streams = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
hw_http_crowd_free (HwHttpCrowd *self)
{
  g_clear_pointer (&self->streams, g_hash_table_unref);
  g_clear_pointer (&self->counts, g_hash_table_unref);
  g_clear_object (&self->clock);
  g_free (self);
}

static void
hw_http_crowd_set_count (HwHttpCrowd *self,
                         const char  *peer,
                         guint        count)
{
  if (count > 0)
    g_hash_table_insert (self->counts, g_strdup (peer), GUINT_TO_POINTER (count));
  else
    g_hash_table_remove (self->counts, peer);
}

void
hw_http_crowd_add (HwHttpCrowd  *self,
                   HwHttpStream *stream)
{
  const char *peer;

  g_return_if_fail (HW_IS_HTTP_STREAM (stream));

  peer = hw_http_stream_get_peer (stream)->name;
  if (g_hash_table_add (self->streams, g_object_ref (stream)))
    hw_http_crowd_set_count (self, peer, hw_http_crowd_count (self, peer) + 1);
}

void
hw_http_crowd_remove (HwHttpCrowd  *self,
                      HwHttpStream *stream)
{
  const char *peer;

  g_return_if_fail (HW_IS_HTTP_STREAM (stream));

  peer = hw_http_stream_get_peer (stream)->name;
  if (g_hash_table_contains (self->streams, stream))
    hw_http_crowd_set_count (self, peer, hw_http_crowd_count (self, peer) - 1);
  g_hash_table_remove (self->streams, stream);
}

/**
 * hw_http_crowd_list:
 * @self: a crowd
 *
 * Lists all, for those who may end some of them meanwhile.
 *
 * Returns: (transfer full) (element-type HwHttpStream): all
 */
GPtrArray *
hw_http_crowd_list (HwHttpCrowd *self)
{
  GPtrArray *streams = g_ptr_array_new_full (g_hash_table_size (self->streams), g_object_unref);
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL))
    g_ptr_array_add (streams, g_object_ref (stream));

  return streams;
}

guint
hw_http_crowd_get_size (HwHttpCrowd *self)
{
  return g_hash_table_size (self->streams);
}

static gboolean
is_stranger (HwHttpStream *stream)
{
  return hw_http_stream_is_taken (stream) && !hw_http_stream_is_known (stream);
}

static guint
hw_http_crowd_count_strangers (HwHttpCrowd *self)
{
  GHashTableIter iter;
  gpointer stream;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL))
    if (is_stranger (stream))
      n++;

  return n;
}

static gboolean
is_among (HwHttpStream *stream,
          const Choice *choice)
{
  if (choice->peer != NULL && !g_str_equal (hw_http_stream_get_peer (stream)->name, choice->peer))
    return FALSE;

  return !choice->are_strangers || is_stranger (stream);
}

/**
 * hw_http_crowd_count:
 * @self: a crowd
 * @peer: the name of a peer
 *
 * Counts what one peer has.
 *
 * Returns: how many
 */
guint
hw_http_crowd_count (HwHttpCrowd *self,
                     const char  *peer)
{
  g_return_val_if_fail (peer != NULL, 0);

  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, peer));
}

static Rank
get_rank (HwHttpStream *stream,
          gint64        now)
{
  switch (hw_http_stream_get_state (stream))
    {
    case HW_HTTP_STREAM_STATE_REFUSED:
      return RANK_REFUSED;

    case HW_HTTP_STREAM_STATE_BEGUN:
      return RANK_BEGUN;

    case HW_HTTP_STREAM_STATE_SLOW:
      return RANK_SLOW;

    case HW_HTTP_STREAM_STATE_SILENT:
      return now - hw_http_stream_get_since (stream) >= HW_HTTP_LONG_SILENCE ? RANK_LONG_SILENT
                                                                             : RANK_SILENT;

    case HW_HTTP_STREAM_STATE_IDLE:
    case HW_HTTP_STREAM_STATE_BUSY:
    default:
      return RANK_IDLE;
    }
}

/* Whether somebody has only just come, or only just begun to do what they do. */
static gboolean
is_young (HwHttpStream *stream,
          gint64        now)
{
  return now - hw_http_stream_get_since (stream) < HW_HTTP_PATIENCE;
}

/* Whether somebody has shown who they are, and takes what they asked for. */
static gboolean
is_missed (HwHttpStream *stream)
{
  return hw_http_stream_is_known (stream) && !hw_http_stream_is_stuck (stream);
}

/* Whether @stream is to go rather than @other, who is to go otherwise: whoever came over TCP
 * goes before the owner's socket, a stranger before somebody who is missed, then whoever has had a
 * moment, then whoever is missed less, then whoever has taken longer. So what an attacker has is gone
 * before what the owner has: strangers who are slow or silent go before a program that is about
 * to ask, and however many they are, nobody who has asked goes for them.
 */
static gboolean
goes_before (HwHttpStream *stream,
             HwHttpStream *other,
             gint64        now)
{
  gboolean is_local = hw_http_stream_get_peer (stream)->is_local;
  gboolean is_wanted = is_missed (stream);
  gboolean has_just_come = is_young (stream, now);
  Rank rank = get_rank (stream, now);

  if (is_local != hw_http_stream_get_peer (other)->is_local)
    return !is_local;

  if (is_wanted != is_missed (other))
    return !is_wanted;

  if (has_just_come != is_young (other, now))
    return !has_just_come;

  if (rank != get_rank (other, now))
    return rank < get_rank (other, now);

  return hw_http_stream_get_since (stream) < hw_http_stream_get_since (other);
}

/* Returns: (transfer full) (nullable): who is to go, or %NULL if all wait for us */
static HwHttpStream *
hw_http_crowd_find (HwHttpCrowd  *self,
                    const Choice *choice)
{
  gint64 now = hw_clock_get_monotonic_time (self->clock);
  HwHttpStream *found = NULL;
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, &stream, NULL))
    if (is_among (stream, choice) &&
        hw_http_stream_get_state (stream) != HW_HTTP_STREAM_STATE_BUSY &&
        (found == NULL || goes_before (stream, found, now)))
      found = stream;

  return found != NULL ? g_object_ref (found) : NULL;
}

/* Whoever has said something since they were looked at last is not who they were taken for.
 * Returns: whether somebody is still as they were
 */
static gboolean
is_still (HwHttpStream *stream)
{
  HwHttpStreamState state = hw_http_stream_get_state (stream);
  gint64 since = hw_http_stream_get_since (stream);

  hw_http_stream_look (stream);

  return hw_http_stream_get_state (stream) == state && hw_http_stream_get_since (stream) == since;
}

/**
 * hw_http_crowd_make_room:
 * @self: a crowd that is as large as it may be
 * @peer: (nullable): whose connections are as many as there may be, or %NULL if it is all
 * @for_local: whether the room is for somebody on the owner's socket
 *
 * Has somebody go who is waited for.
 *
 * Returns: what came of it
 */
HwHttpRoom
hw_http_crowd_make_room (HwHttpCrowd *self,
                         const char  *peer,
                         gboolean     for_local)
{
  const Choice choice = { peer, FALSE };

  for (guint i = 0;; i++)
    {
      g_autoptr(HwHttpStream) stream = hw_http_crowd_find (self, &choice);

      if (stream == NULL)
        return HW_HTTP_ROOM_NONE;

      if (is_young (stream, hw_clock_get_monotonic_time (self->clock)) &&
          (!for_local || hw_http_stream_get_peer (stream)->is_local))
        return HW_HTTP_ROOM_SOON;

      if (i < MAX_LOOKS && !is_still (stream))
        continue;

      /* It may go in a moment only, when libsoup has heard of it. */
      hw_http_stream_cut (stream);
      return HW_HTTP_ROOM_MADE;
    }
}

/**
 * hw_http_crowd_limit_strangers:
 * @self: a crowd
 * @max_strangers: how many strangers libsoup may have
 *
 * Has a stranger go who is waited for, if there are too many. Those who wait for us stay, as
 * they will be answered in a moment.
 *
 * Returns: whether somebody went
 */
gboolean
hw_http_crowd_limit_strangers (HwHttpCrowd *self,
                               guint        max_strangers)
{
  const Choice choice = { NULL, TRUE };
  g_autoptr(HwHttpStream) stream = NULL;

  if (hw_http_crowd_count_strangers (self) <= max_strangers)
    return FALSE;

  stream = hw_http_crowd_find (self, &choice);
  if (stream == NULL)
    return FALSE;

  hw_http_stream_cut (stream);
  return TRUE;
}
