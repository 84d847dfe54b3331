/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-client.h"

#include "hw-await.h"

#include "tests/support/wait.h"

#include <gio/gunixfdlist.h>
#include <string.h>

/* Calls that wait for a task may take as long as the test. */
#define CALL_TIMEOUT (WAIT_SECONDS * 1000)

/* Runs in the thread of the connection. */
static GDBusMessage *
on_message (GDBusConnection *connection,
            GDBusMessage    *message,
            gboolean         is_incoming,
            gpointer         user_data)
{
  BusClient *self = user_data;
  const char *sender = g_dbus_message_get_sender (message);

  if (!is_incoming || g_strcmp0 (sender, "org.freedesktop.DBus") == 0)
    return message;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->messages, g_object_ref (message));
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (NULL);

  return message;
}

BusClient *
bus_client_new (const char *address)
{
  BusClient *self = g_new0 (BusClient, 1);
  g_autoptr(GError) error = NULL;

  g_mutex_init (&self->lock);
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
  self->connection =
    g_dbus_connection_new_for_address_sync (address,
                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                            NULL, NULL, &error);
  g_assert_no_error (error);
  self->filter_id = g_dbus_connection_add_filter (self->connection, on_message, self, NULL);

  return self;
}

/**
 * bus_client_listen:
 * @self: a client
 *
 * Asks the bus for every signal of the daemon.
 */
void
bus_client_listen (BusClient *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;

  reply = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "AddMatch",
                                       g_variant_new ("(s)", "type='signal',sender='" BUS_NAME
                                                      "'"), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                       NULL, &error);
  g_assert_no_error (error);
}

void
bus_client_free (BusClient *self)
{
  g_dbus_connection_remove_filter (self->connection, self->filter_id);
  if (!g_dbus_connection_is_closed (self->connection))
    g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

BusCall *
bus_client_begin (BusClient  *self,
                  const char *path,
                  const char *interface,
                  const char *method,
                  GVariant   *arguments)
{
  BusCall *call = g_new0 (BusCall, 1);

  call->client = self;
  g_dbus_connection_call_with_unix_fd_list (self->connection, BUS_NAME, path, interface, method,
                                            arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                            CALL_TIMEOUT, NULL, NULL, hw_await_result,
                                            &call->result);

  return call;
}

gboolean
bus_call_is_answered (BusCall *self)
{
  return self->result != NULL;
}

/**
 * bus_call_end:
 * @self: a call
 * @error: return location for an error
 *
 * Waits for the answer.
 *
 * Returns: (transfer full): the reply, or %NULL
 */
GVariant *
bus_call_end (BusCall *self,
              GError **error)
{
  wait_until (self->result != NULL);

  return g_dbus_connection_call_with_unix_fd_list_finish (self->client->connection, &self->fds,
                                                          self->result, error);
}

void
bus_call_free (BusCall *self)
{
  g_clear_object (&self->result);
  g_clear_object (&self->fds);
  g_free (self);
}

/**
 * bus_client_call:
 * @self: a client
 * @method: a method of the queue
 * @arguments: its arguments; a floating reference is taken
 *
 * Calls a method that succeeds, and waits for the reply.
 *
 * Returns: (transfer full): the reply
 */
GVariant *
bus_client_call (BusClient  *self,
                 const char *method,
                 GVariant   *arguments)
{
  g_autoptr(BusCall) call = bus_client_begin (self, BUS_PATH, QUEUE_INTERFACE, method, arguments);
  g_autoptr(GError) error = NULL;
  GVariant *reply = bus_call_end (call, &error);

  g_assert_no_error (error);

  return reply;
}

/**
 * bus_client_fail:
 * @self: a client
 * @method: a method of the queue
 * @arguments: its arguments; a floating reference is taken
 *
 * Calls a method that fails with an error of the daemon's own.
 *
 * Returns: (transfer full): the error's name, without what all begin with, and sentence
 */
char *
bus_client_fail (BusClient  *self,
                 const char *method,
                 GVariant   *arguments)
{
  g_autoptr(BusCall) call = bus_client_begin (self, BUS_PATH, QUEUE_INTERFACE, method, arguments);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call_end (call, &error);
  g_autofree char *name = NULL;

  g_assert_null (reply);
  name = g_dbus_error_get_remote_error (error);
  g_dbus_error_strip_remote_error (error);
  g_assert_cmpstr (name, !=, NULL);
  g_assert_true (g_str_has_prefix (name, BUS_NAME ".Error."));

  return g_strdup_printf ("%s: %s", name + strlen (BUS_NAME ".Error."), error->message);
}

/**
 * bus_client_get_property:
 * @self: a client
 * @path: an object
 * @interface: an interface
 * @name: a property
 *
 * Gets a property as it is now.
 *
 * Returns: (transfer full) (nullable): its value, or %NULL if there is no such object
 */
GVariant *
bus_client_get_property (BusClient  *self,
                         const char *path,
                         const char *interface,
                         const char *name)
{
  g_autoptr(BusCall) call = bus_client_begin (self, path, "org.freedesktop.DBus.Properties",
                                              "Get", g_variant_new ("(ss)", interface, name));
  g_autoptr(GVariant) reply = bus_call_end (call, NULL);
  GVariant *value = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);

  return value;
}

