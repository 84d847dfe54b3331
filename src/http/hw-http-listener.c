/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-listener.h"

#include "hw-error.h"
#include "hw-http-crowd.h"
#include "hw-http-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How many are let in before somebody else has their turn. It takes some 5 ms; with fewer, a flood
 * of a few thousand in a second would fill the kernel's backlog while the rounds are long.
 */
#define MAX_ACCEPTED 32

/* How much the kernel takes of an answer that it cannot send yet, in bytes. Left alone, it takes
 * megabytes: of those who ask on and on and take nothing, hundreds of answers each.
 */
#define MAX_UNSENT 65536

/* How long nobody is let in when there is no room, and nobody who could make some. */
#define PAUSE (G_USEC_PER_SEC / 10)

/* How often the time is looked at. */
#define TICK G_USEC_PER_SEC

/* Of the descriptors there may be, connections take no more than one in so many: there have
 * to be some for tasks and the store.
 */
#define DESCRIPTOR_SHARE 4

/* A socket that listens. */
typedef struct
{
  HwHttpListener *listener;
  GSocket *socket; /* (owned) */
  HwHttpEntrance entrance;
  gboolean is_local;
  guint source_id; /* 0 while nobody is let in */
} Door;

/**
 * HwHttpListener:
 *
 * Lets connections in, as many as there is room for, and gives libsoup those on which a
 * request has come. When there is no room, somebody leaves who is waited for, whom #HwHttpCrowd
 * chooses, so that those who only hold connections keep nobody out. It goes on whatever happens:
 * libsoup itself is deaf for ever when it once has no descriptor left. And it counts what all
 * connections had, those that have gone included.
 *
 * Main context only.
 */
struct _HwHttpListener
{
  GObject parent_instance;

  SoupServer *soup;    /* (owned) (not nullable) */
  HwClock *clock;      /* (owned) (not nullable) */
  HwHttpEntrances *entrances; /* (owned) (not nullable) */
  GPtrArray *doors;    /* (owned) (element-type Door) */
  HwHttpTurns *turns;  /* (owned) (not nullable): for those who ask ahead */
  HwHttpCrowd *crowd;  /* (owned) (not nullable): who is connected */
  guint max_streams;
  HwTraffic traffic; /* of those who have gone, and how many of each kind there were */
  gboolean is_full; /* nobody could make room for whoever comes now */

  int spare_fd;       /* to be closed when there is no other, or -1 */
  int idle_fds[2];    /* what libsoup listens on, where nobody ever comes */
  guint pause_timer;  /* until somebody may come again */
  guint tick_timer;
};

G_DEFINE_FINAL_TYPE (HwHttpListener, hw_http_listener, G_TYPE_OBJECT)

