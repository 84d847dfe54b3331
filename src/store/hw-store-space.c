/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-store-space.h"

#include "hw-error.h"

/* Says early that the disk becomes full, so that what runs can still end properly. */

/* What new tasks leave to those that run: a write-ahead log at the length at which it is
 * copied (16 MiB), as it may just have begun, and as much for what programs print meanwhile.
 */
#define RESERVE (G_GUINT64_CONSTANT (32) * 1024 * 1024)

/* But no more than this share of a small disk, on which nothing could be added else. */
#define RESERVED_SHARE 4

static guint64
get_reserve (guint64 n_all)
{
  return MIN (RESERVE, n_all / RESERVED_SHARE);
}

/**
 * hw_store_space_look:
 * @db: a connection
 *
 * Looks how much space there is. It costs a microsecond or two.
 *
 * Returns: whether there is enough
 */
HwStoreSpace
hw_store_space_look (HwDb *db)
{
  guint64 n_free;
  guint64 n_all;

  if (!hw_db_get_space (db, &n_free, &n_all))
    return HW_STORE_SPACE_PLENTY;

  /* Half of it may be used up by what waits, as it begins. */
  if (n_free < get_reserve (n_all) / 2)
    return HW_STORE_SPACE_CRITICAL;
  if (n_free < get_reserve (n_all))
    return HW_STORE_SPACE_RESERVED;

  return n_free < 2 * get_reserve (n_all) ? HW_STORE_SPACE_SCARCE : HW_STORE_SPACE_PLENTY;
}

static void
set_error (guint64  n_free,
           guint64  n_reserved,
           GError **error)
{
  g_autofree char *free_text = g_format_size_full (n_free, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *reserve_text = g_format_size_full (n_reserved, G_FORMAT_SIZE_IEC_UNITS);

  g_set_error (error, HW_ERROR, HW_ERROR_NO_SPACE,
               "The disk of the database has only %s left, and %s are kept for what runs. Free "
               "some space: nothing new is taken before.", free_text, reserve_text);
}

/**
 * hw_store_space_set_error:
 * @db: a connection
 * @error: return location for an error
 *
 * Says that no new task is taken, and what to do.
 */
void
hw_store_space_set_error (HwDb    *db,
                          GError **error)
{
  guint64 n_free = 0;
  guint64 n_all = 0;

  hw_db_get_space (db, &n_free, &n_all);
  set_error (n_free, get_reserve (n_all), error);
}

/**
 * hw_store_space_survey:
 * @db: a connection
 * @survey: what is to be filled in
 *
 * Tells how much space there is, and why no new task is taken, if so: the writer looks itself,
 * but only when there is something to write.
 */
void
hw_store_space_survey (HwDb          *db,
                       HwStoreSurvey *survey)
{
  guint64 n_all;

  if (!hw_db_get_space (db, &survey->n_free_bytes, &n_all))
    return;

  survey->n_reserved_bytes = get_reserve (n_all);
  if (survey->n_free_bytes < survey->n_reserved_bytes)
    set_error (survey->n_free_bytes, survey->n_reserved_bytes, &survey->refusal);
}
