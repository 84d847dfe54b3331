/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-format.h"
#include "hw-cli-suggestion.h"
#include "hw-cli-text.h"

#include <string.h>

static void
test_cli_text_clean_shows_what_a_terminal_would_obey (void)
{
  static const struct
  {
    const char *text;
    const char *clean;
  } cases[] = {
    { "plain, ä, 漢字, 👩‍👩‍👧", "plain, ä, 漢字, 👩‍👩‍👧" },
    { "\033[31mred\033[0m", "␛[31mred␛[0m" },
    { "\033]0;title\007", "␛]0;title␇" },
    { "one\ntwo\tthree\rfour", "one two three␍four" },
    { "\177 \302\233", "␡ \357\277\275" },
    { "a\342\200\256b", "a\357\277\275b" },
    { "\377", "\357\277\275" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = hw_cli_text_clean (cases[i].text);

      g_assert_cmpstr (clean, ==, cases[i].clean);
    }
}

/* Test that not one character that a terminal obeys gets through, of all there are. */
static void
test_cli_text_clean_lets_no_control_character_through (void)
{
  for (gunichar character = 1; character <= 0x10ffff; character++)
    {
      char text[7] = "";
      g_autofree char *clean = NULL;

      if (!g_unichar_validate (character))
        continue;

      g_unichar_to_utf8 (character, text);
      clean = hw_cli_text_clean (text);
      for (const char *p = clean; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
    }
}

static void
test_cli_text_clean_json_keeps_the_value (void)
{
  g_autofree char *clean = hw_cli_text_clean_json ("{\"a\": \"\\u001b \302\233 \177 \342\200\256 ä\"}");

  g_assert_cmpstr (clean, ==, "{\"a\": \"\\u001b \\u009b \\u007f \\u202e ä\"}");
}

static void
test_cli_text_width_counts_columns (void)
{
  g_assert_cmpuint (hw_cli_text_get_width ("abc"), ==, 3);
  g_assert_cmpuint (hw_cli_text_get_width ("漢字"), ==, 4);
  g_assert_cmpuint (hw_cli_text_get_width ("e\314\201"), ==, 1);
}

static void
test_cli_text_fit_is_never_too_wide (void)
{
  const char *texts[] = { "", "abc", "漢字漢字", "a漢e\314\201字z" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize width = 0; width < 10; width++)
      {
        g_autofree char *fitting = hw_cli_text_fit (texts[i], width);

        g_assert_cmpuint (hw_cli_text_get_width (fitting), <=, width);
        g_assert_true (g_utf8_validate (fitting, -1, NULL));
        if (hw_cli_text_get_width (texts[i]) <= width)
          g_assert_cmpstr (fitting, ==, texts[i]);
        else if (width > 0)
          g_assert_true (g_str_has_suffix (fitting, "…"));
      }
}

static void
test_cli_format_duration_reads_as_a_clock (void)
{
  static const struct
  {
    gint64 seconds;
    const char *text;
  } cases[] = {
    { -5, "0:00" }, { 0, "0:00" }, { 7, "0:07" }, { 754, "12:34" }, { 3599, "59:59" },
    { 3723, "1:02:03" }, { 86400, "1d 0:00h" }, { 183845, "2d 3:04h" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = hw_cli_format_duration (cases[i].seconds * G_USEC_PER_SEC);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_cli_format_amount_reads_bytes_as_sizes (void)
{
  g_autofree char *bytes = hw_cli_format_amount (1500000, "bytes");
  g_autofree char *steps = hw_cli_format_amount (3, "steps");
  g_autofree char *bare = hw_cli_format_amount (3, NULL);
  g_autofree char *hostile = hw_cli_format_amount (3, "\033[31m");

  g_assert_cmpstr (bytes, ==, "1.5\302\240MB");
  g_assert_cmpstr (steps, ==, "3 steps");
  g_assert_cmpstr (bare, ==, "3");
  g_assert_cmpstr (hostile, ==, "3 ␛[31m");
}

/* Test that what is not whole does not look whole. */
static void
test_cli_format_percent_is_100_only_at_the_end (void)
{
  g_autofree char *almost = hw_cli_format_percent (0.9999);
  g_autofree char *whole = hw_cli_format_percent (1);
  g_autofree char *too_much = hw_cli_format_percent (7);

  g_assert_cmpstr (almost, ==, "99 %");
  g_assert_cmpstr (whole, ==, "100 %");
  g_assert_cmpstr (too_much, ==, "100 %");
}

static void
test_cli_format_time_has_the_date_of_another_day (void)
{
  gint64 now = G_GINT64_CONSTANT (1767268800) * G_USEC_PER_SEC;
  g_autofree char *today = hw_cli_format_time (now - G_USEC_PER_SEC, now);
  g_autofree char *before = hw_cli_format_time (now - 3 * G_TIME_SPAN_DAY, now);

  g_assert_cmpuint (strlen (today), ==, strlen ("12:34:56"));
  g_assert_cmpuint (strlen (before), ==, strlen ("2025-12-29 12:00"));
}

static void
test_cli_suggestion_is_the_nearest_word (void)
{
  const char *const known[] = { "run", "list", "log", "watch", "cancel", NULL };
  static const struct
  {
    const char *word;
    const char *meant;
  } cases[] = {
    { "lst", "list" }, { "litt", "list" }, { "wacth", "watch" }, { "canc", "cancel" },
    { "rnu", "run" }, { "lgo", "log" }, { "list", "list" },
    { "frobnicate", NULL }, { "", NULL }, { "xyz", NULL },
    { "a-word-that-is-far-too-long-to-be-a-slip-of-the-finger", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (hw_cli_suggestion_find (cases[i].word, known), ==, cases[i].meant);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-text/clean/shows-what-a-terminal-would-obey",
                   test_cli_text_clean_shows_what_a_terminal_would_obey);
  g_test_add_func ("/cli-text/clean/lets-no-control-character-through",
                   test_cli_text_clean_lets_no_control_character_through);
  g_test_add_func ("/cli-text/clean-json/keeps-the-value",
                   test_cli_text_clean_json_keeps_the_value);
  g_test_add_func ("/cli-text/width/counts-columns", test_cli_text_width_counts_columns);
  g_test_add_func ("/cli-text/fit/is-never-too-wide", test_cli_text_fit_is_never_too_wide);
  g_test_add_func ("/cli-format/duration/reads-as-a-clock",
                   test_cli_format_duration_reads_as_a_clock);
  g_test_add_func ("/cli-format/amount/reads-bytes-as-sizes",
                   test_cli_format_amount_reads_bytes_as_sizes);
  g_test_add_func ("/cli-format/percent/is-100-only-at-the-end",
                   test_cli_format_percent_is_100_only_at_the_end);
  g_test_add_func ("/cli-format/time/has-the-date-of-another-day",
                   test_cli_format_time_has_the_date_of_another_day);
  g_test_add_func ("/cli-suggestion/is-the-nearest-word", test_cli_suggestion_is_the_nearest_word);

  return g_test_run ();
}
