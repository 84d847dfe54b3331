/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-joint.h"

#include "hw-http-exchange.h"
#include "hw-http-handover.h"
#include "hw-http-reply.h"
#include "hw-task-hub.h"

/* Joins the hub with the front door, which do not know each other. */

#define HUB_PATH "/hub"

static HwPrincipal *
authenticate (SoupServerMessage *message,
              gpointer           user_data,
              GError           **error)
{
  return hw_http_server_authenticate (HW_HTTP_SERVER (user_data), message, error);
}

static GBytes *
begin_events (SoupServerMessage *message,
              gpointer           user_data)
{
  return hw_http_server_begin_events (HW_HTTP_SERVER (user_data), message);
}

static const HwHubDoor door = {
  .authenticate = authenticate,
  .take = hw_http_handover_take,
  .begin_events = begin_events,
  .reply_empty = hw_http_reply_empty,
  .hold = hw_http_exchange_new,
  .watch = hw_http_exchange_watch,
  .get_cancellable = hw_http_exchange_get_cancellable,
  .answer = hw_http_exchange_end,
};

/**
 * hw_hub_joint_new_hub:
 * @server: the front door; it must live as long as the hub
 * @queue: the tasks
 * @clock: what time it is
 * @plane: where those go who watch
 *
 * Makes the hub of tasks, which answers at @server from now on.
 *
 * Returns: (transfer full): the hub
 */
HwHub *
hw_hub_joint_new_hub (HwHttpServer *server,
                      HwTaskQueue  *queue,
                      HwClock      *clock,
                      HwPlane      *plane)
{
  g_autoptr(HwHubHandler) methods = NULL;

  g_return_val_if_fail (HW_IS_HTTP_SERVER (server), NULL);

  methods = hw_task_hub_new (queue);

  return hw_hub_new (hw_http_server_get_soup_server (server), HUB_PATH, methods, clock, plane,
                     &door, server);
}
