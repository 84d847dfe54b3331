/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"

#include <gio/gio.h>

/* The names that every door uses: whoever changes one breaks a client. */
static const char *const names[] = {
  [HW_ERROR_INVALID_REQUEST] = "invalid-request",
  [HW_ERROR_INVALID_PARAMETER] = "invalid-parameter",
  [HW_ERROR_UNKNOWN_TYPE] = "unknown-type",
  [HW_ERROR_NOT_FOUND] = "not-found",
  [HW_ERROR_WRONG_STATE] = "wrong-state",
  [HW_ERROR_NOT_ALLOWED] = "not-allowed",
  [HW_ERROR_UNAUTHORIZED] = "unauthorized",
  [HW_ERROR_TOO_LARGE] = "too-large",
  [HW_ERROR_CONFLICT] = "conflict",
  [HW_ERROR_NOT_STARTED] = "not-started",
  [HW_ERROR_INTERRUPTED] = "interrupted",
  [HW_ERROR_NO_SPACE] = "no-space",
  [HW_ERROR_FAILED] = "failed",
};

G_STATIC_ASSERT (G_N_ELEMENTS (names) == HW_N_ERRORS);

static void
test_error_name_of_each_code (void)
{
  for (int i = 0; i < HW_N_ERRORS; i++)
    {
      g_autoptr(GError) error = g_error_new_literal (HW_ERROR, i, "no");

      g_assert_cmpstr (hw_error_get_name (error), ==, names[i]);
    }
}

static void
test_error_name_of_other_domains_is_failed (void)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no");

  g_assert_cmpstr (hw_error_get_name (error), ==, "failed");
}

static void
test_error_from_name (void)
{
  HwError code = HW_ERROR_CONFLICT;

  g_assert_false (hw_error_from_name ("Not-Found", &code));
  g_assert_false (hw_error_from_name (NULL, &code));
  g_assert_cmpint (code, ==, HW_ERROR_CONFLICT);
  g_assert_true (hw_error_from_name ("not-found", &code));
  g_assert_cmpint (code, ==, HW_ERROR_NOT_FOUND);
}

/* A code that nobody knows must not read behind the table. */
static void
test_error_name_of_unknown_codes_is_failed (void)
{
  g_autoptr(GError) above = g_error_new_literal (HW_ERROR, HW_N_ERRORS, "no");
  g_autoptr(GError) below = g_error_new_literal (HW_ERROR, -1, "no");

  g_assert_cmpstr (hw_error_get_name (above), ==, "failed");
  g_assert_cmpstr (hw_error_get_name (below), ==, "failed");
}

static void
test_error_field_is_kept (void)
{
  g_autoptr(GError) error = NULL;

  hw_error_set_field (&error, HW_ERROR_INVALID_PARAMETER, "/parameters/path", "%d is no path", 5);

  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
  g_assert_cmpstr (error->message, ==, "5 is no path");
  g_assert_cmpstr (hw_error_get_field (error), ==, "/parameters/path");
}

/* GTask and g_propagate_error() hand errors on, some as copies. */
static void
test_error_field_survives_a_copy (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) copy = NULL;

  hw_error_set_field (&error, HW_ERROR_INVALID_PARAMETER, "/title", "no");
  copy = g_error_copy (error);
  g_clear_error (&error);

  g_assert_cmpstr (hw_error_get_field (copy), ==, "/title");
}

static void
test_error_field_is_none_where_none_was_named (void)
{
  g_autoptr(GError) plain = g_error_new_literal (HW_ERROR, HW_ERROR_NOT_FOUND, "no");
  g_autoptr(GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");

  g_assert_null (hw_error_get_field (plain));
  g_assert_null (hw_error_get_field (other));
}

static void
test_error_field_without_a_place_is_dropped (void)
{
  hw_error_set_field (NULL, HW_ERROR_FAILED, "/title", "nobody %s", "asks");
}

/* A part of a request that is one of many is named as such. */
static void
test_error_field_is_prefixed (void)
{
  g_autoptr(GError) with_field = NULL;
  g_autoptr(GError) without = g_error_new_literal (HW_ERROR, HW_ERROR_NOT_ALLOWED, "no");
  g_autoptr(GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  GError *none = NULL;

  hw_error_set_field (&with_field, HW_ERROR_INVALID_PARAMETER, "/parameters/path", "no");
  hw_error_prefix_field (&with_field, "/3");
  hw_error_prefix_field (&without, "/3");
  hw_error_prefix_field (&other, "/3");
  hw_error_prefix_field (&none, "/3");
  hw_error_prefix_field (NULL, "/3");

  g_assert_cmpstr (hw_error_get_field (with_field), ==, "/3/parameters/path");
  g_assert_cmpstr (hw_error_get_field (without), ==, "/3");
  g_assert_null (hw_error_get_field (other));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/name/of-each-code", test_error_name_of_each_code);
  g_test_add_func ("/error/name/of-other-domains-is-failed",
                   test_error_name_of_other_domains_is_failed);
  g_test_add_func ("/error/name/of-unknown-codes-is-failed",
                   test_error_name_of_unknown_codes_is_failed);
  g_test_add_func ("/error/field/is-kept", test_error_field_is_kept);
  g_test_add_func ("/error/field/is-prefixed", test_error_field_is_prefixed);
  g_test_add_func ("/error/field/survives-a-copy", test_error_field_survives_a_copy);
  g_test_add_func ("/error/field/is-none-where-none-was-named",
                   test_error_field_is_none_where_none_was_named);
  g_test_add_func ("/error/field/without-a-place-is-dropped",
                   test_error_field_without_a_place_is_dropped);

  g_test_add_func ("/error/name/is-found-again", test_error_from_name);

  return g_test_run ();
}
