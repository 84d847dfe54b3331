/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-streams.h"

#include "hw-watch-stream.h"

/* The first sentence is that of .NET's server: clients look at it. */
#define TEXT_STREAM_FAILED "An error occurred on the server while streaming results. " \
  "HubException: %s"

/**
 * HwHubStreams:
 *
 * The streams that one client has open: those that it opened itself, and the
 * pushes, which call a method of the client's with each item.
 *
 * A stream is asked for more only when all that it gave has gone out and the outlet
 * is open. So of each stream no more is kept than what one answer of it holds. One that can
 * leave does, and costs next to nothing until it comes back. Main context only.
 */
struct _HwHubStreams
{
  GObject parent_instance;

  HwHubOutlet *outlet; /* (owned) (not nullable) */
  HwHubStreamsFunc left;
  gpointer user_data;

  GPtrArray *streams;  /* (owned) (element-type OpenStream) */
  guint turn;          /* whose turn it is first */
  guint n_watches;     /* of how many somebody else tells */
};

/* One open stream, with what it gave and is not sent yet. */
typedef struct
{
  HwHubStreams *owner;       /* (unowned) (nullable): none once it is dropped */
  char *key;                 /* (owned): the invocation ID, or a push's name */
  gboolean is_push;
  GBytes *head; /* (owned): what each record begins with */
  HwHubStream *stream;       /* (owned) (nullable): none while somebody else tells of it */
  GCancellable *cancellable; /* (owned) (nullable): none before it is asked */
  gboolean is_asked;
  guint watch; /* of whoever else tells of it, or 0 */

  GPtrArray *items; /* (owned) (nullable) (element-type GBytes) */
  guint next_item;
} OpenStream;

G_DEFINE_FINAL_TYPE (HwHubStreams, hw_hub_streams, G_TYPE_OBJECT)

static void
open_stream_clear (gpointer data)
{
  OpenStream *self = data;

  g_free (self->key);
  g_clear_pointer (&self->head, g_bytes_unref);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->items, g_ptr_array_unref);
}

