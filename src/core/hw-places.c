/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-places.h"

/* The last places are for those who have fewer than so many. More is not kept back, as most have
 * one owner, whose all are.
 */
#define N_OF_LAST 16

/* Where there are few places, it is of eight so many that are the last. */
#define LAST_SHARE 8

struct _HwPlaces
{
  GHashTable *holders; /* (owned) (element-type GRefString guint): how many each has */
  guint n_places;
  guint n_taken;
};

/**
 * hw_places_new:
 * @n_places: how many there are
 *
 * Makes places that nobody has.
 *
 * Returns: (transfer full): them
 */
HwPlaces *
hw_places_new (guint n_places)
{
  HwPlaces *self = g_new0 (HwPlaces, 1);

  self->holders = g_hash_table_new_full (g_str_hash, g_str_equal,
                                         (GDestroyNotify) g_ref_string_release, NULL);
  self->n_places = n_places;

  return self;
}

void
hw_places_free (HwPlaces *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->holders, g_hash_table_unref);
  g_free (self);
}

/**
 * hw_places_set_size:
 * @self: places
 * @n_places: how many there are from now on
 *
 * Says how many there are. Whoever has one keeps it.
 */
void
hw_places_set_size (HwPlaces *self,
                    guint     n_places)
{
  g_return_if_fail (self != NULL);

  self->n_places = n_places;
}

/**
 * hw_places_get_size:
 * @self: places
 *
 * Gets how many there are.
 *
 * Returns: the number
 */
guint
hw_places_get_size (const HwPlaces *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_places;
}

static guint
hw_places_count_of (HwPlaces   *self,
                    GRefString *holder)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->holders, holder));
}

/**
 * hw_places_have_room:
 * @self: places
 * @principal: who wants one
 *
 * Tells whether somebody may have one more.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_places_have_room (HwPlaces          *self,
                     const HwPrincipal *principal)
{
  guint n_last;
  guint n_free;

  g_return_val_if_fail (self != NULL && principal != NULL, FALSE);

  n_last = MIN (self->n_places / LAST_SHARE, N_OF_LAST);
  n_free = self->n_places - MIN (self->n_taken, self->n_places);

  return n_free > n_last ||
         (n_free > 0 && hw_places_count_of (self, hw_principal_get_name (principal)) < n_last);
}

/**
 * hw_places_take:
 * @self: places
 * @holder: the name of whoever takes one
 *
 * Takes note that somebody has one more, whether there was room or not.
 */
void
hw_places_take (HwPlaces   *self,
                GRefString *holder)
{
  guint n;

  g_return_if_fail (self != NULL && holder != NULL);

  n = hw_places_count_of (self, holder) + 1;
  self->n_taken++;
  g_hash_table_replace (self->holders, g_ref_string_acquire (holder), GUINT_TO_POINTER (n));
}

/**
 * hw_places_give_back:
 * @self: places
 * @holder: the name of somebody who has one
 *
 * Takes note that somebody has one less.
 */
void
hw_places_give_back (HwPlaces   *self,
                     GRefString *holder)
{
  guint n;

  g_return_if_fail (self != NULL && holder != NULL);

  n = hw_places_count_of (self, holder);
  g_return_if_fail (n > 0);

  self->n_taken--;
  if (n > 1)
    g_hash_table_replace (self->holders, g_ref_string_acquire (holder), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (self->holders, holder);
}
