/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-event-log.h"
#include "hw-hub-record.h"
#include "hw-msgpack-reader.h"
#include "hw-plane-loop.h"
#include "hw-task-hub.h"
#include "hw-test-house.h"
#include "hw-line-transport.h"

#include <string.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND G_USEC_PER_SEC
#define END "{\"type\":3,\"invocationId\":\"w\"}|"

/* A whole queue, and a client of its hub in the plane. */
typedef struct
{
  HwTestHouse *house;
  HwHubHandler *handler;
  HwPlane *plane;
  HwHubConnection *connection;
  HwHubTransport *transport;
  int fd;
  GString *bytes; /* what came and is no whole frame yet */
  GString *heard; /* separators are bars */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  HwPlaneWire wire = { -1, NULL };
  const int little = 4096;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof (little)), ==, 0);
  wire.fd = fds[0];
  fixture->fd = fds[1];
  fixture->house = hw_test_house_new (1);
  hw_test_house_open (fixture->house);
  fixture->handler = hw_task_hub_new (fixture->house->queue);
  fixture->plane = hw_plane_new (HW_CLOCK (fixture->house->clock));
  fixture->connection = hw_hub_connection_new (fixture->handler, fixture->house->owner, 1);
  fixture->transport = hw_line_transport_new (HW_LINE_KIND_WEBSOCKET, fixture->plane, fixture->connection,
                                              HW_CLOCK (fixture->house->clock));
  fixture->bytes = g_string_new (NULL);
  fixture->heard = g_string_new (NULL);
  hw_line_transport_start (HW_LINE_TRANSPORT (fixture->transport), &wire, NULL, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_plane_close (fixture->plane);
  g_assert_finalize_object (fixture->transport);
  hw_await_quiet ();
  g_assert_finalize_object (fixture->connection);
  g_assert_finalize_object (fixture->plane);
  g_object_unref (fixture->handler);
  hw_test_house_free (fixture->house);
  g_string_free (fixture->bytes, TRUE);
  g_string_free (fixture->heard, TRUE);
  close (fixture->fd);
}

/* Lets all happen that can while nobody reads, on both sides. */
static void
settle (Fixture *fixture)
{
  do
    {
      hw_await_quiet ();
      hw_plane_settle (fixture->plane);
    }
  while (g_main_context_pending (NULL));
}

/* Finds out how long a frame is. Returns: %FALSE if not all of it has come */
static gboolean
measure_frame (const guint8 *bytes,
               gsize         n_bytes,
               gsize        *header,
               gsize        *length)
{
  if (n_bytes < 4)
    return FALSE;

  g_assert_cmpuint (bytes[1], <=, 126);
  *header = bytes[1] < 126 ? 2 : 4;
  *length = bytes[1] < 126 ? bytes[1] : (gsize) bytes[2] << 8 | bytes[3];

  return *header + *length <= n_bytes;
}

/* Takes whole frames out of what came. */
static void
take_frames (Fixture *fixture)
{
  gsize header;
  gsize length;
  gsize done = 0;

  while (measure_frame ((const guint8 *) fixture->bytes->str + done, fixture->bytes->len - done,
                        &header, &length))
    {
      g_string_append_len (fixture->heard, fixture->bytes->str + done + header, (gssize) length);
      done += header + length;
    }

  g_string_erase (fixture->bytes, 0, (gssize) done);
}

/* Reads until nothing more comes. */
static void
receive (Fixture *fixture)
{
  char bytes[65536];
  gssize n_read;
  gboolean has_more = TRUE;

  while (has_more)
    {
      settle (fixture);
      has_more = FALSE;
      while ((n_read = recv (fixture->fd, bytes, sizeof (bytes), MSG_DONTWAIT)) > 0)
        {
          g_string_append_len (fixture->bytes, bytes, n_read);
          has_more = TRUE;
        }
      take_frames (fixture);
    }
}

static void
hear (Fixture *fixture)
{
  receive (fixture);
  for (gsize i = 0; i < fixture->heard->len; i++)
    if (fixture->heard->str[i] == HW_HUB_RECORD_SEPARATOR)
      fixture->heard->str[i] = '|';
}

static void
say_bytes (Fixture    *fixture,
           char        first_byte,
           const char *bytes,
           gsize       length)
{
  g_autoptr(GString) frame = g_string_new (NULL);

  g_assert_cmpuint (length, <, 126);
  g_string_append_c (frame, first_byte);
  g_string_append_c (frame, (char) (0x80 | length));
  g_string_append_len (frame, "\0\0\0\0", 4);
  g_string_append_len (frame, bytes, (gssize) length);

  g_assert_cmpint (send (fixture->fd, frame->str, frame->len, 0), ==, frame->len);
  settle (fixture);
}

