/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-disk-left.h"

#include "tests/support/remove-tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * HwDiskLeft:
 *
 * A folder in which images of a disk are left, one after the other. What one has in common with
 * the next stays there, if it stands in a folder and those who look at the image leave it alone, or
 * put another file in its place. What stands above belongs to a database, and whoever opens it
 * changes it.
 */
struct _HwDiskLeft
{
  char *folder;      /* (owned) */
  GHashTable *names; /* (owned) (element-type utf8 Content): what is there */
};

/* What a name stands for. */
typedef struct
{
  guint file; /* or HW_DISK_FOLDER */
  guint version;
  guint64 inode; /* of the file that was written, or 0 */
} Content;

/**
 * hw_disk_left_new:
 * @folder: an empty folder
 *
 * Returns: (transfer full): the folder, which is removed with it
 */
HwDiskLeft *
hw_disk_left_new (const char *folder)
{
  HwDiskLeft *self = g_new0 (HwDiskLeft, 1);

  self->folder = g_strdup (folder);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
hw_disk_left_free (HwDiskLeft *self)
{
  remove_tree (self->folder);
  g_hash_table_unref (self->names);
  g_free (self->folder);
  g_free (self);
}

const char *
hw_disk_left_get_folder (HwDiskLeft *self)
{
  return self->folder;
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (a, b);
}

/* Finds what can be reached: of which all folders are there. Each stands before what is in it. */
static GPtrArray *
find_reachable (GHashTable *names)
{
  g_autoptr(GList) paths = g_list_sort (g_hash_table_get_keys (names), compare_paths);
  g_autoptr(GHashTable) folders = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *reachable = g_ptr_array_new ();

  for (GList *l = paths; l != NULL; l = l->next)
    {
      g_autofree char *folder = g_path_get_dirname (l->data);

      if (!g_str_equal (folder, ".") && !g_hash_table_contains (folders, folder))
        continue;
      if (g_hash_table_lookup (names, l->data) == GUINT_TO_POINTER (HW_DISK_FOLDER))
        g_hash_table_add (folders, l->data);
      g_ptr_array_add (reachable, l->data);
    }

  return reachable;
}

static Content
get_content (GHashTable *names,
             const char *path,
             GArray     *versions)
{
  Content content = { GPOINTER_TO_UINT (g_hash_table_lookup (names, path)), 1, 0 };

  if (content.file != HW_DISK_FOLDER)
    content.version = g_array_index (versions, guint, content.file);

  return content;
}

static gboolean
is_there (HwDiskLeft    *self,
          const char    *path,
          const Content *content)
{
  const Content *there = g_hash_table_lookup (self->names, path);

  return there != NULL && there->file == content->file && there->version == content->version &&
         content->version != HW_DISK_NO_VERSION;
}

/* Removes all but what is to be there as it is, what stands in a folder before the folder. */
static void
remove_others (HwDiskLeft *self,
               GHashTable *names,
               GPtrArray  *reachable,
               GArray     *versions)
{
  g_autoptr(GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GList) paths = g_list_sort (g_hash_table_get_keys (self->names), compare_paths);

  for (guint i = 0; i < reachable->len; i++)
    {
      const Content content = get_content (names, reachable->pdata[i], versions);

      if (is_there (self, reachable->pdata[i], &content))
        g_hash_table_add (kept, reachable->pdata[i]);
    }

  for (GList *l = g_list_last (paths); l != NULL; l = l->prev)
    {
      g_autofree char *path = g_build_filename (self->folder, l->data, NULL);

      if (g_hash_table_contains (kept, l->data))
        continue;
      g_assert_cmpint (g_remove (path), ==, 0);
      g_hash_table_remove (self->names, l->data);
    }
}

/* Returns: the inode of the new file */
static guint64
write_file (const char       *path,
            const GByteArray *file)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  struct stat status;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, file->data, file->len), ==, (gssize) file->len);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  close (fd);

  return status.st_ino;
}

/**
 * hw_disk_left_write:
 * @self: a folder
 * @names: (element-type utf8 guint): the names on the disk: each a file's number, or
 *   %HW_DISK_FOLDER
 * @files: (element-type GByteArray): what is in the files, by number
 * @versions: (element-type guint): which version of each it is, or %HW_DISK_NO_VERSION
 *
 * Makes the folder what the disk is.
 */
void
hw_disk_left_write (HwDiskLeft *self,
                    GHashTable *names,
                    GPtrArray  *files,
                    GArray     *versions)
{
  g_autoptr(GPtrArray) reachable = find_reachable (names);

  remove_others (self, names, reachable, versions);
  for (guint i = 0; i < reachable->len; i++)
    {
      const char *name = reachable->pdata[i];
      Content content = get_content (names, name, versions);
      g_autofree char *path = NULL;

      if (is_there (self, name, &content))
        continue;

      path = g_build_filename (self->folder, name, NULL);
      if (content.file == HW_DISK_FOLDER)
        g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
      else
        content.inode = write_file (path, g_ptr_array_index (files, content.file));
      g_hash_table_insert (self->names, g_strdup (name), g_memdup2 (&content, sizeof content));
    }
}

/* Whether this stands where it was put. */
static gboolean
is_untouched (HwDiskLeft        *self,
              const char        *name,
              const struct stat *status)
{
  const Content *content = g_hash_table_lookup (self->names, name);

  /* What stands above belongs to a database. */
  if (content == NULL || (!S_ISDIR (status->st_mode) && strchr (name, G_DIR_SEPARATOR) == NULL))
    return FALSE;

  return S_ISDIR (status->st_mode) ? content->file == HW_DISK_FOLDER
                                   : content->inode == status->st_ino;
}

/* Removes what is not as it was put below a folder, and notes the names of what is. */
static void
sweep (HwDiskLeft *self,
       const char *folder,
       GHashTable *untouched)
{
  g_autofree char *folder_path = g_build_filename (self->folder, folder, NULL);
  g_autoptr(GDir) dir = g_dir_open (folder_path, 0, NULL);
  const char *base;

  while ((base = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = folder[0] != '\0' ? g_build_filename (folder, base, NULL)
                                                : g_strdup (base);
      g_autofree char *path = g_build_filename (folder_path, base, NULL);
      struct stat status;

      g_assert_cmpint (lstat (path, &status), ==, 0);
      if (!is_untouched (self, name, &status))
        {
          if (g_unlink (path) != 0)
            remove_tree (path);
          continue;
        }

      if (S_ISDIR (status.st_mode))
        sweep (self, name, untouched);
      g_hash_table_add (untouched, g_steal_pointer (&name));
    }
}

static gboolean
is_not_among (gpointer name,
              gpointer content,
              gpointer user_data)
{
  return !g_hash_table_contains (user_data, name);
}

/**
 * hw_disk_left_clear:
 * @self: a folder
 *
 * Removes what belongs to a database, whoever made it, and what somebody has put into a folder.
 */
void
hw_disk_left_clear (HwDiskLeft *self)
{
  g_autoptr(GHashTable) untouched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  sweep (self, "", untouched);
  g_hash_table_foreach_remove (self->names, is_not_among, untouched);
}
