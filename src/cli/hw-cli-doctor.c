/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-bus-address.h"
#include "hw-cli-checkup.h"
#include "hw-cli-command.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-text.h"
#include "hw-json-writer.h"

#include <string.h>

/* The daemon's program. */
#define DAEMON_NAME "headwayd"

/* What `headway doctor` has found so far. */
typedef struct
{
  GPtrArray *findings; /* (owned) (element-type HwCliFinding) */
} Doctor;

static void
doctor_free (gpointer data)
{
  Doctor *doctor = data;

  g_clear_pointer (&doctor->findings, g_ptr_array_unref);
  g_free (doctor);
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  Doctor *doctor;

  if (!hw_cli_call_parse (call, NULL, FALSE, arguments, error) ||
      !hw_cli_call_check_no_words (*arguments, error))
    return NULL;

  doctor = g_new0 (Doctor, 1);
  doctor->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_cli_finding_free);

  return doctor;
}

/* It goes through these in this order, as far as there is something to look at. */
static void ask_version (GTask *gtask,
                         GPid   daemon);
static void on_version_told (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void ask_daemon (GTask *gtask);
static void on_daemon_answered (GObject      *source,
                                GAsyncResult *result,
                                gpointer      user_data);
static void on_about_told (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);
static void ask_bus (GTask *gtask);
static void on_bus_got (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);
static void on_owner_told (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);
static void conclude (GTask *gtask);

/* @finding is (transfer full) (nullable). */
static void
add (GTask        *gtask,
     HwCliFinding *finding)
{
  Doctor *doctor = g_task_get_task_data (gtask);

  if (finding != NULL)
    g_ptr_array_add (doctor->findings, finding);
}

static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  const char *socket_path = hw_cli_call_get_socket_path (call);
  GPid daemon = 0;

  if (socket_path == NULL)
    {
      ask_daemon (gtask);
      return;
    }

  add (gtask, hw_cli_checkup_look_at_socket (socket_path, &daemon));
  if (daemon > 0)
    ask_version (gtask, daemon);
  else
    ask_bus (gtask);
}

/* Tells whether a program, as the kernel names that of a process, is the daemon's. Where systemd
 * listens for the daemon, whoever connects finds systemd at the other end.
 */
static gboolean
is_daemon (const char *program)
{
  g_autofree char *name = g_path_get_basename (program);

  return g_str_has_prefix (name, DAEMON_NAME);
}

/* Asks the daemon's own program, since the daemon does not tell. */
static void
ask_version (GTask *gtask,
             GPid   daemon)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/exe", (int) daemon);
  g_autofree char *program = g_file_read_link (link, NULL);
  g_autoptr(GSubprocess) process = NULL;

  if (program == NULL || !is_daemon (program))
    {
      ask_daemon (gtask);
      return;
    }

  if (g_str_has_suffix (program, " (deleted)"))
    {
      add (gtask, hw_cli_finding_new ("version", FALSE,
                                      _("The program of the daemon, process %d, was replaced "
                                        "since it was started. Start it anew to have the new one."),
                                      (int) daemon));
      ask_daemon (gtask);
      return;
    }

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              NULL, program, "--version", NULL);
  if (process != NULL)
    g_subprocess_communicate_utf8_async (process, NULL, g_task_get_cancellable (gtask),
                                         on_version_told, gtask);
  else
    ask_daemon (gtask);
}

static void
on_version_told (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  g_autofree char *said = NULL;

  if (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &said, NULL, NULL) &&
      said != NULL)
    {
      gboolean is_same = strstr (said, HW_VERSION) != NULL;

      g_strstrip (said);
      add (gtask, hw_cli_finding_new ("version", is_same,
                                      is_same ? _("The daemon is %s; so is this program.")
                                              : _("The daemon is %s, and this program another "
                                                  "version. Install both of one."), said));
    }

  ask_daemon (g_steal_pointer (&gtask));
}

static void
ask_daemon (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();

  filter->limit = 1;
  hw_cli_client_list_async (hw_cli_call_get_client (call), filter, g_task_get_cancellable (gtask),
                            on_daemon_answered, gtask);
}

static void
on_daemon_answered (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwCliTaskList) list = NULL;

  list = hw_cli_client_list_finish (HW_CLI_CLIENT (source), result, &error);
  if (list == NULL)
    {
      add (gtask, hw_cli_finding_new ("daemon", FALSE, "%s", error->message));
      ask_bus (g_steal_pointer (&gtask));
      return;
    }

  add (gtask, hw_cli_finding_new ("daemon", TRUE, _("The daemon answers.")));
  hw_cli_client_get_about_async (HW_CLI_CLIENT (source), g_task_get_cancellable (gtask),
                                 on_about_told, g_object_ref (gtask));
}

