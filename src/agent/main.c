/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-agent.h"
#include "hw-locale.h"
#include "hw-session-bus.h"

#include <glib-unix.h>

/* The agent as a program: it runs until the session or a signal ends it. */
typedef struct
{
  GMainLoop *loop;   /* (owned) */
  HwAgent *agent;    /* (owned) */
  HwSessionBus *bus; /* (owned) */
} Program;

static void
program_clear (Program *program)
{
  if (program->bus != NULL)
    hw_session_bus_stop (program->bus);
  if (program->agent != NULL)
    hw_agent_set_connection (program->agent, NULL);

  g_clear_object (&program->bus);
  g_clear_object (&program->agent);
  g_clear_pointer (&program->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Program, program_clear)

static gboolean
on_signal (gpointer user_data)
{
  Program *program = user_data;

  g_main_loop_quit (program->loop);

  return G_SOURCE_CONTINUE;
}

static void
on_bus_changed (HwSessionBus    *bus,
                GDBusConnection *connection,
                Program         *program)
{
  hw_agent_set_connection (program->agent, connection);
}

static void
on_bus_ended (HwSessionBus *bus,
              const char   *reason,
              Program      *program)
{
  g_debug ("There is nothing to do: %s", reason);
  g_main_loop_quit (program->loop);
}

static void
run (Program       *program,
     HwAgentConfig *config)
{
  guint term_id = g_unix_signal_add (SIGTERM, on_signal, program);
  guint int_id = g_unix_signal_add (SIGINT, on_signal, program);

  program->loop = g_main_loop_new (NULL, FALSE);
  program->agent = hw_agent_new (config);
  program->bus = hw_session_bus_new (hw_agent_config_get_bus_address (config), HW_AGENT_BUS_NAME,
                                     HW_SESSION_BUS_PATIENCE);
  g_signal_connect (program->bus, "changed", G_CALLBACK (on_bus_changed), program);
  g_signal_connect (program->bus, "ended", G_CALLBACK (on_bus_ended), program);

  hw_session_bus_start (program->bus);
  g_main_loop_run (program->loop);

  g_source_remove (term_id);
  g_source_remove (int_id);
}

int
main (int   argc,
      char *argv[])
{
  g_auto(Program) program = { 0 };
  g_autoptr(HwAgentConfig) config = NULL;
  g_auto(GStrv) arguments = g_strdupv (argv);
  g_autoptr(GError) error = NULL;

  hw_locale_init ();

  /* It has no use for other file systems, whose part of GLib would end it with the bus. */
  g_setenv ("GIO_USE_VFS", "local", TRUE);

  config = hw_agent_config_new_from_arguments (&arguments, &error);
  if (config == NULL)
    {
      g_printerr ("headway-agent: %s\n", error->message);
      return 2;
    }

  if (hw_agent_config_get_wants_version (config))
    {
      g_print ("headway-agent %s\n", HW_VERSION);
      return 0;
    }

  /* Without a session there is nobody to tell. */
  if (hw_agent_config_get_bus_address (config) != NULL)
    run (&program, config);

  return 0;
}
