/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-settings-file.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#define SETTINGS_FILE "headway.conf"

/* A slip in the name of a group would have all that follows it ignored. So each program looks
 * at all names, and leaves the other's keys to the other.
 */
static gboolean
check_groups (GKeyFile *file,
              GError  **error)
{
  g_auto(GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_str_equal (groups[i], HW_SETTINGS_GROUP_DAEMON) &&
        !g_str_equal (groups[i], HW_SETTINGS_GROUP_AGENT))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     _("There is no group “%s”. Write one of these: %s, %s."), groups[i],
                     HW_SETTINGS_GROUP_DAEMON, HW_SETTINGS_GROUP_AGENT);
        return FALSE;
      }

  return TRUE;
}

static gboolean
read_one (const char    *path,
          gboolean       must_exist,
          HwSettingsFunc function,
          gpointer       user_data,
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

  if (check_groups (file, error) && function (file, user_data, error))
    return TRUE;

  g_prefix_error (error, "%s: ", path);

  return FALSE;
}

/**
 * hw_settings_file_read_all:
 * @path: (nullable): the one file to read, which must be there, or %NULL for the usual ones
 * @function: takes what stands in a file
 * @user_data: data for @function
 * @error: return location for an error: a sentence that begins with the file
 *
 * Reads `headway.conf`: the system's, and then the user's over it.
 *
 * Returns: whether all that is there could be heeded
 */
gboolean
hw_settings_file_read_all (const char    *path,
                           HwSettingsFunc function,
                           gpointer       user_data,
                           GError       **error)
{
  g_autofree char *system_path = g_build_filename (HW_SYSCONF_DIR, "headway", SETTINGS_FILE, NULL);
  g_autofree char *user_path = g_build_filename (g_get_user_config_dir (), "headway",
                                                 SETTINGS_FILE, NULL);

  if (path != NULL)
    return read_one (path, TRUE, function, user_data, error);

  return read_one (system_path, FALSE, function, user_data, error) &&
         read_one (user_path, FALSE, function, user_data, error);
}

/**
 * hw_settings_file_check_keys:
 * @file: a file
 * @group: a group, which need not be there
 * @known: (array zero-terminated=1): the keys that it may have
 * @error: return location for a sentence
 *
 * Looks whether there is a key that nobody would read.
 *
 * Returns: whether there is none
 */
gboolean
hw_settings_file_check_keys (GKeyFile          *file,
                             const char        *group,
                             const char *const *known,
                             GError           **error)
{
  g_auto(GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]))
      {
        g_autofree char *listed = g_strjoinv (", ", (char **) known);

        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     _("There is no key “%s” in the group “%s”. Write one of these: %s."),
                     keys[i], group, listed);
        return FALSE;
      }

  return TRUE;
}

/**
 * hw_settings_check_number:
 * @number: a number
 * @minimum: the least it may be
 * @maximum: the most it may be
 * @name: what it is called where it was written
 * @error: return location for a sentence
 *
 * Looks whether a number may be what it is.
 *
 * Returns: whether it may
 */
gboolean
hw_settings_check_number (gint64      number,
                          gint64      minimum,
                          gint64      maximum,
                          const char *name,
                          GError    **error)
{
  if (number >= minimum && number <= maximum)
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("%s must be a number from %" PRId64 " to %" PRId64 "."), name, minimum, maximum);

  return FALSE;
}

/**
 * hw_settings_file_read_number:
 * @file: a file
 * @group: a group
 * @key: a key of it
 * @minimum: the least it may be
 * @maximum: the most it may be
 * @number: (inout): the number; left as it is where the file says nothing
 * @error: return location for a sentence
 *
 * Reads a whole number.
 *
 * Returns: whether what stands there may be
 */
gboolean
hw_settings_file_read_number (GKeyFile   *file,
                              const char *group,
                              const char *key,
                              gint64      minimum,
                              gint64      maximum,
                              gint64     *number,
                              GError    **error)
{
  g_autoptr(GError) local_error = NULL;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;

  *number = g_key_file_get_int64 (file, group, key, &local_error);

  return hw_settings_check_number (local_error == NULL ? *number : G_MININT64, minimum, maximum,
                                   key, error);
}

/**
 * hw_settings_file_read_boolean:
 * @file: a file
 * @group: a group
 * @key: a key of it
 * @value: (inout): whether it is so; left as it is where the file says nothing
 * @error: return location for a sentence
 *
 * Reads whether something is so.
 *
 * Returns: whether what stands there can be understood
 */
gboolean
hw_settings_file_read_boolean (GKeyFile   *file,
                               const char *group,
                               const char *key,
                               gboolean   *value,
                               GError    **error)
{
  g_autoptr(GError) local_error = NULL;
  gboolean is_true;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;

  is_true = g_key_file_get_boolean (file, group, key, &local_error);
  if (local_error != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("%s must be true or false."), key);
      return FALSE;
    }

  *value = is_true;

  return TRUE;
}

/* Takes @value over what is in @place; both are (transfer full). */
static void
replace (char **place,
         char  *value)
{
  g_free (*place);
  *place = value;
}

/**
 * hw_settings_file_read_word:
 * @file: a file
 * @group: a group
 * @key: a key of it
 * @words: (array zero-terminated=1): what it may be
 * @word: (inout) (transfer full) (nullable): the word; left as it is where the file says nothing
 * @error: return location for a sentence
 *
 * Reads one of some words.
 *
 * Returns: whether what stands there is one of them
 */
gboolean
hw_settings_file_read_word (GKeyFile          *file,
                            const char        *group,
                            const char        *key,
                            const char *const *words,
                            char             **word,
                            GError           **error)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, NULL);
  g_autofree char *listed = NULL;

  if (value == NULL && !g_key_file_has_key (file, group, key, NULL))
    return TRUE;

  if (value != NULL && g_strv_contains (words, value))
    {
      replace (word, g_steal_pointer (&value));
      return TRUE;
    }

  listed = g_strjoinv (", ", (char **) words);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("%s must be one of these: %s."), key, listed);

  return FALSE;
}

/**
 * hw_settings_file_read_path:
 * @file: a file
 * @group: a group
 * @key: a key of it
 * @path: (inout) (transfer full) (nullable): the path; left as it is where the file says nothing
 * @error: return location for a sentence
 *
 * Reads an absolute path.
 *
 * Returns: whether what stands there is one
 */
gboolean
hw_settings_file_read_path (GKeyFile   *file,
                            const char *group,
                            const char *key,
                            char      **path,
                            GError    **error)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, NULL);

  if (value == NULL && !g_key_file_has_key (file, group, key, NULL))
    return TRUE;

  if (value != NULL && g_path_is_absolute (value))
    {
      replace (path, g_steal_pointer (&value));
      return TRUE;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("%s must be a path that begins with “/”."), key);

  return FALSE;
}