static void
open_stream_unref (OpenStream *self)
{
  g_rc_box_release_full (self, open_stream_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpenStream, open_stream_unref)

static void
hw_hub_streams_unwatch (HwHubStreams *self,
                        OpenStream   *stream)
{
  hw_hub_outlet_unwatch (self->outlet, stream->watch);
  stream->watch = 0;
  self->n_watches--;
}

/* Ends a stream for its owner: whatever it still says is not wanted.
 * @data is (transfer full).
 */
static void
open_stream_drop (gpointer data)
{
  g_autoptr(OpenStream) self = data;

  if (self->watch != 0)
    hw_hub_streams_unwatch (self->owner, self);
  self->owner = NULL;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static OpenStream *
open_stream_new (HwHubStreams *owner,
                 const char   *key,
                 const char   *target,
                 HwHubStream  *stream)
{
  const HwHubProtocol *protocol = hw_hub_outlet_get_protocol (owner->outlet);
  OpenStream *self = g_rc_box_new0 (OpenStream);

  self->owner = owner;
  self->key = g_strdup (key);
  self->is_push = target != NULL;
  self->head = target != NULL ? protocol->make_call_head (target) : protocol->make_item_head (key);
  g_set_object (&self->stream, stream);

  return self;
}

static void
open_stream_write_item (OpenStream          *self,
                        const HwHubProtocol *protocol,
                        GString             *buffer)
{
  GBytes *item = g_ptr_array_index (self->items, self->next_item++);

  if (self->is_push)
    protocol->write_call (buffer, self->head, item);
  else
    protocol->write_item (buffer, self->head, item);

  if (self->next_item == self->items->len)
    g_clear_pointer (&self->items, g_ptr_array_unref);
}

/* Has somebody else watch on for a stream, behind all that it has given. Returns: whether they
 * do
 */
static gboolean
hw_hub_streams_hand_over (HwHubStreams *self,
                          OpenStream   *stream)
{
  g_auto(HwWatchPlace) place = { 0 };

  if (stream->is_push || !hw_hub_outlet_may_watch (self->outlet) ||
      !hw_hub_stream_leave (stream->stream, &place))
    return FALSE;

  hw_hub_outlet_flush (self->outlet);
  stream->watch = hw_hub_outlet_watch (self->outlet, stream->head, &place);
  if (stream->watch != 0)
    self->n_watches++;
  g_clear_object (&stream->cancellable);
  g_clear_object (&stream->stream);

  return TRUE;
}

/* What a stream gave comes here. */
static void on_stream_next_ready (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      user_data);

/* Sends what a stream has as long as the network takes it, and asks for more. */
static void
hw_hub_streams_send (HwHubStreams *self,
                     OpenStream   *stream)
{
  while (hw_hub_outlet_is_open (self->outlet) && stream->items != NULL)
    {
      open_stream_write_item (stream, hw_hub_outlet_get_protocol (self->outlet),
                              hw_hub_outlet_get_buffer (self->outlet));
      hw_hub_outlet_yield (self->outlet);
    }

  /* To yield may have been too much for the network, or the end of all streams. */
  if (!hw_hub_outlet_is_open (self->outlet) || stream->is_asked || stream->stream == NULL ||
      hw_hub_streams_hand_over (self, stream))
    return;

  stream->is_asked = TRUE;
  if (stream->cancellable == NULL)
    stream->cancellable = g_cancellable_new ();
  hw_hub_stream_next_async (stream->stream, stream->cancellable, on_stream_next_ready,
                            g_rc_box_acquire (stream));
}

/* Says how a stream ended. The client knows nothing of pushes. */
static void
hw_hub_streams_end (HwHubStreams *self,
                    OpenStream   *stream,
                    const GError *error)
{
  const HwHubProtocol *protocol = hw_hub_outlet_get_protocol (self->outlet);
  GString *buffer = hw_hub_outlet_get_buffer (self->outlet);
  g_autofree char *text = NULL;

  if (!stream->is_push && error != NULL)
    {
      text = g_strdup_printf (TEXT_STREAM_FAILED, error->message);
      protocol->write_error (buffer, stream->key, text);
    }
  else if (!stream->is_push)
    {
      protocol->write_stream_end (buffer, stream->key);
    }

  g_ptr_array_remove (self->streams, stream);
}

static void
on_stream_next_ready (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(OpenStream) stream = user_data;
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwHubStreams) self = NULL;

  items = hw_hub_stream_next_finish (HW_HUB_STREAM (source), result, &error);
  if (stream->owner == NULL)
    return;

  self = g_object_ref (stream->owner);
  stream->is_asked = FALSE;
  if (items == NULL)
    {
      hw_hub_streams_end (self, stream, error);
    }
  else
    {
      if (items->len > 0)
        {
          stream->items = g_steal_pointer (&items);
          stream->next_item = 0;
        }
      hw_hub_streams_send (self, stream);
    }

  hw_hub_outlet_flush (self->outlet);
  if (self->n_watches > 0 && hw_hub_streams_are_left (self))
    self->left (self->user_data);
}

static OpenStream *
hw_hub_streams_find (HwHubStreams *self,
                     const char   *key,
                     gboolean      is_push)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      OpenStream *stream = g_ptr_array_index (self->streams, i);

      if (stream->is_push == is_push && g_str_equal (stream->key, key))
        return stream;
    }

  return NULL;
}

static void
hw_hub_streams_dispose (GObject *object)
{
  HwHubStreams *self = HW_HUB_STREAMS (object);

  hw_hub_streams_stop (self);

  G_OBJECT_CLASS (hw_hub_streams_parent_class)->dispose (object);
}

static void
hw_hub_streams_finalize (GObject *object)
{
  HwHubStreams *self = HW_HUB_STREAMS (object);

  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_clear_pointer (&self->outlet, hw_hub_outlet_unref);

  G_OBJECT_CLASS (hw_hub_streams_parent_class)->finalize (object);
}