static void
say (Fixture    *fixture,
     const char *text)
{
  g_autofree char *bytes = g_strdelimit (g_strdup (text), "|", HW_HUB_RECORD_SEPARATOR);

  say_bytes (fixture, (char) 0x81, bytes, strlen (bytes));
}

static void
watch (Fixture    *fixture,
       const char *method,
       const char *what,
       guint64     epoch,
       guint64     after)
{
  g_autofree char *call =
    g_strdup_printf ("{\"type\":4,\"invocationId\":\"w\",\"target\":\"%s\",\"arguments\":[%s,%"
                     G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}|", method, what, epoch, after);

  say (fixture, "{\"protocol\":\"json\",\"version\":1}|");
  say (fixture, call);
  hear (fixture);
  g_assert_true (g_str_has_prefix (fixture->heard->str, "{}|"));
  g_string_erase (fixture->heard, 0, 3);
}

static guint64
get_epoch (Fixture *fixture)
{
  return hw_task_queue_get_epoch (fixture->house->queue);
}

static guint64
get_head (Fixture *fixture)
{
  return hw_event_log_get_head (hw_task_queue_get_log (fixture->house->queue));
}

/* Gives the seq of each event that was heard, in order. */
static GArray *
list_numbers (Fixture *fixture)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  const char *event = fixture->heard->str;

  while ((event = strstr (event, "\"item\":{")) != NULL)
    {
      const char *seq = strstr (event, "\"seq\":");
      guint64 number = g_ascii_strtoull (seq + 6, NULL, 10);

      g_array_append_val (numbers, number);
      event = seq;
    }

  return numbers;
}

/* Gives the seq of each event that was heard in MessagePack, in order. */
static GArray *
list_msgpack_numbers (Fixture *fixture)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_auto(HwHubRecordReader) records = { 0 };
  const char *data = fixture->heard->str;
  gsize length = fixture->heard->len;

  while (length > 0)
    {
      const char *record = NULL;
      gsize record_length = 0;
      HwMsgpackReader reader = { 0 };
      g_autoptr(GVariant) message = NULL;
      g_autoptr(GVariant) item = NULL;
      gint64 seq = 0;

      g_assert_true (hw_hub_record_reader_read_counted (&records, &data, &length, &record,
                                                        &record_length, NULL));
      reader = (HwMsgpackReader) { .data = record, .length = record_length };
      message = g_variant_ref_sink (hw_msgpack_reader_take_value (&reader));
      g_variant_get_child (message, 3, "v", &item);
      g_assert_true (g_variant_lookup (item, "seq", "x", &seq));
      g_array_append_val (numbers, seq);
    }

  return numbers;
}

/* Test that a task's whole story comes, and its end last. */
static void
test_story_of_a_task (Fixture      *fixture,
                      gconstpointer test_data)
{
  guint64 id = hw_test_house_submit (fixture->house, "demo");

  watch (fixture, "WatchTask", "1", 0, 0);
  g_assert_nonnull (strstr (fixture->heard->str, "\"added\""));
  g_assert_nonnull (strstr (fixture->heard->str, "\"Processing\""));
  g_assert_null (strstr (fixture->heard->str, "\"type\":3"));
  g_string_truncate (fixture->heard, 0);

  hw_test_house_succeed (fixture->house, id);
  hear (fixture);
  g_assert_nonnull (strstr (fixture->heard->str, "\"Completed\""));
  g_assert_true (g_str_has_suffix (fixture->heard->str, "|" END));
}

/* Test that whoever has seen all but the end still gets that one. */
static void
test_task_that_has_ended (Fixture      *fixture,
                          gconstpointer test_data)
{
  guint64 id = hw_test_house_submit (fixture->house, "demo");

  hw_test_house_succeed (fixture->house, id);
  watch (fixture, "WatchTask", "1", get_epoch (fixture), 2);

  g_assert_nonnull (strstr (fixture->heard->str, "\"Completed\""));
  g_assert_true (g_str_has_suffix (fixture->heard->str, "|" END));
}

/* Test that whoever resumes where they were is told nothing but what comes later. */
static void
test_nothing_new (Fixture      *fixture,
                  gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "demo");
  watch (fixture, "WatchTasks", "null", get_epoch (fixture), 2);
  g_assert_cmpstr (fixture->heard->str, ==, "");

  hw_test_house_submit (fixture->house, "demo");
  hear (fixture);
  {
    g_autoptr(GArray) numbers = list_numbers (fixture);

    g_assert_cmpuint (numbers->len, ==, 1);
    g_assert_cmpuint (g_array_index (numbers, guint64, 0), ==, 3);
  }
}

