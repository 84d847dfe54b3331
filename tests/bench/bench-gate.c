/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-figures.h"

#include "hw-http-listener.h"
#include "hw-http-sockets.h"
#include "hw-system-clock.h"
#include "tests/support/remove-tree.h"

#include <gio/gunixsocketaddress.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the gate costs: requests that are answered at once, by one handler, to libsoup as it is and
 * to libsoup behind our listener and stream, in the same run. Over connections that stay open, and
 * over a new one for each request; over TCP and over a Unix socket. The server is a process of its
 * own, so that its processor time is known, which a busy machine changes less than the rate.
 */

#define N_CONNECTIONS 16

#define REQUEST \
  "GET /healthz HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n" \
  "Accept-Encoding: identity\r\nAuthorization: Bearer 0123456789abcdef0123456789abcdef\r\n"

/* libsoup never lets go of a connection whose end it was not told of. */
#define REQUEST_ON REQUEST "\r\n"
#define REQUEST_LAST REQUEST "Connection: close\r\n\r\n"

#define ANSWER "ok\n"

typedef struct
{
  pid_t pid;
  GSocketAddress *address; /* (owned) */
} Server;

/* What is the same for all servers of a run. */
typedef struct
{
  guint n_requests; /* of one measurement */
  char *folder;     /* (owned) */
} Bench;

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, ANSWER,
                                    strlen (ANSWER));
}

/* libsoup asks for the address of who hung up, and is surprised that there is none. */
static GLogWriterOutput
drop_log (GLogLevelFlags   level,
          const GLogField *fields,
          gsize            n_fields,
          gpointer         user_data)
{
  return G_LOG_WRITER_HANDLED;
}

/* In the child. */
G_GNUC_NORETURN
static void
serve (GSocket *socket,
       gboolean is_gated,
       gboolean is_local)
{
  g_autoptr(SoupServer) soup = g_object_new (SOUP_TYPE_SERVER, NULL);
  g_autoptr(HwClock) clock = hw_system_clock_new ();
  g_autoptr(HwHttpListener) listener = hw_http_listener_new (soup, clock);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_log_set_writer_func (drop_log, NULL, NULL);
  soup_server_add_handler (soup, NULL, on_request, NULL, NULL);
  if (is_gated)
    hw_http_listener_add (listener, socket,
                          is_local ? HW_HTTP_ENTRANCE_OWNER : HW_HTTP_ENTRANCE_LOOPBACK);
  else if (!soup_server_listen_socket (soup, socket, 0, NULL))
    _exit (1);
  g_main_loop_run (loop);
  _exit (0);
}

static GSocket *
listen_somewhere (Bench   *bench,
                  gboolean is_local)
{
  static guint n_sockets;
  g_autofree char *path = g_strdup_printf ("%s/%u", bench->folder, n_sockets++);
  g_autoptr(GPtrArray) sockets = NULL;

  if (is_local)
    return hw_http_sockets_listen_unix (path, 0600, "--socket", NULL);

  sockets = hw_http_sockets_listen_tcp (0, NULL);
  return g_object_ref (g_ptr_array_index (sockets, 0));
}

static void
server_start (Server  *self,
              Bench   *bench,
              gboolean is_gated,
              gboolean is_local)
{
  g_autoptr(GSocket) socket = listen_somewhere (bench, is_local);

  self->address = g_socket_get_local_address (socket, NULL);
  self->pid = fork ();
  if (self->pid == 0)
    serve (socket, is_gated, is_local);
}

static void
server_stop (Server *self)
{
  kill (self->pid, SIGKILL);
  waitpid (self->pid, NULL, 0);
  g_clear_object (&self->address);
}

/* In microseconds. */
static double
server_get_processor_time (Server *self)
{
  struct timespec time = { 0 };
  clockid_t clock;

  if (clock_getcpuclockid (self->pid, &clock) == 0)
    clock_gettime (clock, &time);

  return (double) time.tv_sec * 1e6 + (double) time.tv_nsec / 1e3;
}