static void
hw_hub_streams_class_init (HwHubStreamsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_hub_streams_dispose;
  object_class->finalize = hw_hub_streams_finalize;
}

static void
hw_hub_streams_init (HwHubStreams *self)
{
  self->streams = g_ptr_array_new_with_free_func (open_stream_drop);
}

/**
 * hw_hub_streams_new:
 * @outlet: where the items go
 * @left: is told when somebody else tells of all of them; hw_hub_streams_leave() may be called
 *   then, and the set be let go
 * @user_data: for @left; it must live until hw_hub_streams_stop()
 *
 * Makes an empty set of streams.
 *
 * Returns: (transfer full): the set
 */
HwHubStreams *
hw_hub_streams_new (HwHubOutlet     *outlet,
                    HwHubStreamsFunc left,
                    gpointer         user_data)
{
  HwHubStreams *self;

  g_return_val_if_fail (outlet != NULL && left != NULL, NULL);

  self = g_object_new (HW_TYPE_HUB_STREAMS, NULL);
  self->outlet = hw_hub_outlet_ref (outlet);
  self->left = left;
  self->user_data = user_data;

  return self;
}

/**
 * hw_hub_streams_add:
 * @self: a set of streams
 * @key: the invocation ID, or a name for the push among the pushes
 * @target: (nullable): the client's method that a push calls with each item; %NULL if
 *   the client opened the stream
 * @stream: where the items come from
 *
 * Adds a stream. It is asked at once, and answers later.
 *
 * Returns: %FALSE if there are too many already
 */
