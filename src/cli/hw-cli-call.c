/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-call.h"

#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-place.h"
#include "hw-cli-starter.h"
#include "hw-error.h"

#include <string.h>

/* The greatest number of a task: what passes through JavaScript unchanged. */
#define MAX_TASK_ID (G_GUINT64_CONSTANT (1) << 53)

/**
 * HwCliCall:
 *
 * One call of the program: the options that all commands have, and what a command works
 * with: the terminal, and the way to the daemon. It knows no command. Main context only.
 */
struct _HwCliCall
{
  GObject parent_instance;

  HwCliTerminal *terminal;   /* (owned) (not nullable) */
  GCancellable *cancellable; /* (owned) (not nullable): of all that goes on */

  char *given_socket; /* (owned) (nullable) */
  char *url;          /* (owned) (nullable) */
  char *token;        /* (owned) (nullable) */
  gboolean has_json;
  gboolean wants_help;
  char *options_help; /* (owned) (nullable) */

  char *socket_path;           /* (owned) (nullable): set when it is prepared */
  char *state_folder;          /* (owned) (not nullable) */
  HwCliConnection *connection; /* (owned) (nullable) */
  HwCliClient *client;         /* (owned) (nullable) */

  HwCliSignalFunc signal_func; /* (nullable) */
  gpointer signal_data;        /* (unowned) */
};

typedef enum
{
  SIGNAL_LEFT,
} HwCliCallSignal;

static guint signals[SIGNAL_LEFT + 1];

G_DEFINE_FINAL_TYPE (HwCliCall, hw_cli_call, G_TYPE_OBJECT)

static void
hw_cli_call_finalize (GObject *object)
{
  HwCliCall *self = HW_CLI_CALL (object);

  g_clear_object (&self->terminal);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->given_socket, g_free);
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->options_help, g_free);
  g_clear_pointer (&self->socket_path, g_free);
  g_clear_pointer (&self->state_folder, g_free);
  g_clear_object (&self->connection);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (hw_cli_call_parent_class)->finalize (object);
}

static void
hw_cli_call_class_init (HwCliCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_cli_call_finalize;

  /**
   * HwCliCall::left:
   * @self: a call
   * @exit_code: with what to exit
   *
   * The program is to end now, whatever goes on.
   */
  signals[SIGNAL_LEFT] = g_signal_new ("left", HW_TYPE_CLI_CALL, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
hw_cli_call_init (HwCliCall *self)
{
  self->cancellable = g_cancellable_new ();
  self->state_folder = hw_cli_place_find_state_folder ();
}

/**
 * hw_cli_call_new:
 * @terminal: where to print
 *
 * Creates a call that was told nothing yet.
 *
 * Returns: (transfer full): it
 */
HwCliCall *
hw_cli_call_new (HwCliTerminal *terminal)
{
  HwCliCall *self = g_object_new (HW_TYPE_CLI_CALL, NULL);

  self->terminal = g_object_ref (terminal);

  return self;
}

static void
add_common_entries (HwCliCall      *self,
                    GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "socket", 0, 0, G_OPTION_ARG_FILENAME, &self->given_socket,
      N_("Ask the daemon that listens on the Unix socket PATH"), N_("PATH") },
    { "url", 0, 0, G_OPTION_ARG_STRING, &self->url,
      N_("Ask the daemon at URL, with its token"), N_("URL") },
    { "token", 0, 0, G_OPTION_ARG_STRING, &self->token,
      N_("The token for --url; better left in HEADWAY_TOKEN"), N_("TOKEN") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->has_json,
      N_("Print JSON, for programs"), NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &self->wants_help,
      N_("Show this help"), NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/* The help of the options alone: GLib writes a line about the usage before it. */
static char *
make_options_help (GOptionContext *context)
{
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
  const char *options = strstr (help, "\n\n");

  return g_strdup (options != NULL ? options + 2 : help);
}

/**
 * hw_cli_call_parse:
 * @self: a call
 * @entries: (nullable): the options of its command
 * @stops_at_word: whether what follows the first word is not for us
 * @arguments: (inout) (array zero-terminated=1): the arguments, the first of which is a name
 * @error: return location for a #GError, or %NULL
 *
 * Reads options, and leaves the other arguments.
 *
 * Returns: %TRUE, or %FALSE with %HW_CLI_ERROR_USAGE, or without an error if all that is
 *   wanted is help
 */
gboolean
hw_cli_call_parse (HwCliCall          *self,
                   const GOptionEntry *entries,
                   gboolean            stops_at_word,
                   char             ***arguments,
                   GError            **error)
{
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(GError) cause = NULL;

  g_return_val_if_fail (HW_IS_CLI_CALL (self), FALSE);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, stops_at_word);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  add_common_entries (self, context);

  if (!g_option_context_parse_strv (context, arguments, &cause))
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE, "%s.", cause->message);
      return FALSE;
    }

  g_free (self->options_help);
  self->options_help = make_options_help (context);

  return !self->wants_help;
}

