/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <pthread.h>

G_BEGIN_DECLS

/**
 * HwPlaneBox:
 *
 * Letters of one size on their way from one thread to another, in order. Whoever reads them
 * takes all at once, so that a crowd of them costs one turn. (The lock is not GLib's, so that
 * a sanitizer of threads sees it.)
 */
typedef struct
{
  /*< private >*/
  pthread_mutex_t lock;
  guint letter_size;
  GArray *letters; /* (owned) (nullable) */
} HwPlaneBox;

void     hw_plane_box_init (HwPlaneBox *self,
                            guint       letter_size);
void     hw_plane_box_clear (HwPlaneBox *self);

gboolean hw_plane_box_put (HwPlaneBox   *self,
                           gconstpointer letter);
GArray  *hw_plane_box_take (HwPlaneBox *self);

G_END_DECLS
