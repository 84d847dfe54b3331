/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-client.h"

#include "hw-error.h"
#include "hw-hub-handler.h"
#include "hw-hub-streams.h"

/* What may wait until the call before it is through. With as much the client is read no further,
 * not even what has come already: like .NET's, a server that is slow makes its clients wait. A
 * record of text fits twice, however long.
 */
#define MAX_WAITING 64
#define MAX_WAITING_SIZE 65536

/* The first sentences are those of .NET's server: clients look at them. */
#define TEXT_NOT_INVOKED "Failed to invoke '%s' due to an error on the server. HubException: %s"
#define TEXT_FAILED "An unexpected error occurred invoking '%s' on the server. HubException: %s"
#define TEXT_IS_STREAM "The client attempted to invoke the streaming '%s' method with a " \
  "non-streaming invocation."
#define TEXT_IS_CALL "The client attempted to invoke the non-streaming '%s' method with a " \
  "streaming invocation."
#define TEXT_NO_METHOD "Method does not exist."
#define TEXT_ID_IN_USE "Invocation ID '%s' is already in use."
#define TEXT_UPLOADS "An unexpected error occurred invoking '%s' on the server. " \
  "HubException: Client sent %u stream(s), Hub method expects 0."
#define TEXT_TOO_MANY_STREAMS "There are " G_STRINGIFY (HW_HUB_MAX_STREAMS) \
  " open streams. Cancel one first."

/**
 * HwHubClient:
 *
 * One client of a hub as the hub's methods see it: who it is, what it calls and
 * what is streamed to it.
 *
 * Calls are carried out one after the other, streams run beside them. Nothing new
 * is begun while the outlet is shut. So what one client can make us keep is bounded:
 * by the limits here and one call that goes beyond them, and by what of its bytes came
 * too soon, which are not looked at.
 *
 * It knows no bytes of the client's and no time; those are its #HwHubConnection's.
 * Main context only.
 */
struct _HwHubClient
{
  GObject parent_instance;

  HwHubHandler *handler;     /* (owned) (not nullable) */
  HwPrincipal *principal;    /* (owned) (not nullable) */
  HwHubOutlet *outlet;       /* (owned) (not nullable) */
  HwHubStreams *streams;     /* (owned) (not nullable) */
  GCancellable *cancellable; /* (owned) (nullable): of the calls; none before the first */
  HwHubClientFunc drained;
  HwHubClientFunc left;
  gpointer user_data;

