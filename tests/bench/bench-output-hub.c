/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-output-hub.h"

#include "bench-drain.h"

#include "hw-system-clock.h"
#include "hw-task-hub.h"
#include "hw-line-transport.h"

#include <string.h>

/* Those who follow output at the hub, each with a WebSocket whose other end takes all that
 * comes.
 */

#define STREAM_END "{\"type\":3,\"invocationId\":\"1\"}\036"

static HwHubTransport *
follow (BenchHouse   *house,
        HwPlane      *plane,
        HwHubHandler *handler,
        HwClock      *clock,
        guint64       task_id,
        int           fd)
{
  g_autofree char *request =
    g_strdup_printf ("{\"protocol\":\"json\",\"version\":1}\036"
                     "{\"type\":4,\"invocationId\":\"1\",\"target\":\"ReadLog\","
                     "\"arguments\":[%" G_GUINT64_FORMAT ",0,0]}\036", task_id);
  g_autoptr(HwHubConnection) connection = hw_hub_connection_new (handler, house->me, 1);
  HwHubTransport *transport = hw_line_transport_new (HW_LINE_KIND_WEBSOCKET, plane, connection, clock);
  const HwPlaneWire wire = { fd, NULL };

  hw_line_transport_start (HW_LINE_TRANSPORT (transport), &wire, NULL, NULL);
  hw_hub_connection_feed (connection, request, strlen (request), hw_clock_get_monotonic_time (clock));

  return transport;
}

/* Keeps what a program prints while others follow at the hub. Returns MiB a second, all of
 * them having been sent all. What they are sent is base64: a third more.
 */
double
bench_print_to_hub (BenchHouse *house,
                    guint       mib,
                    guint       n_followers)
{
  g_autoptr(HwHubHandler) handler = hw_task_hub_new (house->queue);
  g_autoptr(HwClock) clock = hw_system_clock_new ();
  g_autoptr(HwPlane) plane = hw_plane_new (clock);
  g_autoptr(GPtrArray) transports = g_ptr_array_new_with_free_func (g_object_unref);
  BenchDrain *drain = bench_drain_new (n_followers, mib * G_GUINT64_CONSTANT (1024) * 1024 / 3 * 4,
                                       STREAM_END);
  gint64 begin = g_get_monotonic_time ();
  guint64 task_id = bench_house_print (house, mib);
  double rate;

  for (guint i = 0; i < n_followers; i++)
    g_ptr_array_add (transports, follow (house, plane, handler, clock, task_id,
                                         bench_drain_get_socket (drain, i)));
  while (house->n_ended < 1 || !bench_drain_is_done (drain))
    g_main_context_iteration (NULL, TRUE);
  rate = bench_get_rate (mib, begin);

  for (guint i = 0; i < n_followers; i++)
    hw_hub_transport_finish (transports->pdata[i]);
  hw_plane_close (plane);
  bench_drain_free (drain);

  return rate;
}
