/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE 262144

/* How many connect at a time: a server keeps the number of those small who speak HTTP. */
#define MAX_JOINING 48

/* How often those who watch say that they are there, in microseconds. */
#define GREETING_INTERVAL (10 * G_USEC_PER_SEC)

/* When so long nothing has come, all has come, in milliseconds. */
#define QUIET 5

/* A server that says nothing for so long has failed, in milliseconds. */
#define PATIENCE 120000

/* What ends a record of SignalR, and a line of a feed. */
#define SEPARATOR '\036'
#define END_OF_LINE '\n'

#define DATA "data: "

typedef enum
{
  STEP_REQUEST, /* its answer is due */
  STEP_GREETING,
  STEP_OPEN,
} Step;

typedef struct
{
  int fd;
  Step step;
  GString *carry;    /* (owned) (nullable): a head or a record that is not whole */
  guint8 header[10]; /* of a frame, as much as has come */
  guint n_header;
  guint64 n_left;    /* of the frame's payload */
  guint64 seq;       /* of the newest event */
  guint64 sum;       /* over all that the events said */
  guint n_events;
} Watcher;

struct _BenchCrowd
{
  guint16 port;
  char *token;         /* (owned) */
  int epoll_fd;
  GPtrArray *watchers; /* (owned) (element-type Watcher) */
  gboolean has_feeds;  /* those who join get a feed, and speak no SignalR */
  char *greeting;      /* (owned) (nullable): a frame, of those who join */
  gsize greeting_length;
  guint n_open;
  gboolean is_refused;
  gint64 greeted_at;

  guint64 n_events;
  guint64 n_bytes;
  GArray *arrivals;  /* (owned) (element-type gint64): when each event came to each watcher */
  char *buffer;      /* (owned) */
};

static void
watcher_free (Watcher *watcher)
{
  close (watcher->fd);
  if (watcher->carry != NULL)
    g_string_free (watcher->carry, TRUE);
  g_free (watcher);
}

static void
watcher_send (Watcher    *watcher,
              const char *bytes,
              gsize       length)
{
  g_assert_cmpint (send (watcher->fd, bytes, length, MSG_NOSIGNAL), ==, (gssize) length);
}

/* Makes a frame of text that is masked by nothing (RFC 6455, section 5.2). */
static char *
make_frame (const char *text,
            gsize      *frame_length)
{
  gsize length = strlen (text);
  GString *frame = g_string_new (NULL);
  const char head[] = { (char) 0x81, (char) 0xfe, (char) (length >> 8), (char) length, 0, 0, 0, 0 };

  g_assert_cmpuint (length, >=, 126);
  g_string_append_len (frame, head, sizeof (head));
  g_string_append_len (frame, text, (gssize) length);
  *frame_length = frame->len;

  return g_string_free (frame, FALSE);
}

BenchCrowd *
bench_crowd_new (guint16     port,
                 const char *token)
{
  BenchCrowd *self = g_new0 (BenchCrowd, 1);

  self->port = port;
  self->token = g_strdup (token);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->watchers = g_ptr_array_new_with_free_func ((GDestroyNotify) watcher_free);
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->buffer = g_malloc (BUFFER_SIZE);

  return self;
}

void
bench_crowd_free (BenchCrowd *self)
{
  g_ptr_array_unref (self->watchers);
  g_array_unref (self->arrivals);
  close (self->epoll_fd);
  g_free (self->greeting);
  g_free (self->buffer);
  g_free (self->token);
  g_free (self);
}

/* Finds a number behind a name in a record that is not NUL-terminated. */
static guint64
read_number (const char *record,
             gsize       length,
             const char *name)
{
  const char *found = memmem (record, length, name, strlen (name));

  g_assert_nonnull (found);

  return g_ascii_strtoull (found + strlen (name), NULL, 10);
}

/* Sums up what an event says, so that all who got it can be compared. */
static guint64
add_up (guint64     sum,
        const char *record,
        gsize       length)
{
  for (gsize i = 0; i + sizeof (guint64) <= length; i += sizeof (guint64))
    {
      guint64 word;

      memcpy (&word, record + i, sizeof (word));
      sum = (sum ^ word) * G_GUINT64_CONSTANT (0x100000001b3);
    }

  return sum;
}

/* An event: each comes once, and in order. */
static void
bench_crowd_take_event (BenchCrowd *self,
                        Watcher    *watcher,
                        const char *record,
                        gsize       length)
{
  guint64 seq = read_number (record, length, "\"seq\":");
  gint64 now = g_get_monotonic_time ();

  g_assert_cmpuint (seq, >, watcher->seq);
  watcher->seq = seq;
  watcher->sum = add_up (watcher->sum, record, length);
  watcher->n_events++;
  self->n_events++;
  g_array_append_val (self->arrivals, now);
}

