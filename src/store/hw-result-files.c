/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-result-files.h"

#include "hw-attempt-epoch.h"
#include "hw-error.h"
#include "hw-quote.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many names of a folder are looked at: a program can make millions, and a thread is
 * not to be busy with them for seconds.
 */
#define MAX_SCANNED (10 * HW_FILES_MAX_LISTED)

/* Characters of a name in a sentence. */
#define MAX_SHOWN 64

/**
 * HwResultFiles:
 *
 * The files that programs leave as results, in the folder of the attempt. The program may
 * run as the same user, go on meanwhile and mean harm, so nothing is done by a path: each
 * step is held before it is looked at, and is one folder, file or name that is there
 * itself. No link is followed, no mount is gone into, and nothing but a file is opened.
 */
struct _HwResultFiles
{
  GObject parent_instance;

  char *root; /* (owned) (not nullable): the folder of all attempts */
};

static void hw_result_files_iface_init (HwFilesInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwResultFiles, hw_result_files, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_FILES, hw_result_files_iface_init))

/* What somebody wants to see. */
typedef struct
{
  char *root; /* (owned) */
  HwAttemptKey of;
  char *name; /* (owned) (nullable): of a file that is to be opened */
} Query;

static void
query_free (Query *query)
{
  g_free (query->root);
  g_free (query->name);
  g_free (query);
}

static void
close_fd (int fd)
{
  /* Nothing was written, so nothing is lost. */
  if (fd >= 0)
    g_close (fd, NULL);
}

/* Says what something is, without asking a file system of a program's own, which may never
 * answer. Returns 0, or -1 with errno.
 */
static int
look (int           fd,
      const char   *name,
      int           flags,
      struct statx *status)
{
  return statx (fd, name, flags | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
                STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_MNT_ID, status);
}

/* Old kernels do not say on which mount something is; there the one that is there counts. */
static gboolean
is_on_same_mount (const struct statx *one,
                  const struct statx *other)
{
  return (one->stx_mask & other->stx_mask & STATX_MNT_ID) == 0 ||
         one->stx_mnt_id == other->stx_mnt_id;
}

/* Goes one step down, and holds what is there without opening it. Closes @fd. Returns a
 * descriptor, or -1 with errno: a link, a mount or another kind of thing is not there.
 */
static int
step_down (int         fd,
           const char *name,
           mode_t      kind)
{
  struct statx above;
  struct statx below;
  int next = -1;
  int number = 0;

  if (look (fd, "", AT_EMPTY_PATH, &above) == 0)
    next = openat (fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

  if (next < 0 || look (next, "", AT_EMPTY_PATH, &below) < 0)
    number = errno;
  else if (!is_on_same_mount (&above, &below) || (below.stx_mode & S_IFMT) != kind)
    number = ENOENT;

  close_fd (fd);
  if (number == 0)
    return next;

  close_fd (next);
  errno = number;

  return -1;
}

/* Holds the folder of the files. Returns a descriptor, or -1 with errno. */
static int
find_folder (const Query *query)
{
  const HwAttemptKey *of = &query->of;
  g_autofree char *folder = hw_attempt_folder_build ("", hw_attempt_epoch_find (query->root, of),
                                                     of->task_id, of->attempt);
  g_auto(GStrv) names = g_strsplit (folder + strlen ("/"), "/", -1);
  int fd = g_open (query->root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

  for (guint i = 0; names[i] != NULL && fd >= 0; i++)
    fd = step_down (fd, names[i], S_IFDIR);

  return fd < 0 ? fd : step_down (fd, HW_ATTEMPT_FILES_FOLDER, S_IFDIR);
}

/* What cannot be read is the program's doing, or the disk's. */
static void
set_error (GError **error,
           int      number)
{
  if (number == EACCES)
    g_set_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                 "The program left what may not be read. Give the right to read it back, "
                 "in the folder of the attempt.");
  else
    g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (number),
                 "The files of an attempt cannot be read: %s. Look into the state folder.",
                 g_strerror (number));
}

/* Adds what a name stands for to the list. Returns whether there is room for it. */
static gboolean
add_entry (HwFileList         *list,
           int                 fd,
           const struct statx *folder,
           const char         *name)
{
  struct statx status;

  if (g_str_equal (name, ".") || g_str_equal (name, ".."))
    return TRUE;

  /* It is gone already. */
  if (look (fd, name, 0, &status) < 0)
    return TRUE;

  if (!S_ISREG (status.stx_mode) || !is_on_same_mount (folder, &status) ||
      !hw_file_name_is_valid (name))
    {
      list->n_others++;
      return TRUE;
    }

  if (list->files->len == HW_FILES_MAX_LISTED)
    return FALSE;

  g_ptr_array_add (list->files,
                   hw_file_new (name, status.stx_size,
                                status.stx_mtime.tv_sec * G_USEC_PER_SEC +
                                status.stx_mtime.tv_nsec / 1000));

  return TRUE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const HwFile *one = *(const HwFile *const *) a;
  const HwFile *other = *(const HwFile *const *) b;

  return strcmp (one->name, other->name);
}

static HwFileList *
read_folder (DIR                *directory,
             const struct statx *folder)
{
  HwFileList *list = hw_file_list_new ();
  const struct dirent *entry = NULL;
  guint n_scanned = 0;

  while ((entry = readdir (directory)) != NULL && !list->is_truncated)
    list->is_truncated = ++n_scanned > MAX_SCANNED ||
                         !add_entry (list, dirfd (directory), folder, entry->d_name);

  g_ptr_array_sort (list->files, compare_names);

  return list;
}

