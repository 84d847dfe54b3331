/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-bus-address.h"

#include <glib/gstdio.h>

static void
set_or_unset (const char *name,
              const char *value)
{
  if (value != NULL)
    g_setenv (name, value, TRUE);
  else
    g_unsetenv (name);
}

/* Test that the session's own word counts first, and that its folder must be a whole path. */
static void
test_bus_address_is_that_of_the_session (void)
{
  static const struct
  {
    const char *told;
    const char *runtime_folder;
    const char *address; /* or %NULL */
  } cases[] = {
    { "unix:path=/told", "/run/user/7", "unix:path=/told" },
    { "", "/run/user/7", "unix:path=/run/user/7/bus" },
    { NULL, "/run/user/7", "unix:path=/run/user/7/bus" },
    { NULL, "/run/a,b", "unix:path=/run/a%2Cb/bus" },
    { NULL, "run", NULL },
    { NULL, "", NULL },
    { NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *address = NULL;

      set_or_unset ("DBUS_SESSION_BUS_ADDRESS", cases[i].told);
      set_or_unset ("XDG_RUNTIME_DIR", cases[i].runtime_folder);
      address = hw_bus_address_find ();
      g_assert_cmpstr (address, ==, cases[i].address);
    }
}

/* Test that a bus that is still to come is none yet. */
static void
test_bus_address_has_a_bus_that_is_there (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headway-bus-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bus", NULL);

  set_or_unset ("DBUS_SESSION_BUS_ADDRESS", NULL);
  set_or_unset ("XDG_RUNTIME_DIR", folder);
  g_assert_false (hw_bus_address_has_bus ());

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_true (hw_bus_address_has_bus ());
  g_unlink (path);
  g_rmdir (folder);

  set_or_unset ("XDG_RUNTIME_DIR", NULL);
  g_assert_false (hw_bus_address_has_bus ());

  set_or_unset ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/told");
  g_assert_true (hw_bus_address_has_bus ());
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bus-address/is-that-of-the-session", test_bus_address_is_that_of_the_session);
  g_test_add_func ("/bus-address/has-a-bus-that-is-there",
                   test_bus_address_has_a_bus_that_is_there);

  return g_test_run ();
}
