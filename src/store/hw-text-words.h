/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-statement.h"

G_BEGIN_DECLS

gboolean hw_text_words_find (HwDb        *db,
                             const char  *beginning,
                             guint        max_words,
                             GHashTable **words,
                             GError     **error);

G_END_DECLS
