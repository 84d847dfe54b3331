/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-port-owner.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STATE_LISTEN 0x0a /* as the kernel numbers TCP's states */
#define WORD_DIGITS 8     /* of an address in the table: hexadecimal, four bytes a word */
#define ADDRESS_DIGITS 32 /* of IPv6 */
#define MAX_LINE 512      /* of the table: more than twice as long as any is */

/* A socket that listens, as the kernel's table has it. */
typedef struct
{
  guint64 inode;
  guint uid;
} Listener;

/* The table has an address as words in the machine's own order, so that their bytes in
 * memory are in the network's. */
static GInetAddress *
parse_address (const char *digits)
{
  gsize length = strlen (digits);
  guint32 words[ADDRESS_DIGITS / WORD_DIGITS] = { 0 };
  GSocketFamily family = length == WORD_DIGITS ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;

  if (length != WORD_DIGITS && length != ADDRESS_DIGITS)
    return NULL;

  for (gsize i = 0; i < length / WORD_DIGITS; i++)
    {
      g_autofree char *word = g_strndup (digits + i * WORD_DIGITS, WORD_DIGITS);

      words[i] = (guint32) g_ascii_strtoull (word, NULL, 16);
    }

  return g_inet_address_new_from_bytes ((const guint8 *) words, family);
}

/* Whether a line is of a socket that keeps us from listening on @port. */
static gboolean
parse_line (const char *line,
            guint       port,
            Listener   *listener)
{
  char digits[ADDRESS_DIGITS + 1];
  guint line_port;
  guint state;
  g_autoptr(GInetAddress) address = NULL;

  if (sscanf (line, " %*u: %32[0-9A-Fa-f]:%4x %*s %2x %*s %*s %*s %u %*s %" G_GUINT64_FORMAT,
              digits, &line_port, &state, &listener->uid, &listener->inode) != 5 ||
      line_port != port || state != STATE_LISTEN)
    return FALSE;

  address = parse_address (digits);
  return address != NULL &&
         (g_inet_address_get_is_any (address) || g_inet_address_get_is_loopback (address));
}

/* A table has a line for each socket there is, those of floods too: it is read line by line, as
 * nothing is to be looked for in megabytes of text.
 */
static gboolean
find_in_table (const char *path,
               guint       port,
               Listener   *listener)
{
  FILE *table = fopen (path, "re");
  gboolean is_found = FALSE;
  char line[MAX_LINE];

  if (table == NULL)
    return FALSE;

  while (!is_found && fgets (line, sizeof (line), table) != NULL)
    is_found = parse_line (line, port, listener);
  fclose (table);

  return is_found;
}

static gboolean
find_listener (const char *proc,
               guint       port,
               Listener   *listener)
{
  static const char *const tables[] = { "tcp", "tcp6" };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *path = g_build_filename (proc, "net", tables[i], NULL);

      if (find_in_table (path, port, listener))
        return TRUE;
    }

  return FALSE;
}

/* Whether a process has the socket open. What belongs to others cannot be looked into. */
static gboolean
has_socket (const char *proc,
            const char *process,
            guint64     inode)
{
  g_autofree char *path = g_build_filename (proc, process, "fd", NULL);
  g_autofree char *wanted = g_strdup_printf ("socket:[%" G_GUINT64_FORMAT "]", inode);
  g_autoptr(GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *target = g_file_read_link (file, NULL);

      if (g_strcmp0 (target, wanted) == 0)
        return TRUE;
    }

  return FALSE;
}

/* A program may call itself anything, and this is printed on a terminal. */
static char *
describe_process (const char *proc,
                  const char *process)
{
  g_autofree char *path = g_build_filename (proc, process, "comm", NULL);
  g_autofree char *name = NULL;

  if (!g_file_get_contents (path, &name, NULL, NULL))
    return g_strdup_printf ("the process %s", process);

  g_strchomp (name);
  for (char *character = name; *character != '\0'; character++)
    if (!g_ascii_isprint (*character))
      *character = '?';

  return g_strdup_printf ("%s (process %s)", name, process);
}

static char *
find_process (const char *proc,
              guint64     inode)
{
  g_autoptr(GDir) folder = g_dir_open (proc, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_ascii_isdigit (*name) && has_socket (proc, name, inode))
      return describe_process (proc, name);

  return NULL;
}

/**
 * hw_port_owner_describe:
 * @proc: where the kernel tells of processes, `/proc`
 * @port: a TCP port that is taken
 *
 * Says who listens on a port of this machine, as exactly as we may know: the program and
 * its process, else the user. Reads all of @proc, so only for an error's sentence.
 *
 * Returns: (transfer full): words for it
 */
char *
hw_port_owner_describe (const char *proc,
                        guint       port)
{
  Listener listener;
  g_autofree char *process = NULL;

  g_return_val_if_fail (proc != NULL, NULL);

  if (!find_listener (proc, port, &listener))
    return g_strdup ("another program");

  process = find_process (proc, listener.inode);
  if (process != NULL)
    return g_steal_pointer (&process);

  return g_strdup_printf ("a program of the user %u", listener.uid);
}
