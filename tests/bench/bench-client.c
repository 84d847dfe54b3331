/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* No answer is larger, nor what a watcher is sent at once, or it is read in pieces. */
#define BUFFER_SIZE 262144

/* What a watcher looks for, and as many bytes of it as may come in the next piece. */
#define COMPLETED "\"state\":\"Completed\""
#define CARRY (sizeof (COMPLETED) - 2)

/* How often those who watch say that they are there, in microseconds. */
#define GREETING_INTERVAL (5 * G_USEC_PER_SEC)

/* A connection: one that asks, or one that watches. */
typedef struct
{
  int fd;
  gboolean is_watcher;
  char *buffer;       /* (owned) */
  gsize length;       /* what is in it; of a watcher, from a former piece */
  guint n_completed;  /* that a watcher was told of */
} Peer;

struct _BenchClient
{
  guint16 port;
  char *token;         /* (owned) */
  int epoll_fd;
  GPtrArray *watchers; /* (owned) (element-type Peer) */
  gint64 greeted_at;   /* when they said last that they are there */
  Peer *asker;         /* (owned) (nullable): a connection that stays */

  /* Of what is measured now. */
  const char *request; /* (unowned) */
  guint n_to_send;
  guint n_answered;
  double *latencies;   /* (unowned) (nullable): where the first watcher's go */
  gint64 *sent_at;     /* (unowned) (nullable) */
};

static void
peer_free (Peer *peer)
{
  close (peer->fd);
  g_free (peer->buffer);
  g_free (peer);
}

static Peer *
bench_client_connect (BenchClient *self)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons (self->port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  Peer *peer = g_new0 (Peer, 1);
  int on = 1;

  peer->buffer = g_malloc (BUFFER_SIZE + 1);
  peer->buffer[0] = '\0';
  peer->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (peer->fd, (struct sockaddr *) &address, sizeof (address)), ==, 0);
  setsockopt (peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));

  return peer;
}

static void
bench_client_listen (BenchClient *self,
                     Peer        *peer)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };

  g_assert_cmpint (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, peer->fd, &event), ==, 0);
}

static void
peer_send (Peer       *peer,
           const char *bytes,
           gsize       length)
{
  g_assert_cmpint (send (peer->fd, bytes, length, MSG_NOSIGNAL), ==, (gssize) length);
}

/* Reads what there is. */
static void
peer_receive (Peer *peer)
{
  gssize n = recv (peer->fd, peer->buffer + peer->length, BUFFER_SIZE - peer->length, 0);

  g_assert_cmpint (n, >, 0);
  peer->length += (gsize) n;
  peer->buffer[peer->length] = '\0';
}

/* Finds the body of an answer that has come whole. */
static const char *
peer_find_body (Peer *peer)
{
  const char *end = strstr (peer->buffer, "\r\n\r\n");
  const char *length = end != NULL ? strcasestr (peer->buffer, "\r\nContent-Length: ") : NULL;

  if (length == NULL ||
      peer->buffer + peer->length < end + 4 + strtoul (length + 18, NULL, 10))
    return NULL;

  return end + 4;
}

/* A request's answer is here: the next one goes out. */
static void
bench_client_take_answer (BenchClient *self,
                          Peer        *peer)
{
  peer_receive (peer);
  if (peer_find_body (peer) == NULL)
    return;

  g_assert_true (g_str_has_prefix (peer->buffer, "HTTP/1.1 202"));
  peer->length = 0;
  self->n_answered++;
  if (self->n_to_send == 0)
    return;

  self->n_to_send--;
  peer_send (peer, self->request, strlen (self->request));
}

/* Counts what has ended; the rest nobody looks at. */
static void
bench_client_take_news (BenchClient *self,
                        Peer        *peer)
{
  const char *found = peer->buffer;
  gboolean is_first = peer == g_ptr_array_index (self->watchers, 0);
  gsize left;

  peer_receive (peer);
  for (;;)
    {
      found = memmem (found, (gsize) (peer->buffer + peer->length - found), COMPLETED,
                      sizeof (COMPLETED) - 1);
      if (found == NULL)
        break;
      if (is_first && self->latencies != NULL)
        self->latencies[peer->n_completed] =
          (double) (g_get_monotonic_time () - self->sent_at[peer->n_completed]);
      peer->n_completed++;
      found += sizeof (COMPLETED) - 1;
    }

  left = MIN (peer->length, CARRY);
  memmove (peer->buffer, peer->buffer + peer->length - left, left);
  peer->length = left;
}

