/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fields-blob.h"

#include "tests/support/parsed-fields.h"

#include <string.h>

/* The bytes must be those that GVariant itself makes. */
static void
assert_like_variant (const HwTaskFields *fields)
{
  gsize size;
  guint8 *blob = hw_fields_blob_new (fields, &size);
  g_autoptr(GBytes) bytes = g_bytes_new_take (blob, size);
  g_autoptr(GVariant) expected = hw_task_fields_dup_visible (fields);
  g_autoptr(GVariant) found =
    g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, FALSE));

  g_assert_true (g_variant_is_normal_form (found));
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      g_assert_cmpvariant (found, expected);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), size, g_variant_get_data (expected),
                       g_variant_get_size (expected));
    }
}

static void
test_fields_blob_is_like_a_variant (void)
{
  static const char *const texts[] = {
    "@a{sv} {}",
    "{'title': <''>}",
    "{'state': <'Completed'>, 'result': <'success'>, 'progress': <1.0>, 'ended_at': <@x 3>}",
    "{'type': <'demo'>, 'parameters': <@a{sv} {}>, 'priority': <-7>, 'attempt': <@u 4294967295>}",
    "{'parameters': <{'path': <'/srv'>, 'sizes': <[1, 2]>, 'deep': <{'b': <true>}>}>}",
    "{'exit_code': <-1>, 'done': <@t 18446744073709551615>, 'created_at': <@x -1>}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(HwTaskFields) fields = parsed_fields (texts[i]);

      assert_like_variant (fields);
    }
}

/* Numbers of one, two and four bytes say where the parts end: at each size of the whole, the
 * one at which they must grow among them.
 */
static void
test_fields_blob_of_any_size (void)
{
  g_autofree char *text = g_strnfill (70000, 'x');

  for (gsize size = 0; size < 70000; size += size < 600 ? 1 : size < 64500 ? 997 : 13)
    {
      g_autoptr(HwTaskFields) fields = hw_task_fields_new ();
      char end = text[size];

      text[size] = '\0';
      hw_task_fields_set_string (fields, HW_TASK_FIELD_TITLE, text);
      hw_task_fields_set_string (fields, HW_TASK_FIELD_ERROR, text + size / 2);
      hw_task_fields_set_number (fields, HW_TASK_FIELD_ATTEMPT, 1);
      text[size] = end;
      assert_like_variant (fields);
    }
}

static void
test_fields_blob_has_nothing_hidden (void)
{
  g_autoptr(HwTaskFields) fields =
    parsed_fields ("{'title': <'T'>, 'hidden_parameters': <{'key': <'s3cret'>}>}");
  gsize size;
  g_autofree guint8 *blob = hw_fields_blob_new (fields, &size);

  g_assert_null (memmem (blob, size, "s3cret", strlen ("s3cret")));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/fields-blob/is-like-a-variant", test_fields_blob_is_like_a_variant);
  g_test_add_func ("/fields-blob/of-any-size", test_fields_blob_of_any_size);
  g_test_add_func ("/fields-blob/has-nothing-hidden", test_fields_blob_has_nothing_hidden);

  return g_test_run ();
}