/* A daemon of a version before this one does not tell. */
static void
on_about_told (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  g_autoptr(HwAnswerAbout) about = NULL;

  about = hw_cli_client_get_about_finish (HW_CLI_CLIENT (source), result, NULL);
  if (about != NULL)
    {
      add (gtask, hw_cli_checkup_look_at_readiness (about));
      add (gtask, hw_cli_checkup_look_at_containment ("/", about->containment));
      add (gtask, hw_cli_checkup_look_at_retention (about));
      add (gtask, hw_cli_checkup_look_at_traffic (about));
    }

  ask_bus (g_steal_pointer (&gtask));
}

/* Looks at what is there without the daemon, and at the bus if there is one. */
static void
ask_bus (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);

  if (!hw_cli_call_get_is_place_given (call))
    {
      add (gtask, hw_cli_checkup_look_at_folder (hw_cli_call_get_state_folder (call)));
      add (gtask, hw_cli_checkup_look_at_certificate (hw_cli_call_get_state_folder (call)));
    }
  add (gtask, hw_cli_checkup_look_at_lingering ("/", g_get_user_name ()));

  if (!hw_bus_address_has_bus ())
    {
      add (gtask, hw_cli_finding_new ("bus", TRUE,
                                      _("There is no session bus here; Headway does without.")));
      conclude (gtask);
      return;
    }

  g_bus_get (G_BUS_TYPE_SESSION, g_task_get_cancellable (gtask), on_bus_got, gtask);
}

static void
on_bus_got (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (bus == NULL)
    {
      add (gtask, hw_cli_finding_new ("bus", FALSE, _("The session bus does not answer: %s."),
                                      error->message));
      conclude (g_steal_pointer (&gtask));
      return;
    }

  g_dbus_connection_set_exit_on_close (bus, FALSE);
  g_dbus_connection_call (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "NameHasOwner",
                          g_variant_new ("(s)", HW_BUS_NAME), G_VARIANT_TYPE ("(b)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, cancellable, on_owner_told,
                          g_steal_pointer (&gtask));
}

static void
on_owner_told (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GDBusConnection *bus = G_DBUS_CONNECTION (source);
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (bus, result, NULL);
  gboolean has_owner = FALSE;

  if (reply != NULL)
    g_variant_get (reply, "(b)", &has_owner);

  add (gtask, hw_cli_finding_new ("bus", TRUE,
                                  has_owner ? _("The daemon is on the session bus.")
                                            : _("The daemon is not on the session bus.")));
  conclude (g_steal_pointer (&gtask));
}

static void
print_json (HwCliTerminal *terminal,
            GPtrArray     *findings)
{
  g_autoptr(GBytes) json = NULL;
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_array (&writer);
  for (guint i = 0; i < findings->len; i++)
    {
      g_autoptr(GVariant) members = NULL;

      members = g_variant_ref_sink (hw_cli_finding_to_variant (g_ptr_array_index (findings, i)));
      hw_json_writer_add_variant (&writer, members);
    }
  hw_json_writer_end_array (&writer);

  json = g_string_free_to_bytes (text);
  hw_cli_terminal_print_json (terminal, json);
}

static void
print (HwCliTerminal *terminal,
       GPtrArray     *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const HwCliFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *clean = hw_cli_text_clean (finding->text);
      g_autofree char *line = g_strdup_printf ("%s %-11s %s\n", finding->is_good ? "✓" : "✗",
                                               finding->name, clean);

      hw_cli_terminal_print (terminal, line);
    }
}

static void
conclude (GTask *gtask)
{
  g_autoptr(GTask) owned = gtask;
  HwCliCall *call = g_task_get_source_object (gtask);
  Doctor *doctor = g_task_get_task_data (gtask);
  gboolean is_good = TRUE;

  if (hw_cli_call_get_has_json (call))
    print_json (hw_cli_call_get_terminal (call), doctor->findings);
  else
    print (hw_cli_call_get_terminal (call), doctor->findings);

  for (guint i = 0; i < doctor->findings->len; i++)
    is_good = is_good && ((HwCliFinding *) g_ptr_array_index (doctor->findings, i))->is_good;

  g_task_return_int (gtask, is_good ? HW_CLI_EXIT_SUCCESS : HW_CLI_EXIT_FAILED);
}

const HwCliCommand hw_cli_doctor = {
  .name = "doctor",
  .synopsis = N_("[OPTION…]"),
  .summary = N_("Look whether all is well with the daemon here"),
  .details = N_("Nothing is changed or started. The exit code is 1 if something is not well."),
  .examples =
    "  headway doctor\n"
    "  headway doctor --json | jq '.[] | select (.good | not)'\n",
  .needs_daemon = FALSE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = doctor_free,
  .run = start,
};
