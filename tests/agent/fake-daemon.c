/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fake-daemon.h"

#include "wait.h"

#define NUMBER "%" G_GUINT64_FORMAT
#define NOT_FOUND HW_BUS_NAME ".Error.NotFound"

static GVariant *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  GVariant *value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);

  return value;
}

/* Returns: (transfer full): what is in both, or in the second if it is in both */
static GVariant *
merge (GVariant *under,
       GVariant *over)
{
  GVariantDict dict;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_dict_init (&dict, under);
  g_variant_iter_init (&iter, over);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_variant_dict_insert_value (&dict, key, value);
      g_variant_unref (value);
    }

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Keeps a call for later, if it is slow. */
static gboolean
fake_daemon_holds (FakeDaemon            *self,
                   GDBusMethodInvocation *invocation)
{
  if (self->is_slow)
    g_ptr_array_add (self->waiting, invocation);

  return self->is_slow;
}

static gboolean
on_list (HwClientQueue         *skeleton,
         GDBusMethodInvocation *invocation,
         GVariant              *filter,
         const char            *cursor,
         guint                  limit,
         FakeDaemon            *self)
{
  g_string_append_printf (self->asked, "list %u\n", limit);
  if (!fake_daemon_holds (self, invocation))
    hw_client_queue_complete_list (skeleton, invocation, g_variant_new ("aa{sv}", NULL), "",
                                   self->epoch, self->seq);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_events (HwClientQueue         *skeleton,
               GDBusMethodInvocation *invocation,
               guint64                epoch,
               guint64                after,
               guint                  max,
               GVariant              *options,
               FakeDaemon            *self)
{
  GVariantBuilder events;
  guint64 seq = after;

  g_string_append_printf (self->asked, "events " NUMBER " " NUMBER "\n", epoch, after);
  if (fake_daemon_holds (self, invocation))
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  g_variant_builder_init (&events, G_VARIANT_TYPE ("aa{sv}"));
  if (epoch != self->epoch || after > self->seq)
    {
      seq = self->seq;
      g_variant_builder_add_parsed (&events, "{'kind': <'snapshot'>, 'reset': <true>, "
                                    "'tasks': <@aa{sv} []>}");
    }
  else
    {
      max = MIN (max, self->page_size);
      for (; seq < self->seq && seq - after < max; seq++)
        g_variant_builder_add_value (&events, self->events->pdata[seq]);
    }

  hw_client_queue_complete_get_events (skeleton, invocation, g_variant_builder_end (&events),
                                       self->epoch, seq);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_task (HwClientQueue         *skeleton,
             GDBusMethodInvocation *invocation,
             guint64                id,
             GVariant              *options,
             FakeDaemon            *self)
{
  GVariant *task = g_hash_table_lookup (self->tasks, &id);

  g_string_append_printf (self->asked, "task " NUMBER "\n", id);
  if (fake_daemon_holds (self, invocation))
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  if (task != NULL)
    hw_client_queue_complete_get_task (skeleton, invocation, task);
  else
    g_dbus_method_invocation_return_dbus_error (invocation, NOT_FOUND, "There is no such task.");

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_retry (HwClientQueue         *skeleton,
          GDBusMethodInvocation *invocation,
          GVariant              *ids,
          GVariant              *options,
          FakeDaemon            *self)
{
  g_autofree char *text = g_variant_print (ids, FALSE);

  g_string_append_printf (self->asked, "retry %s\n", text);
  hw_client_queue_complete_retry (skeleton, invocation, ids);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_link (HwClientQueue         *skeleton,
             GDBusMethodInvocation *invocation,
             guint64                id,
             GVariant              *options,
             FakeDaemon            *self)
{
  g_autofree char *uri = g_strdup_printf ("headway-test://page/" NUMBER "#token=secret", id);

  g_string_append_printf (self->asked, "link " NUMBER "\n", id);
  hw_client_queue_complete_get_link (skeleton, invocation, uri);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/**
 * fake_daemon_new:
 *
 * Creates a daemon that does not run, and with which nothing has happened.
 *
 * Returns: (transfer full): the daemon
 */
FakeDaemon *
fake_daemon_new (void)
{
  FakeDaemon *self = g_new0 (FakeDaemon, 1);

  self->epoch = 77;
  self->page_size = 500;
  self->asked = g_string_new (NULL);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->tasks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                       (GDestroyNotify) g_variant_unref);

  return self;
}

void
fake_daemon_free (FakeDaemon *self)
{
  if (self->connection != NULL)
    fake_daemon_stop (self);
  g_string_free (self->asked, TRUE);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->tasks);
  g_free (self);
}

static void
on_name_acquired (GDBusConnection *connection,
                  const char      *name,
                  gpointer         user_data)
{
  FakeDaemon *self = user_data;

  self->has_name = TRUE;
}

/**
 * fake_daemon_start:
 * @self: a daemon that does not run
 * @bus: where
 *
 * Starts the daemon; it knows all that has happened.
 */
void
fake_daemon_start (FakeDaemon *self,
                   PrivateBus *bus)
{
  g_autoptr(GError) error = NULL;

  self->connection = private_bus_connect (bus);
  self->skeleton = hw_client_queue_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-list", G_CALLBACK (on_list), self);
  g_signal_connect (self->skeleton, "handle-get-events", G_CALLBACK (on_get_events), self);
  g_signal_connect (self->skeleton, "handle-get-task", G_CALLBACK (on_get_task), self);
  g_signal_connect (self->skeleton, "handle-retry", G_CALLBACK (on_retry), self);
  g_signal_connect (self->skeleton, "handle-get-link", G_CALLBACK (on_get_link), self);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), self->connection,
                                    HW_BUS_PATH, &error);
  g_assert_no_error (error);

  self->has_name = FALSE;
  self->owner_id = g_bus_own_name_on_connection (self->connection, HW_BUS_NAME,
                                                 G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                                 on_name_acquired, NULL, self, NULL);
  wait_until (self->has_name);
}

/**
 * fake_daemon_stop:
 * @self: a daemon that runs
 *
 * Has the daemon die; what it was asked stays without an answer.
 */
void
fake_daemon_stop (FakeDaemon *self)
{
  g_bus_unown_name (self->owner_id);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_clear_object (&self->skeleton);
  g_ptr_array_set_size (self->waiting, 0);
  private_bus_leave (g_steal_pointer (&self->connection));
}

/* Writes down what happened. @event is (transfer full). */
static gboolean
fake_daemon_write (FakeDaemon *self,
                   guint64     id,
                   const char *kind,
                   GVariant   *changes)
{
  g_autofree char *text = g_strdup_printf ("{'epoch': <uint64 " NUMBER ">, 'seq': <uint64 " NUMBER
                                           ">, 'task': <uint64 " NUMBER ">, 'kind': <'%s'>}",
                                           self->epoch, ++self->seq, id, kind);
  g_autoptr(GVariant) head = parse (text);

  g_ptr_array_add (self->events, merge (changes, head));

  return self->skeleton != NULL && !self->is_quiet;
}

static void
fake_daemon_keep (FakeDaemon *self,
                  guint64     id,
                  GVariant   *changes)
{
  GVariant *task = g_hash_table_lookup (self->tasks, &id);

  g_hash_table_replace (self->tasks, g_memdup2 (&id, sizeof (id)),
                        task != NULL ? merge (task, changes) : g_variant_ref (changes));
}

/**
 * fake_daemon_add:
 * @self: a daemon
 * @id: a new task
 * @task: what it is, in GVariant's way
 *
 * Has a task be added.
 */
void
fake_daemon_add (FakeDaemon *self,
                 guint64     id,
                 const char *task)
{
  g_autoptr(GVariant) fields = parse (task);

  fake_daemon_keep (self, id, fields);
  if (fake_daemon_write (self, id, "added", fields))
    hw_client_queue_emit_task_added (self->skeleton, self->epoch, self->seq, id, fields);
}

/**
 * fake_daemon_change:
 * @self: a daemon
 * @id: a task
 * @state: the state that it has now
 * @changes: what else changed, in GVariant's way
 *
 * Has a task change its state.
 */
void
fake_daemon_change (FakeDaemon *self,
                    guint64     id,
                    const char *state,
                    const char *changes)
{
  g_autofree char *text = g_strdup_printf ("{'state': <'%s'>}", state);
  g_autoptr(GVariant) new_state = parse (text);
  g_autoptr(GVariant) others = parse (changes);
  g_autoptr(GVariant) all = merge (others, new_state);

  fake_daemon_keep (self, id, all);
  if (fake_daemon_write (self, id, "state", all))
    hw_client_queue_emit_task_state_changed (self->skeleton, self->epoch, self->seq, id, state,
                                             others);
}

/**
 * fake_daemon_remove:
 * @self: a daemon
 * @id: a task
 *
 * Has a task be removed.
 */
void
fake_daemon_remove (FakeDaemon *self,
                    guint64     id)
{
  g_autoptr(GVariant) nothing = parse ("{}");

  g_hash_table_remove (self->tasks, &id);
  if (fake_daemon_write (self, id, "removed", nothing))
    hw_client_queue_emit_task_removed (self->skeleton, self->epoch, self->seq, id, nothing);
}

/**
 * fake_daemon_skip:
 * @self: a daemon
 * @from: the number of the first event that was not told
 *
 * Tells that there are events up to the newest.
 */
void
fake_daemon_skip (FakeDaemon *self,
                  guint64     from)
{
  hw_client_queue_emit_events_skipped (self->skeleton, self->epoch, from, self->seq);
}

/**
 * fake_daemon_release:
 * @self: a daemon that is slow
 *
 * Lets the daemon answer again; what it was asked fails.
 */
void
fake_daemon_release (FakeDaemon *self)
{
  self->is_slow = FALSE;
  while (self->waiting->len > 0)
    {
      GDBusMethodInvocation *invocation = g_ptr_array_steal_index (self->waiting, 0);
      const char *method = g_dbus_method_invocation_get_method_name (invocation);

      if (g_str_equal (method, "List"))
        hw_client_queue_complete_list (self->skeleton, invocation, g_variant_new ("aa{sv}", NULL),
                                       "", self->epoch, self->seq - 1);
      else
        g_dbus_method_invocation_return_dbus_error (invocation, NOT_FOUND, "Not any more.");
    }
}

/**
 * fake_daemon_take_asked:
 * @self: a daemon
 *
 * Gets what the daemon was asked since the last time.
 *
 * Returns: (transfer full): a word a line
 */
char *
fake_daemon_take_asked (FakeDaemon *self)
{
  char *asked = g_strdup (self->asked->str);

  g_string_truncate (self->asked, 0);

  return asked;
}