static gboolean
has (const char *record,
     gsize       length,
     const char *text)
{
  return memmem (record, length, text, strlen (text)) != NULL;
}

/* Heartbeats and progress are levels. */
static gboolean
is_level (const char *record,
          gsize       length)
{
  return has (record, length, "\"kind\":\"heartbeat\"") ||
         has (record, length, "\"kind\":\"progress\"");
}

static void
bench_crowd_open (BenchCrowd *self,
                  Watcher    *watcher)
{
  watcher->step = STEP_OPEN;
  self->n_open++;
}

/* A line of a feed: how things are is the first of it. */
static void
bench_crowd_take_line (BenchCrowd *self,
                       Watcher    *watcher,
                       const char *line,
                       gsize       length)
{
  if (length < strlen (DATA) || memcmp (line, DATA, strlen (DATA)) != 0)
    return;

  if (watcher->step == STEP_GREETING)
    bench_crowd_open (self, watcher);
  if (!is_level (line, length))
    bench_crowd_take_event (self, watcher, line, length);
}

static void
bench_crowd_take_record (BenchCrowd *self,
                         Watcher    *watcher,
                         const char *record,
                         gsize       length)
{
  if (self->has_feeds)
    {
      bench_crowd_take_line (self, watcher, record, length);
      return;
    }

  if (length > 8 && record[8] == '2')
    {
      if (!is_level (record, length))
        bench_crowd_take_event (self, watcher, record, length);
      return;
    }

  /* Nothing but the answer that says that one watches, and pings. */
  if (watcher->step == STEP_GREETING && has (record, length, "\"ready\""))
    {
      bench_crowd_open (self, watcher);
    }
  else if (length > 2 && record[8] != '6')
    {
      g_printerr ("A watcher was told: %.*s\n", (int) MIN (length, 500), record);
      g_assert_not_reached ();
    }
}

/* Takes records out of what a frame carries, or lines. */
static void
bench_crowd_take_payload (BenchCrowd *self,
                          Watcher    *watcher,
                          const char *data,
                          gsize       length)
{
  while (length > 0)
    {
      const char *end = memchr (data, self->has_feeds ? END_OF_LINE : SEPARATOR, length);
      gsize n = end != NULL ? (gsize) (end - data) : length;

      if (end == NULL || watcher->carry != NULL)
        {
          if (watcher->carry == NULL)
            watcher->carry = g_string_new (NULL);
          g_string_append_len (watcher->carry, data, (gssize) n);
        }
      if (end == NULL)
        return;

      if (watcher->carry != NULL)
        {
          bench_crowd_take_record (self, watcher, watcher->carry->str, watcher->carry->len);
          g_string_free (g_steal_pointer (&watcher->carry), TRUE);
        }
      else
        {
          bench_crowd_take_record (self, watcher, data, n);
        }
      data += n + 1;
      length -= n + 1;
    }
}

/* Takes a byte of a frame's header. */
static void
watcher_take_header (Watcher *watcher,
                     guint8   byte)
{
  guint size;

  watcher->header[watcher->n_header++] = byte;
  if (watcher->n_header < 2)
    return;

  g_assert_cmphex (watcher->header[0], ==, 0x81);
  size = watcher->header[1] == 126 ? 2 : watcher->header[1] == 127 ? 8 : 0;
  if (watcher->n_header < 2 + size)
    return;

  watcher->n_left = size == 0 ? watcher->header[1] : 0;
  for (guint i = 0; i < size; i++)
    watcher->n_left = watcher->n_left << 8 | watcher->header[2 + i];
  watcher->n_header = 0;
}

static void
bench_crowd_take_frames (BenchCrowd *self,
                         Watcher    *watcher,
                         const char *data,
                         gsize       length)
{
  if (self->has_feeds)
    {
      bench_crowd_take_payload (self, watcher, data, length);
      return;
    }

  while (length > 0)
    {
      gsize n = (gsize) MIN (watcher->n_left, length);

      if (n == 0)
        {
          watcher_take_header (watcher, (guint8) *data);
          n = 1;
        }
      else
        {
          watcher->n_left -= n;
          bench_crowd_take_payload (self, watcher, data, n);
        }
      data += n;
      length -= n;
    }
}

