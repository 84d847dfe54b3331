/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * HW_TEXT_FUNCTION:
 *
 * The name of the function in SQL: `has_words (texts, TOKENS)` is 1 for a row that has all of
 * TOKENS, #HwTextToken one after the other, as the phrases of its query say.
 */
#define HW_TEXT_FUNCTION "has_words"

/**
 * HwTextToken:
 * @first: the first phrase of the query that stands for it
 * @n_phrases: how many do, one after the other: any of them will do
 * @is_joined: whether it has to stand right behind the token before it
 *
 * What a row has to have.
 */
typedef struct
{
  guint16 first;
  guint16 n_phrases;
  guint16 is_joined;
} HwTextToken;

int hw_text_function_get_api (sqlite3   *handle,
                              fts5_api **api);
int hw_text_function_add (sqlite3 *handle);

G_END_DECLS