static int
open_spare (void)
{
  return open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

static gboolean on_door_readable (int          fd,
                                  GIOCondition condition,
                                  gpointer     user_data);

static void
door_open (Door *door)
{
  g_autoptr(GSource) source = NULL;

  if (door->source_id != 0)
    return;

  /* What may recurse, though it never does, is polled all the while: or else the main context
   * would be woken up twice for each that comes.
   */
  source = g_unix_fd_source_new (g_socket_get_fd (door->socket), G_IO_IN);
  g_source_set_can_recurse (source, TRUE);
  g_source_set_callback (source, G_SOURCE_FUNC (on_door_readable), door, NULL);
  door->source_id = g_source_attach (source, NULL);
}

static void
door_close (Door *door)
{
  g_clear_handle_id (&door->source_id, g_source_remove);
}

static void
door_free (Door *door)
{
  door_close (door);
  g_clear_object (&door->socket);
  g_free (door);
}

static void
on_pause_over (gpointer user_data)
{
  HwHttpListener *self = HW_HTTP_LISTENER (user_data);

  self->pause_timer = 0;
  g_ptr_array_foreach (self->doors, (GFunc) door_open, NULL);
}

/* Lets nobody in for a moment, or nobody but those who come from this machine's users. */
static void
hw_http_listener_pause (HwHttpListener *self,
                        gint64          span,
                        gboolean        with_local)
{
  for (guint i = 0; i < self->doors->len; i++)
    {
      Door *door = g_ptr_array_index (self->doors, i);

      if (!door->is_local || with_local)
        door_close (door);
    }

  if (self->pause_timer == 0)
    self->pause_timer = hw_clock_add_timer (self->clock, span, on_pause_over, self);
}

static void on_tick (gpointer user_data);

static void
hw_http_listener_check_timer (HwHttpListener *self)
{
  gboolean is_empty = hw_http_crowd_get_size (self->crowd) == 0;

  if (is_empty && self->tick_timer != 0)
    {
      hw_clock_remove_timer (self->clock, self->tick_timer);
      self->tick_timer = 0;
    }
  else if (!is_empty && self->tick_timer == 0)
    {
      self->tick_timer = hw_clock_add_timer (self->clock, TICK, on_tick, self);
    }
}

static void
on_tick (gpointer user_data)
{
  g_autoptr(HwHttpListener) self = g_object_ref (HW_HTTP_LISTENER (user_data));
  g_autoptr(GPtrArray) streams = hw_http_crowd_list (self->crowd);

  self->tick_timer = 0;
  g_ptr_array_foreach (streams, (GFunc) hw_http_stream_tick, NULL);
  hw_http_listener_check_timer (self);
}

/* Forgets a stream that is over, or a watcher's from now on. */
static void
hw_http_listener_remove (HwHttpListener *self,
                         HwHttpStream   *stream)
{
  g_signal_handlers_disconnect_by_data (stream, self);
  hw_http_stream_add_traffic (stream, &self->traffic);
  hw_http_crowd_remove (self->crowd, stream);
  hw_http_listener_check_timer (self);
}

static void
on_stream_over (HwHttpStream   *stream,
                HwHttpListener *self)
{
  hw_http_listener_remove (self, stream);
}

static void
on_stream_upgraded (HwHttpStream   *stream,
                    HwHttpListener *self)
{
  hw_http_listener_remove (self, stream);
}

static void
hw_http_listener_limit_strangers (HwHttpListener *self)
{
  if (hw_http_crowd_limit_strangers (self->crowd, HW_HTTP_MAX_STRANGERS))
    self->traffic.n_displaced++;
}

static void
on_stream_ready (HwHttpStream   *stream,
                 HwHttpListener *self)
{
  GSocketAddress *address = hw_http_stream_get_address (stream);

  hw_http_listener_limit_strangers (self);
  soup_server_accept_iostream (self->soup, G_IO_STREAM (stream), address, address, NULL);
}

static void
on_stream_slowed (HwHttpStream   *stream,
                  HwHttpListener *self)
{
  hw_http_listener_limit_strangers (self);
}

/* Has somebody go, or whoever comes wait. Returns: what came of it */
static HwHttpRoom
hw_http_listener_make_room (HwHttpListener *self,
                            const char     *peer,
                            gboolean        for_local)
{
  HwHttpRoom room = hw_http_crowd_make_room (self->crowd, peer, for_local);

  if (room == HW_HTTP_ROOM_MADE)
    self->traffic.n_displaced++;
  if (room == HW_HTTP_ROOM_SOON)
    hw_http_listener_pause (self, HW_HTTP_PATIENCE, for_local);

  return room;
}

/* Returns: whether somebody may come in, if only to be told that there is no room */
static gboolean
hw_http_listener_may_accept (HwHttpListener *self,
                             gboolean        for_local)
{
  HwHttpRoom room = HW_HTTP_ROOM_MADE;

  if (hw_http_crowd_get_size (self->crowd) >= self->max_streams)
    room = hw_http_listener_make_room (self, NULL, for_local);
  self->is_full = room == HW_HTTP_ROOM_NONE;

  return room != HW_HTTP_ROOM_SOON;
}

/* Why a connection may not stay, or %NULL. Returns: (transfer full) (nullable) */
static GError *
hw_http_listener_check_room (HwHttpListener   *self,
                             const HwHttpPeer *peer)
{
  if (self->is_full)
    return g_error_new_literal (HW_ERROR, HW_ERROR_TOO_LARGE,
                                "The daemon answers as many requests as it can. Ask again later; "
                                "whoever has much to watch can use the hub.");

  /* All the world comes through a proxy, which has limits of its own. */
  if (peer->entrance == HW_HTTP_ENTRANCE_PROXY ||
      hw_http_crowd_count (self->crowd, peer->name) < HW_HTTP_MAX_OF_PEER ||
      hw_http_listener_make_room (self, peer->name, peer->is_local) != HW_HTTP_ROOM_NONE)
    return NULL;

  return g_error_new_literal (HW_ERROR, HW_ERROR_TOO_LARGE,
                              "You have as many requests under way as one may have. Ask again "
                              "later; whoever has much to watch can use the hub.");
}

/* Takes a connection. */
static void
hw_http_listener_take (HwHttpListener *self,
                       GSocket        *socket,
                       GSocketAddress *address,
                       HwHttpEntrance  entrance)
{
  const char *const *hosts = hw_http_entrances_get_hosts (self->entrances, entrance);
  HwTlsCredentials *credentials = hw_http_entrances_get_credentials (self->entrances, entrance);
  g_autoptr(HwHttpStream) stream = hw_http_stream_new (socket, address, hosts, self->clock);
  gboolean is_sound = hw_http_stream_set_entrance (stream, entrance, credentials);
  const HwHttpPeer *peer = hw_http_stream_get_peer (stream);
  g_autoptr(GError) refusal = hw_http_listener_check_room (self, peer);
  g_autoptr(GError) stranger = hw_http_entrances_check_peer (self->entrances, peer);

  hw_http_stream_set_turns (stream, self->turns);
  self->traffic.n_ever++;
  if (refusal != NULL)
    {
      self->traffic.n_refused++;
      self->traffic.n_refused_peer += self->is_full ? 0 : 1;
    }
  hw_http_crowd_add (self->crowd, stream);
  hw_http_listener_check_timer (self);
  g_signal_connect (stream, "ready", G_CALLBACK (on_stream_ready), self);
  g_signal_connect (stream, "slowed", G_CALLBACK (on_stream_slowed), self);
  g_signal_connect (stream, "upgraded", G_CALLBACK (on_stream_upgraded), self);
  g_signal_connect (stream, "over", G_CALLBACK (on_stream_over), self);

  if (refusal != NULL)
    hw_http_stream_set_refusal (stream, SOUP_STATUS_SERVICE_UNAVAILABLE,
                                g_steal_pointer (&refusal));
  else if (stranger != NULL)
    hw_http_stream_set_refusal (stream, SOUP_STATUS_FORBIDDEN, g_steal_pointer (&stranger));

  if (is_sound)
    hw_http_stream_start (stream);
  else
    hw_http_stream_cut (stream);
}

/* There is no descriptor left for whoever comes next. If somebody waits for nothing here,
 * they leave. Or else, with the descriptor that was spared, whoever comes is let in and sent
 * away, so that they do not wait in vain.
 */
static void
hw_http_listener_relieve (HwHttpListener *self,
                          Door           *door)
{
  int fd;

  if (hw_http_listener_make_room (self, NULL, door->is_local) != HW_HTTP_ROOM_NONE)
    return;

  if (self->spare_fd >= 0)
    {
      close (self->spare_fd);
      fd = accept4 (g_socket_get_fd (door->socket), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0)
        {
          close (fd);
          self->traffic.n_ever++;
          self->traffic.n_refused++;
          self->traffic.n_refused_unfit++;
        }
    }
  self->spare_fd = open_spare ();
  hw_http_listener_pause (self, PAUSE, TRUE);
}

/* Returns: whether there may be more to accept now */
static gboolean
hw_http_listener_accept (HwHttpListener *self,
                         Door           *door)
{
  struct sockaddr_storage bytes;
  socklen_t size = sizeof (bytes);
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GSocket) socket = NULL;
  const int yes = 1;
  const int max_unsent = MAX_UNSENT;
  int fd = accept4 (g_socket_get_fd (door->socket), (struct sockaddr *) &bytes, &size,
                    SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (fd < 0)
    {
      int cause = errno;

      if (cause == EMFILE || cause == ENFILE || cause == ENOBUFS || cause == ENOMEM)
        hw_http_listener_relieve (self, door);
      else if (cause != EAGAIN && cause != EINTR && cause != ECONNABORTED)
        hw_http_listener_pause (self, PAUSE, TRUE);

      return cause == EINTR || cause == ECONNABORTED;
    }

  address = g_socket_address_new_from_native (&bytes, size);
  socket = g_socket_new_from_fd (fd, NULL);
  if (address == NULL || socket == NULL)
    {
      if (socket == NULL)
        close (fd);
      return TRUE;
    }

  if (bytes.ss_family != AF_UNIX)
    {
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof (yes));
      setsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &max_unsent, sizeof (max_unsent));
    }
  hw_http_listener_take (self, socket, address, door->entrance);

  return TRUE;
}

