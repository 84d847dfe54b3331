/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-service-manager.h"

#include "hw-test-house.h"
#include "hw-test-log.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A service manager's ear. */
typedef struct
{
  HwFakeClock *clock; /* (owned) */
  char *folder;       /* (owned) */
  char *path;         /* (owned) */
  int fd;
} Fixture;

/* As systemd writes it: the first byte of an abstract name is an “@”. */
static int
listen_at (const char *address)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  gsize length = strlen (address);
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (length, <, sizeof (name.sun_path));
  memcpy (name.sun_path, address, length);
  if (*address == '@')
    name.sun_path[0] = '\0';
  else
    length += 1;
  g_assert_cmpint (bind (fd, (struct sockaddr *) &name,
                         (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length)),
                   ==, 0);

  return fd;
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->clock = hw_fake_clock_new ();
  fixture->folder = g_dir_make_tmp ("headway-service-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "notify", NULL);
  fixture->fd = listen_at (fixture->path);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->clock), ==, 0);
  g_assert_finalize_object (g_steal_pointer (&fixture->clock));
  close (fixture->fd);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_clear_pointer (&fixture->path, g_free);
  g_clear_pointer (&fixture->folder, g_free);
}

static HwServiceManager *
make_manager (Fixture *fixture,
              gint64   watchdog_time)
{
  return hw_service_manager_new (HW_CLOCK (fixture->clock), fixture->path, watchdog_time);
}

/* Takes the next datagram that has come; "" if there is none. */
static char *
hear_from (int fd)
{
  char message[8192];
  gssize length = recv (fd, message, sizeof (message), 0);

  return g_strndup (message, (gsize) MAX (length, 0));
}

#define assert_hears(fixture, expected) \
  G_STMT_START { \
    g_autofree char *heard = hear_from ((fixture)->fd); \
    g_assert_cmpstr (heard, ==, expected); \
  } G_STMT_END

static void
test_service_manager_ready (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  assert_hears (fixture, "");
  hw_service_manager_tell_ready (manager);
  assert_hears (fixture, "READY=1\n");
  assert_hears (fixture, "");
}

static void
test_service_manager_stopping (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  hw_service_manager_tell_ready (manager);
  hw_service_manager_tell_stopping (manager);

  assert_hears (fixture, "READY=1\n");
  assert_hears (fixture, "STOPPING=1\n");
  assert_hears (fixture, "");
}

static void
test_service_manager_status_at_once (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  hw_service_manager_set_status (manager, "3 running, 12 waiting");
  assert_hears (fixture, "STATUS=3 running, 12 waiting\n");
}

static void
test_service_manager_status_rate (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  for (guint i = 1; i <= 100; i++)
    {
      g_autofree char *status = g_strdup_printf ("%u waiting", i);

      hw_service_manager_set_status (manager, status);
    }

  assert_hears (fixture, "STATUS=1 waiting\n");
  hw_fake_clock_advance (fixture->clock, G_USEC_PER_SEC - 1);
  assert_hears (fixture, "");
  hw_fake_clock_advance (fixture->clock, 1);
  assert_hears (fixture, "STATUS=100 waiting\n");
  hw_fake_clock_advance (fixture->clock, 10 * G_USEC_PER_SEC);
  assert_hears (fixture, "");
}

static void
test_service_manager_status_same (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  hw_service_manager_set_status (manager, "Nothing to do");
  hw_fake_clock_advance (fixture->clock, 2 * G_USEC_PER_SEC);
  hw_service_manager_set_status (manager, "Nothing to do");
  hw_fake_clock_advance (fixture->clock, 2 * G_USEC_PER_SEC);

  assert_hears (fixture, "STATUS=Nothing to do\n");
  assert_hears (fixture, "");
}

/* A transition does not wait for the second to be over, and takes the status along. */
static void
test_service_manager_status_rides (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  hw_service_manager_set_status (manager, "1 running");
  hw_service_manager_set_status (manager, "2 running");
  hw_service_manager_tell_ready (manager);
  hw_fake_clock_advance (fixture->clock, 2 * G_USEC_PER_SEC);

  assert_hears (fixture, "STATUS=1 running\n");
  assert_hears (fixture, "READY=1\nSTATUS=2 running\n");
  assert_hears (fixture, "");
}

/* What comes from outside must not say more than its own line. */
static void
test_service_manager_status_lines (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  hw_service_manager_set_status (manager, "Could not open “a\nMAINPID=1”\r\n");
  assert_hears (fixture, "STATUS=Could not open “a MAINPID=1”  \n");
}

static void
test_service_manager_status_long (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);
  g_autoptr(GString) status = g_string_new ("x");
  g_autofree char *heard = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append (status, "€");
  hw_service_manager_set_status (manager, status->str);
  heard = hear_from (fixture->fd);

  g_assert_true (g_str_has_prefix (heard, "STATUS=x€"));
  g_assert_true (g_str_has_suffix (heard, "€…\n"));
  g_assert_true (g_utf8_validate (heard, -1, NULL));
  g_assert_cmpuint (strlen (heard), <, 4096);
}

static void
test_service_manager_watchdog (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 10 * G_USEC_PER_SEC);

  hw_fake_clock_advance (fixture->clock, 20 * G_USEC_PER_SEC);
  assert_hears (fixture, "");

  hw_service_manager_tell_ready (manager);
  assert_hears (fixture, "READY=1\n");
  assert_hears (fixture, "WATCHDOG=1\n");
  for (guint i = 0; i < 3; i++)
    {
      hw_fake_clock_advance (fixture->clock, 5 * G_USEC_PER_SEC);
      assert_hears (fixture, "WATCHDOG=1\n");
      assert_hears (fixture, "");
    }
}

