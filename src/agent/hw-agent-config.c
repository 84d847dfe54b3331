/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-agent-config.h"

#include "hw-bus-address.h"
#include "hw-settings-file.h"

#include <glib/gi18n.h>

/* What lasts less than this is over before one has turned to something else. */
#define MINIMUM_DURATION 10

/* A day: whoever means longer means that nothing is to be told. */
#define MINIMUM_DURATION_MAX (24 * 60 * 60)

#define GROUP HW_SETTINGS_GROUP_AGENT
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
hw_agent_config_read_notify (HwAgentConfig *self,
                             GKeyFile      *file,
                             GError       **error)
{
  static const char *const words[] = {
    [HW_NOTIFIER_WANTS_ALL] = "all",
    [HW_NOTIFIER_WANTS_FAILURES] = "failures",
    [HW_NOTIFIER_WANTS_NONE] = "none",
    NULL
  };
  g_autofree char *word = NULL;

  if (!hw_settings_file_read_word (file, GROUP, KEY_NOTIFY, words, &word, error))
    return FALSE;

  for (guint i = 0; word != NULL && words[i] != NULL; i++)
    if (g_str_equal (word, words[i]))
      self->wants = i;

  return TRUE;
}

/* An #HwSettingsFunc: takes our group of a file over what was read before it. */
static gboolean
read_file (GKeyFile *file,
           gpointer  user_data,
           GError  **error)
{
  static const char *const known[] = { KEY_MINIMUM_DURATION, KEY_NOTIFY, NULL };
  HwAgentConfig *self = HW_AGENT_CONFIG (user_data);
  gint64 seconds = self->minimum_duration / G_USEC_PER_SEC;

  if (!hw_settings_file_check_keys (file, GROUP, known, error) ||
      !hw_settings_file_read_number (file, GROUP, KEY_MINIMUM_DURATION, 0, MINIMUM_DURATION_MAX,
                                     &seconds, error) ||
      !hw_agent_config_read_notify (self, file, error))
    return FALSE;

  self->minimum_duration = seconds * G_USEC_PER_SEC;

  return TRUE;
}

static gboolean
is_set (const char *variable)
{
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0';
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
      !hw_settings_file_read_all (path, read_file, self, error))
    return NULL;

  self->has_display = is_set ("WAYLAND_DISPLAY") || is_set ("DISPLAY");
  if (hw_bus_address_has_bus ())
    self->bus_address = hw_bus_address_find ();

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
