/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hub-hands.h"
#include "hub-line.h"

#include "hw-fake-clock.h"
#include "hw-http-listener.h"
#include "hw-hub.h"
#include "hw-plane.h"

G_BEGIN_DECLS

#define HANDSHAKE "{\"protocol\":\"json\",\"version\":1}|"

/* What a client says, and the answer to a call of Echo. */
#define CALL(method) "{\"type\":1,\"invocationId\":\"1\",\"target\":\"" method "\"," \
  "\"arguments\":[\"a\"]}|"
#define RESULT "{\"type\":3,\"invocationId\":\"1\",\"result\":\"a\"}|"
#define OPEN "{\"type\":4,\"invocationId\":\"s\",\"target\":\"Count\",\"arguments\":[]}|"

/* Who asks, in the requests of tests. */
#define BY_OWNER "X-Who: owner\r\n"
#define BY_GUEST "X-Who: guest\r\n"

/**
 * HubHouse:
 * @port: where it is
 *
 * A hub on a port, whose time stands still.
 */
typedef struct
{
  SoupServer *server;
  HwHttpListener *listener;
  HwFakeClock *clock;
  TestHandler *handler;
  HwPlane *plane;
  HwHub *hub;
  guint port;
} HubHouse;

void     hub_house_set_up (HubHouse     *self,
                           gconstpointer test_data);
void     hub_house_tear_down (HubHouse     *self,
                              gconstpointer test_data);

void     hub_house_settle (HubHouse *self);
void     hub_house_pass_time (HubHouse *self,
                              guint     n_seconds);
guint    hub_house_ask (HubHouse   *self,
                        const char *method,
                        const char *target,
                        const char *fields,
                        char      **body);
char    *hub_house_negotiate (HubHouse   *self,
                              const char *fields);
HubLine *hub_house_connect (HubHouse   *self,
                            const char *token);

G_END_DECLS
