/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-json-variant.h"
#include "hw-msgpack-reader.h"

#include <msgpack.h>

/* What our reader makes of a value, beside what msgpack-c does. That takes more: other names
 * than texts, bytes, numbers of any size, which ours passes over. So it is asked only for what
 * ours has passed over: it believes every length, and would reserve what six bytes ask for.
 */

static GVariant *make_value (const msgpack_object *object);

/* An empty one has no bytes there. Returns: (transfer full) */
static char *
make_text (const msgpack_object_str *text)
{
  return text->size > 0 ? g_strndup (text->ptr, text->size) : g_strdup ("");
}

static GVariant *
make_array (const msgpack_object_array *array)
{
  g_autoptr(GPtrArray) values = g_ptr_array_new ();

  for (guint32 i = 0; i < array->size; i++)
    g_ptr_array_add (values, make_value (&array->ptr[i]));

  return hw_json_variant_new_array (values);
}

static GVariant *
make_map (const msgpack_object_map *map)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (guint32 i = 0; i < map->size; i++)
    {
      const msgpack_object *key = &map->ptr[i].key;
      const msgpack_object *value = &map->ptr[i].val;
      g_autofree char *name = NULL;

      g_assert_cmpint (key->type, ==, MSGPACK_OBJECT_STR);
      name = make_text (&key->via.str);
      if (value->type != MSGPACK_OBJECT_NIL &&
          !(value->type == MSGPACK_OBJECT_EXT && value->via.ext.type == 0))
        g_variant_builder_add (&builder, "{sv}", name, make_value (value));
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
make_time (const msgpack_object *object)
{
  msgpack_timestamp time = { 0, 0 };
  g_autoptr(GDateTime) whole = NULL;
  g_autoptr(GDateTime) exact = NULL;

  g_assert_true (msgpack_object_to_timestamp (object, &time));
  whole = g_date_time_new_from_unix_utc (time.tv_sec);
  exact = g_date_time_add (whole, time.tv_nsec / 1000);

  return g_variant_new_take_string (g_date_time_format_iso8601 (exact));
}

/* Returns: (transfer floating): what the library says in our terms */
static GVariant *
make_value (const msgpack_object *object)
{
  switch ((int) object->type)
    {
    case MSGPACK_OBJECT_BOOLEAN:
      return g_variant_new_boolean (object->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
      return g_variant_new_int64 ((gint64) object->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
      return g_variant_new_int64 (object->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
      return g_variant_new_double (object->via.f64);
    case MSGPACK_OBJECT_STR:
      return g_variant_new_take_string (make_text (&object->via.str));
    case MSGPACK_OBJECT_ARRAY:
      return make_array (&object->via.array);
    case MSGPACK_OBJECT_MAP:
      return make_map (&object->via.map);
    case MSGPACK_OBJECT_EXT:
      if (object->via.ext.type == -1)
        return make_time (object);
      break;
    default:
      g_assert_cmpint (object->type, ==, MSGPACK_OBJECT_NIL);
      break;
    }

  return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char *bytes = (const char *) data;
  HwMsgpackReader reader = { .data = bytes, .length = size };
  HwMsgpackReader skipper = reader;
  g_autoptr(GVariant) ours = hw_msgpack_reader_take_value (&reader);
  g_autoptr(GVariant) theirs = NULL;
  msgpack_unpacked unpacked;
  size_t offset = 0;

  if (!hw_msgpack_reader_skip_value (&skipper))
    return 0;

  msgpack_unpacked_init (&unpacked);
  g_assert_cmpint (msgpack_unpack_next (&unpacked, bytes, size, &offset), ==,
                   MSGPACK_UNPACK_SUCCESS);
  g_assert_cmpuint (offset, ==, skipper.offset);

  if (ours != NULL)
    {
      g_variant_ref_sink (ours);
      theirs = g_variant_ref_sink (make_value (&unpacked.data));
      g_assert_cmpvariant (ours, theirs);
    }
  msgpack_unpacked_destroy (&unpacked);

  return 0;
}
