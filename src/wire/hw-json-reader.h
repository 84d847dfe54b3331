/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-json-lexer.h"

G_BEGIN_DECLS

GVariantClass hw_json_reader_peek_class (HwJsonLexer *lexer);
gboolean      hw_json_reader_enter (HwJsonLexer *lexer);
gboolean      hw_json_reader_next (HwJsonLexer *lexer);
char         *hw_json_reader_take_name (HwJsonLexer *lexer);
char         *hw_json_reader_take_string (HwJsonLexer *lexer);
char         *hw_json_reader_take_number (HwJsonLexer *lexer);
gint64        hw_json_reader_take_integer (HwJsonLexer *lexer);
gboolean      hw_json_reader_take_boolean (HwJsonLexer *lexer);
GVariant     *hw_json_reader_take_value (HwJsonLexer *lexer);

G_END_DECLS
