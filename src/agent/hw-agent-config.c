/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-agent-config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

/* What lasts less than this is over before one has turned to something else. */
#define MINIMUM_DURATION 10

/* A day: whoever means longer means that nothing is to be told. */
#define MINIMUM_DURATION_MAX (24 * 60 * 60)

#define CONFIG_FILE "headway.conf"
#define GROUP "Agent"
#define KEY_MINIMUM_DURATION "minimum-duration"
#define KEY_NOTIFY "notify"

/**
 * HwAgentConfig:
 *
 * What the agent was told: by the options it was called with, by its group in the user's
 * configuration file, then in the system's, and by its environment. Immutable.
 */
struct _HwAgentConfig
{
  GObject parent_instance;

  gboolean wants_version;
  gint64 minimum_duration; /* µs */
  HwNotifierWants wants;
  gboolean has_display;
  char *bus_address; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (HwAgentConfig, hw_agent_config, G_TYPE_OBJECT)

static void
hw_agent_config_finalize (GObject *object)
{
  HwAgentConfig *self = HW_AGENT_CONFIG (object);

  g_clear_pointer (&self->bus_address, g_free);

  G_OBJECT_CLASS (hw_agent_config_parent_class)->finalize (object);
}

static void
hw_agent_config_class_init (HwAgentConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_agent_config_finalize;
}

static void
hw_agent_config_init (HwAgentConfig *self)
{
  self->minimum_duration = MINIMUM_DURATION * G_USEC_PER_SEC;
  self->wants = HW_NOTIFIER_WANTS_ALL;
}

static gboolean
parse_options (char        ***arguments,
               HwAgentConfig *self,
               char         **config,
               GError       **error)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, config,
      N_("Read FILE instead of the usual configuration files"), N_("FILE") },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->wants_version,
      N_("Print the version"), NULL },
    { NULL }
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, N_("Shows a notification when a task of Headway ends."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse_strv (context, arguments, error))
    return FALSE;

  if (g_strv_length (*arguments) > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” is not an option. See headway-agent --help."), (*arguments)[1]);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_keys (GKeyFile *file,
            GError  **error)
{
  g_auto(GStrv) keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  const char *const known[] = { KEY_MINIMUM_DURATION, KEY_NOTIFY, NULL };
  g_autofree char *listed = g_strjoinv (", ", (char **) known);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     _("There is no key “%s” in the group “%s”. Write one of these: %s."),
                     keys[i], GROUP, listed);
        return FALSE;
      }

  return TRUE;
}

static gboolean
hw_agent_config_read_minimum_duration (HwAgentConfig *self,
                                       GKeyFile      *file,
                                       GError       **error)
{
  g_autoptr(GError) local_error = NULL;
  gint64 seconds;

  if (!g_key_file_has_key (file, GROUP, KEY_MINIMUM_DURATION, NULL))
    return TRUE;

  seconds = g_key_file_get_int64 (file, GROUP, KEY_MINIMUM_DURATION, &local_error);
  if (local_error != NULL || seconds < 0 || seconds > MINIMUM_DURATION_MAX)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("%s must be a number from %d to %d."), KEY_MINIMUM_DURATION, 0,
                   MINIMUM_DURATION_MAX);
      return FALSE;
    }

  self->minimum_duration = seconds * G_USEC_PER_SEC;

  return TRUE;
}

static gboolean
hw_agent_config_read_notify (HwAgentConfig *self,
                             GKeyFile      *file,
                             GError       **error)
{
  const char *const words[] = {
    [HW_NOTIFIER_WANTS_ALL] = "all",
    [HW_NOTIFIER_WANTS_FAILURES] = "failures",
    [HW_NOTIFIER_WANTS_NONE] = "none",
  };
  g_autofree char *word = g_key_file_get_string (file, GROUP, KEY_NOTIFY, NULL);

  if (word == NULL)
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (word, words[i]))
      {
        self->wants = i;
        return TRUE;
      }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("%s must be “all”, “failures” or “none”."), KEY_NOTIFY);

  return FALSE;
}

