/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A number of seconds that nobody else sleeps: by that argument, and by others', all
 * processes of the trees are known, whatever became of their environment.
 */
static inline char *
make_token (void)
{
  return g_strdup_printf ("60.%06d", (int) getpid ());
}

/* What a tree is made of. Its token is in $0, and all of it ignores SIGTERM. Should a test die, it
 * ends by itself after some minutes: what goes on making processes would take the machine from all
 * that come later, and hardly anything that lists processes would see it.
 */
static const char *const branches[] = {
  /* a child */
  "sleep $0 &",
  /* a session of its own */
  "setsid sleep $0 &",
  /* nobody's child */
  "(sleep $0 &)",
  /* the daemon's dance: nobody's child, in a session of its own, which it does not lead */
  "(setsid sh -c '(sleep $0 &)' $0 &)",
  /* one that nobody would know by its environment */
  "(env -i PATH=$PATH setsid sleep $0 &)",
  /* one that makes others, again and again */
  "(setsid sh -c 'while [ $((n+=1)) -lt 1000 ]; do (setsid sleep $0 &); sleep 0.05; done' $0 &)",
  /* one that lives on by being born again */
  "(setsid sh -c \"$1\" $0 \"$1\" 0 &)",
  /* one that is held */
  "(sh -c 'kill -STOP $$; sleep $0' $0 &)",
};

/* Sends itself away, and a younger self comes, some thousand times. */
#define PHOENIX "sleep 0.01; [ $2 -lt 5000 ] && setsid sh -c \"$1\" $0 \"$1\" $(($2 + 1)) &"

/* Makes the script of a tree: some branches, chosen by its number. */
static inline char *
make_script (guint number)
{
  GString *script = g_string_new ("trap '' TERM; ");

  for (guint i = 0; i < G_N_ELEMENTS (branches); i++)
    if (i == number % G_N_ELEMENTS (branches) || (number * 7 + i * 3) % 5 == 0)
      g_string_append_printf (script, "%s\n", branches[i]);
  g_string_append (script, "echo ready; while [ $((n+=1)) -lt 10 ]; do sleep $0; done");

  return g_string_free (script, FALSE);
}

/* Counts the processes that have the token among their arguments. */
static inline guint
count_processes (const char *token)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *arguments = NULL;
      gsize length = 0;

      if (!g_ascii_isdigit (*name) || atoi (name) == (int) getpid () ||
          !g_file_get_contents (path, &arguments, &length, NULL))
        continue;

      for (const char *p = arguments; p < arguments + length; p += strlen (p) + 1)
        if (g_str_equal (p, token))
          {
            n++;
            break;
          }
    }

  return n;
}
