/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-errand.h"

#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-place.h"

/* What is done to the database's file, whether a daemon runs or not: no daemon is asked, as one
 * that does not run, or that does not answer any more, is what this is there for. The daemon's
 * program knows how, so it is called for it, here and in this folder.
 */

void
hw_cli_errand_free (gpointer data)
{
  HwCliErrand *self = data;

  g_free (self->file);
  g_free (self->state_folder);
  g_free (self);
}

/**
 * hw_cli_errand_parse:
 * @call: the call
 * @may_force: whether a file may be replaced, so that there is an option for it
 * @arguments: (inout): the command's name, and what follows it
 * @error: return location for %HW_CLI_ERROR_USAGE
 *
 * Reads the arguments of a command that is an errand: a file.
 *
 * Returns: (transfer full): it, or %NULL
 */
HwCliErrand *
hw_cli_errand_parse (HwCliCall *call,
                     gboolean   may_force,
                     char    ***arguments,
                     GError   **error)
{
  HwCliErrand *self = g_new0 (HwCliErrand, 1);
  const GOptionEntry entries[] = {
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->state_folder,
      N_("The tasks are those in DIR, as with “headwayd --state-dir”"), N_("DIR") },
    { may_force ? "force" : NULL, 'f', 0, G_OPTION_ARG_NONE, &self->may_replace,
      N_("Replace FILE if it is there"), NULL },
    { NULL }
  };

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error))
    {
      hw_cli_errand_free (self);
      return NULL;
    }

  if (g_strv_length (*arguments) == 2 && !hw_cli_call_get_is_place_given (call))
    {
      self->file = g_strdup ((*arguments)[1]);
      return self;
    }

  if (hw_cli_call_get_is_place_given (call))
    g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                 _("No daemon is asked for this. Say where the tasks are by --state-dir."));
  else
    g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                 _("Say which file: one, such as “headway %s tasks.backup”."), (*arguments)[0]);
  hw_cli_errand_free (self);

  return NULL;
}

static GSubprocess *
spawn (const HwCliErrand *self,
       const char        *option,
       GError           **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *daemon = hw_cli_place_find_daemon (program);
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);

  if (daemon == NULL)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                   _("The program “headwayd” is missing, which does this. Install Headway "
                     "again."));
      return NULL;
    }

  g_ptr_array_add (arguments, g_steal_pointer (&daemon));
  g_ptr_array_add (arguments, g_strconcat (option, "=", self->file, NULL));
  if (self->state_folder != NULL)
    g_ptr_array_add (arguments, g_strconcat ("--state-dir=", self->state_folder, NULL));
  if (self->may_replace)
    g_ptr_array_add (arguments, g_strdup ("--force"));
  g_ptr_array_add (arguments, NULL);

  return g_subprocess_newv ((const char *const *) arguments->pdata, G_SUBPROCESS_FLAGS_NONE,
                            error);
}

/* It has said itself what went wrong. */
static void
on_waited (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GSubprocess *process = G_SUBPROCESS (source);
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;

  if (!g_subprocess_wait_finish (process, result, &error))
    {
      g_subprocess_send_signal (process, SIGTERM);
      g_task_return_error (gtask, error);
      return;
    }

  g_task_return_int (gtask, g_subprocess_get_successful (process) ? HW_CLI_EXIT_SUCCESS
                                                                  : HW_CLI_EXIT_FAILED);
}

/**
 * hw_cli_errand_run:
 * @gtask: (transfer full): the operation of the command, whose data is the errand
 * @option: how the daemon's program is told what to do
 *
 * Does it.
 */
void
hw_cli_errand_run (GTask      *gtask,
                   const char *option)
{
  const HwCliErrand *self = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(GSubprocess) process = spawn (self, option, &error);

  if (process == NULL)
    {
      g_task_return_error (gtask, error);
      g_object_unref (gtask);
      return;
    }

  g_subprocess_wait_async (process, g_task_get_cancellable (gtask), on_waited, gtask);
}
