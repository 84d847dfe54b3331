/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-statement.h"

G_BEGIN_DECLS

/**
 * HwTextSearch:
 * @query: the query of the index
 * @tokens: (nullable): what is to be asked of each row that it gives, by %HW_TEXT_FUNCTION; %NULL
 *   if all of them are found
 * @first: the first task that it is asked for; below it the next page begins
 *
 * How a page of the tasks with some words is looked for.
 */
typedef struct
{
  char *query;
  GBytes *tokens;
  guint64 first;
} HwTextSearch;

gboolean hw_text_search_plan (HwTextSearch *self,
                              HwDb         *db,
                              const char   *text,
                              guint64       before,
                              GError      **error);
void     hw_text_search_clear (HwTextSearch *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HwTextSearch, hw_text_search_clear)

G_END_DECLS
