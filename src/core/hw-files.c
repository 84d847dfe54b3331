/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-files.h"

#include <string.h>

/* What the usual file systems take, in bytes. */
#define MAX_NAME_LENGTH 255

/**
 * HwFiles:
 *
 * The files that programs leave as results. See #HwFilesInterface.
 */
G_DEFINE_INTERFACE (HwFiles, hw_files, G_TYPE_OBJECT)

static void
hw_files_default_init (HwFilesInterface *iface)
{
}

/* Whether a character makes a name look like another one, or breaks the line that it
 * stands in.
 */
static gboolean
is_misleading (gunichar character)
{
  GUnicodeType type = g_unichar_type (character);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
         type == G_UNICODE_PARAGRAPH_SEPARATOR ||
         /* What turns the direction of a text around (Unicode Standard Annex 9, 2). */
         (character >= 0x202a && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069);
}

/**
 * hw_file_name_is_valid:
 * @name: the name of a file
 *
 * Tells whether a result may have that name: one that a person can read and type, and
 * that leads to no other folder. It is UTF-8 without what cannot be seen.
 *
 * Returns: whether it may
 */
gboolean
hw_file_name_is_valid (const char *name)
{
  g_return_val_if_fail (name != NULL, FALSE);

  if (*name == '\0' || strlen (name) > MAX_NAME_LENGTH || strchr (name, '/') != NULL ||
      g_str_equal (name, ".") || g_str_equal (name, "..") || !g_utf8_validate (name, -1, NULL))
    return FALSE;

  for (const char *next = name; *next != '\0'; next = g_utf8_next_char (next))
    if (is_misleading (g_utf8_get_char (next)))
      return FALSE;

  return TRUE;
}

/**
 * hw_file_new:
 * @name: its name
 * @size: how many bytes it has
 * @modified_at: when it was written last
 *
 * Makes what is said of a file.
 *
 * Returns: (transfer full): it
 */
HwFile *
hw_file_new (const char *name,
             guint64     size,
             gint64      modified_at)
{
  HwFile *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (HwFile, 1);
  self->name = g_strdup (name);
  self->size = size;
  self->modified_at = modified_at;

  return self;
}

void
hw_file_free (HwFile *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->name, g_free);
  g_free (self);
}

/**
 * hw_file_list_new:
 *
 * Makes a list without files.
 *
 * Returns: (transfer full): it
 */
HwFileList *
hw_file_list_new (void)
{
  HwFileList *self = g_new0 (HwFileList, 1);

  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_file_free);

  return self;
}

void
hw_file_list_free (HwFileList *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_free (self);
}

/**
 * hw_file_content_new:
 * @stream: its bytes
 * @size: how many there are
 *
 * Makes a file that was opened.
 *
 * Returns: (transfer full): it
 */
HwFileContent *
hw_file_content_new (GInputStream *stream,
                     guint64       size)
{
  HwFileContent *self;

  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), NULL);

  self = g_new0 (HwFileContent, 1);
  self->stream = g_object_ref (stream);
  self->size = size;

  return self;
}

void
hw_file_content_free (HwFileContent *self)
{
  g_return_if_fail (self != NULL);

  g_clear_object (&self->stream);
  g_free (self);
}

/**
 * hw_files_list_async:
 * @self: the files
 * @of: which attempt
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Looks which files an attempt left so far. One that left none, or none at all, is no
 * error.
 */
void
hw_files_list_async (HwFiles            *self,
                     const HwAttemptKey *of,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_return_if_fail (HW_IS_FILES (self));
  g_return_if_fail (of != NULL);

  HW_FILES_GET_IFACE (self)->list_async (self, of, cancellable, callback, user_data);
}

/**
 * hw_files_list_finish:
 * @self: the files
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_files_list_async().
 *
 * Returns: (transfer full): the files, or %NULL
 */
HwFileList *
hw_files_list_finish (HwFiles      *self,
                      GAsyncResult *result,
                      GError      **error)
{
  g_return_val_if_fail (HW_IS_FILES (self), NULL);

  return HW_FILES_GET_IFACE (self)->list_finish (self, result, error);
}

/**
 * hw_files_open_async:
 * @self: the files
 * @of: which attempt
 * @name: a file's name, as somebody sent it
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Opens a file that an attempt left.
 */
void
hw_files_open_async (HwFiles            *self,
                     const HwAttemptKey *of,
                     const char         *name,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_return_if_fail (HW_IS_FILES (self));
  g_return_if_fail (of != NULL);
  g_return_if_fail (name != NULL);

  HW_FILES_GET_IFACE (self)->open_async (self, of, name, cancellable, callback, user_data);
}

/**
 * hw_files_open_finish:
 * @self: the files
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND, also for what is no file
 *   itself, or %HW_ERROR_TOO_LARGE
 *
 * Ends hw_files_open_async().
 *
 * Returns: (transfer full): the file, or %NULL
 */
HwFileContent *
hw_files_open_finish (HwFiles      *self,
                      GAsyncResult *result,
                      GError      **error)
{
  g_return_val_if_fail (HW_IS_FILES (self), NULL);

  return HW_FILES_GET_IFACE (self)->open_finish (self, result, error);
}