/* The request is answered: what follows the answer are frames or events. */
static void
bench_crowd_take_head (BenchCrowd *self,
                       Watcher    *watcher,
                       const char *data,
                       gsize       length)
{
  g_autoptr(GString) head = NULL;
  const char *end;

  if (watcher->carry == NULL)
    watcher->carry = g_string_new (NULL);
  g_string_append_len (watcher->carry, data, (gssize) length);
  end = strstr (watcher->carry->str, "\r\n\r\n");
  if (end == NULL)
    return;

  head = g_steal_pointer (&watcher->carry);
  if (!g_str_has_prefix (head->str, self->has_feeds ? "HTTP/1.1 200" : "HTTP/1.1 101"))
    {
      self->is_refused = TRUE;
      return;
    }

  watcher->step = STEP_GREETING;
  if (!self->has_feeds)
    watcher_send (watcher, self->greeting, self->greeting_length);
  bench_crowd_take_frames (self, watcher, end + 4, head->len - (gsize) (end + 4 - head->str));
}

static void
bench_crowd_receive (BenchCrowd *self,
                     Watcher    *watcher)
{
  gssize n = recv (watcher->fd, self->buffer, BUFFER_SIZE, MSG_DONTWAIT);

  /* A server that has no room may also hang up without an answer. */
  if (n <= 0 && watcher->step == STEP_REQUEST)
    {
      self->is_refused = TRUE;
      return;
    }

  g_assert_cmpint (n, >, 0);
  self->n_bytes += (guint64) n;
  if (watcher->step == STEP_REQUEST)
    bench_crowd_take_head (self, watcher, self->buffer, (gsize) n);
  else
    bench_crowd_take_frames (self, watcher, self->buffer, (gsize) n);
}

/* Says that the watchers are there, as a server hangs up on those who say nothing. */
static void
bench_crowd_greet_again (BenchCrowd *self,
                         gint64      age)
{
  /* A masked frame of text: a ping of SignalR. */
  static const char ping[] = "\x81\x8b\0\0\0\0{\"type\":6}\036";

  if (self->has_feeds || g_get_monotonic_time () < self->greeted_at + age)
    return;

  self->greeted_at = g_get_monotonic_time ();
  for (guint i = 0; i < self->watchers->len; i++)
    {
      Watcher *watcher = g_ptr_array_index (self->watchers, i);

      if (watcher->step == STEP_OPEN)
        watcher_send (watcher, ping, sizeof (ping) - 1);
    }
}

/* Takes what has come, or waits until something comes. */
static void
bench_crowd_iterate (BenchCrowd *self)
{
  struct epoll_event events[256];
  int n = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), PATIENCE);

  g_assert_cmpint (n, >, 0);
  for (int i = 0; i < n && !self->is_refused; i++)
    bench_crowd_receive (self, events[i].data.ptr);
  bench_crowd_greet_again (self, GREETING_INTERVAL);
}

static void
bench_crowd_add (BenchCrowd *self,
                 const char *request)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons (self->port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  Watcher *watcher = g_new0 (Watcher, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = watcher };
  int on = 1;

  watcher->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (watcher->fd, >=, 0);
  g_assert_cmpint (connect (watcher->fd, (struct sockaddr *) &address, sizeof (address)), ==, 0);
  setsockopt (watcher->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
  g_assert_cmpint (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, watcher->fd, &event), ==, 0);
  g_ptr_array_add (self->watchers, watcher);
  watcher_send (watcher, request, strlen (request));
}

/* Has more connect, and waits until all are told of what happens, or one is refused. */
static guint
bench_crowd_add_many (BenchCrowd *self,
                      guint       n_watchers,
                      const char *request)
{
  guint n_wanted = self->watchers->len + n_watchers;

  while (self->n_open < n_wanted && !self->is_refused)
    {
      while (self->watchers->len < n_wanted && self->watchers->len < self->n_open + MAX_JOINING)
        bench_crowd_add (self, request);
      bench_crowd_iterate (self);
    }

  return self->n_open;
}

/**
 * bench_crowd_join:
 * @self: a crowd
 * @n_watchers: how many come
 * @target: what each of them calls to be streamed
 * @arguments: what it is called with
 *
 * Has more connect to the hub, and waits until all of them watch.
 *
 * Returns: how many there are now: fewer than there should be if one was refused
 */
guint
bench_crowd_join (BenchCrowd *self,
                  guint       n_watchers,
                  const char *target,
                  const char *arguments)
{
  g_autofree char *request =
    g_strdup_printf ("GET /hub HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\n"
                     "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", self->port,
                     self->token);

  /* A call that nobody knows is answered behind the stream's beginning. */
  g_autofree char *text =
    g_strdup_printf ("{\"protocol\":\"json\",\"version\":1}\036"
                     "{\"type\":4,\"invocationId\":\"w\",\"target\":\"%s\",\"arguments\":%s}\036"
                     "{\"type\":1,\"invocationId\":\"ready\",\"target\":\"Nothing\","
                     "\"arguments\":[]}\036", target, arguments);

  g_free (self->greeting);
  self->greeting = make_frame (text, &self->greeting_length);
  self->has_feeds = FALSE;

  return bench_crowd_add_many (self, n_watchers, request);
}

