/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-value.h"

/* What somebody sends, and what the core gets; both as text with types. */
static const struct
{
  const char *sent;
  const char *normalized;
} values[] = {
  /* Whole numbers, whatever their size. */
  { "byte 3", "int64 3" },
  { "int16 -3", "int64 -3" },
  { "uint16 3", "int64 3" },
  { "3", "int64 3" },
  { "uint32 3", "int64 3" },
  { "int64 3", "int64 3" },
  { "uint64 3", "int64 3" },
  { "uint64 9223372036854775807", "int64 9223372036854775807" },
  { "uint64 18446744073709551615", "18446744073709551616.0" },

  /* What is right already. */
  { "0.5", "0.5" },
  { "true", "true" },
  { "'text'", "'text'" },

  /* Texts in other clothes. */
  { "objectpath '/a/b'", "'/a/b'" },
  { "signature 'as'", "'as'" },
  { "b'/etc/passwd'", "'/etc/passwd'" },
  { "[byte 0x2f, 0x61]", "'/a'" },
  { "@ay []", "''" },

  /* No texts: that is for the core to say. */
  { "[byte 0xff, 0x00]", "[byte 0xff, 0x00]" },
  { "[byte 0x61, 0x00, 0x62, 0x00]", "[byte 0x61, 0x00, 0x62, 0x00]" },

  /* Lists. */
  { "['a', 'b']", "['a', 'b']" },
  { "[b'a', b'b']", "[<'a'>, <'b'>]" },
  { "[<'a'>, <'b'>]", "[<'a'>, <'b'>]" },
  { "[<<'a'>>]", "[<'a'>]" },
  { "[1, 2]", "[<int64 1>, <int64 2>]" },

  /* Objects. */
  { "{'A': 'b'}", "{'A': <'b'>}" },
  { "{'A': <'b'>, 'C': <3>}", "{'A': <'b'>, 'C': <int64 3>}" },
  { "{1: 'b'}", "{1: 'b'}" },

  /* Boxes, and what is of no kind. */
  { "<3>", "int64 3" },
  { "('a', 3)", "('a', 3)" },
  { "handle 0", "handle 0" },
};

static void
test_value_is_what_a_person_types (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) sent = g_variant_parse (NULL, values[i].sent, NULL, NULL, &error);
      g_autoptr(GVariant) expected = NULL;
      g_autoptr(GVariant) normalized = NULL;

      g_assert_no_error (error);
      expected = g_variant_parse (NULL, values[i].normalized, NULL, NULL, &error);
      g_assert_no_error (error);

      normalized = hw_dbus_value_normalize (sent);
      g_assert_cmpvariant (normalized, expected);
    }
}

/* Test that what was normalized passes again unchanged. */
static void
test_value_stays_as_it_is (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr(GVariant) sent = g_variant_parse (NULL, values[i].normalized, NULL, NULL, NULL);
      g_autoptr(GVariant) normalized = hw_dbus_value_normalize (sent);

      g_assert_cmpvariant (normalized, sent);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dbus-value/is-what-a-person-types", test_value_is_what_a_person_types);
  g_test_add_func ("/dbus-value/stays-as-it-is", test_value_stays_as_it_is);

  return g_test_run ();
}