static void
test_cancelled_stream_says_no_more (Fixture      *fixture,
                                    gconstpointer test_data)
{
  watch (fixture, "WatchTasks", "null", 0, 0);
  say (fixture, "{\"type\":5,\"invocationId\":\"w\"}|");
  hear (fixture);
  g_assert_true (g_str_has_suffix (fixture->heard->str, END));

  g_string_truncate (fixture->heard, 0);
  hw_test_house_submit (fixture->house, "demo");
  hear (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "");
}

/* Test that who is quiet hears that all is, and no sign of life beside. */
static void
test_quiet_is_told (Fixture      *fixture,
                    gconstpointer test_data)
{
  watch (fixture, "WatchTasks", "null", 0, 0);
  g_string_truncate (fixture->heard, 0);

  for (guint i = 1; i <= 16; i++)
    {
      hw_fake_clock_advance (fixture->house->clock, SECOND);
      hw_hub_connection_tick (fixture->connection, i * SECOND);
    }
  hear (fixture);

  g_assert_true (g_str_has_prefix (fixture->heard->str, "{\"type\":2,"));
  g_assert_nonnull (strstr (fixture->heard->str, "\"heartbeat\""));
  g_assert_null (strstr (fixture->heard->str, "\"type\":6"));
}

/* Lets a second pass: who wants nothing then costs as little as can be. */
static void
rest (Fixture *fixture)
{
  hear (fixture);
  hw_hub_connection_tick (fixture->connection, SECOND);
  g_string_truncate (fixture->heard, 0);
}

/* Whether our end of the connection was not closed. */
static gboolean
is_connected (Fixture *fixture)
{
  struct pollfd poll_fd = { .fd = fixture->fd, .events = POLLOUT };

  g_assert_cmpint (poll (&poll_fd, 1, 0), >=, 0);

  return (poll_fd.revents & (POLLHUP | POLLERR)) == 0;
}

/* Tests that so many events came at least, each behind the one before. */
static void
assert_no_gap (GArray *numbers,
               guint   n_least)
{
  g_assert_cmpuint (numbers->len, >=, n_least);
  for (guint i = 1; i < numbers->len; i++)
    g_assert_cmpuint (g_array_index (numbers, guint64, i), ==,
                      g_array_index (numbers, guint64, i - 1) + 1);
}

/* Test that a client that reads nothing until what it needs is not among the recent events any
 * more is told all of it when it reads, once and in order.
 */
static void
test_slow_client_misses_nothing (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autoptr(GArray) numbers = NULL;
  const guint64 epoch = get_epoch (fixture);

  watch (fixture, "WatchTasks", "null", 0, 0);
  rest (fixture);
  hw_test_house_add_many (fixture->house, 200);
  settle (fixture);

  /* The plane forgets what it has. */
  hw_plane_order (fixture->plane, HW_PLANE_SUBJECT_BEGIN, NULL,
                  g_memdup2 (&epoch, sizeof (epoch)), get_head (fixture));
  hw_test_house_add_many (fixture->house, 200);
  settle (fixture);

  hear (fixture);
  numbers = list_numbers (fixture);
  g_assert_null (strstr (fixture->heard->str, "\"reset\""));
  assert_no_gap (numbers, 400);
}

/* Test that so is one of MessagePack, in the main context and in the plane. */
static void
test_slow_msgpack_client_misses_nothing (Fixture      *fixture,
                                         gconstpointer test_data)
{
  static const char call[] = "\x14\x95\x04\x80\xa1w\xaaWatchTasks\x93\xc0\x00\x00";
  g_autoptr(GArray) numbers = NULL;
  const guint64 epoch = get_epoch (fixture);

  say (fixture, "{\"protocol\":\"messagepack\",\"version\":1}|");
  say_bytes (fixture, (char) 0x82, call, sizeof (call) - 1);
  rest (fixture);
  hw_test_house_add_many (fixture->house, 200);
  settle (fixture);
  hw_plane_order (fixture->plane, HW_PLANE_SUBJECT_BEGIN, NULL,
                  g_memdup2 (&epoch, sizeof (epoch)), get_head (fixture));
  hw_test_house_add_many (fixture->house, 200);
  receive (fixture);
  hw_test_house_add_many (fixture->house, 1);
  receive (fixture);

  numbers = list_msgpack_numbers (fixture);
  assert_no_gap (numbers, 401);
}

/* Test that a client that does not take its news is cut after 10 seconds, and not before; one
 * that takes some of them in time stays.
 */
static void
test_slow_client_is_cut (Fixture      *fixture,
                         gconstpointer test_data)
{
  watch (fixture, "WatchTasks", "null", 0, 0);
  rest (fixture);
  hw_test_house_add_many (fixture->house, 200);
  settle (fixture);
  hw_fake_clock_advance (fixture->house->clock, 9 * SECOND);
  hw_hub_transport_tick (fixture->transport);
  g_assert_true (is_connected (fixture));

  hear (fixture);
  hw_test_house_add_many (fixture->house, 200);
  settle (fixture);
  hw_fake_clock_advance (fixture->house->clock, 9 * SECOND);
  hw_hub_transport_tick (fixture->transport);
  g_assert_true (is_connected (fixture));

  hw_fake_clock_advance (fixture->house->clock, SECOND);
  hw_hub_transport_tick (fixture->transport);
  settle (fixture);
  g_assert_false (is_connected (fixture));
}