static gboolean
on_door_readable (int          fd,
                  GIOCondition condition,
                  gpointer     user_data)
{
  Door *door = user_data;
  g_autoptr(HwHttpListener) self = g_object_ref (door->listener);

  for (guint i = 0; i < MAX_ACCEPTED && door->source_id != 0; i++)
    if (!hw_http_listener_may_accept (self, door->is_local) ||
        !hw_http_listener_accept (self, door))
      break;

  return G_SOURCE_CONTINUE;
}

/* The answer has gone out, or it never will. */
static void
on_soup_request_over (SoupServer        *soup,
                      SoupServerMessage *message,
                      HwHttpListener    *self)
{
  HwHttpStream *stream = hw_http_stream_get (message);

  hw_http_listener_count_answer (self, soup_server_message_get_status (message));
  if (stream != NULL)
    hw_http_stream_go_on (stream);
}

/* Hears nothing more of those that libsoup has not let go of. */
static void
hw_http_listener_leave_streams (HwHttpListener *self)
{
  g_autoptr(GPtrArray) streams = hw_http_crowd_list (self->crowd);

  for (guint i = 0; i < streams->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (streams, i), self);
}

static void
hw_http_listener_dispose (GObject *object)
{
  HwHttpListener *self = HW_HTTP_LISTENER (object);

  hw_http_listener_close (self);
  hw_http_listener_leave_streams (self);

  G_OBJECT_CLASS (hw_http_listener_parent_class)->dispose (object);
}

