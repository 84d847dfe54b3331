/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwMsgpackReader:
 * @data: the bytes
 * @length: how many bytes
 * @offset: where to read on
 * @problem: (nullable): what is wrong with them, a part of a sentence
 * @problem_offset: at which byte
 *
 * Reads MessagePack, value by value, from anywhere. One that is all zeros but for its bytes
 * is at their beginning. Lives on the stack and needs no clearing.
 */
typedef struct
{
  const char *data;
  gsize length;
  gsize offset;

  const char *problem;
  gsize problem_offset;

  /*< private >*/
  guint depth;
  guint n_values;
} HwMsgpackReader;

gboolean  hw_msgpack_reader_enter_array (HwMsgpackReader *self,
                                         guint           *n_values);
GVariant *hw_msgpack_reader_take_value (HwMsgpackReader *self);
GVariant *hw_msgpack_reader_take_values (HwMsgpackReader *self);
gboolean  hw_msgpack_reader_skip_value (HwMsgpackReader *self);
void      hw_msgpack_reader_set_error (const HwMsgpackReader *self,
                                       GError               **error);

G_END_DECLS
