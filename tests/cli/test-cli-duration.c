/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-duration.h"
#include "hw-cli-error.h"

#include <string.h>

static void
test_cli_duration_is_a_number_and_a_unit (void)
{
  static const struct
  {
    const char *text;
    guint64 seconds;
  } cases[] = {
    { "90", 90 },
    { "90s", 90 },
    { "5m", 300 },
    { "2h", 7200 },
    { "1d", 86400 },
    { "007s", 7 },
    { "30d", 2592000 },
    { "720h", 2592000 },
    { "2592000", 2592000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      guint64 seconds = 0;

      g_assert_true (hw_cli_duration_parse (cases[i].text, &seconds, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (seconds, ==, cases[i].seconds);
    }
}

/* Test that nothing else is taken for a duration, and what is too long least of all. */
static void
test_cli_duration_is_bounded (void)
{
  static const char *const texts[] = {
    "", " ", "s", "m5", "0", "0s", "-1", "+1", "1.5h", "1e3", "0x10", " 5", "5 ", "5 m", "5M", "5ms",
    "5min", "1h30m", "2592001", "31d", "721h", "18446744073709551615", "18446744073709551615d",
    "99999999999999999999", "213503982334602d", "\377", "5\377",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;
      guint64 seconds = 0;

      g_assert_false (hw_cli_duration_parse (texts[i], &seconds, &error));
      g_assert_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_nonnull (strstr (error->message, "up to 30d"));
      g_assert_cmpuint (seconds, ==, 0);
    }
}

/* Test that what is shown can be written again, and is as short as it can be. */
static void
test_cli_duration_is_described_as_it_is_written (void)
{
  static const struct
  {
    guint64 seconds;
    const char *text;
  } cases[] = {
    { 1, "1s" }, { 90, "90s" }, { 300, "5m" }, { 3600, "1h" }, { 5400, "90m" }, { 86400, "1d" },
    { 90000, "25h" }, { 86401, "86401s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = hw_cli_duration_describe (cases[i].seconds);
      guint64 seconds = 0;

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_true (hw_cli_duration_parse (text, &seconds, NULL));
      g_assert_cmpuint (seconds, ==, cases[i].seconds);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-duration/is-a-number-and-a-unit", test_cli_duration_is_a_number_and_a_unit);
  g_test_add_func ("/cli-duration/is-bounded", test_cli_duration_is_bounded);
  g_test_add_func ("/cli-duration/is-described-as-it-is-written",
                   test_cli_duration_is_described_as_it_is_written);

  return g_test_run ();
}
