/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-text.h"
#include "hw-link-page.h"
#include "hw-task-json.h"

#include <gio/gio.h>
#include <signal.h>

/* What `headway open` is to do. */
typedef struct
{
  guint64 task_id; /* or 0 for the list */
  gboolean is_printed;
} Open;

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  gboolean is_printed = FALSE;
  const GOptionEntry entries[] = {
    { "print", 'p', 0, G_OPTION_ARG_NONE, &is_printed,
      N_("Print the address instead of opening it"), NULL },
    { NULL }
  };
  guint64 task_id = 0;
  Open *open;

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error))
    return NULL;

  if (**arguments != NULL && (*arguments)[1] != NULL &&
      (!hw_cli_call_parse_id ((*arguments)[1], &task_id, error) ||
       !hw_cli_call_check_no_words (*arguments + 1, error)))
    return NULL;

  open = g_new0 (Open, 1);
  open->task_id = task_id;
  open->is_printed = is_printed;

  return open;
}

static void
print_address (HwCliCall  *call,
               const char *address)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  g_autofree char *clean = hw_cli_text_clean (address);
  g_autofree char *line = g_strconcat (clean, "\n", NULL);
  g_autoptr(GBytes) json = NULL;

  if (hw_cli_call_get_has_json (call))
    {
      json = hw_task_json_encode_link (address);
      hw_cli_terminal_print_json (terminal, json);
    }
  else
    {
      hw_cli_terminal_print (terminal, line);
    }
}

/* Returns (transfer full) (nullable): the path of a page that leads to the address. */
static char *
write_page (HwCliCall  *call,
            const char *address,
            GError    **error)
{
  const char *socket_path = hw_cli_call_get_socket_path (call);
  g_autofree char *folder = hw_cli_call_get_is_place_given (call) && socket_path != NULL
                            ? g_path_get_dirname (socket_path)
                            : g_strdup (hw_cli_call_get_state_folder (call));

  return hw_link_page_write (folder, address, error);
}

/* Runs between fork and exec. The signals that this program reads one by one are the browser's
 * own again: blocked ones are inherited.
 */
static void
unblock_signals (gpointer user_data)
{
  sigset_t none;

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

/* Starts the browser of the desktop, and does not wait for it. */
static gboolean
start_browser (const char *path,
               GError    **error)
{
  const char *argv[] = { "xdg-open", path, NULL };
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autoptr(GSubprocess) browser = NULL;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, unblock_signals, NULL, NULL);
  browser = g_subprocess_launcher_spawnv (launcher, argv, error);

  return browser != NULL;
}

static gboolean
has_display (void)
{
  const char *x11 = g_getenv ("DISPLAY");
  const char *wayland = g_getenv ("WAYLAND_DISPLAY");

  return (x11 != NULL && *x11 != '\0') || (wayland != NULL && *wayland != '\0');
}

static void
open_address (HwCliCall  *call,
              const char *address)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;

  if (!has_display ())
    {
      hw_cli_terminal_say (terminal, _("There is no display here. Open this address:"));
      print_address (call, address);
      return;
    }

  path = write_page (call, address, &error);
  if (path != NULL && start_browser (path, &error))
    return;

  hw_cli_terminal_say (terminal, _("The browser cannot be started: %s. Open this address:"),
                       error->message);
  print_address (call, address);
}

static void
on_link_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliCall *call = g_task_get_source_object (gtask);
  Open *open = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autofree char *address = NULL;

  address = hw_cli_client_get_link_finish (HW_CLI_CLIENT (source), result, &error);
  if (address == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (open->is_printed || hw_cli_call_get_has_json (call))
    print_address (call, address);
  else
    open_address (call, address);

  g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
}

static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Open *open = g_task_get_task_data (gtask);

  hw_cli_client_get_link_async (hw_cli_call_get_client (call), open->task_id,
                                hw_cli_call_get_cancellable (call), on_link_got, gtask);
}

const HwCliCommand hw_cli_open = {
  .name = "open",
  .synopsis = N_("[ID] [OPTION…]"),
  .summary = N_("Open the page of all tasks or of one, logged in"),
  .details = N_("The address lets in whoever has it: it is for you alone."),
  .examples =
    "  headway open\n"
    "  headway open 42\n"
    "  headway open --print\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = g_free,
  .run = start,
};
