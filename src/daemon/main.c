/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-daemon.h"
#include "hw-errand.h"
#include "hw-exit-status.h"

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

/* From this size on, what is freed goes back to the machine: left alone, malloc learns from the
 * first great body to keep as much for the next one. In bytes.
 */
#define GREAT_BLOCK (1024 * 1024)

/* The daemon as a program: it runs until a signal ends it. */
typedef struct
{
  GMainLoop *loop;  /* (owned) */
  HwDaemon *daemon; /* (owned) */
  gboolean is_stopping;
  int status;
} Program;

static void
program_clear (Program *program)
{
  g_clear_object (&program->daemon);
  g_clear_pointer (&program->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Program, program_clear)

static void
on_daemon_stopped (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  Program *program = user_data;

  hw_daemon_stop_finish (HW_DAEMON (source), result);
  g_main_loop_quit (program->loop);
}

/* It ends properly, as far as that goes: programs are adopted by the next one. */
static void
on_daemon_failed (HwDaemon     *daemon,
                  const GError *error,
                  Program      *program)
{
  g_printerr ("headwayd: %s\n", error->message);
  program->status = hw_exit_status_of_error (error);
  if (!program->is_stopping)
    hw_daemon_stop_async (program->daemon, on_daemon_stopped, program);
  program->is_stopping = TRUE;
}

/* The first signal ends the daemon properly, the second at once. */
static gboolean
on_signal (gpointer user_data)
{
  Program *program = user_data;

  if (program->is_stopping)
    g_main_loop_quit (program->loop);
  else
    hw_daemon_stop_async (program->daemon, on_daemon_stopped, program);
  program->is_stopping = TRUE;

  return G_SOURCE_CONTINUE;
}

static void
on_daemon_started (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *url = hw_daemon_start_finish (HW_DAEMON (source), result, &error);

  if (url == NULL && program->is_stopping)
    return;

  if (url == NULL)
    {
      g_printerr ("headwayd: %s\n", error->message);
      program->status = hw_exit_status_of_error (error);
      g_main_loop_quit (program->loop);
      return;
    }

  g_print ("Headway is ready at %s\n", url);
  fflush (stdout);
}

/* Returns the exit status. */
static int
run_errand (HwConfig *config)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = hw_errand_run (config, &error);

  if (text == NULL)
    {
      g_printerr ("headwayd: %s\n", error->message);
      return hw_exit_status_of_error (error);
    }

  g_print ("%s", text);

  return 0;
}

int
main (int   argc,
      char *argv[])
{
  g_auto(Program) program = { 0 };
  g_autoptr(HwConfig) config = NULL;
  g_auto(GStrv) arguments = g_strdupv (argv);
  g_autoptr(GError) error = NULL;
  guint term_id;
  guint int_id;

  setlocale (LC_ALL, "");

  /* Standard output is for the one line that says where it is. */
  g_log_writer_default_set_use_stderr (TRUE);

  mallopt (M_MMAP_THRESHOLD, GREAT_BLOCK);
  mallopt (M_TRIM_THRESHOLD, GREAT_BLOCK);

  /* Everything that is made here is its owner's alone, and a reader who went away is
   * an error of the write.
   */
  umask (0077);
  signal (SIGPIPE, SIG_IGN);

  config = hw_config_new_from_arguments (&arguments, &error);
  if (config == NULL)
    {
      g_printerr ("headwayd: %s\n", error->message);
      return 2;
    }

  if (hw_config_get_wants_version (config))
    {
      g_print ("headwayd %s\n", HW_VERSION);
      return 0;
    }

  if (hw_errand_is_wanted (config))
    return run_errand (config);

  program.loop = g_main_loop_new (NULL, FALSE);
  program.daemon = hw_daemon_new (config);
  g_signal_connect (program.daemon, "failed", G_CALLBACK (on_daemon_failed), &program);
  term_id = g_unix_signal_add (SIGTERM, on_signal, &program);
  int_id = g_unix_signal_add (SIGINT, on_signal, &program);

  hw_daemon_start_async (program.daemon, NULL, on_daemon_started, &program);
  g_main_loop_run (program.loop);

  g_source_remove (term_id);
  g_source_remove (int_id);

  return program.status;
}
