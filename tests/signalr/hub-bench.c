/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-bench.h"

#include "hw-hub-record.h"

#include <string.h>

static void
append_text (GString    *output,
             const char *data,
             gsize       length)
{
  g_assert_cmpint (data[length - 1], ==, HW_HUB_RECORD_SEPARATOR);
  for (gsize i = 0; i < length; i++)
    g_string_append_c (output, data[i] == HW_HUB_RECORD_SEPARATOR ? '|' : data[i]);
}

static void
on_connection_output (GBytes  *records,
                      gpointer user_data)
{
  Fixture *fixture = user_data;
  gsize length;
  const char *data = g_bytes_get_data (records, &length);

  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (fixture->n_closed, ==, 0);
  fixture->n_outputs++;
  if (fixture->n_binary > 0)
    g_string_append_len (fixture->output, data, (gssize) length);
  else
    append_text (fixture->output, data, length);

  if (fixture->shuts_on_output)
    hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
}

static void
on_connection_closed (gboolean is_clean,
                      gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_closed++;
  fixture->is_clean = is_clean;
}

static void
on_connection_wants_input (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_wants_input++;
}

static void
on_connection_go_binary (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_binary++;
}

static guint
on_connection_watch (HwWatchWriteFunc write,
                     GBytes          *head,
                     HwWatchPlace    *place,
                     gpointer         user_data)
{
  Fixture *fixture = user_data;

  return ++fixture->n_watches;
}

static void
on_connection_unwatch (guint    watch,
                       gpointer user_data)
{
}

static const HwHubConnectionOwner owner = {
  .output = on_connection_output,
  .closed = on_connection_closed,
  .wants_input = on_connection_wants_input,
  .go_binary = on_connection_go_binary,
  .watch = on_connection_watch,
  .unwatch = on_connection_unwatch,
};

void
set_up_silent (Fixture      *fixture,
               gconstpointer test_data)
{
  g_autoptr(HwPrincipal) principal = hw_principal_new (HW_DOOR_TCP, "token:owner", TRUE);

  fixture->now = 1000 * SECOND;
  fixture->output = g_string_new (NULL);
  fixture->handler = g_object_new (TEST_TYPE_HANDLER, NULL);
  fixture->connection = hw_hub_connection_new (HW_HUB_HANDLER (fixture->handler), principal,
                                               fixture->now);
  hw_hub_connection_set_owner (fixture->connection, &owner, fixture);
}

/* Gives the connection @text, in which bars are separators, and lets all happen
 * that can.
 */
void
feed (Fixture    *fixture,
      const char *text)
{
  g_autofree char *bytes = g_strdelimit (g_strdup (text), "|", HW_HUB_RECORD_SEPARATOR);

  hw_hub_connection_feed (fixture->connection, bytes, strlen (bytes), fixture->now);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

void
tick (Fixture *fixture,
      gint64   seconds)
{
  for (gint64 i = 0; i < seconds; i++)
    {
      fixture->now += SECOND;
      hw_hub_connection_tick (fixture->connection, fixture->now);
    }
}

void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  set_up_silent (fixture, test_data);
  feed (fixture, HANDSHAKE);
  g_assert_cmpstr (fixture->output->str, ==, "{}|");
  g_string_truncate (fixture->output, 0);
  fixture->n_outputs = 0;
}

void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  GObject *connection = G_OBJECT (g_steal_pointer (&fixture->connection));

  g_object_add_weak_pointer (connection, (gpointer *) &fixture->connection);
  fixture->connection = HW_HUB_CONNECTION (connection);
  g_object_unref (connection);
  g_assert_null (fixture->connection);

  while (fixture->handler->waiting.length > 0)
    test_handler_let_go (fixture->handler);
  settle ();
  g_assert_finalize_object (g_steal_pointer (&fixture->handler));
  g_string_free (fixture->output, TRUE);
}