static HwFileList *
list_files (const Query *query,
            GError     **error)
{
  HwFileList *list = NULL;
  struct statx folder;
  DIR *directory = NULL;
  int held = find_folder (query);
  int fd = -1;
  int number = 0;

  if (held < 0 && (errno == ENOENT || errno == ENOTDIR))
    return hw_file_list_new ();

  if (held >= 0 && look (held, "", AT_EMPTY_PATH, &folder) == 0)
    fd = openat (held, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0)
    directory = fdopendir (fd);

  number = errno;
  close_fd (held);
  if (directory == NULL)
    {
      close_fd (fd);
      set_error (error, number);
      return NULL;
    }

  list = read_folder (directory, &folder);
  closedir (directory);

  return list;
}

static void
list_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  HwFileList *list = list_files (data, &error);

  if (list != NULL)
    g_task_return_pointer (gtask, list, (GDestroyNotify) hw_file_list_free);
  else
    g_task_return_error (gtask, error);
}

/* Opens the file that is held. Not by its name, which may be another's by now; and without
 * waiting for whoever has a lease on it.
 */
static int
open_held (int held)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", held);

  return g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
}

static void
set_no_file (GError    **error,
             const char *name)
{
  g_autofree char *shown = hw_quote (name, MAX_SHOWN);

  g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
               "There is no file %s among the results. Look at the list of the files.", shown);
}

/* @fd is (transfer full). */
static HwFileContent *
make_content (int      fd,
              GError **error)
{
  g_autoptr(GInputStream) stream = g_unix_input_stream_new (fd, TRUE);
  struct stat status;

  if (fstat (fd, &status) < 0)
    {
      set_error (error, errno);
      return NULL;
    }

  if ((guint64) status.st_size > HW_FILES_MAX_SIZE)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "The file has more than %" G_GUINT64_FORMAT " bytes. Have the program write "
                   "smaller ones, or take it out of the folder of the attempt.",
                   HW_FILES_MAX_SIZE);
      return NULL;
    }

  return hw_file_content_new (stream, (guint64) status.st_size);
}

static HwFileContent *
open_file (const Query *query,
           GError     **error)
{
  int held = hw_file_name_is_valid (query->name) ? find_folder (query) : -1;
  int fd = -1;
  int number;

  if (held >= 0)
    held = step_down (held, query->name, S_IFREG);
  if (held < 0)
    {
      set_no_file (error, query->name);
      return NULL;
    }

  fd = open_held (held);
  number = errno;
  close_fd (held);
  if (fd >= 0)
    return make_content (fd, error);

  set_error (error, number);

  return NULL;
}

static void
open_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  HwFileContent *content = open_file (data, &error);

  if (content != NULL)
    g_task_return_pointer (gtask, content, (GDestroyNotify) hw_file_content_free);
  else
    g_task_return_error (gtask, error);
}

static Query *
hw_result_files_ask (HwResultFiles      *self,
                     const HwAttemptKey *of,
                     const char         *name)
{
  Query *query = g_new0 (Query, 1);

  query->root = g_strdup (self->root);
  query->of = *of;
  query->name = g_strdup (name);

  return query;
}

static void
hw_result_files_list_async (HwFiles            *files,
                            const HwAttemptKey *of,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  HwResultFiles *self = HW_RESULT_FILES (files);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_result_files_list_async);
  g_task_set_task_data (gtask, hw_result_files_ask (self, of, NULL),
                        (GDestroyNotify) query_free);
  g_task_run_in_thread (gtask, list_in_thread);
}

static HwFileList *
hw_result_files_list_finish (HwFiles      *files,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, files), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hw_result_files_open_async (HwFiles            *files,
                            const HwAttemptKey *of,
                            const char         *name,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  HwResultFiles *self = HW_RESULT_FILES (files);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_result_files_open_async);
  g_task_set_task_data (gtask, hw_result_files_ask (self, of, name),
                        (GDestroyNotify) query_free);
  g_task_run_in_thread (gtask, open_in_thread);
}

static HwFileContent *
hw_result_files_open_finish (HwFiles      *files,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, files), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hw_result_files_iface_init (HwFilesInterface *iface)
{
  iface->list_async = hw_result_files_list_async;
  iface->list_finish = hw_result_files_list_finish;
  iface->open_async = hw_result_files_open_async;
  iface->open_finish = hw_result_files_open_finish;
}

static void
hw_result_files_finalize (GObject *object)
{
  HwResultFiles *self = HW_RESULT_FILES (object);

  g_clear_pointer (&self->root, g_free);

  G_OBJECT_CLASS (hw_result_files_parent_class)->finalize (object);
}

static void
hw_result_files_class_init (HwResultFilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_result_files_finalize;
}

static void
hw_result_files_init (HwResultFiles *self)
{
}

/**
 * hw_result_files_new:
 * @root: the folder of all attempts
 *
 * Makes what reads the results that stand in @root.
 *
 * Returns: (transfer full): it
 */
HwFiles *
hw_result_files_new (const char *root)
{
  HwResultFiles *self;

  g_return_val_if_fail (root != NULL, NULL);

  self = g_object_new (HW_TYPE_RESULT_FILES, NULL);
  self->root = g_strdup (root);

  return HW_FILES (self);
}
