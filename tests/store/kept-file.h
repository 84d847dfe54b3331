/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tests/store/store-fixture.h"

#include <glib/gstdio.h>

/* How far the database was, beside it. */
#define HIGH_WATER "headway.db.high-water"

/* Bytes of a file, to be put back later. */
typedef struct
{
  char *name; /* (owned) */
  char *contents; /* (owned) (nullable): there was none */
  gsize length;
} Kept;

static inline Kept *
keep (Fixture    *fixture,
      const char *name)
{
  g_autofree char *path = fixture_build_path (fixture, name);
  Kept *kept = g_new0 (Kept, 1);

  kept->name = g_strdup (name);
  g_file_get_contents (path, &kept->contents, &kept->length, NULL);

  return kept;
}

static inline void
kept_free (Kept *kept)
{
  g_free (kept->contents);
  g_free (kept->name);
  g_free (kept);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kept, kept_free)

static inline void
put (Fixture    *fixture,
     const Kept *kept)
{
  g_autofree char *path = fixture_build_path (fixture, kept->name);
  g_autoptr(GError) error = NULL;

  g_assert_nonnull (kept->contents);
  g_file_set_contents_full (path, kept->contents, (gssize) kept->length, G_FILE_SET_CONTENTS_NONE,
                            0600, &error);
  g_assert_no_error (error);
}

static inline void
drop (Fixture    *fixture,
      const char *name)
{
  g_autofree char *path = fixture_build_path (fixture, name);

  g_unlink (path);
}
