/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwJsonLexer:
 * @data: the text, which is valid UTF-8 and has no NUL
 * @length: how many bytes it has
 * @offset: where to read on
 * @problem: (nullable): what is wrong with the text, a part of a sentence
 * @problem_offset: at which byte
 *
 * Passes over the words of a JSON text: strings, numbers and literals. It knows
 * nothing of how they make up arrays and objects; that is for hw_json_scan().
 *
 * The functions return %FALSE when they find something wrong and leave @problem.
 */
typedef struct
{
  const char *data;
  gsize length;
  gsize offset;

  const char *problem;
  gsize problem_offset;
} HwJsonLexer;

gboolean hw_json_lexer_fail (HwJsonLexer *self,
                             gsize        offset,
                             const char  *problem);

int      hw_json_lexer_peek (const HwJsonLexer *self);
gboolean hw_json_lexer_take (HwJsonLexer *self,
                             char         expected);
void     hw_json_lexer_skip_space (HwJsonLexer *self);

gboolean hw_json_lexer_take_string (HwJsonLexer *self,
                                    gboolean    *has_escapes);
gboolean hw_json_lexer_take_number (HwJsonLexer *self);
gboolean hw_json_lexer_take_literal (HwJsonLexer *self,
                                     const char  *literal);

void     hw_json_lexer_unescape (const HwJsonLexer *self,
                                 gsize              start,
                                 gsize              end,
                                 GString           *decoded);

G_END_DECLS