/**
 * hw_cli_call_check_no_words:
 * @arguments: (array zero-terminated=1): what is left of the arguments
 * @error: return location for a #GError, or %NULL
 *
 * Refuses words where a command takes none.
 *
 * Returns: %TRUE, or %FALSE with %HW_CLI_ERROR_USAGE
 */
gboolean
hw_cli_call_check_no_words (char   **arguments,
                            GError **error)
{
  if (arguments[0] == NULL || arguments[1] == NULL)
    return TRUE;

  g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
               _("“%s” is one word too many."), arguments[1]);

  return FALSE;
}

/**
 * hw_cli_call_parse_id:
 * @text: what should be a task's number; with # before it, as people write it
 * @task_id: (out): the number
 * @error: return location for a #GError, or %NULL
 *
 * Reads the number of a task.
 *
 * Returns: %TRUE, or %FALSE with %HW_CLI_ERROR_USAGE
 */
gboolean
hw_cli_call_parse_id (const char *text,
                      guint64    *task_id,
                      GError    **error)
{
  const char *digits = *text == '#' ? text + 1 : text;

  if (g_ascii_string_to_unsigned (digits, 10, 1, MAX_TASK_ID, task_id, NULL))
    return TRUE;

  g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
               _("“%s” is no number of a task. “headway list” shows the numbers."), text);

  return FALSE;
}

/**
 * hw_cli_call_parse_ids:
 * @arguments: (array zero-terminated=1): a name, and the numbers of tasks
 * @error: return location for a #GError, or %NULL
 *
 * Reads the numbers of one or more tasks.
 *
 * Returns: (transfer full) (element-type guint64): the numbers, or %NULL with
 *   %HW_CLI_ERROR_USAGE
 */
GArray *
hw_cli_call_parse_ids (char   **arguments,
                       GError **error)
{
  g_autoptr(GArray) task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 1; arguments[0] != NULL && arguments[i] != NULL; i++)
    {
      guint64 task_id;

      if (!hw_cli_call_parse_id (arguments[i], &task_id, error))
        return NULL;

      g_array_append_val (task_ids, task_id);
    }

  if (task_ids->len > 0)
    return g_steal_pointer (&task_ids);

  g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
               _("Say which task, by its number. “headway list” shows the numbers."));

  return NULL;
}

gboolean
hw_cli_call_get_wants_help (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), FALSE);

  return self->wants_help;
}

/**
 * hw_cli_call_get_options_help:
 * @self: a call whose options were parsed
 *
 * Gets what the options are.
 *
 * Returns: lines
 */
const char *
hw_cli_call_get_options_help (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), NULL);

  return self->options_help;
}

HwCliTerminal *
hw_cli_call_get_terminal (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), NULL);

  return self->terminal;
}

HwCliClient *
hw_cli_call_get_client (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), NULL);

  return self->client;
}

gboolean
hw_cli_call_get_has_json (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), FALSE);

  return self->has_json;
}

/**
 * hw_cli_call_get_socket_path:
 * @self: a call that is prepared
 *
 * Gets where the daemon listens.
 *
 * Returns: (nullable): a path, or %NULL if an address was given
 */
const char *
hw_cli_call_get_socket_path (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), NULL);

  return self->socket_path;
}

const char *
hw_cli_call_get_state_folder (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), NULL);

  return self->state_folder;
}

/**
 * hw_cli_call_get_is_place_given:
 * @self: a call
 *
 * Tells whether somebody said where the daemon is. Then none is started here.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_cli_call_get_is_place_given (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), FALSE);

  return self->given_socket != NULL || self->url != NULL;
}

/**
 * hw_cli_call_get_cancellable:
 * @self: a call
 *
 * Gets what ends all that goes on when the program is left.
 *
 * Returns: (transfer none): it
 */
GCancellable *
hw_cli_call_get_cancellable (HwCliCall *self)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), NULL);

  return self->cancellable;
}

static void
on_connection_lost (HwCliConnection *connection,
                    HwCliCall       *self)
{
  hw_cli_terminal_say (self->terminal,
                       _("The daemon does not answer; waiting for it to come back."));
}

static void
on_connection_found (HwCliConnection *connection,
                     HwCliCall       *self)
{
  hw_cli_terminal_say (self->terminal, _("The daemon answers again."));
}