/* Says that the watchers are there, as a server hangs up on those who say nothing. */
static void
bench_client_greet_again (BenchClient *self,
                          gint64       now)
{
  /* A masked frame of text: a ping of SignalR. */
  static const char ping[] = "\x81\x8b\0\0\0\0{\"type\":6}\036";

  if (now < self->greeted_at + GREETING_INTERVAL)
    return;

  self->greeted_at = now;
  for (guint i = 0; i < self->watchers->len; i++)
    peer_send (g_ptr_array_index (self->watchers, i), ping, sizeof (ping) - 1);
}

/* Takes what has come, or waits for something until a time. */
static void
bench_client_iterate (BenchClient *self,
                      gint64       until)
{
  struct epoll_event events[64];
  gint64 now = g_get_monotonic_time ();
  int n = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events),
                      until <= now ? 0 : (int) (MIN (until - now, GREETING_INTERVAL) / 1000));

  bench_client_greet_again (self, now);
  for (int i = 0; i < n; i++)
    {
      Peer *peer = events[i].data.ptr;

      if (peer->is_watcher)
        bench_client_take_news (self, peer);
      else
        bench_client_take_answer (self, peer);
    }
}

/* Whether every watcher was told of so many. */
static gboolean
bench_client_has_seen (BenchClient *self,
                       guint        n_completed)
{
  for (guint i = 0; i < self->watchers->len; i++)
    if (((Peer *) g_ptr_array_index (self->watchers, i))->n_completed < n_completed)
      return FALSE;

  return TRUE;
}

static void
bench_client_forget_news (BenchClient *self)
{
  for (guint i = 0; i < self->watchers->len; i++)
    ((Peer *) g_ptr_array_index (self->watchers, i))->n_completed = 0;
}

BenchClient *
bench_client_new (guint16     port,
                  const char *token)
{
  BenchClient *self = g_new0 (BenchClient, 1);

  self->port = port;
  self->token = g_strdup (token);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->watchers = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_free);

  return self;
}

void
bench_client_free (BenchClient *self)
{
  bench_client_hang_up (self);
  g_ptr_array_unref (self->watchers);
  close (self->epoll_fd);
  g_free (self->token);
  g_free (self);
}