/**
 * bus_client_sync:
 * @self: a client
 *
 * Waits until everything is there that the daemon has sent so far.
 */
void
bus_client_sync (BusClient *self)
{
  g_autoptr(BusCall) call = bus_client_begin (self, BUS_PATH, "org.freedesktop.DBus.Peer", "Ping",
                                              NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call_end (call, &error);

  g_assert_no_error (error);
}

guint
bus_client_count (BusClient  *self,
                  const char *member)
{
  guint n_messages = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->messages->len; i++)
    if (g_strcmp0 (g_dbus_message_get_member (g_ptr_array_index (self->messages, i)),
                   member) == 0)
      n_messages++;
  g_mutex_unlock (&self->lock);

  return n_messages;
}

/**
 * bus_client_take_messages:
 * @self: a client
 *
 * Takes everything that came so far.
 *
 * Returns: (transfer full) (element-type GDBusMessage): the messages, in order
 */
GPtrArray *
bus_client_take_messages (BusClient *self)
{
  GPtrArray *messages;

  g_mutex_lock (&self->lock);
  messages = g_steal_pointer (&self->messages);
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_unlock (&self->lock);

  return messages;
}

/* Gets the number of a task out of its path. */
static const char *
get_number (const char *path)
{
  return strrchr (path, '/') + 1;
}

static void
tell_properties (GString      *story,
                 GDBusMessage *message)
{
  g_autoptr(GVariant) changes = g_variant_get_child_value (g_dbus_message_get_body (message), 1);
  const char *state = "…";

  /* The counts change at any time, as far as a story goes. */
  if (g_str_equal (g_dbus_message_get_path (message), BUS_PATH))
    return;

  g_variant_lookup (changes, "State", "&s", &state);
  g_string_append_printf (story, "object %s %s\n",
                          get_number (g_dbus_message_get_path (message)), state);
}

static void
tell_object (GString      *story,
             GDBusMessage *message,
             const char   *what)
{
  g_autoptr(GVariant) path = g_variant_get_child_value (g_dbus_message_get_body (message), 0);

  g_string_append_printf (story, "%s %s\n", what, get_number (g_variant_get_string (path, NULL)));
}

/* Tells a signal of the queue by its numbers and, if it has one, its word. */
static void
tell_event (GString      *story,
            GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  g_autoptr(GVariant) third = g_variant_get_child_value (body, 2);
  g_autoptr(GVariant) fourth = NULL;
  guint64 seq;

  g_variant_get_child (body, 1, "t", &seq);
  g_string_append_printf (story, "%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                          g_dbus_message_get_member (message), seq, g_variant_get_uint64 (third));
  if (g_variant_n_children (body) > 4)
    {
      fourth = g_variant_get_child_value (body, 3);
      g_string_append_printf (story, " %s", g_variant_get_string (fourth, NULL));
    }
  g_string_append_c (story, '\n');
}

static void
tell_signal (GString      *story,
             GDBusMessage *message)
{
  const char *member = g_dbus_message_get_member (message);

  if (g_str_equal (member, "PropertiesChanged"))
    tell_properties (story, message);
  else if (g_str_equal (member, "InterfacesAdded"))
    tell_object (story, message, "new object");
  else if (g_str_equal (member, "InterfacesRemoved"))
    tell_object (story, message, "no object");
  else
    tell_event (story, message);
}

/**
 * bus_client_take_story:
 * @self: a client
 *
 * Takes everything that came so far, a line each: `reply` for each reply, `object 1 STATE`
 * for properties that changed, `new object 1` and `no object 1`, and a signal of the queue
 * by its name, its number, the task's, and its word.
 *
 * Returns: (transfer full): the story
 */
char *
bus_client_take_story (BusClient *self)
{
  g_autoptr(GPtrArray) messages = bus_client_take_messages (self);
  GString *story = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      GDBusMessage *message = g_ptr_array_index (messages, i);

      switch (g_dbus_message_get_message_type (message))
        {
        case G_DBUS_MESSAGE_TYPE_SIGNAL:
          tell_signal (story, message);
          break;

        case G_DBUS_MESSAGE_TYPE_METHOD_RETURN:
          if (g_dbus_message_get_body (message) != NULL)
            g_string_append (story, "reply\n");
          break;

        case G_DBUS_MESSAGE_TYPE_ERROR:
          g_string_append (story, "error\n");
          break;

        case G_DBUS_MESSAGE_TYPE_INVALID:
        case G_DBUS_MESSAGE_TYPE_METHOD_CALL:
        default:
          break;
        }
    }

  return g_string_free (story, FALSE);
}