/* Takes some of what has come. */
static void
take_some (Fixture *fixture)
{
  char bytes[16384];

  g_assert_cmpint (recv (fixture->fd, bytes, sizeof (bytes), MSG_DONTWAIT), >, 0);
  settle (fixture);
}

/* Test that a client that takes a part of its news now and then is not cut while it does,
 * however long all of it takes.
 */
static void
test_steady_client_stays (Fixture      *fixture,
                          gconstpointer test_data)
{
  watch (fixture, "WatchTasks", "null", 0, 0);
  rest (fixture);
  hw_test_house_add_many (fixture->house, 200);
  settle (fixture);

  for (guint i = 0; i < 4; i++)
    {
      hw_fake_clock_advance (fixture->house->clock, 6 * SECOND);
      hw_hub_transport_tick (fixture->transport);
      settle (fixture);
      g_assert_true (is_connected (fixture));
      take_some (fixture);
    }

  hw_fake_clock_advance (fixture->house->clock, 10 * SECOND);
  hw_hub_transport_tick (fixture->transport);
  settle (fixture);
  g_assert_false (is_connected (fixture));
}

/* Test that a client that wants something after a while gets it, beside its stream. */
static void
test_rested_client_calls (Fixture      *fixture,
                          gconstpointer test_data)
{
  watch (fixture, "WatchTasks", "null", 0, 0);
  rest (fixture);

  say (fixture, "{\"type\":1,\"invocationId\":\"1\",\"target\":\"CancelTask\","
       "\"arguments\":[9]}|");
  say (fixture, "{\"type\":4,\"invocationId\":\"w\",\"target\":\"WatchTasks\","
       "\"arguments\":[null,0,0]}|");
  hear (fixture);
  g_assert_nonnull (strstr (fixture->heard->str, "no task 9"));
  g_assert_nonnull (strstr (fixture->heard->str, "already in use"));

  rest (fixture);
  hw_test_house_submit (fixture->house, "demo");
  hear (fixture);
  g_assert_nonnull (strstr (fixture->heard->str, "\"added\""));
}

static void
test_rested_client_cancels (Fixture      *fixture,
                            gconstpointer test_data)
{
  watch (fixture, "WatchTasks", "null", 0, 0);
  rest (fixture);

  say (fixture, "{\"type\":5,\"invocationId\":\"w\"}|");
  hw_test_house_submit (fixture->house, "demo");
  hear (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, END);
}

static void
test_rested_client_hears_the_end (Fixture      *fixture,
                                  gconstpointer test_data)
{
  guint64 id = hw_test_house_submit (fixture->house, "demo");

  watch (fixture, "WatchTask", "1", 0, 0);
  rest (fixture);

  hw_test_house_succeed (fixture->house, id);
  hear (fixture);
  g_assert_true (g_str_has_suffix (fixture->heard->str, "|" END));
}

/* Test that who watches may be gone at any time. */
static void
test_watcher_vanishes (Fixture      *fixture,
                       gconstpointer test_data)
{
  watch (fixture, "WatchTasks", "null", 0, 0);
  shutdown (fixture->fd, SHUT_RDWR);
  hw_test_house_submit (fixture->house, "demo");
  settle (fixture);
  hw_test_house_submit (fixture->house, "demo");
  settle (fixture);
}

#define ADD(path, function) \
  g_test_add ("/plane-watch/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("story-of-a-task", test_story_of_a_task);
  ADD ("task-that-has-ended", test_task_that_has_ended);
  ADD ("nothing-new", test_nothing_new);
  ADD ("cancelled-stream-says-no-more", test_cancelled_stream_says_no_more);
  ADD ("quiet-is-told", test_quiet_is_told);
  ADD ("slow-client-misses-nothing", test_slow_client_misses_nothing);
  ADD ("slow-client-of-msgpack-misses-nothing", test_slow_msgpack_client_misses_nothing);
  ADD ("slow-client-is-cut", test_slow_client_is_cut);
  ADD ("steady-client-stays", test_steady_client_stays);
  ADD ("rested-client/calls", test_rested_client_calls);
  ADD ("rested-client/cancels", test_rested_client_cancels);
  ADD ("rested-client/hears-the-end", test_rested_client_hears_the_end);
  ADD ("watcher-vanishes", test_watcher_vanishes);

  return g_test_run ();
}
