/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-transports.h"

/**
 * HwHubTransports:
 *
 * The connections that there are, whatever carries them. It keeps them until they are over,
 * lets time pass for them, and finds those that requests come for. Main context only.
 */
struct _HwHubTransports
{
  GObject parent_instance;

  GHashTable *transports; /* (owned) (element-type HwHubTransport utf8): and their tokens */
  GHashTable *by_token;   /* (owned) (element-type utf8 HwHubTransport) (unowned contents) */
};

typedef enum
{
  SIGNAL_REMOVED,
} HwHubTransportsSignal;

static guint signals[SIGNAL_REMOVED + 1];

G_DEFINE_FINAL_TYPE (HwHubTransports, hw_hub_transports, G_TYPE_OBJECT)

/* Lists the transports, for those who may end some of them meanwhile. */
static GPtrArray *
hw_hub_transports_list (HwHubTransports *self)
{
  GPtrArray *transports = g_ptr_array_new_full (g_hash_table_size (self->transports),
                                                g_object_unref);
  GHashTableIter iter;
  gpointer transport;

  g_hash_table_iter_init (&iter, self->transports);
  while (g_hash_table_iter_next (&iter, &transport, NULL))
    g_ptr_array_add (transports, g_object_ref (transport));

  return transports;
}

static void
on_plane_tick (HwPlane         *plane,
               HwHubTransports *self)
{
  g_autoptr(GPtrArray) transports = hw_hub_transports_list (self);

  for (guint i = 0; i < transports->len; i++)
    hw_hub_transport_tick (g_ptr_array_index (transports, i));
}

static void
on_transport_finished (HwHubTransport *transport,
                       gpointer        user_data)
{
  HwHubTransports *self = HW_HUB_TRANSPORTS (user_data);
  gpointer key = NULL;
  gpointer value = NULL;
  g_autofree char *token = NULL;

  if (!g_hash_table_steal_extended (self->transports, transport, &key, &value))
    return;

  token = value;
  if (token != NULL)
    g_hash_table_remove (self->by_token, token);
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0, key, token);
  g_object_unref (key);
}

static void
hw_hub_transports_dispose (GObject *object)
{
  HwHubTransports *self = HW_HUB_TRANSPORTS (object);

  hw_hub_transports_cut_all (self);

  G_OBJECT_CLASS (hw_hub_transports_parent_class)->dispose (object);
}

static void
hw_hub_transports_finalize (GObject *object)
{
  HwHubTransports *self = HW_HUB_TRANSPORTS (object);

  g_clear_pointer (&self->by_token, g_hash_table_unref);
  g_clear_pointer (&self->transports, g_hash_table_unref);

  G_OBJECT_CLASS (hw_hub_transports_parent_class)->finalize (object);
}

static void
hw_hub_transports_class_init (HwHubTransportsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_hub_transports_dispose;
  object_class->finalize = hw_hub_transports_finalize;

  /**
   * HwHubTransports::removed:
   * @self: the transports
   * @transport: a transport
   * @token: (nullable): the token that it was added with
   *
   * Tells that @transport is over.
   */
  signals[SIGNAL_REMOVED] =
    g_signal_new ("removed", HW_TYPE_HUB_TRANSPORTS, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, HW_TYPE_HUB_TRANSPORT, G_TYPE_STRING);
}

static void
hw_hub_transports_init (HwHubTransports *self)
{
  self->transports = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  self->by_token = g_hash_table_new (g_str_hash, g_str_equal);
}

/**
 * hw_hub_transports_new:
 * @plane: where most of them are
 *
 * Makes an empty set.
 *
 * Returns: (transfer full): the set
 */
HwHubTransports *
hw_hub_transports_new (HwPlane *plane)
{
  HwHubTransports *self;

  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);

  self = g_object_new (HW_TYPE_HUB_TRANSPORTS, NULL);
  g_signal_connect_object (plane, "tick", G_CALLBACK (on_plane_tick), self, G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_hub_transports_get_size:
 * @self: the transports
 *
 * Tells how many connections there are.
 *
 * Returns: their number
 */
guint
hw_hub_transports_get_size (HwHubTransports *self)
{
  g_return_val_if_fail (HW_IS_HUB_TRANSPORTS (self), 0);

  return g_hash_table_size (self->transports);
}

/**
 * hw_hub_transports_add:
 * @self: the transports
 * @transport: a transport
 * @token: (nullable): what it was negotiated with
 * @is_asked_for: whether requests come for it, with @token
 *
 * Adds a transport.
 */
void
hw_hub_transports_add (HwHubTransports *self,
                       HwHubTransport  *transport,
                       const char      *token,
                       gboolean         is_asked_for)
{
  char *own_token = NULL;

  g_return_if_fail (HW_IS_HUB_TRANSPORTS (self));
  g_return_if_fail (HW_IS_HUB_TRANSPORT (transport));
  g_return_if_fail (token != NULL || !is_asked_for);

  own_token = g_strdup (token);
  hw_hub_transport_set_finished (transport, on_transport_finished, self);
  g_hash_table_insert (self->transports, g_object_ref (transport), own_token);
  if (is_asked_for)
    g_hash_table_insert (self->by_token, own_token, transport);
}

/**
 * hw_hub_transports_find:
 * @self: the transports
 * @token: a token
 *
 * Finds the transport that a request is for.
 *
 * Returns: (transfer none) (nullable): one that requests come for, or %NULL if there is none
 */
HwHubTransport *
hw_hub_transports_find (HwHubTransports *self,
                        const char      *token)
{
  g_return_val_if_fail (HW_IS_HUB_TRANSPORTS (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  return g_hash_table_lookup (self->by_token, token);
}

/**
 * hw_hub_transports_close_all:
 * @self: the transports
 *
 * Says goodbye to all. They may come again by themselves.
 */
void
hw_hub_transports_close_all (HwHubTransports *self)
{
  g_autoptr(GPtrArray) transports = NULL;

  g_return_if_fail (HW_IS_HUB_TRANSPORTS (self));

  transports = hw_hub_transports_list (self);
  for (guint i = 0; i < transports->len; i++)
    hw_hub_transport_say_goodbye (g_ptr_array_index (transports, i));
}

/**
 * hw_hub_transports_cut_all:
 * @self: the transports
 *
 * Closes all without a word.
 */
void
hw_hub_transports_cut_all (HwHubTransports *self)
{
  g_autoptr(GPtrArray) transports = NULL;

  g_return_if_fail (HW_IS_HUB_TRANSPORTS (self));

  transports = hw_hub_transports_list (self);
  for (guint i = 0; i < transports->len; i++)
    hw_hub_transport_finish (g_ptr_array_index (transports, i));
}
