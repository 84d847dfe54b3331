/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-type-folders.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far more than a person writes into one: what is larger is no task type. */
#define FILE_SIZE_MAX (64 * 1024)

#define SUFFIX ".task"

/* Reads a regular file that is not too large. */
static char *
read_small_file (const char *path,
                 gsize      *length,
                 GError    **error)
{
  struct stat status;
  g_autofree char *data = NULL;

  if (stat (path, &status) != 0)
    {
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                           g_strerror (errno));
      return NULL;
    }

  if (!S_ISREG (status.st_mode) || status.st_size > FILE_SIZE_MAX)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "it is not a file of at most %d bytes", FILE_SIZE_MAX);
      return NULL;
    }

  if (!g_file_get_contents (path, &data, length, error))
    return NULL;

  return g_steal_pointer (&data);
}

static void
read_file (HwTaskTypes *types,
           const char  *folder,
           const char  *file_name)
{
  g_autofree char *path = g_build_filename (folder, file_name, NULL);
  g_autofree char *name = g_strndup (file_name, strlen (file_name) - strlen (SUFFIX));
  g_autofree char *data = NULL;
  g_autoptr(HwTaskType) type = NULL;
  g_autoptr(GError) error = NULL;
  gsize length = 0;

  if (hw_task_types_lookup (types, name) != NULL)
    return;

  data = read_small_file (path, &length, &error);
  if (data != NULL)
    type = hw_task_type_new_from_data (name, data, length, &error);

  if (type != NULL)
    hw_task_types_add (types, type);
  else
    g_warning ("Left out the task type %s: %s", path, error->message);
}

static void
read_folder (HwTaskTypes *types,
             const char  *folder)
{
  g_autoptr(GDir) directory = g_dir_open (folder, 0, NULL);
  g_autoptr(GPtrArray) file_names = g_ptr_array_new_with_free_func (g_free);
  const char *file_name;

  /* Most of the folders where types may be are not there. */
  if (directory == NULL)
    return;

  while ((file_name = g_dir_read_name (directory)) != NULL)
    if (g_str_has_suffix (file_name, SUFFIX) && *file_name != '.')
      g_ptr_array_add (file_names, g_strdup (file_name));

  for (guint i = 0; i < file_names->len; i++)
    read_file (types, folder, g_ptr_array_index (file_names, i));
}

/**
 * hw_type_folders_read:
 * @folders: (array zero-terminated=1): where to look
 *
 * Reads the task types in some folders. A file that is not right is left out, with
 * a warning that says why: one slip must not keep the others from running.
 *
 * Returns: (transfer full): the task types; of two with one name, the one in the
 *   folder that comes first
 */
HwTaskTypes *
hw_type_folders_read (const char *const *folders)
{
  g_autoptr(HwTaskTypes) types = hw_task_types_new ();

  g_return_val_if_fail (folders != NULL, NULL);

  for (guint i = 0; folders[i] != NULL; i++)
    read_folder (types, folders[i]);

  return g_steal_pointer (&types);
}
