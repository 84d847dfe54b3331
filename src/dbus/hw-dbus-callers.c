/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-callers.h"

#include "hw-error.h"

/* Somebody on the bus for whom a call waits. */
typedef struct
{
  guint n_waits;
  guint watch_id;
  GCancellable *gone; /* (owned), is canceled when they leave the bus */
} Caller;

/**
 * HwDBusCallers:
 *
 * Those on the bus for whom calls wait: how many, and whether they are still there. It
 * knows nobody for whom nothing waits.
 */
struct _HwDBusCallers
{
  GObject parent_instance;

  GHashTable *callers; /* (owned) unique name → Caller */
};

G_DEFINE_FINAL_TYPE (HwDBusCallers, hw_dbus_callers, G_TYPE_OBJECT)

static void
caller_free (Caller *caller)
{
  g_clear_handle_id (&caller->watch_id, g_bus_unwatch_name);
  g_clear_object (&caller->gone);
  g_free (caller);
}

static void
on_name_vanished (GDBusConnection *connection,
                  const char      *name,
                  gpointer         user_data)
{
  HwDBusCallers *self = HW_DBUS_CALLERS (user_data);
  const Caller *caller = g_hash_table_lookup (self->callers, name);

  /* Each of the calls then ends, and takes itself off. */
  if (caller != NULL)
    g_cancellable_cancel (caller->gone);
}

static void
hw_dbus_callers_finalize (GObject *object)
{
  HwDBusCallers *self = HW_DBUS_CALLERS (object);

  g_clear_pointer (&self->callers, g_hash_table_unref);

  G_OBJECT_CLASS (hw_dbus_callers_parent_class)->finalize (object);
}

static void
hw_dbus_callers_class_init (HwDBusCallersClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_dbus_callers_finalize;
}

static void
hw_dbus_callers_init (HwDBusCallers *self)
{
  self->callers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) caller_free);
}

HwDBusCallers *
hw_dbus_callers_new (void)
{
  return g_object_new (HW_TYPE_DBUS_CALLERS, NULL);
}

/**
 * hw_dbus_callers_begin_wait:
 * @self: callers
 * @connection: a bus
 * @name: the unique name of who calls
 * @error: return location for a #GError, or %NULL
 *
 * Takes note of a call that waits, until hw_dbus_callers_end_wait().
 *
 * Returns: (transfer full): what is canceled when the caller leaves the bus, or %NULL
 *   with %HW_ERROR_TOO_LARGE
 */
GCancellable *
hw_dbus_callers_begin_wait (HwDBusCallers   *self,
                            GDBusConnection *connection,
                            const char      *name,
                            GError         **error)
{
  Caller *caller;

  g_return_val_if_fail (HW_IS_DBUS_CALLERS (self), NULL);
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  caller = g_hash_table_lookup (self->callers, name);
  if (caller != NULL && caller->n_waits >= HW_DBUS_WAITS_MAX)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "You wait for %d tasks already. Wait for one of them to end, or listen to "
                   "TaskStateChanged instead.", HW_DBUS_WAITS_MAX);
      return NULL;
    }

  if (caller == NULL)
    {
      caller = g_new0 (Caller, 1);
      caller->gone = g_cancellable_new ();
      caller->watch_id = g_bus_watch_name_on_connection (connection, name,
                                                         G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                         on_name_vanished, self, NULL);
      g_hash_table_insert (self->callers, g_strdup (name), caller);
    }

  caller->n_waits++;

  return g_object_ref (caller->gone);
}

/**
 * hw_dbus_callers_end_wait:
 * @self: callers
 * @name: who waited
 *
 * Takes back one hw_dbus_callers_begin_wait().
 */
void
hw_dbus_callers_end_wait (HwDBusCallers *self,
                          const char    *name)
{
  Caller *caller;

  g_return_if_fail (HW_IS_DBUS_CALLERS (self));

  caller = g_hash_table_lookup (self->callers, name);
  g_return_if_fail (caller != NULL);

  caller->n_waits--;
  if (caller->n_waits == 0)
    g_hash_table_remove (self->callers, name);
}

/**
 * hw_dbus_callers_drop_all:
 * @self: callers
 *
 * Waits for nobody any more: the bus is gone, or the daemon is about to go.
 */
void
hw_dbus_callers_drop_all (HwDBusCallers *self)
{
  g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  Caller *caller;

  g_return_if_fail (HW_IS_DBUS_CALLERS (self));

  /* Canceling may take callers off. */
  g_hash_table_iter_init (&iter, self->callers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &caller))
    g_ptr_array_add (gone, g_object_ref (caller->gone));

  for (guint i = 0; i < gone->len; i++)
    g_cancellable_cancel (g_ptr_array_index (gone, i));
}

/**
 * hw_dbus_callers_get_n_callers:
 * @self: callers
 *
 * Gets for how many on the bus calls wait.
 *
 * Returns: how many
 */
guint
hw_dbus_callers_get_n_callers (HwDBusCallers *self)
{
  g_return_val_if_fail (HW_IS_DBUS_CALLERS (self), 0);

  return g_hash_table_size (self->callers);
}
