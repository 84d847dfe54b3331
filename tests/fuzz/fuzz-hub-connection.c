/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hub-hands.h"

#include "hw-hub-connection.h"

#include <string.h>

/* What comes first if the rest is MessagePack. In that any byte may be one of those below: so what
 * a client sends has any other byte in front of it, and its length.
 */
#define MSGPACK 0xc1
#define MSGPACK_HANDSHAKE "{\"protocol\":\"messagepack\",\"version\":1}\036"

/* What else happens, when a client says so: the bytes that are in no JSON. */
#define TICK 0x01
#define SHUT 0x02
#define OPEN 0x03
#define ANSWER 0x04 /* of the call that has waited longest */

typedef struct
{
  TestHandler *handler;
  HwHubConnection *connection;
  gint64 now;
  guint n_closed;
} Run;

static void
on_connection_output (GBytes  *records,
                      gpointer user_data)
{
  const Run *run = user_data;

  g_assert_cmpuint (g_bytes_get_size (records), >, 0);
  g_assert_cmpuint (run->n_closed, ==, 0);
}

static void
on_connection_closed (gboolean is_clean,
                      gpointer user_data)
{
  Run *run = user_data;

  run->n_closed++;
}

static void
on_connection_wants_input (gpointer user_data)
{
}

static void
on_connection_go_binary (gpointer user_data)
{
}

static const HwHubConnectionOwner owner = {
  .output = on_connection_output,
  .closed = on_connection_closed,
  .wants_input = on_connection_wants_input,
  .go_binary = on_connection_go_binary,
};

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

/* Does what a byte stands for. @piece is what the client sends if it stands for nothing else. */
static void
step (Run          *run,
      guint8        byte,
      const guint8 *piece,
      gsize         length)
{
  switch (byte)
    {
    case TICK:
      run->now += G_USEC_PER_SEC;
      hw_hub_connection_tick (run->connection, run->now);
      break;
    case SHUT:
    case OPEN:
      hw_hub_connection_set_writable (run->connection, byte == OPEN, run->now);
      break;
    case ANSWER:
      if (run->handler->waiting.length > 0)
        test_handler_let_go (run->handler);
      settle ();
      break;
    default:
      hw_hub_connection_feed (run->connection, (const char *) piece, length, run->now);
      break;
    }
}

static void
run_json (Run          *run,
          const guint8 *data,
          gsize         size)
{
  for (gsize i = 0; i < size; i++)
    step (run, data[i], data + i, 1);
}

static void
run_msgpack (Run          *run,
             const guint8 *data,
             gsize         size)
{
  const guint8 *end = data + size;

  hw_hub_connection_feed (run->connection, MSGPACK_HANDSHAKE, strlen (MSGPACK_HANDSHAKE),
                          run->now);
  while (data < end)
    {
      guint8 byte = *data++;
      gsize length = byte > ANSWER && data < end ? *data++ : 0;
      /* A copy of the exact size, so that sanitizers see what is read beyond. */
      g_autofree guint8 *piece = NULL;

      length = MIN (length, (gsize) (end - data));
      piece = g_memdup2 (data, length);
      step (run, byte, piece, length);
      data += length;
    }
}

/* A whole connection may be told anything at any time: it ends once, and says nothing
 * after its end. So may be whoever serves it: half of the time they say goodbye.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  TestHandler *handler = g_object_new (TEST_TYPE_HANDLER, NULL);
  g_autoptr(HwPrincipal) principal = hw_principal_new (HW_DOOR_TCP, "token:owner", TRUE);
  Run run = {
    handler, hw_hub_connection_new (HW_HUB_HANDLER (handler), principal, 1), 1, 0,
  };

  hw_hub_connection_set_owner (run.connection, &owner, &run);

  if (size > 0 && *data == MSGPACK)
    run_msgpack (&run, data + 1, size - 1);
  else
    run_json (&run, data, size);
  settle ();

  if (size % 2 == 0)
    hw_hub_connection_close (run.connection, NULL, FALSE);
  hw_hub_connection_abort (run.connection);
  g_assert_cmpuint (run.n_closed, ==, 1);
  while (handler->waiting.length > 0)
    test_handler_let_go (handler);
  settle ();

  g_assert_finalize_object (run.connection);
  g_assert_finalize_object (handler);

  return 0;
}