  GQueue calls;           /* (element-type HwHubMessage) (owned): that wait */
  GQueue stream_openings; /* (element-type HwHubMessage) (owned): that wait */
  gsize waiting_size;     /* of both */
  HwHubMessage *running;  /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (HwHubClient, hw_hub_client, G_TYPE_OBJECT)

static const HwHubProtocol *
hw_hub_client_get_protocol (HwHubClient *self)
{
  return hw_hub_outlet_get_protocol (self->outlet);
}

static void hw_hub_client_fail (HwHubClient        *self,
                                const HwHubMessage *message,
                                const char         *format,
                                ...) G_GNUC_PRINTF (3, 4);

/* A call without an ID wants no answer, not even a bad one. */
static void
hw_hub_client_fail (HwHubClient        *self,
                    const HwHubMessage *message,
                    const char         *format,
                    ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (message->invocation_id == NULL)
    return;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  hw_hub_client_get_protocol (self)->write_error (hw_hub_outlet_get_buffer (self->outlet),
                                                  message->invocation_id, text);
}

static void
hw_hub_client_fail_with (HwHubClient        *self,
                         const HwHubMessage *message,
                         const GError       *error)
{
  if (error->domain == HW_HUB_ERROR)
    hw_hub_client_fail (self, message, TEXT_NOT_INVOKED, message->target, error->message);
  else
    hw_hub_client_fail (self, message, TEXT_FAILED, message->target, error->message);
}

/* Fails a call of what is no method, or a method of another kind. */
static gboolean
hw_hub_client_check_method (HwHubClient        *self,
                            const HwHubMessage *message,
                            HwHubMethodKind     wanted)
{
  HwHubMethodKind kind = hw_hub_handler_get_method_kind (self->handler, message->target);

  if (kind == HW_HUB_METHOD_KIND_NONE)
    hw_hub_client_fail (self, message, TEXT_NOT_INVOKED, message->target, TEXT_NO_METHOD);
  else if (message->n_stream_ids > 0)
    hw_hub_client_fail (self, message, TEXT_UPLOADS, message->target, message->n_stream_ids);
  else if (kind == wanted)
    return TRUE;
  else if (kind == HW_HUB_METHOD_KIND_STREAM)
    hw_hub_client_fail (self, message, TEXT_IS_STREAM, message->target);
  else
    hw_hub_client_fail (self, message, TEXT_IS_CALL, message->target);

  return FALSE;
}

static void
hw_hub_client_begin_stream (HwHubClient        *self,
                            const HwHubMessage *message)
{
  g_autoptr(HwHubStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  if (!hw_hub_client_check_method (self, message, HW_HUB_METHOD_KIND_STREAM))
    return;

  if (hw_hub_streams_contains (self->streams, message->invocation_id, FALSE))
    {
      hw_hub_client_fail (self, message, TEXT_ID_IN_USE, message->invocation_id);
      return;
    }

  if (hw_hub_streams_is_full (self->streams))
    {
      hw_hub_client_fail (self, message, TEXT_NOT_INVOKED, message->target,
                          TEXT_TOO_MANY_STREAMS);
      return;
    }

  stream = hw_hub_handler_open_stream (self->handler, self, message->target, message->arguments,
                                       &error);
  if (stream == NULL)
    hw_hub_client_fail_with (self, message, error);
  else
    hw_hub_streams_add (self->streams, message->invocation_id, NULL, stream);
}

/* What came of a call comes here. */
static void on_handler_call_ready (GObject      *source,
                                   GAsyncResult *result,
                                   gpointer      user_data);

/* @message is (transfer full). */
static void
hw_hub_client_begin_call (HwHubClient  *self,
                          HwHubMessage *message)
{
  g_autoptr(HwHubMessage) owned = message;

  if (!hw_hub_client_check_method (self, message, HW_HUB_METHOD_KIND_CALL))
    return;

  self->running = g_steal_pointer (&owned);
  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();
  hw_hub_handler_call_async (self->handler, self, message->target, message->arguments,
                             self->cancellable, on_handler_call_ready, g_object_ref (self));
}

static HwHubMessage *
hw_hub_client_pop (HwHubClient *self,
                   GQueue      *queue)
{
  HwHubMessage *message = g_queue_pop_head (queue);

  self->waiting_size -= message->size;

  return message;
}

/* Begins what can be begun. To yield may shut the outlet. */
static void
hw_hub_client_advance (HwHubClient *self)
{
  gboolean was_full = hw_hub_client_is_full (self);

  while (hw_hub_outlet_is_open (self->outlet) && !g_queue_is_empty (&self->stream_openings))
    {
      g_autoptr(HwHubMessage) message = hw_hub_client_pop (self, &self->stream_openings);

      hw_hub_client_begin_stream (self, message);
      hw_hub_outlet_yield (self->outlet);
    }

  while (hw_hub_outlet_is_open (self->outlet) && !g_queue_is_empty (&self->calls) &&
         self->running == NULL)
    {
      hw_hub_client_begin_call (self, hw_hub_client_pop (self, &self->calls));
      hw_hub_outlet_yield (self->outlet);
    }

  if (was_full && !hw_hub_outlet_is_stopped (self->outlet) && !hw_hub_client_is_full (self))
    self->drained (self->user_data);
}

/* @json is (transfer full) (nullable). */
static void
hw_hub_client_answer (HwHubClient *self,
                      const char  *invocation_id,
                      GBytes      *json)
{
  const HwHubProtocol *protocol = hw_hub_client_get_protocol (self);
  g_autoptr(GBytes) answer = hw_encoding_take_json (protocol->encoding, json);

  protocol->write_result (hw_hub_outlet_get_buffer (self->outlet), invocation_id, answer);
}

static void
on_handler_call_ready (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  g_autoptr(HwHubClient) self = HW_HUB_CLIENT (user_data);
  g_autoptr(HwHubMessage) message = g_steal_pointer (&self->running);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) answer = NULL;

  answer = hw_hub_handler_call_finish (HW_HUB_HANDLER (source), result, &error);
  if (hw_hub_outlet_is_stopped (self->outlet))
    return;

  if (error != NULL)
    hw_hub_client_fail_with (self, message, error);
  else if (message->invocation_id != NULL)
    hw_hub_client_answer (self, message->invocation_id, g_steal_pointer (&answer));

  hw_hub_client_advance (self);
  hw_hub_outlet_flush (self->outlet);
}

/* Forgets a stream that was not opened yet. */
static gboolean
hw_hub_client_forget_opening (HwHubClient *self,
                              const char  *invocation_id)
{
  for (GList *link = self->stream_openings.head; link != NULL; link = link->next)
    {
      g_autoptr(HwHubMessage) message = link->data;

      if (g_str_equal (message->invocation_id, invocation_id))
        {
          self->waiting_size -= message->size;
          g_queue_delete_link (&self->stream_openings, link);
          return TRUE;
        }

      g_steal_pointer (&message);
    }

  return FALSE;
}

/* An ID that is unknown is one whose stream has just ended. */
static void
hw_hub_client_cancel (HwHubClient *self,
                      const char  *invocation_id)
{
  if (hw_hub_streams_remove (self->streams, invocation_id, FALSE) ||
      hw_hub_client_forget_opening (self, invocation_id))
    hw_hub_client_get_protocol (self)->write_stream_end (hw_hub_outlet_get_buffer (self->outlet),
                                                         invocation_id);
}

static void
hw_hub_client_finalize (GObject *object)
{
  HwHubClient *self = HW_HUB_CLIENT (object);

  hw_hub_client_stop (self);
  g_clear_object (&self->streams);
  g_clear_object (&self->handler);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_pointer (&self->outlet, hw_hub_outlet_unref);

  G_OBJECT_CLASS (hw_hub_client_parent_class)->finalize (object);
}

static void
hw_hub_client_class_init (HwHubClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_hub_client_finalize;
}

static void
hw_hub_client_init (HwHubClient *self)
{
  g_queue_init (&self->calls);
  g_queue_init (&self->stream_openings);
}

static void
on_streams_left (gpointer user_data)
{
  HwHubClient *self = HW_HUB_CLIENT (user_data);

  if (!hw_hub_outlet_is_stopped (self->outlet) && hw_hub_client_is_left (self))
    self->left (self->user_data);
}

/**
 * hw_hub_client_new:
 * @handler: what the client can call
 * @principal: who the client is
 * @outlet: where to say what it is told
 * @drained: is told when the client is full no more
 * @left: is told when somebody else tells of all its streams, and it wants nothing else: it may be
 *   left then
 * @user_data: for both; it must live until hw_hub_client_stop()
 *
 * Makes a client that has called nothing yet.
 *
 * Returns: (transfer full): the client
 */
HwHubClient *
hw_hub_client_new (HwHubHandler   *handler,
                   HwPrincipal    *principal,
                   HwHubOutlet    *outlet,
                   HwHubClientFunc drained,
                   HwHubClientFunc left,
                   gpointer        user_data)
{
  HwHubClient *self;

  g_return_val_if_fail (HW_IS_HUB_HANDLER (handler), NULL);
  g_return_val_if_fail (principal != NULL, NULL);
  g_return_val_if_fail (outlet != NULL && drained != NULL && left != NULL, NULL);

  self = g_object_new (HW_TYPE_HUB_CLIENT, NULL);
  self->handler = g_object_ref (handler);
  self->principal = hw_principal_ref (principal);
  self->outlet = hw_hub_outlet_ref (outlet);
  self->streams = hw_hub_streams_new (outlet, on_streams_left, self);
  self->drained = drained;
  self->left = left;
  self->user_data = user_data;

  return self;
}

/**
 * hw_hub_client_get_principal:
 * @self: a client
 *
 * Says who the client is.
 *
 * Returns: (transfer none): the principal
 */
HwPrincipal *
hw_hub_client_get_principal (HwHubClient *self)
{
  g_return_val_if_fail (HW_IS_HUB_CLIENT (self), NULL);

  return self->principal;
}

/**
 * hw_hub_client_get_encoding:
 * @self: a client
 *
 * Says in which form the items of streams go to the client.
 *
 * Returns: the encoding
 */
HwEncoding
hw_hub_client_get_encoding (HwHubClient *self)
{
  g_return_val_if_fail (HW_IS_HUB_CLIENT (self), HW_ENCODING_JSON);

  return hw_hub_client_get_protocol (self)->encoding;
}

/**
 * hw_hub_client_may_leave:
 * @self: a client
 *
 * Tells whether somebody else watches on for streams that have told all that was.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_hub_client_may_leave (HwHubClient *self)
{
  g_return_val_if_fail (HW_IS_HUB_CLIENT (self), FALSE);

  return hw_hub_outlet_may_watch (self->outlet);
}

/**
 * hw_hub_client_is_left:
 * @self: a client
 *
 * Tells whether nothing is to be done for it: nothing was called that was not answered, and
 * of all its streams somebody else tells.
 *
 * Returns: %TRUE if hw_hub_client_leave() may be called
 */
gboolean
hw_hub_client_is_left (HwHubClient *self)
{
  g_return_val_if_fail (HW_IS_HUB_CLIENT (self), FALSE);

  return self->running == NULL && self->calls.length == 0 && self->stream_openings.length == 0 &&
         hw_hub_streams_are_left (self->streams);
}

/**
 * hw_hub_client_leave:
 * @self: a client for which nothing is to be done
 *
 * Takes out of a client all that has to be known of it, so that there need not be one until
 * it wants something.
 *
 * Returns: (transfer full) (nullable): its streams
 */
HwHubWatch *
hw_hub_client_leave (HwHubClient *self)
{
  g_return_val_if_fail (HW_IS_HUB_CLIENT (self), NULL);

  return hw_hub_streams_leave (self->streams);
}

/**
 * hw_hub_client_take_watches:
 * @self: a client that has called nothing yet
 * @watches: (transfer full) (nullable): what hw_hub_client_leave() gave
 *
 * Goes on where another one was left.
 */
void
hw_hub_client_take_watches (HwHubClient *self,
                            HwHubWatch  *watches)
{
  g_return_if_fail (HW_IS_HUB_CLIENT (self));

  hw_hub_streams_take (self->streams, watches);
}

/**
 * hw_hub_client_open_push:
 * @self: a client
 * @key: a name for the push among the client's pushes; one of that name is replaced
 * @target: the client's method to call with each item
 * @stream: where the items come from
 * @error: return location for a #GError, or %NULL
 *
 * Calls a method of the client's with whatever comes from @stream, until that ends
 * or the push is closed.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_TOO_LARGE if the client has too many
 */
gboolean
hw_hub_client_open_push (HwHubClient *self,
                         const char  *key,
                         const char  *target,
                         HwHubStream *stream,
                         GError     **error)
{
  g_return_val_if_fail (HW_IS_HUB_CLIENT (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (target != NULL, FALSE);
  g_return_val_if_fail (HW_IS_HUB_STREAM (stream), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* Nobody is left to be told. */
  if (hw_hub_outlet_is_stopped (self->outlet))
    return TRUE;

  hw_hub_client_close_push (self, key);
  if (hw_hub_streams_add (self->streams, key, target, stream))
    return TRUE;

  g_set_error_literal (error, HW_ERROR, HW_ERROR_TOO_LARGE, TEXT_TOO_MANY_STREAMS);

  return FALSE;
}

/**
 * hw_hub_client_close_push:
 * @self: a client
 * @key: the name of a push
 *
 * Ends a push, if there is one of that name.
 */
void
hw_hub_client_close_push (HwHubClient *self,
                          const char  *key)
{
  g_return_if_fail (HW_IS_HUB_CLIENT (self));
  g_return_if_fail (key != NULL);

  hw_hub_streams_remove (self->streams, key, TRUE);
}

/**
 * hw_hub_client_take_message:
 * @self: a client
 * @message: (transfer full): what it sent
 *
 * Carries out what a client wants, now or in its turn: calls, streams and their
 * cancelling. Any other message is ignored.
 */
void
hw_hub_client_take_message (HwHubClient  *self,
                            HwHubMessage *message)
{
  g_autoptr(HwHubMessage) owned = message;
  GQueue *queue = NULL;

  g_return_if_fail (HW_IS_HUB_CLIENT (self));
  g_return_if_fail (message != NULL);

  if (hw_hub_outlet_is_stopped (self->outlet))
    return;

  if (message->type == HW_HUB_MESSAGE_TYPE_CANCEL_INVOCATION)
    hw_hub_client_cancel (self, message->invocation_id);
  else if (message->type == HW_HUB_MESSAGE_TYPE_INVOCATION)
    queue = &self->calls;
  else if (message->type == HW_HUB_MESSAGE_TYPE_STREAM_INVOCATION)
    queue = &self->stream_openings;

  if (queue == NULL)
    return;

  self->waiting_size += message->size;
  g_queue_push_tail (queue, g_steal_pointer (&owned));
  hw_hub_client_advance (self);
}

/**
 * hw_hub_client_is_full:
 * @self: a client
 *
 * Tells whether so much waits that nothing more should be read from the client
 * until that is told.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_hub_client_is_full (HwHubClient *self)
{
  g_return_val_if_fail (HW_IS_HUB_CLIENT (self), FALSE);

  return self->calls.length + self->stream_openings.length >= MAX_WAITING ||
         self->waiting_size >= MAX_WAITING_SIZE;
}

/**
 * hw_hub_client_go_on:
 * @self: a client
 *
 * Goes on with what waits, after the outlet was opened.
 */
void
hw_hub_client_go_on (HwHubClient *self)
{
  g_return_if_fail (HW_IS_HUB_CLIENT (self));

  hw_hub_client_advance (self);
  hw_hub_streams_pump (self->streams);
}

/**
 * hw_hub_client_hear:
 * @self: a client
 * @watch: what hw_hub_outlet_watch() gave
 * @state: what has become of it
 * @place: where it is, if it is behind
 *
 * Takes note that nobody else watches for a stream any more.
 */
void
hw_hub_client_hear (HwHubClient  *self,
                    guint         watch,
                    HwWatchState  state,
                    HwWatchPlace *place)
{
  g_return_if_fail (HW_IS_HUB_CLIENT (self));

  hw_hub_streams_hear (self->streams, watch, state, place);
}

/**
 * hw_hub_client_stop:
 * @self: a client whose outlet is stopped
 *
 * Ends all that a client has begun: it is gone.
 */
void
hw_hub_client_stop (HwHubClient *self)
{
  g_return_if_fail (HW_IS_HUB_CLIENT (self));

  self->waiting_size = 0;
  g_queue_clear_full (&self->calls, (GDestroyNotify) hw_hub_message_free);
  g_queue_clear_full (&self->stream_openings, (GDestroyNotify) hw_hub_message_free);
  hw_hub_streams_stop (self->streams);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}
