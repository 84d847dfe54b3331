/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-suggestion.h"

#include <string.h>

/* Longer words are no slips of the finger, and each costs its length squared. In bytes. */
#define MAX_LENGTH 32

/* One letter in three may be wrong: “lst” is “list”, but “foo” is not “log”. */
#define LETTERS_A_FAULT 3

/* Tells how many letters of one word must be added, left out, changed or swapped with the
 * next to get the other (the restricted Damerau-Levenshtein distance).
 */
static guint
count_faults (const char *a,
              const char *b)
{
  guint rows[3][MAX_LENGTH + 1] = { { 0 } };
  guint *before_last = rows[0];
  guint *last = rows[1];
  guint *row = rows[2];
  gsize n_a = strlen (a);
  gsize n_b = strlen (b);

  for (guint j = 0; j <= n_b; j++)
    last[j] = j;

  for (guint i = 1; i <= n_a; i++)
    {
      guint *oldest = before_last;

      row[0] = i;
      for (guint j = 1; j <= n_b; j++)
        {
          guint change = last[j - 1] + (a[i - 1] != b[j - 1]);

          row[j] = MIN (change, MIN (last[j], row[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], before_last[j - 2] + 1);
        }

      before_last = last;
      last = row;
      row = oldest;
    }

  return last[n_b];
}

/**
 * hw_cli_suggestion_find:
 * @word: what somebody wrote
 * @known: (array zero-terminated=1): the words there are
 *
 * Finds the word that somebody may have meant: one that begins like it, or the nearest.
 *
 * Returns: (transfer none) (nullable): one of @known, or %NULL if none is near
 */
const char *
hw_cli_suggestion_find (const char        *word,
                        const char *const *known)
{
  const char *nearest = NULL;
  guint n_least = G_MAXUINT;

  if (*word == '\0' || strlen (word) > MAX_LENGTH)
    return NULL;

  for (guint i = 0; known[i] != NULL; i++)
    {
      guint n_faults;

      if (strlen (known[i]) > MAX_LENGTH)
        continue;

      n_faults = g_str_has_prefix (known[i], word) ? 0 : count_faults (word, known[i]);
      if (n_faults < n_least)
        {
          n_least = n_faults;
          nearest = known[i];
        }
    }

  if (nearest == NULL || n_least > MAX (strlen (word), strlen (nearest)) / LETTERS_A_FAULT)
    return NULL;

  return nearest;
}