/* Reads one file over what was read before it; the other programs' groups are theirs. */
static gboolean
hw_agent_config_read_file (HwAgentConfig *self,
                           const char    *path,
                           gboolean       must_exist,
                           GError       **error)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_autoptr(GError) local_error = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local_error))
    {
      if (!must_exist && g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;

      g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", path);
      return FALSE;
    }

  if (!check_keys (file, error) ||
      !hw_agent_config_read_minimum_duration (self, file, error) ||
      !hw_agent_config_read_notify (self, file, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  return TRUE;
}

static gboolean
hw_agent_config_read_files (HwAgentConfig *self,
                            const char    *path,
                            GError       **error)
{
  g_autofree char *system_path = g_build_filename (HW_SYSCONF_DIR, "headway", CONFIG_FILE, NULL);
  g_autofree char *user_path = g_build_filename (g_get_user_config_dir (), "headway",
                                                 CONFIG_FILE, NULL);

  if (path != NULL)
    return hw_agent_config_read_file (self, path, TRUE, error);

  return hw_agent_config_read_file (self, system_path, FALSE, error) &&
         hw_agent_config_read_file (self, user_path, FALSE, error);
}

static gboolean
is_set (const char *variable)
{
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0';
}

/* Finds the bus of the session that there is. GLib would start one of its own, to which nobody
 * listens. Returns: (transfer full) (nullable)
 */
static char *
find_bus_address (void)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  g_autofree char *escaped = g_dbus_address_escape_value (path);

  if (is_set ("DBUS_SESSION_BUS_ADDRESS"))
    return g_strdup (g_getenv ("DBUS_SESSION_BUS_ADDRESS"));

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;

  return g_strconcat ("unix:path=", escaped, NULL);
}

/**
 * hw_agent_config_new_from_arguments:
 * @arguments: (inout) (array zero-terminated=1): the program's arguments
 * @error: return location for an error: a sentence for whoever called the program
 *
 * Reads what the agent was told.
 *
 * Returns: (transfer full): the configuration, or %NULL
 */
HwAgentConfig *
hw_agent_config_new_from_arguments (char  ***arguments,
                                    GError **error)
{
  g_autoptr(HwAgentConfig) self = g_object_new (HW_TYPE_AGENT_CONFIG, NULL);
  g_autofree char *path = NULL;

  g_return_val_if_fail (arguments != NULL, NULL);

  if (!parse_options (arguments, self, &path, error) ||
      !hw_agent_config_read_files (self, path, error))
    return NULL;

  self->has_display = is_set ("WAYLAND_DISPLAY") || is_set ("DISPLAY");
  self->bus_address = find_bus_address ();

  return g_steal_pointer (&self);
}

gboolean
hw_agent_config_get_wants_version (HwAgentConfig *self)
{
  g_return_val_if_fail (HW_IS_AGENT_CONFIG (self), FALSE);

  return self->wants_version;
}

/**
 * hw_agent_config_get_minimum_duration:
 * @self: a configuration
 *
 * Gets how long before its end a task must have been asked for to be told of.
 *
 * Returns: a time in microseconds
 */
gint64
hw_agent_config_get_minimum_duration (HwAgentConfig *self)
{
  g_return_val_if_fail (HW_IS_AGENT_CONFIG (self), 0);

  return self->minimum_duration;
}

HwNotifierWants
hw_agent_config_get_wants (HwAgentConfig *self)
{
  g_return_val_if_fail (HW_IS_AGENT_CONFIG (self), HW_NOTIFIER_WANTS_ALL);

  return self->wants;
}

/**
 * hw_agent_config_has_display:
 * @self: a configuration
 *
 * Tells whether the agent runs within a desktop, where a notification server can be started.
 *
 * Returns: %TRUE if there is a display
 */
gboolean
hw_agent_config_has_display (HwAgentConfig *self)
{
  g_return_val_if_fail (HW_IS_AGENT_CONFIG (self), FALSE);

  return self->has_display;
}

/**
 * hw_agent_config_get_bus_address:
 * @self: a configuration
 *
 * Gets where the session bus is.
 *
 * Returns: (nullable): a D-Bus address, or %NULL if there is no session
 */
const char *
hw_agent_config_get_bus_address (HwAgentConfig *self)
{
  g_return_val_if_fail (HW_IS_AGENT_CONFIG (self), NULL);

  return self->bus_address;
}
