/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fake-desktop.h"

#include "wait.h"

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"

static const char interface_xml[] =
  "<node><interface name='" NAME "'>"
  "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
  "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
  "<method name='Notify'>"
  "<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
  "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
  "<arg type='u' direction='out'/>"
  "</method>"
  "</interface></node>";

static void
fake_notification_free (FakeNotification *self)
{
  g_free (self->application);
  g_free (self->icon);
  g_free (self->summary);
  g_free (self->body);
  g_free (self->actions);
  g_variant_unref (self->hints);
  g_free (self);
}

static FakeNotification *
fake_notification_new (GVariant *parameters)
{
  FakeNotification *self = g_new0 (FakeNotification, 1);
  g_auto(GStrv) actions = NULL;

  g_variant_get (parameters, "(susss^as@a{sv}i)", &self->application, &self->replaces, &self->icon,
                 &self->summary, &self->body, &actions, &self->hints, &self->timeout);
  self->actions = g_strjoinv ("|", actions);

  return self;
}

static void
fake_desktop_show (FakeDesktop *self,
                   GVariant    *parameters)
{
  FakeNotification *shown = fake_notification_new (parameters);

  shown->id = shown->replaces != 0 ? shown->replaces : ++self->last_id;
  g_ptr_array_add (self->shown, shown);
}

static void
fake_desktop_emit (FakeDesktop *self,
                   const char  *signal,
                   GVariant    *parameters)
{
  g_assert_true (g_dbus_connection_emit_signal (self->connection, NULL, PATH, NAME, signal,
                                                parameters, NULL));
}

static void
on_method_call (GDBusConnection       *connection,
                const char            *sender,
                const char            *path,
                const char            *interface,
                const char            *method,
                GVariant              *parameters,
                GDBusMethodInvocation *invocation,
                gpointer               user_data)
{
  FakeDesktop *self = user_data;
  gboolean is_notify = g_str_equal (method, "Notify");

  if (is_notify)
    fake_desktop_show (self, parameters);
  self->n_asked += g_str_equal (method, "GetCapabilities");

  if (self->is_broken)
    {
      g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.DBus.Error.Failed",
                                                  "It is broken.");
    }
  else if (self->is_deaf || (self->is_slow && is_notify))
    {
      g_ptr_array_add (self->waiting, invocation);
    }
  else if (is_notify)
    {
      g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(u)", fake_desktop_get_last (self)->id));
    }
  else if (g_str_equal (method, "GetCapabilities"))
    {
      g_dbus_method_invocation_return_value (invocation,
                                             g_variant_new ("(^as)", self->abilities));
    }
  else
    {
      guint32 id;

      g_variant_get (parameters, "(u)", &id);
      g_array_append_val (self->closed, id);
      fake_desktop_close (self, id);
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
}

static void
on_name_acquired (GDBusConnection *connection,
                  const char      *name,
                  gpointer         user_data)
{
  FakeDesktop *self = user_data;

  self->has_name = TRUE;
}

/**
 * fake_desktop_new:
 * @bus: where
 * @abilities: what it can do, with blanks between
 *
 * Starts a server.
 *
 * Returns: (transfer full): the server
 */
FakeDesktop *
fake_desktop_new (PrivateBus *bus,
                  const char *abilities)
{
  FakeDesktop *self = g_new0 (FakeDesktop, 1);
  const GDBusInterfaceVTable vtable = { .method_call = on_method_call };
  g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, NULL);

  self->abilities = g_strsplit (abilities, " ", -1);
  self->shown = g_ptr_array_new_with_free_func ((GDestroyNotify) fake_notification_free);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->closed = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->connection = private_bus_connect (bus);
  self->object_id = g_dbus_connection_register_object (self->connection, PATH, node->interfaces[0],
                                                       &vtable, self, NULL, NULL);
  self->owner_id = g_bus_own_name_on_connection (self->connection, NAME,
                                                 G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                                 on_name_acquired, NULL, self, NULL);
  wait_until (self->has_name);

  return self;
}

/**
 * fake_desktop_free:
 * @self: (transfer full): a server
 *
 * Has the server die, without a word about what it was asked or shows.
 */
void
fake_desktop_free (FakeDesktop *self)
{
  g_dbus_connection_unregister_object (self->connection, self->object_id);
  g_bus_unown_name (self->owner_id);
  g_ptr_array_unref (self->waiting);
  private_bus_leave (self->connection);
  g_ptr_array_unref (self->shown);
  g_array_unref (self->closed);
  g_strfreev (self->abilities);
  g_free (self);
}

FakeNotification *
fake_desktop_get_last (FakeDesktop *self)
{
  g_assert_cmpuint (self->shown->len, >, 0);

  return self->shown->pdata[self->shown->len - 1];
}

/**
 * fake_desktop_answer:
 * @self: a server that is slow
 *
 * Answers the oldest that it was asked.
 */
void
fake_desktop_answer (FakeDesktop *self)
{
  guint index = self->shown->len - self->waiting->len;
  FakeNotification *shown = self->shown->pdata[index];
  GDBusMethodInvocation *invocation = g_ptr_array_steal_index (self->waiting, 0);

  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", shown->id));
}

/**
 * fake_desktop_close:
 * @self: a server
 * @id: a notification
 *
 * Tells that a notification was closed.
 */
void
fake_desktop_close (FakeDesktop *self,
                    guint32      id)
{
  fake_desktop_emit (self, "NotificationClosed", g_variant_new ("(uu)", id, 2));
}

/**
 * fake_desktop_press:
 * @self: a server
 * @id: a notification
 * @action: (nullable): the name of a button, or %NULL to give the token and press nothing
 * @token: (nullable): what lets a window come to the front
 *
 * Presses a button, upon which the notification is closed.
 */
void
fake_desktop_press (FakeDesktop *self,
                    guint32      id,
                    const char  *action,
                    const char  *token)
{
  if (token != NULL)
    fake_desktop_emit (self, "ActivationToken", g_variant_new ("(us)", id, token));
  if (action == NULL)
    return;

  fake_desktop_emit (self, "ActionInvoked", g_variant_new ("(us)", id, action));
  fake_desktop_close (self, id);
}
