/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-rides.h"

#include "hw-error.h"
#include "hw-event-socket.h"
#include "hw-http-handover.h"
#include "hw-http-reply.h"
#include "hw-http-stream.h"

/* Of so many places in the plane one is not for answers over plain HTTP, so that those who ask
 * for these cannot keep others from the hub.
 */
#define PLACES_OF_HUB 4

/**
 * HwHttpRides:
 *
 * Connections whose answers take long, be it that they last or that they are waited for. They are
 * taken from libsoup and ride in the plane, where one that waits costs the main context nothing.
 * Main context only.
 */
struct _HwHttpRides
{
  GObject parent_instance;

  HwClock *clock;    /* (owned) (not nullable) */
  HwPlane *plane;    /* (owned) (not nullable) */
  HwHttpListener *listener; /* (owned) (not nullable): counts what is answered */
  GHashTable *rides; /* (owned) (element-type HwHttpRide): that are not over */
  GQueue blocked;    /* (element-type HwHttpRide): who takes nothing, for the longest time first */
  GQueue leaving;    /* (element-type HwHttpRide): who has all, and is to hang up, likewise */
};

struct _HwHttpRide
{
  HwHttpRides *owner; /* (owned) */
  HwPlaneLine *line;
  const HwHttpRideFuncs *funcs; /* (nullable): nobody is told any more */
  gpointer user_data;

  GQueue *queue; /* (nullable): where it is, of @owner's */
  GList link;    /* in @queue */
  gint64 since;  /* when it came there */
};

G_DEFINE_FINAL_TYPE (HwHttpRides, hw_http_rides, G_TYPE_OBJECT)

/* Has a ride be behind all others in one of the queues, or in none. @queue is (nullable). */
static void
ride_enqueue (HwHttpRide *ride,
              GQueue     *queue)
{
  if (ride->queue != NULL)
    g_queue_unlink (ride->queue, &ride->link);

  ride->queue = queue;
  ride->since = hw_clock_get_monotonic_time (ride->owner->clock);
  if (queue != NULL)
    g_queue_push_tail_link (queue, &ride->link);
}

static void
hw_http_rides_cut_old (HwHttpRides *self,
                       GQueue      *queue,
                       gint64       span)
{
  gint64 now = hw_clock_get_monotonic_time (self->clock);

  while (queue->head != NULL && now - ((HwHttpRide *) queue->head->data)->since >= span)
    {
      HwHttpRide *ride = queue->head->data;

      ride_enqueue (ride, NULL);
      hw_plane_cut (self->plane, ride->line);
    }
}

/* Whoever is cut while they are blocked loses nothing if they come again. */
static void
on_plane_tick (HwPlane     *plane,
               HwHttpRides *self)
{
  hw_http_rides_cut_old (self, &self->blocked, HW_HTTP_MAX_STALL);
  hw_http_rides_cut_old (self, &self->leaving, HW_HTTP_LEAVE_TIMEOUT);
}

/* All has gone out. */
static void
ride_hear_drained (HwHttpRide *ride)
{
  ride_enqueue (ride, ride->funcs == NULL ? &ride->owner->leaving : NULL);
  if (ride->funcs != NULL && ride->funcs->drained != NULL)
    ride->funcs->drained (ride->user_data);
}

static void
ride_hear_over (HwHttpRide *ride)
{
  ride_enqueue (ride, NULL);
  g_hash_table_remove (ride->owner->rides, ride);
  if (ride->funcs != NULL)
    ride->funcs->over (ride->user_data);

  g_clear_object (&ride->owner);
  g_free (ride);
}

static void
on_line_news (HwPlaneLine    *line,
              HwPlaneNewsKind kind,
              GBytes         *data,
              gpointer        user_data)
{
  HwHttpRide *ride = user_data;

  switch (kind)
    {
    /* Whoever is blocked again has taken something: their time begins anew. */
    case HW_PLANE_NEWS_BLOCKED:
      ride_enqueue (ride, &ride->owner->blocked);
      break;

    case HW_PLANE_NEWS_DRAINED:
      ride_hear_drained (ride);
      break;

    case HW_PLANE_NEWS_OVER:
      ride_hear_over (ride);
      break;

    case HW_PLANE_NEWS_DATA:
    case HW_PLANE_NEWS_GOODBYE:
    default:
      break;
    }
}

static void
on_line_watch_news (HwPlaneLine      *line,
                    HwPlaneWatchNews *news,
                    gpointer          user_data)
{
  HwHttpRide *ride = user_data;

  if (ride->funcs != NULL && ride->funcs->watch_news != NULL)
    ride->funcs->watch_news (news, ride->user_data);
}

static const HwPlaneFuncs line_funcs = { on_line_news, on_line_watch_news };

static void
hw_http_rides_finalize (GObject *object)
{
  HwHttpRides *self = HW_HTTP_RIDES (object);

  g_clear_pointer (&self->rides, g_hash_table_unref);
  g_clear_object (&self->listener);
  g_clear_object (&self->plane);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_http_rides_parent_class)->finalize (object);
}

static void
hw_http_rides_class_init (HwHttpRidesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_http_rides_finalize;
}

static void
hw_http_rides_init (HwHttpRides *self)
{
  self->rides = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->blocked);
  g_queue_init (&self->leaving);
}

/**
 * hw_http_rides_new:
 * @clock: what time it is
 * @plane: where they ride
 * @listener: where they come from, which counts their answers
 *
 * Makes an empty set.
 *
 * Returns: (transfer full): the set
 */