static HwCliConnection *
hw_cli_call_make_connection (HwCliCall *self,
                             GError   **error)
{
  const char *token = self->token != NULL ? self->token : g_getenv ("HEADWAY_TOKEN");

  if (self->url != NULL && self->given_socket != NULL)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("A daemon is at one place: say --socket or --url, not both."));
      return NULL;
    }

  if (self->url != NULL)
    return hw_cli_connection_new_for_url (self->url, token, g_getenv ("HEADWAY_CERTIFICATE"),
                                          error);

  if (self->given_socket != NULL)
    self->socket_path = g_canonicalize_filename (self->given_socket, NULL);
  else
    self->socket_path = hw_cli_place_find_socket (g_getenv ("XDG_RUNTIME_DIR"),
                                                  self->state_folder, error);

  return self->socket_path != NULL ? hw_cli_connection_new_for_socket (self->socket_path) : NULL;
}

/**
 * hw_cli_call_prepare:
 * @self: a call whose options were parsed
 * @error: return location for a #GError, or %NULL
 *
 * Finds out where the daemon is. Nothing is sent there.
 *
 * Returns: %TRUE, or %FALSE with %HW_CLI_ERROR_USAGE or %HW_CLI_ERROR_NO_DAEMON
 */
gboolean
hw_cli_call_prepare (HwCliCall *self,
                     GError   **error)
{
  g_return_val_if_fail (HW_IS_CLI_CALL (self), FALSE);
  g_return_val_if_fail (self->connection == NULL, FALSE);

  self->connection = hw_cli_call_make_connection (self, error);
  if (self->connection == NULL)
    return FALSE;

  self->client = hw_cli_client_new (self->connection);
  g_signal_connect_object (self->connection, "lost", G_CALLBACK (on_connection_lost), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->connection, "found", G_CALLBACK (on_connection_found), self,
                           G_CONNECT_DEFAULT);

  return TRUE;
}

static void
on_daemon_started (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;

  if (hw_cli_starter_start_finish (HW_CLI_STARTER (source), result, &error))
    g_task_return_boolean (gtask, TRUE);
  else
    g_task_return_error (gtask, error);
}

/**
 * hw_cli_call_connect_async:
 * @self: a call that is prepared
 * @callback: called when there is a daemon
 * @user_data: data for @callback
 *
 * Makes sure that there is a daemon: starts one if none runs, and nobody said where one is.
 */
void
hw_cli_call_connect_async (HwCliCall          *self,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;
  g_autoptr(HwCliStarter) starter = NULL;

  g_return_if_fail (HW_IS_CLI_CALL (self));

  gtask = g_task_new (self, self->cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_cli_call_connect_async);

  if (hw_cli_call_get_is_place_given (self))
    {
      g_task_return_boolean (gtask, TRUE);
      return;
    }

  starter = hw_cli_starter_new (self->socket_path, self->state_folder);
  hw_cli_starter_start_async (starter, self->cancellable, on_daemon_started,
                              g_steal_pointer (&gtask));
}

/**
 * hw_cli_call_connect_finish:
 * @self: a call
 * @result: what the callback was given
 * @error: return location for an error: %HW_CLI_ERROR_NO_DAEMON
 *
 * Ends hw_cli_call_connect_async().
 *
 * Returns: whether there is a daemon
 */
gboolean
hw_cli_call_connect_finish (HwCliCall    *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * hw_cli_call_set_signal_func:
 * @self: a call
 * @function: (nullable): what deals with signals that are to end the program
 * @user_data: data for @function
 *
 * Sets what happens on Ctrl-C and its like. Without @function, the program ends.
 */
void
hw_cli_call_set_signal_func (HwCliCall      *self,
                             HwCliSignalFunc function,
                             gpointer        user_data)
{
  g_return_if_fail (HW_IS_CLI_CALL (self));

  self->signal_func = function;
  self->signal_data = user_data;
}

/**
 * hw_cli_call_heed:
 * @self: a call
 * @signal_number: a signal that is to end the program
 *
 * Deals with a signal.
 */
void
hw_cli_call_heed (HwCliCall *self,
                  int        signal_number)
{
  g_return_if_fail (HW_IS_CLI_CALL (self));

  hw_cli_terminal_forget_keys (self->terminal);
  if (self->signal_func != NULL)
    self->signal_func (self, signal_number, self->signal_data);
  else
    hw_cli_call_leave (self, HW_CLI_EXIT_SIGNAL + signal_number);
}

/**
 * hw_cli_call_leave:
 * @self: a call
 * @exit_code: with what to exit
 *
 * Ends the program now, whatever goes on.
 */
void
hw_cli_call_leave (HwCliCall *self,
                   int        exit_code)
{
  g_return_if_fail (HW_IS_CLI_CALL (self));

  hw_cli_terminal_set_line (self->terminal, NULL, NULL);
  g_cancellable_cancel (self->cancellable);
  g_signal_emit (self, signals[SIGNAL_LEFT], 0, exit_code);
}