static void
hw_http_listener_finalize (GObject *object)
{
  HwHttpListener *self = HW_HTTP_LISTENER (object);

  g_clear_pointer (&self->turns, hw_http_turns_unref);
  g_clear_pointer (&self->crowd, hw_http_crowd_free);
  g_clear_pointer (&self->doors, g_ptr_array_unref);
  g_clear_object (&self->entrances);
  g_clear_object (&self->clock);
  g_clear_object (&self->soup);

  G_OBJECT_CLASS (hw_http_listener_parent_class)->finalize (object);
}

static void
hw_http_listener_class_init (HwHttpListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_http_listener_dispose;
  object_class->finalize = hw_http_listener_finalize;
}

static void
hw_http_listener_init (HwHttpListener *self)
{
  self->doors = g_ptr_array_new_with_free_func ((GDestroyNotify) door_free);
  self->spare_fd = -1;
  self->idle_fds[0] = -1;
  self->idle_fds[1] = -1;
}

static guint
count_room (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return HW_HTTP_MAX_CONNECTIONS;

  return (guint) CLAMP (limit.rlim_cur / DESCRIPTOR_SHARE, 1, HW_HTTP_MAX_CONNECTIONS);
}

/**
 * hw_http_listener_new:
 * @soup: who reads requests and answers them
 * @clock: what time it is
 *
 * Creates a listener that listens nowhere yet.
 *
 * Returns: (transfer full): the listener
 */
HwHttpListener *
hw_http_listener_new (SoupServer *soup,
                      HwClock    *clock)
{
  HwHttpListener *self;

  g_return_val_if_fail (SOUP_IS_SERVER (soup), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_HTTP_LISTENER, NULL);
  self->soup = g_object_ref (soup);
  self->clock = g_object_ref (clock);
  self->turns = hw_http_turns_new ();
  self->crowd = hw_http_crowd_new (clock);
  self->entrances = hw_http_entrances_new ();
  g_signal_connect_object (soup, "request-finished", G_CALLBACK (on_soup_request_over), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (soup, "request-aborted", G_CALLBACK (on_soup_request_over), self,
                           G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_http_listener_get_entrances:
 * @self: a listener
 *
 * Gets what is asked of connections.
 *
 * Returns: (transfer none): it, to be told
 */
HwHttpEntrances *
hw_http_listener_get_entrances (HwHttpListener *self)
{
  g_return_val_if_fail (HW_IS_HTTP_LISTENER (self), NULL);

  return self->entrances;
}

/* libsoup keeps connections open only if it listens somewhere itself. */
static void
hw_http_listener_have_soup_listen (HwHttpListener *self)
{
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GError) error = NULL;

  if (self->idle_fds[0] >= 0)
    return;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, self->idle_fds) == 0)
    socket = g_socket_new_from_fd (self->idle_fds[0], &error);
  if (socket == NULL || !soup_server_listen_socket (self->soup, socket, 0, &error))
    g_warning ("Connections are closed after each answer: %s",
               error != NULL ? error->message : g_strerror (errno));
}