gboolean
hw_hub_streams_add (HwHubStreams *self,
                    const char   *key,
                    const char   *target,
                    HwHubStream  *stream)
{
  OpenStream *open_stream = NULL;

  g_return_val_if_fail (HW_IS_HUB_STREAMS (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (HW_IS_HUB_STREAM (stream), FALSE);

  if (hw_hub_streams_is_full (self))
    return FALSE;

  open_stream = open_stream_new (self, key, target, stream);
  g_ptr_array_add (self->streams, open_stream);
  hw_hub_streams_send (self, open_stream);

  return TRUE;
}

/**
 * hw_hub_streams_is_full:
 * @self: a set of streams
 *
 * Tells whether no stream can be added.
 *
 * Returns: %TRUE if there are %HW_HUB_MAX_STREAMS
 */
gboolean
hw_hub_streams_is_full (HwHubStreams *self)
{
  g_return_val_if_fail (HW_IS_HUB_STREAMS (self), TRUE);

  return self->streams->len >= HW_HUB_MAX_STREAMS;
}

/**
 * hw_hub_streams_contains:
 * @self: a set of streams
 * @key: an invocation ID, or a push's name
 * @is_push: which of the two
 *
 * Tells whether there is such a stream.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_hub_streams_contains (HwHubStreams *self,
                         const char   *key,
                         gboolean      is_push)
{
  g_return_val_if_fail (HW_IS_HUB_STREAMS (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return hw_hub_streams_find (self, key, is_push) != NULL;
}

/**
 * hw_hub_streams_remove:
 * @self: a set of streams
 * @key: an invocation ID, or a push's name
 * @is_push: which of the two
 *
 * Ends a stream without a word.
 *
 * Returns: whether there was one
 */
gboolean
hw_hub_streams_remove (HwHubStreams *self,
                       const char   *key,
                       gboolean      is_push)
{
  OpenStream *stream = NULL;

  g_return_val_if_fail (HW_IS_HUB_STREAMS (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  stream = hw_hub_streams_find (self, key, is_push);

  return stream != NULL && g_ptr_array_remove (self->streams, stream);
}

/**
 * hw_hub_streams_are_left:
 * @self: a set of streams
 *
 * Tells whether somebody else tells of all of them, if there are any.
 *
 * Returns: %TRUE if hw_hub_streams_leave() may be called
 */
gboolean
hw_hub_streams_are_left (HwHubStreams *self)
{
  g_return_val_if_fail (HW_IS_HUB_STREAMS (self), FALSE);

  return self->n_watches == self->streams->len;
}

/**
 * hw_hub_streams_leave:
 * @self: a set of streams of which somebody else tells
 *
 * Empties the set, with nobody told of that.
 *
 * Returns: (transfer full) (nullable): what there was
 */
HwHubWatch *
hw_hub_streams_leave (HwHubStreams *self)
{
  HwHubWatch *watches = NULL;

  g_return_val_if_fail (HW_IS_HUB_STREAMS (self), NULL);

  for (guint i = 0; i < self->streams->len; i++)
    {
      OpenStream *stream = g_ptr_array_index (self->streams, i);

      watches = hw_hub_watches_prepend (watches, stream->watch, stream->key);
      stream->watch = 0;
    }

  self->n_watches = 0;
  g_ptr_array_set_size (self->streams, 0);

  return watches;
}

/**
 * hw_hub_streams_take:
 * @self: an empty set
 * @watches: (transfer full) (nullable): what hw_hub_streams_leave() gave
 *
 * Fills the set again.
 */
void
hw_hub_streams_take (HwHubStreams *self,
                     HwHubWatch   *watches)
{
  g_return_if_fail (HW_IS_HUB_STREAMS (self));

  for (const HwHubWatch *watch = watches; watch != NULL; watch = watch->next)
    {
      OpenStream *stream = open_stream_new (self, watch->key, NULL, NULL);

      stream->watch = watch->id;
      self->n_watches++;
      g_ptr_array_add (self->streams, stream);
    }

  hw_hub_watches_free (watches);
}

/**
 * hw_hub_streams_hear:
 * @self: a set of streams
 * @watch: what hw_hub_outlet_watch() gave
 * @state: what has become of it
 * @place: where it is, if it is behind
 *
 * Takes note that nobody else tells of a stream any more: it ends, or goes on by itself.
 */
void
hw_hub_streams_hear (HwHubStreams *self,
                     guint         watch,
                     HwWatchState  state,
                     HwWatchPlace *place)
{
  g_return_if_fail (HW_IS_HUB_STREAMS (self));

  for (guint i = 0; i < self->streams->len; i++)
    {
      OpenStream *stream = g_ptr_array_index (self->streams, i);

      if (stream->watch != watch)
        continue;

      stream->watch = 0;
      self->n_watches--;
      if (state == HW_WATCH_ENDED)
        {
          hw_hub_streams_end (self, stream, NULL);
        }
      else
        {
          stream->stream =
            hw_watch_stream_new_at (place, hw_hub_outlet_get_protocol (self->outlet)->encoding);
          hw_hub_streams_send (self, stream);
        }
      hw_hub_outlet_flush (self->outlet);
      return;
    }
}

/**
 * hw_hub_streams_pump:
 * @self: a set of streams
 *
 * Goes on after the outlet was opened. Another stream comes first each time, so
 * that one with much to say does not keep the others from it.
 */
void
hw_hub_streams_pump (HwHubStreams *self)
{
  guint n_streams;

  g_return_if_fail (HW_IS_HUB_STREAMS (self));

  n_streams = self->streams->len;
  self->turn++;
  for (guint i = 0; i < n_streams && hw_hub_outlet_is_open (self->outlet); i++)
    hw_hub_streams_send (self, g_ptr_array_index (self->streams, (self->turn + i) % n_streams));
}

/**
 * hw_hub_streams_stop:
 * @self: a set of streams
 *
 * Ends all streams without a word.
 */
void
hw_hub_streams_stop (HwHubStreams *self)
{
  g_return_if_fail (HW_IS_HUB_STREAMS (self));

  g_ptr_array_set_size (self->streams, 0);
}
