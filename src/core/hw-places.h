/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-principal.h"

G_BEGIN_DECLS

/**
 * HwPlaces:
 *
 * Places of which there are only so many, and who has them. The last ones are for those who have
 * few: so nobody can hold all, and whoever has none gets one.
 */
typedef struct _HwPlaces HwPlaces;

HwPlaces *hw_places_new (guint n_places);
void      hw_places_free (HwPlaces *self);

void      hw_places_set_size (HwPlaces *self,
                              guint     n_places);
guint     hw_places_get_size (const HwPlaces *self);
gboolean  hw_places_have_room (HwPlaces          *self,
                               const HwPrincipal *principal);
void      hw_places_take (HwPlaces   *self,
                          GRefString *holder);
void      hw_places_give_back (HwPlaces   *self,
                               GRefString *holder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwPlaces, hw_places_free)

G_END_DECLS