/**
 * hw_http_listener_add:
 * @self: a listener
 * @socket: a socket that listens
 * @entrance: what comes in there
 *
 * Listens on a socket, from now on.
 */
void
hw_http_listener_add (HwHttpListener *self,
                      GSocket        *socket,
                      HwHttpEntrance  entrance)
{
  Door *door;

  g_return_if_fail (HW_IS_HTTP_LISTENER (self));
  g_return_if_fail (G_IS_SOCKET (socket));

  g_socket_set_blocking (socket, FALSE);
  self->max_streams = count_room ();
  if (self->spare_fd < 0)
    self->spare_fd = open_spare ();
  hw_http_listener_have_soup_listen (self);

  door = g_new0 (Door, 1);
  door->listener = self;
  door->socket = g_object_ref (socket);
  door->entrance = entrance;
  door->is_local = entrance == HW_HTTP_ENTRANCE_OWNER;
  g_ptr_array_add (self->doors, door);
  if (self->pause_timer == 0)
    door_open (door);
}

/**
 * hw_http_listener_close:
 * @self: a listener
 *
 * Listens no more, and hangs up on everybody who was not upgraded.
 */
void
hw_http_listener_close (HwHttpListener *self)
{
  g_autoptr(GPtrArray) streams = NULL;

  g_return_if_fail (HW_IS_HTTP_LISTENER (self));

  if (self->pause_timer != 0)
    hw_clock_remove_timer (self->clock, self->pause_timer);
  self->pause_timer = 0;
  g_ptr_array_set_size (self->doors, 0);

  hw_http_turns_close (self->turns);
  soup_server_disconnect (self->soup);
  streams = hw_http_crowd_list (self->crowd);
  g_ptr_array_foreach (streams, (GFunc) hw_http_stream_cut, NULL);

  if (self->spare_fd >= 0)
    close (self->spare_fd);
  self->spare_fd = -1;
  if (self->idle_fds[1] >= 0)
    close (self->idle_fds[1]);
  self->idle_fds[0] = -1;
  self->idle_fds[1] = -1;
}

/**
 * hw_http_listener_count_answer:
 * @self: a listener
 * @status: the status of an answer
 *
 * Counts an answer. Those that libsoup gives are counted here, and those that a stream gives
 * itself, too: this is for whoever took a connection from them, and answers there.
 */
void
hw_http_listener_count_answer (HwHttpListener *self,
                               guint           status)
{
  guint class = status / 100;

  g_return_if_fail (HW_IS_HTTP_LISTENER (self));

  if (class < HW_N_STATUS_CLASSES)
    self->traffic.n_answers[class]++;
}

/**
 * hw_http_listener_get_n_connections:
 * @self: a listener
 *
 * Tells how many connections there are that were not upgraded.
 *
 * Returns: their number
 */
guint
hw_http_listener_get_n_connections (HwHttpListener *self)
{
  g_return_val_if_fail (HW_IS_HTTP_LISTENER (self), 0);

  return hw_http_crowd_get_size (self->crowd);
}

/**
 * hw_http_listener_get_traffic:
 * @self: a listener
 * @traffic: (out): what came and went
 *
 * Tells what all connections had together since there is a listener, those that have gone
 * included. None of it ever falls but for how many there are now.
 */
void
hw_http_listener_get_traffic (HwHttpListener *self,
                              HwTraffic      *traffic)
{
  g_autoptr(GPtrArray) streams = NULL;

  g_return_if_fail (HW_IS_HTTP_LISTENER (self));

  *traffic = self->traffic;
  traffic->n_open = hw_http_crowd_get_size (self->crowd);
  traffic->n_most = self->max_streams;
  streams = hw_http_crowd_list (self->crowd);
  g_ptr_array_foreach (streams, (GFunc) hw_http_stream_add_traffic, traffic);
}
