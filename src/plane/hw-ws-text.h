/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwWsText:
 *
 * Looks at text as it comes, in pieces that may end within a character, and knows at the
 * first byte that cannot be UTF-8. One that is all zeros is between two characters.
 */
typedef struct
{
  /*< private >*/
  guint8 n_due; /* bytes that the present character still has */
  guint8 least; /* what the next of them may be */
  guint8 most;
} HwWsText;

gsize    hw_ws_text_take (HwWsText   *self,
                          const char *bytes,
                          gsize       length);
gboolean hw_ws_text_is_torn (const HwWsText *self);

G_END_DECLS
