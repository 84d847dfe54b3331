/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-fake-clock.h"
#include "hw-http-exchange.h"
#include "hw-http-listener.h"

G_BEGIN_DECLS

/**
 * ListenerHouse:
 * @paths: (element-type utf8): what was asked for, as libsoup read it
 * @waiting: (element-type HwHttpExchange): requests for `/wait`
 *
 * A listener whose time stands still, and a libsoup behind it that answers all requests
 * with "ok", but for those that wait for the test and those for what is large.
 */
typedef struct
{
  SoupServer *soup;
  HwFakeClock *clock;
  HwHttpListener *listener;
  GSocketAddress *address;
  GPtrArray *paths;
  GPtrArray *waiting;
} ListenerHouse;

/* How long the answer to `/large` is: more than a kernel takes for somebody who does not
 * read. */
#define LISTENER_HOUSE_LARGE (32 * 1024 * 1024)

void     listener_house_set_up (ListenerHouse *self,
                                gconstpointer  test_data);
void     listener_house_tear_down (ListenerHouse *self,
                                   gconstpointer  test_data);

GSocket *listener_house_connect (ListenerHouse *self);
GSocket *listener_house_ask (ListenerHouse *self,
                             const char    *bytes);
GPtrArray *listener_house_open_many (ListenerHouse *self,
                                     guint          n,
                                     const char    *text);
void     listener_house_advance (ListenerHouse *self,
                                 gint64         span);

void     send_text (GSocket    *socket,
                    const char *bytes);
gboolean is_over (GSocket *socket,
                  GString *heard);
guint    count_over (GPtrArray *clients);
char    *hear_all (GSocket *socket);
guint    count_answers (const char *heard,
                        const char *status);

G_END_DECLS
