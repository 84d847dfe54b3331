/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-type-file-private.h"

#include <math.h>
#include <string.h>

/* Reading of the file of a task type. Where GKeyFile shrugs, this complains: a
 * key that nobody knows is a mistake of whoever wrote it. All of these leave what
 * they should set as it was if the file does not have the key.
 */

/* Tells whether @name may name a type or a parameter: `[a-z][a-z0-9-]*`. */
gboolean
hw_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= HW_MAX_NAME_LENGTH &&
         g_ascii_islower (name[0]) &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* Sets an error of %G_KEY_FILE_ERROR whose sentence begins with the place. @key may be %NULL. */
void
hw_type_file_set_error (GError    **error,
                        int         code,
                        const char *group,
                        const char *key,
                        const char *format,
                        ...)
{
  g_autofree char *sentence = NULL;
  va_list arguments;

  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_set_error (error, G_KEY_FILE_ERROR, code, "[%s]%s%s: %s",
               group, key != NULL ? " " : "", key != NULL ? key : "", sentence);
}

/* A translation `title[de]` is the key `title`. */
static gboolean
is_key_known (const char        *key,
              const char *const *known_keys)
{
  gsize length = strcspn (key, "[");

  for (guint i = 0; known_keys[i] != NULL; i++)
    if (strncmp (key, known_keys[i], length) == 0 && known_keys[i][length] == '\0')
      return TRUE;

  return FALSE;
}

gboolean
hw_type_file_check_keys (GKeyFile          *file,
                         const char        *group,
                         const char *const *known_keys,
                         GError           **error)
{
  g_auto(GStrv) keys = g_key_file_get_keys (file, group, NULL, error);

  if (keys == NULL)
    return FALSE;

  for (guint i = 0; keys[i] != NULL; i++)
    if (!is_key_known (keys[i], known_keys))
      {
        g_autofree char *known = g_strjoinv (", ", (char **) known_keys);

        hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, keys[i],
                                "There is no such key. Write one of these: %s.", known);
        return FALSE;
      }

  return TRUE;
}

/* Gives @problem the place it is at, unless it says that there is no such key. */
static gboolean
take_problem (GError     *problem,
              const char *group,
              const char *key,
              GError    **error)
{
  g_autoptr(GError) owned = problem;

  if (owned == NULL || g_error_matches (owned, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND))
    return TRUE;

  hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, key,
                          "The value cannot be read. Write “\\\\” for a backslash.");

  return FALSE;
}

/* @text is (out) (nullable) (transfer full); a translation of it, if there is one. */
gboolean
hw_type_file_get_text (GKeyFile   *file,
                       const char *group,
                       const char *key,
                       char      **text,
                       GError    **error)
{
  g_autoptr(GError) problem = NULL;
  g_autofree char *value = g_key_file_get_string (file, group, key, &problem);

  /* It says nothing of a bad escape, so the plain value is looked at first. */
  if (problem == NULL && value != NULL)
    *text = g_key_file_get_locale_string (file, group, key, NULL, NULL);

  return take_problem (g_steal_pointer (&problem), group, key, error);
}

/* @list is (out) (nullable) (transfer full). */
gboolean
hw_type_file_get_list (GKeyFile   *file,
                       const char *group,
                       const char *key,
                       char     ***list,
                       GError    **error)
{
  g_autoptr(GError) problem = NULL;
  g_auto(GStrv) value = g_key_file_get_string_list (file, group, key, NULL, &problem);

  if (value != NULL)
    *list = g_steal_pointer (&value);

  return take_problem (g_steal_pointer (&problem), group, key, error);
}

gboolean
hw_type_file_get_boolean (GKeyFile   *file,
                          const char *group,
                          const char *key,
                          gboolean   *value,
                          GError    **error)
{
  static const char *const names[] = { "false", "true" };
  guint index = *value;

  if (!hw_type_file_get_choice (file, group, key, names, G_N_ELEMENTS (names), &index, error))
    return FALSE;

  *value = index != 0;

  return TRUE;
}

gboolean
hw_type_file_get_number (GKeyFile   *file,
                         const char *group,
                         const char *key,
                         double     *value,
                         GError    **error)
{
  g_autofree char *text = NULL;
  char *end = NULL;
  double number;

  if (!hw_type_file_get_text (file, group, key, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;

  number = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (number))
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, key,
                              "“%s” is not a number. Write one, such as 10.", text);
      return FALSE;
    }

  *value = number;

  return TRUE;
}

/* Gets a whole number from @minimum to @maximum. */
gboolean
hw_type_file_get_count (GKeyFile   *file,
                        const char *group,
                        const char *key,
                        guint       minimum,
                        guint       maximum,
                        guint      *value,
                        GError    **error)
{
  double number = *value;

  if (!hw_type_file_get_number (file, group, key, &number, error))
    return FALSE;

  if (g_key_file_has_key (file, group, key, NULL) &&
      (number < minimum || number > maximum || floor (number) < number))
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, key,
                              "Write a whole number from %u to %u.", minimum, maximum);
      return FALSE;
    }

  *value = (guint) number;

  return TRUE;
}

gboolean
hw_type_file_get_choice (GKeyFile          *file,
                         const char        *group,
                         const char        *key,
                         const char *const *names,
                         guint              n_names,
                         guint             *value,
                         GError           **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GString) known = NULL;

  if (!hw_type_file_get_text (file, group, key, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;

  known = g_string_new (NULL);
  for (guint i = 0; i < n_names; i++)
    {
      if (g_str_equal (text, names[i]))
        {
          *value = i;
          return TRUE;
        }
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", names[i]);
    }

  hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, key,
                          "“%s” is none of %s. Write one of these.", text, known->str);

  return FALSE;
}