/**
 * bench_crowd_join_feeds:
 * @self: a crowd in which nobody is at the hub
 * @n_watchers: how many come
 * @path: what each of them asks for
 *
 * Has more ask for a feed, and waits until all of them watch.
 *
 * Returns: how many there are now: fewer than there should be if one was refused
 */
guint
bench_crowd_join_feeds (BenchCrowd *self,
                        guint       n_watchers,
                        const char *path)
{
  g_autofree char *request =
    g_strdup_printf ("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\n"
                     "Accept: text/event-stream\r\n\r\n", path, self->port, self->token);

  self->has_feeds = TRUE;

  return bench_crowd_add_many (self, n_watchers, request);
}

/**
 * bench_crowd_vanish:
 * @self: a crowd
 *
 * Has all hang up without a word.
 */
void
bench_crowd_vanish (BenchCrowd *self)
{
  g_ptr_array_set_size (self->watchers, 0);
  self->n_open = 0;
  self->is_refused = FALSE;
}

/**
 * bench_crowd_leave:
 * @self: a crowd
 *
 * Has all say goodbye and hang up.
 */
void
bench_crowd_leave (BenchCrowd *self)
{
  static const char goodbye[] = "\x88\x82\0\0\0\0\x03\xe8";

  for (guint i = 0; i < self->watchers->len; i++)
    {
      Watcher *watcher = g_ptr_array_index (self->watchers, i);

      if (watcher->step == STEP_OPEN && !self->has_feeds)
        watcher_send (watcher, goodbye, sizeof (goodbye) - 1);
    }
  bench_crowd_vanish (self);
}

/**
 * bench_crowd_begin:
 * @self: a crowd
 *
 * Counts anew. All say that they are there, so that none has to while something is measured,
 * and what is under way comes in before.
 */
void
bench_crowd_begin (BenchCrowd *self)
{
  struct epoll_event event;

  bench_crowd_greet_again (self, GREETING_INTERVAL / 4);
  while (epoll_wait (self->epoll_fd, &event, 1, QUIET) > 0)
    bench_crowd_receive (self, event.data.ptr);

  self->n_events = 0;
  self->n_bytes = 0;
  g_array_set_size (self->arrivals, 0);
  for (guint i = 0; i < self->watchers->len; i++)
    {
      Watcher *watcher = g_ptr_array_index (self->watchers, i);

      watcher->n_events = 0;
      watcher->sum = 0;
    }
}

/**
 * bench_crowd_rest:
 * @self: a crowd
 * @until: a monotonic time
 *
 * Takes what comes until that time.
 */
void
bench_crowd_rest (BenchCrowd *self,
                  gint64      until)
{
  struct epoll_event event;
  gint64 left;

  while ((left = until - g_get_monotonic_time ()) > 0)
    if (epoll_wait (self->epoll_fd, &event, 1, (int) (left / 1000) + 1) > 0)
      bench_crowd_receive (self, event.data.ptr);
}

/**
 * bench_crowd_await:
 * @self: a crowd
 * @n_events: how many
 *
 * Waits until all together were told of so many events since bench_crowd_begin().
 */
void
bench_crowd_await (BenchCrowd *self,
                   guint64     n_events)
{
  while (self->n_events < n_events)
    bench_crowd_iterate (self);
}

/**
 * bench_crowd_check:
 * @self: a crowd
 * @first: the first of some watchers, in the order in which they came
 * @n_watchers: how many
 * @n_events: what each of them has to have been told of
 *
 * Looks whether each of them got so many, and all of them the same.
 */
void
bench_crowd_check (BenchCrowd *self,
                   guint       first,
                   guint       n_watchers,
                   guint       n_events)
{
  for (guint i = first; i < first + n_watchers; i++)
    {
      Watcher *other = g_ptr_array_index (self->watchers, first);
      Watcher *watcher = g_ptr_array_index (self->watchers, i);

      g_assert_cmpuint (watcher->n_events, ==, n_events);
      g_assert_cmpuint (watcher->seq, ==, other->seq);
      g_assert_cmpuint (watcher->sum, ==, other->sum);
    }
}

guint64
bench_crowd_get_n_bytes (BenchCrowd *self)
{
  return self->n_bytes;
}

/* Gets when each event came to each who was told of it, since bench_crowd_begin() (transfer none)
 * (element-type gint64).
 */
GArray *
bench_crowd_get_arrivals (BenchCrowd *self)
{
  return self->arrivals;
}