static int
connect_to (Server *server)
{
  char bytes[128];
  gsize size = (gsize) g_socket_address_get_native_size (server->address);
  int fd = socket (g_socket_address_get_family (server->address) == G_SOCKET_FAMILY_UNIX
                   ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_true (g_socket_address_to_native (server->address, bytes, sizeof (bytes), NULL));
  g_assert_cmpint (connect (fd, (struct sockaddr *) bytes, (socklen_t) size), ==, 0);

  return fd;
}

static void
ask (int         fd,
     const char *request)
{
  g_assert_cmpint (send (fd, request, strlen (request), MSG_NOSIGNAL), ==, strlen (request));
}

/* Hears an answer to its end, which is known. */
static void
hear (int fd)
{
  char bytes[4096];
  gsize length = 0;

  while (length < strlen (ANSWER) ||
         memcmp (bytes + length - strlen (ANSWER), ANSWER, strlen (ANSWER)) != 0)
    {
      gssize n_read = recv (fd, bytes + length, sizeof (bytes) - length, 0);

      g_assert_cmpint (n_read, >, 0);
      length += (gsize) n_read;
    }
}

/* Has a request under way on each connection. If they are new each time, so are they here. */
static BenchFigure
load (Server  *server,
      guint    n_requests,
      gboolean are_new)
{
  const char *request = are_new ? REQUEST_LAST : REQUEST_ON;
  struct pollfd polls[N_CONNECTIONS];
  gint64 begin = g_get_monotonic_time ();
  double before = server_get_processor_time (server);
  guint n_answers = 0;

  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      polls[i] = (struct pollfd) { connect_to (server), POLLIN, 0 };
      ask (polls[i].fd, request);
    }

  while (n_answers < n_requests)
    {
      g_assert_cmpint (poll (polls, N_CONNECTIONS, 30000), >, 0);
      for (guint i = 0; i < N_CONNECTIONS; i++)
        if (polls[i].revents != 0)
          {
            hear (polls[i].fd);
            n_answers++;
            if (are_new)
              {
                close (polls[i].fd);
                polls[i].fd = connect_to (server);
              }
            ask (polls[i].fd, request);
          }
    }

  for (guint i = 0; i < N_CONNECTIONS; i++)
    close (polls[i].fd);

  return (BenchFigure) {
           bench_get_rate (n_answers, begin),
           (server_get_processor_time (server) - before) / n_answers,
  };
}

static void
measure (Bench      *bench,
         const char *what,
         gboolean    is_local,
         gboolean    are_new)
{
  BenchFigure ours[BENCH_ROUNDS], raw[BENCH_ROUNDS];
  BenchFigure our_middle, raw_middle;
  Server gated = { 0 };
  Server bare = { 0 };

  server_start (&gated, bench, TRUE, is_local);
  server_start (&bare, bench, FALSE, is_local);
  for (guint round = 0; round < BENCH_ROUNDS; round++)
    {
      raw[round] = load (&bare, bench->n_requests, are_new);
      ours[round] = load (&gated, bench->n_requests, are_new);
    }
  server_stop (&gated);
  server_stop (&bare);

  our_middle = bench_get_middle (ours);
  raw_middle = bench_get_middle (raw);
  g_print ("%-36s %8.0f/s  %6.1f us  %8.0f/s  %6.1f us  %4.0f %% of the rate, %4.0f %% of the "
           "processor time\n", what, our_middle.rate, our_middle.cost, raw_middle.rate,
           raw_middle.cost, 100 * our_middle.rate / raw_middle.rate,
           100 * our_middle.cost / raw_middle.cost);
}

int
main (int   argc,
      char *argv[])
{
  gboolean is_smoke = bench_is_smoke (argc, argv);
  Bench bench = { is_smoke ? 200 : 5000, g_dir_make_tmp ("bench-gate-XXXXXX", NULL) };

  g_print ("%-36s %12s  %17s\n", "", "behind the gate", "libsoup");
  measure (&bench, "TCP, connections that stay", FALSE, FALSE);
  measure (&bench, "Unix socket, connections that stay", TRUE, FALSE);
  measure (&bench, "TCP, a connection for each request", FALSE, TRUE);
  measure (&bench, "Unix socket, one for each request", TRUE, TRUE);

  remove_tree (bench.folder);
  g_free (bench.folder);

  return 0;
}
