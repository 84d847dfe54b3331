/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-attempt-folder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HW_FILES_MAX_LISTED:
 *
 * The most files that a list has: about a hundred kilobytes of it, and more than anybody
 * looks through. A program with more results makes an archive of them.
 */
#define HW_FILES_MAX_LISTED 1000

/**
 * HW_FILES_MAX_SIZE:
 *
 * The most bytes that are given of one file: a tebibyte. A file that is nothing but a hole
 * may say that it has exabytes, and whoever fetches it would never be done.
 */
#define HW_FILES_MAX_SIZE (G_GUINT64_CONSTANT (1) << 40)

/**
 * HwFile:
 * @name: its name, which hw_file_name_is_valid()
 * @size: how many bytes it has
 * @modified_at: when it was written last, in microseconds since the Unix epoch, UTC
 *
 * A file that an attempt left as a result.
 */
typedef struct
{
  char *name;
  guint64 size;
  gint64 modified_at;
} HwFile;

/**
 * HwFileList:
 * @attempt: the attempt that left them
 * @files: (element-type HwFile): the files, by name
 * @n_others: what else is there: folders, links, and what has a name that cannot be shown
 * @is_truncated: whether there are more, of which nothing is said
 *
 * The files that an attempt left.
 */
typedef struct
{
  guint attempt;
  GPtrArray *files;
  guint n_others;
  gboolean is_truncated;
} HwFileList;

/**
 * HwFileContent:
 * @attempt: the attempt that left it
 * @stream: its bytes, from the first one on; the program may still write there
 * @size: how many there were when it was opened
 *
 * A file that was opened.
 */
typedef struct
{
  guint attempt;
  GInputStream *stream;
  guint64 size;
} HwFileContent;

#define HW_TYPE_FILES (hw_files_get_type ())
G_DECLARE_INTERFACE (HwFiles, hw_files, HW, FILES, GObject)

/**
 * HwFilesInterface:
 * @list_async: looks which files an attempt left
 * @list_finish: the files, none if there is no attempt
 * @open_async: opens one of them
 * @open_finish: the file
 *
 * The files that programs leave as results. What they are is up to the program, which may
 * mean harm and go on meanwhile: only what is a file itself is given, and nothing that it
 * points at. All calls and answers are in the main context.
 */
struct _HwFilesInterface
{
  GTypeInterface parent_iface;

  void (*list_async) (HwFiles            *self,
                      const HwAttemptKey *of,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  HwFileList *(*list_finish) (HwFiles      *self,
                              GAsyncResult *result,
                              GError      **error);
  void (*open_async) (HwFiles            *self,
                      const HwAttemptKey *of,
                      const char         *name,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  HwFileContent *(*open_finish) (HwFiles      *self,
                                 GAsyncResult *result,
                                 GError      **error);
};

gboolean       hw_file_name_is_valid (const char *name);

HwFile        *hw_file_new (const char *name,
                            guint64     size,
                            gint64      modified_at);
void           hw_file_free (HwFile *self);
HwFileList    *hw_file_list_new (void);
void           hw_file_list_free (HwFileList *self);
HwFileContent *hw_file_content_new (GInputStream *stream,
                                    guint64       size);
void           hw_file_content_free (HwFileContent *self);

void           hw_files_list_async (HwFiles            *self,
                                    const HwAttemptKey *of,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
HwFileList    *hw_files_list_finish (HwFiles      *self,
                                     GAsyncResult *result,
                                     GError      **error);
void           hw_files_open_async (HwFiles            *self,
                                    const HwAttemptKey *of,
                                    const char         *name,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
HwFileContent *hw_files_open_finish (HwFiles      *self,
                                     GAsyncResult *result,
                                     GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwFile, hw_file_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwFileList, hw_file_list_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwFileContent, hw_file_content_free)

G_END_DECLS
