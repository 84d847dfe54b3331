/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hub-hands.h"

#include "hw-hub-connection.h"

#include <string.h>

/* What comes first if the rest is MessagePack, in which any byte may be one of those below. */
#define MSGPACK 0xc1
#define MSGPACK_HANDSHAKE "{\"protocol\":\"messagepack\",\"version\":1}\036"

/* How the time goes on when a client says so: one of the bytes that are in no JSON. */
#define TICK 0x01
#define SHUT 0x02
#define OPEN 0x03

typedef struct
{
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
step (Run          *run,
      const guint8 *byte)
{
  switch (*byte)
    {
    case TICK:
      run->now += G_USEC_PER_SEC;
      hw_hub_connection_tick (run->connection, run->now);
      break;
    case SHUT:
    case OPEN:
      hw_hub_connection_set_writable (run->connection, *byte == OPEN, run->now);
      break;
    default:
      hw_hub_connection_feed (run->connection, (const char *) byte, 1, run->now);
      break;
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
  Run run = { hw_hub_connection_new (HW_HUB_HANDLER (handler), principal, 1), 1, 0 };

  hw_hub_connection_set_owner (run.connection, &owner, &run);

  if (size > 0 && *data == MSGPACK)
    {
      hw_hub_connection_feed (run.connection, MSGPACK_HANDSHAKE, strlen (MSGPACK_HANDSHAKE), 1);
      hw_hub_connection_feed (run.connection, (const char *) data + 1, size - 1, 1);
    }
  else
    {
      for (gsize i = 0; i < size; i++)
        step (&run, data + i);
    }
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  if (size % 2 == 0)
    hw_hub_connection_close (run.connection, NULL, FALSE);
  hw_hub_connection_abort (run.connection);
  g_assert_cmpuint (run.n_closed, ==, 1);
  while (handler->waiting.length > 0)
    test_handler_let_go (handler);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_finalize_object (run.connection);
  g_assert_finalize_object (handler);

  return 0;
}
