/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the queue is on the bus, as a client writes it. */
#define BUS_NAME "org.headway.Headway1"
#define BUS_PATH "/org/headway/Headway1"
#define QUEUE_INTERFACE BUS_NAME ".Queue"
#define TASK_INTERFACE BUS_NAME ".Task"

/**
 * BusClient:
 * @connection: its own connection to the bus
 *
 * Somebody on the bus: calls, and takes down every message that comes from the daemon, in
 * the order in which it came.
 */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  GMutex lock;
  GPtrArray *messages; /* (owned) (element-type GDBusMessage), under the lock */
  guint filter_id;
} BusClient;

/**
 * BusCall:
 *
 * A call that is not answered yet.
 */
typedef struct
{
  BusClient *client;
  GAsyncResult *result; /* (owned) (nullable) */
  GUnixFDList *fds;     /* (owned) (nullable), once it has ended */
} BusCall;

BusClient *bus_client_new (const char *address);
void       bus_client_listen (BusClient *self);
void       bus_client_free (BusClient *self);

BusCall   *bus_client_begin (BusClient  *self,
                             const char *path,
                             const char *interface,
                             const char *method,
                             GVariant   *arguments);
gboolean   bus_call_is_answered (BusCall *self);
GVariant  *bus_call_end (BusCall *self,
                         GError **error);
void       bus_call_free (BusCall *self);

GVariant  *bus_client_call (BusClient  *self,
                            const char *method,
                            GVariant   *arguments);
char      *bus_client_fail (BusClient  *self,
                            const char *method,
                            GVariant   *arguments);
GVariant  *bus_client_get_property (BusClient  *self,
                                    const char *path,
                                    const char *interface,
                                    const char *name);
void       bus_client_sync (BusClient *self);

guint      bus_client_count (BusClient  *self,
                             const char *member);
char      *bus_client_take_story (BusClient *self);
GPtrArray *bus_client_take_messages (BusClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusClient, bus_client_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusCall, bus_call_free)

/* Asserts that a call fails with the error of a name, and says a part of the sentence. */
#define assert_bus_error(client, method, arguments, name, part) \
  G_STMT_START \
  { \
    g_autofree char *failure = bus_client_fail (client, method, arguments); \
    if (!g_str_has_prefix (failure, name ": ") || strstr (failure, part) == NULL) \
    g_assert_cmpstr (failure, ==, name ": … " part " …"); \
  } \
  G_STMT_END

#define assert_bus_story(client, expected) \
  G_STMT_START \
  { \
    g_autofree char *story = bus_client_take_story (client); \
    g_assert_cmpstr (story, ==, expected); \
  } \
  G_STMT_END

G_END_DECLS
