/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-service-environment.h"

#include <unistd.h>

static const char *const variables[] = {
  "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
};

/* @pid may be another's. */
static void
set_all (pid_t pid)
{
  g_autofree char *number = g_strdup_printf ("%d", pid);

  g_setenv ("NOTIFY_SOCKET", "/run/notify", TRUE);
  g_setenv ("WATCHDOG_USEC", "3000000", TRUE);
  g_setenv ("WATCHDOG_PID", number, TRUE);
  g_setenv ("LISTEN_PID", number, TRUE);
  g_setenv ("LISTEN_FDS", "2", TRUE);
  g_setenv ("LISTEN_FDNAMES", "headway:headway", TRUE);
}

static void
test_service_environment_read (void)
{
  g_autoptr(HwServiceEnvironment) service = NULL;

  set_all (getpid ());
  service = hw_service_environment_take ();

  g_assert_cmpstr (service->notify_socket, ==, "/run/notify");
  g_assert_cmpint (service->watchdog_time, ==, 3 * G_USEC_PER_SEC);
  g_assert_cmpuint (service->n_sockets, ==, 2);
  g_assert_cmpstr (service->socket_names, ==, "headway:headway");
}

/* What is started next must not think that it was spoken to. */
static void
test_service_environment_gone (void)
{
  g_autoptr(HwServiceEnvironment) service = NULL;

  set_all (getpid ());
  service = hw_service_environment_take ();

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_assert_null (g_getenv (variables[i]));
}

/* As in what a shell starts that a service manager started. */
static void
test_service_environment_of_another (void)
{
  g_autoptr(HwServiceEnvironment) service = NULL;

  set_all (getppid ());
  service = hw_service_environment_take ();

  g_assert_cmpuint (service->n_sockets, ==, 0);
  g_assert_cmpint (service->watchdog_time, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_assert_null (g_getenv (variables[i]));
}

static void
test_service_environment_watchdog_of_all (void)
{
  g_autoptr(HwServiceEnvironment) service = NULL;

  g_setenv ("WATCHDOG_USEC", "500", TRUE);
  service = hw_service_environment_take ();

  g_assert_cmpint (service->watchdog_time, ==, 500);
}

static void
test_service_environment_nobody (void)
{
  g_autoptr(HwServiceEnvironment) service = hw_service_environment_take ();

  g_assert_null (service->notify_socket);
  g_assert_null (service->socket_names);
  g_assert_cmpint (service->watchdog_time, ==, 0);
  g_assert_cmpuint (service->n_sockets, ==, 0);
}

static void
test_service_environment_nonsense (void)
{
  const char *const numbers[] = { "", "-1", "two", "0x2", "99999999999999999999", "65" };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr(HwServiceEnvironment) service = NULL;

      set_all (getpid ());
      g_setenv ("LISTEN_FDS", numbers[i], TRUE);
      service = hw_service_environment_take ();

      g_assert_cmpuint (service->n_sockets, ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  /* Meson starts the tests, but none of this was said to them. */
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/service-environment/says-what-was-said", test_service_environment_read);
  g_test_add_func ("/service-environment/is-gone-for-what-we-start",
                   test_service_environment_gone);
  g_test_add_func ("/service-environment/of-another-process-is-not-ours",
                   test_service_environment_of_another);
  g_test_add_func ("/service-environment/watchdog-without-a-process-is-ours",
                   test_service_environment_watchdog_of_all);
  g_test_add_func ("/service-environment/without-a-manager-says-nothing",
                   test_service_environment_nobody);
  g_test_add_func ("/service-environment/nonsense-passes-no-socket",
                   test_service_environment_nonsense);

  return g_test_run ();
}