static void
test_service_manager_no_watchdog (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  hw_service_manager_tell_ready (manager);
  assert_hears (fixture, "READY=1\n");
  hw_fake_clock_advance (fixture->clock, 1800 * (gint64) G_USEC_PER_SEC);
  assert_hears (fixture, "");
}

static void
test_service_manager_abstract (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autofree char *address = g_strdup_printf ("@headway-service-%d", getpid ());
  g_autoptr(HwServiceManager) manager =
    hw_service_manager_new (HW_CLOCK (fixture->clock), address, 0);

  close (fixture->fd);
  fixture->fd = listen_at (address);
  hw_service_manager_tell_ready (manager);

  assert_hears (fixture, "READY=1\n");
}

static void
test_service_manager_nobody (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager =
    hw_service_manager_new (HW_CLOCK (fixture->clock), NULL, G_USEC_PER_SEC);

  hw_service_manager_set_status (manager, "Nothing to do");
  hw_service_manager_tell_ready (manager);
  hw_service_manager_tell_stopping (manager);

  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->clock), ==, 0);
}

static void
test_service_manager_no_address (Fixture      *fixture,
                                 gconstpointer test_data)
{
  HwTestLog *log = (HwTestLog *) test_data;
  g_autofree char *name = g_strnfill (200, 'x');
  g_autofree char *long_path = g_strconcat ("/", name, NULL);
  const char *addresses[] = { "", "notify", "vsock:2:1234", long_path };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(HwServiceManager) manager = NULL;

      hw_test_log_expect_warning (log, "*is not the address of a Unix socket.");
      manager = hw_service_manager_new (HW_CLOCK (fixture->clock), addresses[i], 0);
      hw_service_manager_tell_ready (manager);
      hw_test_log_assert_expected (log);
    }
}

static void
test_service_manager_gone (Fixture      *fixture,
                           gconstpointer test_data)
{
  HwTestLog *log = (HwTestLog *) test_data;
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);

  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  hw_test_log_expect_warning (log, "Could not tell the service manager*");
  hw_service_manager_tell_ready (manager);
  hw_test_log_assert_expected (log);

  /* A second warning would be one that nobody expects. */
  hw_service_manager_tell_stopping (manager);
}

/* Its queue is full: nothing waits, and what counts comes when there is room again. */
static void
test_service_manager_busy (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autoptr(HwServiceManager) manager = make_manager (fixture, 0);
  g_autofree char *heard = NULL;
  g_autofree char *last = NULL;
  guint n_told = 0;

  while (hw_fake_clock_get_n_timers (fixture->clock) == 0 && n_told < 100000)
    {
      hw_service_manager_tell_ready (manager);
      n_told++;
    }
  g_assert_cmpuint (n_told, <, 100000);
  hw_service_manager_set_status (manager, "1 running");
  hw_service_manager_tell_stopping (manager);

  for (heard = hear_from (fixture->fd); *heard != '\0'; heard = hear_from (fixture->fd))
    g_free (heard);
  hw_fake_clock_advance (fixture->clock, G_USEC_PER_SEC);
  last = hear_from (fixture->fd);

  g_assert_cmpstr (last, ==, "READY=1\nSTOPPING=1\nSTATUS=1 running\n");
}

/* Of three tasks two run, one ends, another takes its place. */
static void
test_service_manager_queue (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autoptr(HwTestHouse) house = hw_test_house_new (2);
  g_autoptr(HwServiceManager) manager =
    hw_service_manager_new (HW_CLOCK (house->clock), fixture->path, 0);
  guint64 first;

  hw_test_house_open (house);
  hw_service_manager_follow_queue (manager, house->queue);
  assert_hears (fixture, "STATUS=Nothing to do\n");

  first = hw_test_house_submit (house, "noop");
  hw_test_house_submit (house, "noop");
  hw_test_house_submit (house, "noop");
  hw_test_house_advance (house, G_USEC_PER_SEC);
  assert_hears (fixture, "STATUS=2 running, 1 waiting\n");

  hw_test_house_succeed (house, first);
  hw_test_house_advance (house, G_USEC_PER_SEC);
  assert_hears (fixture, "STATUS=2 running, 0 waiting\n");
}

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

#define ADD(path, test) g_test_add (path, Fixture, log, set_up, test, tear_down)
  ADD ("/service-manager/hears-ready-once", test_service_manager_ready);
  ADD ("/service-manager/hears-stopping-last", test_service_manager_stopping);
  ADD ("/service-manager/status/is-told-at-once", test_service_manager_status_at_once);
  ADD ("/service-manager/status/once-a-second-the-newest", test_service_manager_status_rate);
  ADD ("/service-manager/status/same-is-no-news", test_service_manager_status_same);
  ADD ("/service-manager/status/goes-along-with-other-news", test_service_manager_status_rides);
  ADD ("/service-manager/status/is-one-line", test_service_manager_status_lines);
  ADD ("/service-manager/status/long-one-is-cut", test_service_manager_status_long);
  ADD ("/service-manager/status/counts-what-runs-and-waits", test_service_manager_queue);
  ADD ("/service-manager/watchdog/hears-twice-in-its-time", test_service_manager_watchdog);
  ADD ("/service-manager/watchdog/hears-nothing-unasked", test_service_manager_no_watchdog);
  ADD ("/service-manager/address/may-be-abstract", test_service_manager_abstract);
  ADD ("/service-manager/address/none-is-silence", test_service_manager_nobody);
  ADD ("/service-manager/address/wrong-one-is-named", test_service_manager_no_address);
  ADD ("/service-manager/address/nobody-there-is-told-once", test_service_manager_gone);
  ADD ("/service-manager/full-queue-gets-it-later", test_service_manager_busy);
#undef ADD

  return g_test_run ();
}
