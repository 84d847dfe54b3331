/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-local-disk.h"

#include "hw-db.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

/* A database with a write-ahead log has an index of it in memory that all who use it share,
 * and locks that all of them see. Over a network neither holds: two machines may write at
 * once, and what a server has acknowledged may not be on its disk.
 */

/* File systems of which other machines have a part, by what statfs(2) calls them. */
static const struct
{
  guint64 type;
  const char *name;
} networks[] = {
  { 0x6969, "NFS" },
  { 0x517b, "SMB" },
  { 0xff534d42, "CIFS" },
  { 0xfe534d42, "SMB" },
  { 0x01021997, "9P" },
  { 0x00c36400, "Ceph" },
  { 0x0bd00bd0, "Lustre" },
  { 0x5346414f, "AFS" },
  { 0x6b414653, "AFS" },
  { 0x73757245, "Coda" },
  { 0x01161970, "GFS2" },
  { 0x7461636f, "OCFS2" },
};

/* Programs give these the one type, and the name only where it is mounted. */
#define FUSE_TYPE 0x65735546

static const char *const fuse_networks[] = {
  "fuse.ceph-fuse", "fuse.curlftpfs", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs",
  "fuse.goofys", "fuse.juicefs", "fuse.mfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
  "fuse.vmhgfs-fuse",
};

/* Where the kernel tells what is mounted. */
#define MOUNTS "/proc/self/mountinfo"

/**
 * hw_local_disk_find_network:
 * @type: the type that statfs(2) gives
 * @name: (nullable): what it is mounted as
 *
 * Tells whether a file system is one of a network.
 *
 * Returns: (nullable): what people call it, or %NULL if it is of this machine alone
 */
const char *
hw_local_disk_find_network (guint64     type,
                            const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    if (networks[i].type == type)
      return networks[i].name;

  for (guint i = 0; type == FUSE_TYPE && i < G_N_ELEMENTS (fuse_networks); i++)
    if (g_strcmp0 (fuse_networks[i], name) == 0)
      return fuse_networks[i];

  return NULL;
}

/**
 * hw_local_disk_find_name:
 * @mounts: lines like those of `/proc/self/mountinfo`
 * @major_number: of the device of a file
 * @minor_number: the same
 *
 * Finds what the file system of a device is mounted as.
 *
 * Returns: (transfer full) (nullable): such as `fuse.sshfs`, or %NULL
 */
char *
hw_local_disk_find_name (const char *mounts,
                         guint       major_number,
                         guint       minor_number)
{
  g_autofree char *device = g_strdup_printf ("%u:%u", major_number, minor_number);
  g_auto(GStrv) lines = g_strsplit (mounts, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) words = g_strsplit (lines[i], " ", -1);
      guint n = 0;

      if (g_strv_length (words) < 3 || !g_str_equal (words[2], device))
        continue;

      /* Behind a number of optional words comes a line, and then the name. */
      while (words[n] != NULL && !g_str_equal (words[n], "-"))
        n++;
      if (words[n] != NULL && words[n + 1] != NULL)
        return g_strdup (words[n + 1]);
    }

  return NULL;
}

/**
 * hw_local_disk_check:
 * @folder: where a database is to be
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Refuses a place on a network. What cannot be found out is taken for a local disk.
 *
 * Returns: whether a database may be there
 */
gboolean
hw_local_disk_check (const char *folder,
                     GError    **error)
{
  g_autofree char *mounts = NULL;
  g_autofree char *name = NULL;
  const char *network;
  struct statfs disk;
  struct stat status;

  if (statfs (folder, &disk) != 0 || stat (folder, &status) != 0)
    return TRUE;

  if ((guint64) disk.f_type == FUSE_TYPE && g_file_get_contents (MOUNTS, &mounts, NULL, NULL))
    name = hw_local_disk_find_name (mounts, major (status.st_dev), minor (status.st_dev));

  network = hw_local_disk_find_network ((guint64) (guint32) disk.f_type, name);
  if (network == NULL)
    return TRUE;

  g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
               "The folder is on a network (%s), where a database is not safe. Choose one on a "
               "local disk.", network);

  return FALSE;
}
