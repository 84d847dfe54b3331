/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-box.h"

/**
 * hw_plane_box_init:
 * @self: (out caller-allocates): a box
 * @letter_size: how many bytes a letter has
 *
 * Makes an empty box.
 */
void
hw_plane_box_init (HwPlaneBox *self,
                   guint       letter_size)
{
  g_return_if_fail (self != NULL && letter_size > 0);

  pthread_mutex_init (&self->lock, NULL);
  self->letter_size = letter_size;
  self->letters = NULL;
}

/**
 * hw_plane_box_clear:
 * @self: a box that nobody uses any more
 *
 * Forgets the letters in it.
 */
void
hw_plane_box_clear (HwPlaneBox *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->letters, g_array_unref);
  pthread_mutex_destroy (&self->lock);
}

/**
 * hw_plane_box_put:
 * @self: a box
 * @letter: a letter, which is copied
 *
 * Puts a letter behind the others.
 *
 * Returns: whether it is the first: then whoever reads them is to be woken
 */
gboolean
hw_plane_box_put (HwPlaneBox   *self,
                  gconstpointer letter)
{
  gboolean is_first;

  g_return_val_if_fail (self != NULL && letter != NULL, FALSE);

  pthread_mutex_lock (&self->lock);
  is_first = self->letters == NULL;
  if (is_first)
    self->letters = g_array_new (FALSE, FALSE, self->letter_size);
  g_array_append_vals (self->letters, letter, 1);
  pthread_mutex_unlock (&self->lock);

  return is_first;
}

/**
 * hw_plane_box_take:
 * @self: a box
 *
 * Takes all letters.
 *
 * Returns: (transfer full) (nullable): them, or %NULL if there is none
 */
GArray *
hw_plane_box_take (HwPlaneBox *self)
{
  GArray *letters;

  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  letters = g_steal_pointer (&self->letters);
  pthread_mutex_unlock (&self->lock);

  return letters;
}
