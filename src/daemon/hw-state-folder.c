/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-state-folder.h"

#include "hw-folder-sync.h"
#include "hw-io.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* 256 bits cannot be guessed, so the token needs no slow hash. */
#define TOKEN_BYTES 32

/* A daemon that was killed has its lock until its last thread is gone, some milliseconds after
 * nobody hears from it any more; whoever starts the next one at once need not be told of it.
 * In microseconds: how often that is looked at, and for how long on a busy machine.
 */
#define LOCK_PAUSE 10000
#define LOCK_PATIENCE 500000

/* What a token is made of. */
#define TOKEN_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static void
set_error_from_errno (GError    **error,
                      const char *what,
                      const char *path,
                      const char *advice)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (saved_errno),
               "Could not %s %s: %s. %s", what, path, g_strerror (saved_errno), advice);
}

/* A name is on disk once the folder is that it stands in. One that may not be read cannot be
 * asked for that: then the disk does it when it likes.
 */
static void
sync_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int number = hw_folder_sync_now (parent);

  if (number != 0)
    g_debug ("Could not sync %s: %s", parent, g_strerror (number));
}

/* Makes a folder and those above it that are missing, each on disk before the next: else
 * the power could take all that is acknowledged later, as nobody else syncs these names.
 * Returns whether it is there, or errno says why not.
 */
static gboolean
make_folders (const char *path)
{
  g_autofree char *parent = NULL;

  if (hw_io_make_folder (path))
    {
      sync_parent (path);
      return TRUE;
    }

  if (errno == EEXIST && !g_file_test (path, G_FILE_TEST_IS_DIR))
    errno = ENOTDIR;
  else if (errno == EEXIST)
    return TRUE;
  if (errno != ENOENT)
    return FALSE;

  /* Ends at the latest at the root of all, which is there. */
  parent = g_path_get_dirname (path);

  return make_folders (parent) && make_folders (path);
}

/**
 * hw_state_folder_make:
 * @path: an absolute path
 * @error: return location for an error: a sentence for whoever started the daemon
 *
 * Makes a folder that nobody else may look into, and those above it, so that they last.
 *
 * Returns: whether it is there
 */
gboolean
hw_state_folder_make (const char *path,
                      GError    **error)
{
  g_return_val_if_fail (path != NULL, FALSE);

  if (make_folders (path))
    return TRUE;

  set_error_from_errno (error, "make the folder", path,
                        "Give another one with --state-dir, or make room for it.");

  return FALSE;
}

/* Says whose the lock is, as far as its file tells. */
static void
set_error_locked (GError    **error,
                  const char *path,
                  int         fd)
{
  char owner[32] = "";

  if (pread (fd, owner, sizeof (owner) - 1, 0) <= 0)
    *owner = '\0';
  g_strstrip (owner);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
               "Another headwayd (process %s) uses %s. Stop it, or start this one with "
               "another --state-dir.", *owner != '\0' ? owner : "unknown", path);
}

static gboolean
take_lock (int fd)
{
  for (guint waited = 0; flock (fd, LOCK_EX | LOCK_NB) != 0; waited += LOCK_PAUSE)
    {
      if (waited >= LOCK_PATIENCE)
        return FALSE;
      g_usleep (LOCK_PAUSE);
    }

  return TRUE;
}

/**
 * hw_state_folder_lock:
 * @path: the state folder
 * @error: return location for an error that says who has it
 *
 * Takes the folder for this process: two daemons on one database would run every
 * task twice. The kernel gives the lock back when the process ends, however it does. Blocks for
 * half a second if somebody has it.
 *
 * Returns: a descriptor that holds the lock until it is closed, or -1
 */
int
hw_state_folder_lock (const char *path,
                      GError    **error)
{
  g_autofree char *lock_path = g_build_filename (path, "lock", NULL);
  char owner[32];
  int fd;

  fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      set_error_from_errno (error, "open", lock_path, "See who may write there.");
      return -1;
    }

  if (!take_lock (fd))
    {
      set_error_locked (error, path, fd);
      close (fd);
      return -1;
    }

  /* Only a help for people: the lock holds without it. */
  g_snprintf (owner, sizeof (owner), "%ld\n", (long) getpid ());
  if (ftruncate (fd, 0) != 0 || pwrite (fd, owner, strlen (owner), 0) < 0)
    g_debug ("Could not write into %s: %s", lock_path, g_strerror (errno));

  return fd;
}

static char *
make_token (void)
{
  guint8 bytes[TOKEN_BYTES];
  gsize n_got = 0;
  char *token;

  while (n_got < sizeof (bytes))
    {
      gssize n = getrandom (bytes + n_got, sizeof (bytes) - n_got, 0);

      /* It fails for a signal only: the kernel has had its randomness since boot. */
      if (n > 0)
        n_got += (gsize) n;
    }

  /* As it goes into a URL: RFC 4648, section 5, without padding. */
  token = g_base64_encode (bytes, sizeof (bytes));
  g_strdelimit (token, "+", '-');
  g_strdelimit (token, "/", '_');
  *strchrnul (token, '=') = '\0';

  return token;
}

/* Whether a text can be what make_token() makes: anything else would not pass through a URL. */
static gboolean
is_token (const char *text)
{
  return strlen (text) > TOKEN_BYTES && text[strspn (text, TOKEN_CHARACTERS)] == '\0';
}

static gboolean
check_token_file (const char *path,
                  GError    **error)
{
  struct stat status;

  if (g_lstat (path, &status) != 0)
    {
      set_error_from_errno (error, "look at", path, "See who may read it.");
      return FALSE;
    }

  if (S_ISREG (status.st_mode) && status.st_uid == geteuid () && (status.st_mode & 0077) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               "Others may read the token in %s. Remove the file: a new token is made at the "
               "next start.", path);

  return FALSE;
}

/**
 * hw_state_folder_load_token:
 * @path: the state folder
 * @error: return location for an error
 *
 * Gets the owner's token, and makes one the first time.
 *
 * Returns: (transfer full): the token, or %NULL
 */
char *
hw_state_folder_load_token (const char *path,
                            GError    **error)
{
  g_autofree char *token_path = g_build_filename (path, "token", NULL);
  g_autofree char *token = NULL;
  g_autofree char *line = NULL;

  if (g_file_test (token_path, G_FILE_TEST_EXISTS))
    {
      if (!check_token_file (token_path, error) ||
          !g_file_get_contents (token_path, &token, NULL, error))
        return NULL;

      g_strstrip (token);
      if (is_token (token))
        return g_steal_pointer (&token);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "There is no token in %s. Remove the file: a new one is made at the next "
                   "start.", token_path);
      return NULL;
    }

  token = make_token ();
  line = g_strconcat (token, "\n", NULL);
  if (!hw_state_folder_replace_file (token_path, line, error))
    return NULL;

  return g_steal_pointer (&token);
}

/**
 * hw_state_folder_replace_file:
 * @path: a file
 * @contents: what is to be in it
 * @error: return location for an error
 *
 * Writes a small file that only its owner may read, never half: who reads it finds
 * the old contents or the new.
 *
 * Returns: whether it was written
 */
gboolean
hw_state_folder_replace_file (const char *path,
                              const char *contents,
                              GError    **error)
{
  return g_file_set_contents_full (path, contents, -1,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}
