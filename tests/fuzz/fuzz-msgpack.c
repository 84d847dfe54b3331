/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-json-variant.h"
#include "hw-json-writer.h"
#include "hw-msgpack-reader.h"
#include "hw-msgpack-writer.h"

#include <string.h>

static GVariant *
read_value (const char *bytes,
            gsize       length)
{
  HwMsgpackReader reader = { .data = bytes, .length = length };
  HwMsgpackReader skipper = reader;
  GVariant *value = hw_msgpack_reader_take_value (&reader);
  gboolean is_skipped = hw_msgpack_reader_skip_value (&skipper);

  g_assert_cmpint (is_skipped, ==, skipper.problem == NULL);
  g_assert_cmpuint (skipper.offset, <=, length);
  g_assert_true (value == NULL || (is_skipped && skipper.offset == reader.offset));
  g_assert_cmpint (value == NULL, ==, reader.problem != NULL);
  g_assert_cmpuint (reader.offset, <=, length);
  g_assert_cmpuint (reader.problem_offset, <=, length);

  return value != NULL ? g_variant_ref_sink (value) : NULL;
}

/* Whatever is read has to be a sound value, and the same as what its JSON says, written in
 * MessagePack or not; and it can be passed over.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(GVariant) value = read_value ((const char *) data, size);
  g_autoptr(GString) json = g_string_new (NULL);
  g_autoptr(GString) written = g_string_new (NULL);
  g_autoptr(GVariant) of_json = NULL;
  g_autoptr(GVariant) again = NULL;
  g_autoptr(GError) error = NULL;
  HwJsonWriter writer;

  if (value == NULL)
    return 0;

  g_assert_true (g_variant_is_normal_form (value));
  hw_json_writer_init (&writer, json);
  hw_json_writer_add_variant (&writer, value);
  of_json = hw_json_variant_parse (json->str, json->len, G_MAXSIZE, &error);
  g_assert_no_error (error);

  hw_msgpack_write_json (written, json->str, json->len);
  again = read_value (written->str, written->len);
  g_assert_nonnull (again);
  g_assert_cmpvariant (again, of_json);

  return 0;
}