HwHttpRides *
hw_http_rides_new (HwClock        *clock,
                   HwPlane        *plane,
                   HwHttpListener *listener)
{
  HwHttpRides *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);
  g_return_val_if_fail (HW_IS_HTTP_LISTENER (listener), NULL);

  self = g_object_new (HW_TYPE_HTTP_RIDES, NULL);
  self->clock = g_object_ref (clock);
  self->plane = g_object_ref (plane);
  self->listener = g_object_ref (listener);
  g_signal_connect_object (plane, "tick", G_CALLBACK (on_plane_tick), self, G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_http_rides_have_room:
 * @self: the rides
 * @principal: who asks
 *
 * Tells whether there may be one more.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_http_rides_have_room (HwHttpRides *self,
                         HwPrincipal *principal)
{
  guint max_lines;

  g_return_val_if_fail (HW_IS_HTTP_RIDES (self), FALSE);

  max_lines = hw_plane_get_max_lines (self->plane);

  return hw_plane_has_room (self->plane, principal) &&
         g_hash_table_size (self->rides) < max_lines - max_lines / PLACES_OF_HUB;
}

/**
 * hw_http_rides_reply_full:
 * @message: a request
 *
 * Answers that there is no room.
 */
void
hw_http_rides_reply_full (SoupServerMessage *message)
{
  g_autoptr(GError) error =
    g_error_new_literal (HW_ERROR, HW_ERROR_TOO_LARGE,
                         "As many watch already as there is room for. Ask again later, or for "
                         "JSON without “wait”, which needs no connection of its own.");

  hw_http_reply_refusal (message, SOUP_STATUS_SERVICE_UNAVAILABLE, error);
}

/**
 * hw_http_rides_take:
 * @self: the rides
 * @message: a request that libsoup is not to answer; none of its signals may be listened to
 * @principal: who asks
 * @funcs: is told what happens
 * @user_data: for @funcs
 *
 * Takes a connection from libsoup. What the client sends behind its request is dropped: the
 * connection is closed behind the answer, which says so. Whoever takes nothing for
 * %HW_HTTP_MAX_STALL is cut off.
 *
 * Returns: (transfer none) (nullable): the ride, until hw_http_ride_end() or it is over; or %NULL
 *   if the connection is gone
 */
HwHttpRide *
hw_http_rides_take (HwHttpRides           *self,
                    SoupServerMessage     *message,
                    HwPrincipal           *principal,
                    const HwHttpRideFuncs *funcs,
                    gpointer               user_data)
{
  HwPlaneWire wire = { -1, NULL };
  g_autoptr(GBytes) early = NULL;
  HwHttpRide *ride;

  g_return_val_if_fail (HW_IS_HTTP_RIDES (self), NULL);
  g_return_val_if_fail (principal != NULL && funcs != NULL, NULL);

  wire.fd = hw_http_handover_take (message, &wire.stream, &early);
  if (wire.fd < 0)
    return NULL;

  ride = g_new0 (HwHttpRide, 1);
  ride->owner = g_object_ref (self);
  ride->link.data = ride;
  ride->funcs = funcs;
  ride->user_data = user_data;
  ride->line = hw_plane_add (self->plane, principal, hw_event_socket_new, &wire, early,
                             &line_funcs, ride);
  g_hash_table_add (self->rides, ride);

  return ride;
}

/**
 * hw_http_rides_cut_all:
 * @self: the rides
 *
 * Closes all connections that there are.
 */
void
hw_http_rides_cut_all (HwHttpRides *self)
{
  GHashTableIter iter;
  gpointer ride;

  g_return_if_fail (HW_IS_HTTP_RIDES (self));

  g_hash_table_iter_init (&iter, self->rides);
  while (g_hash_table_iter_next (&iter, &ride, NULL))
    hw_plane_cut (self->plane, ((HwHttpRide *) ride)->line);
}

/**
 * hw_http_ride_answer:
 * @self: a ride
 * @status: the status of the answer
 * @head: its head
 *
 * Begins the answer, which counts from now on, however long it lasts.
 */
void
hw_http_ride_answer (HwHttpRide *self,
                     guint       status,
                     GBytes     *head)
{
  g_return_if_fail (self != NULL && head != NULL);

  hw_http_listener_count_answer (self->owner->listener, status);
  hw_http_ride_send (self, head);
}

/**
 * hw_http_ride_send:
 * @self: a ride
 * @bytes: a piece of the answer, behind its head
 *
 * Sends some of the answer.
 */
void
hw_http_ride_send (HwHttpRide *self,
                   GBytes     *bytes)
{
  g_return_if_fail (self != NULL && bytes != NULL);

  hw_plane_send (self->owner->plane, self->line, bytes);
}

/**
 * hw_http_ride_ask:
 * @self: a ride
 *
 * Asks to be told when all was sent.
 */
void
hw_http_ride_ask (HwHttpRide *self)
{
  g_return_if_fail (self != NULL);

  hw_plane_ask (self->owner->plane, self->line);
}

/**
 * hw_http_ride_watch:
 * @self: a ride
 * @place: who watches what, from where on; its contents are taken
 * @write: writes what the client is told
 *
 * Has the plane tell what happens.
 */
void
hw_http_ride_watch (HwHttpRide      *self,
                    HwWatchPlace    *place,
                    HwWatchWriteFunc write)
{
  g_return_if_fail (self != NULL);

  hw_plane_watch (self->owner->plane, self->line, place, write, NULL);
}

/**
 * hw_http_ride_end:
 * @self: (transfer full): a ride
 *
 * Closes the connection behind what was sent, when the client has hung up, or
 * %HW_HTTP_LEAVE_TIMEOUT after all has gone out. Nobody is told of it any more.
 */
void
hw_http_ride_end (HwHttpRide *self)
{
  g_return_if_fail (self != NULL);

  self->funcs = NULL;
  hw_plane_say_goodbye (self->owner->plane, self->line, 0);
  hw_plane_ask (self->owner->plane, self->line);
}
