/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bus-client.h"

#include "hw-dbus-service.h"
#include "hw-test-house.h"

#include "tests/support/wait.h"

#include <string.h>

G_BEGIN_DECLS

/**
 * Bus:
 * @address: where it is, whether it runs or not
 *
 * A bus of the test's own, that knows no service to activate.
 */
typedef struct
{
  char *folder; /* (owned) */
  char *address;
  GSubprocess *daemon; /* (owned) (nullable), while it runs */
} Bus;

char *bus_start (Bus *self);
void  bus_kill (Bus *self);
void  bus_pause (Bus *self);
void  bus_resume (Bus *self);

/**
 * BusHouse:
 * @house: a queue on fakes, in which two tasks may run at once
 * @service: that queue on the bus
 * @client: somebody who listens
 *
 * The queue of a house on a bus. A test's fixture.
 */
typedef struct
{
  Bus bus;
  HwTestHouse *house;
  HwDBusService *service;
  BusClient *client;
} BusHouse;

void    bus_house_set_up (BusHouse     *self,
                          gconstpointer test_data);
void    bus_house_set_up_without_bus (BusHouse     *self,
                                      gconstpointer test_data);
void    bus_house_tear_down (BusHouse     *self,
                             gconstpointer test_data);

void    bus_house_settle (BusHouse *self);
guint64 bus_house_submit (BusHouse   *self,
                          const char *type);
void    bus_house_succeed (BusHouse *self,
                           guint64   task_id);

G_END_DECLS