/* Makes a request that adds what @body says; or one of a list, if @body begins with a slash. */
char *
bench_client_make_request (BenchClient *self,
                           const char  *body)
{
  if (body[0] == '/')
    return g_strdup_printf ("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                            "Authorization: Bearer %s\r\n\r\n", body, self->port, self->token);

  return g_strdup_printf ("POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                          "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\n\r\n%s", self->port, self->token,
                          strlen (body), body);
}

/* Asks once. The connection stays for the next time. */
void
bench_client_begin_to_ask (BenchClient *self,
                           const char  *request)
{
  if (self->asker == NULL)
    self->asker = bench_client_connect (self);

  self->asker->length = 0;
  peer_send (self->asker, request, strlen (request));
}

/* Waits for the answer, and returns its body. */
char *
bench_client_hear (BenchClient *self)
{
  const char *body = NULL;

  while (body == NULL)
    {
      peer_receive (self->asker);
      body = peer_find_body (self->asker);
    }

  return g_strdup (body);
}

/* Asks once, and returns the body of the answer. */
char *
bench_client_ask (BenchClient *self,
                  const char  *request)
{
  bench_client_begin_to_ask (self, request);

  return bench_client_hear (self);
}

/* Closes the connection of bench_client_ask(), which a server does not keep for long. */
void
bench_client_hang_up (BenchClient *self)
{
  g_clear_pointer (&self->asker, peer_free);
}

/* Says hello as a SignalR client does, and wants to see everything. */
static void
peer_send_greeting (Peer *peer)
{
  static const char text[] = "{\"protocol\":\"json\",\"version\":1}\036"
                             "{\"type\":4,\"invocationId\":\"1\",\"target\":\"WatchTasks\","
                             "\"arguments\":[null,0,0]}\036";
  const gsize length = sizeof (text) - 1;

  /* A short frame of text, masked by nothing (RFC 6455, section 5.2). */
  const char head[] = { (char) 0x81, (char) (0x80 | length), 0, 0, 0, 0 };

  G_STATIC_ASSERT (sizeof (text) - 1 < 126);

  peer_send (peer, head, sizeof (head));
  peer_send (peer, text, length);
}

static void
bench_client_add_watcher (BenchClient *self)
{
  g_autofree char *request =
    g_strdup_printf ("GET /hub HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\n"
                     "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", self->port,
                     self->token);
  Peer *peer = bench_client_connect (self);

  peer_send (peer, request, strlen (request));
  while (strstr (peer->buffer, "\r\n\r\n") == NULL)
    peer_receive (peer);
  g_assert_true (g_str_has_prefix (peer->buffer, "HTTP/1.1 101"));

  /* The header of a frame may have zeros in it. */
  peer->length = 0;
  peer_send_greeting (peer);
  while (memmem (peer->buffer, peer->length, "\"snapshot\"", 10) == NULL)
    peer_receive (peer);

  peer->length = 0;
  peer->is_watcher = TRUE;
  g_ptr_array_add (self->watchers, peer);
  bench_client_listen (self, peer);
}

/* Has as many watch everything: more come, or all go. */
void
bench_client_watch (BenchClient *self,
                    guint        n_watchers)
{
  if (n_watchers < self->watchers->len)
    g_ptr_array_set_size (self->watchers, 0);
  while (self->watchers->len < n_watchers)
    bench_client_add_watcher (self);
}

/**
 * bench_client_load:
 * @self: clients
 * @request: what each of them asks, again and again
 * @n_connections: how many ask at a time
 * @n_requests: how many requests in all
 *
 * Asks as fast as answers come. If somebody watches, each request adds a task, and all must see
 * all of them end.
 *
 * Returns: requests a second
 */
double
bench_client_load (BenchClient *self,
                   const char  *request,
                   guint        n_connections,
                   guint        n_requests)
{
  g_autoptr(GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_free);
  gint64 begin;

  for (guint i = 0; i < n_connections; i++)
    {
      g_ptr_array_add (peers, bench_client_connect (self));
      bench_client_listen (self, g_ptr_array_index (peers, i));
    }

  bench_client_forget_news (self);
  self->request = request;
  self->n_answered = 0;
  self->n_to_send = n_requests - n_connections;
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < n_connections; i++)
    peer_send (g_ptr_array_index (peers, i), request, strlen (request));
  while (self->n_answered < n_requests || !bench_client_has_seen (self, n_requests))
    bench_client_iterate (self, G_MAXINT64);

  return n_requests * (double) G_USEC_PER_SEC / (double) (g_get_monotonic_time () - begin);
}

/**
 * bench_client_pace:
 * @self: clients of which at least one watches
 * @request: what adds a task
 * @n_requests: how many
 * @rate: how many a second
 * @latencies: (out caller-allocates): where to put how many microseconds it took, from when
 *   each was sent until the first watcher saw it end
 *
 * Adds tasks by the clock.
 */
void
bench_client_pace (BenchClient *self,
                   const char  *request,
                   guint        n_requests,
                   guint        rate,
                   double      *latencies)
{
  g_autofree gint64 *sent_at = g_new0 (gint64, n_requests);
  Peer *peer = bench_client_connect (self);
  gint64 next = g_get_monotonic_time ();

  bench_client_forget_news (self);
  bench_client_listen (self, peer);
  self->latencies = latencies;
  self->sent_at = sent_at;
  self->n_answered = 0;
  self->n_to_send = 0;
  for (guint i = 0; i < n_requests; i++)
    {
      next += G_USEC_PER_SEC / rate;
      while (g_get_monotonic_time () < next || self->n_answered < i)
        bench_client_iterate (self, MAX (next, g_get_monotonic_time () + 1000));
      sent_at[i] = g_get_monotonic_time ();
      peer_send (peer, request, strlen (request));
    }
  while (self->n_answered < n_requests || !bench_client_has_seen (self, n_requests))
    bench_client_iterate (self, G_MAXINT64);

  self->latencies = NULL;
  self->sent_at = NULL;
  peer_free (peer);
}
