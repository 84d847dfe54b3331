/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-bus-address.h"

#include <gio/gio.h>

/* (nullable): what the session says itself. */
static const char *
get_told_address (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");

  return address != NULL && *address != '\0' ? address : NULL;
}

/* (transfer full) (nullable): where the bus of a session without such a word is. */
static char *
make_usual_path (void)
{
  const char *runtime_folder = g_getenv ("XDG_RUNTIME_DIR");

  if (runtime_folder == NULL || *runtime_folder != '/')
    return NULL;

  return g_build_filename (runtime_folder, "bus", NULL);
}

/**
 * hw_bus_address_find:
 *
 * Finds where the session bus is, or will be when somebody logs in. GLib is not asked: where
 * there is none, it starts one, to which nobody listens and which nobody ends.
 *
 * Returns: (transfer full) (nullable): a D-Bus address, or %NULL if there can be no bus
 */
char *
hw_bus_address_find (void)
{
  g_autofree char *path = make_usual_path ();
  g_autofree char *escaped = NULL;

  if (get_told_address () != NULL)
    return g_strdup (get_told_address ());
  if (path == NULL)
    return NULL;

  escaped = g_dbus_address_escape_value (path);

  return g_strconcat ("unix:path=", escaped, NULL);
}

/**
 * hw_bus_address_has_bus:
 *
 * Tells whether there is a session bus by now, as far as one sees without calling it.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_bus_address_has_bus (void)
{
  g_autofree char *path = make_usual_path ();

  return get_told_address () != NULL ||
         (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS));
}
