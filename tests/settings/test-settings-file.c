/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-settings-file.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const known_keys[] = { "size", "truth", "word", "path", NULL };
static const char *const words[] = { "one", "two", NULL };

/* What stands in a file. */
typedef struct
{
  gint64 number;
  gboolean truth;
  char *word; /* (owned) (nullable) */
  char *path; /* (owned) (nullable) */
} Settings;

static void
settings_clear (Settings *settings)
{
  g_clear_pointer (&settings->word, g_free);
  g_clear_pointer (&settings->path, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static gboolean
take (GKeyFile *file,
      gpointer  user_data,
      GError  **error)
{
  Settings *settings = user_data;

  return hw_settings_file_check_keys (file, HW_SETTINGS_GROUP_AGENT, known_keys, error) &&
         hw_settings_file_read_number (file, HW_SETTINGS_GROUP_AGENT, "size", 1, 9,
                                       &settings->number, error) &&
         hw_settings_file_read_boolean (file, HW_SETTINGS_GROUP_AGENT, "truth",
                                        &settings->truth, error) &&
         hw_settings_file_read_word (file, HW_SETTINGS_GROUP_AGENT, "word", words,
                                     &settings->word, error) &&
         hw_settings_file_read_path (file, HW_SETTINGS_GROUP_AGENT, "path", &settings->path,
                                     error);
}

static gboolean
read_text (const char *text,
           Settings   *settings,
           GError    **error)
{
  g_autofree char *folder = g_dir_make_tmp ("headway-settings-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "headway.conf", NULL);
  gboolean is_read;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  is_read = hw_settings_file_read_all (path, take, settings, error);
  g_unlink (path);
  g_rmdir (folder);

  return is_read;
}

/* Test that what a file does not say stays as it was. */
static void
test_settings_file_is_read_over_what_was_there (void)
{
  g_auto(Settings) settings = { .number = 5, .truth = TRUE };
  g_autoptr(GError) error = NULL;

  g_assert_true (read_text ("[Daemon]\nwhatever=1\n[Agent]\n", &settings, &error));
  g_assert_no_error (error);
  g_assert_cmpint (settings.number, ==, 5);
  g_assert_true (settings.truth);
  g_assert_null (settings.word);

  g_assert_true (read_text ("[Agent]\nsize=9\ntruth=false\nword=two\npath=/a\n", &settings,
                            &error));
  g_assert_no_error (error);
  g_assert_cmpint (settings.number, ==, 9);
  g_assert_false (settings.truth);
  g_assert_cmpstr (settings.word, ==, "two");
  g_assert_cmpstr (settings.path, ==, "/a");

  g_assert_true (read_text ("[Agent]\nword=one\n", &settings, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (settings.word, ==, "one");
  g_assert_cmpstr (settings.path, ==, "/a");
}

/* Test that each mistake is told with its file, and what to write instead. */
static void
test_settings_file_mistakes_are_told (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "[Agents]\nsize=1\n", "There is no group “Agents”. Write one of these: Daemon, Agent." },
    { "[Agent]\nsizes=1\n", "There is no key “sizes” in the group “Agent”. Write one of these: size, truth, word, path." },
    { "[Agent]\nsize=0\n", "size must be a number from 1 to 9." },
    { "[Agent]\nsize=10\n", "size must be a number from 1 to 9." },
    { "[Agent]\nsize=x\n", "size must be a number from 1 to 9." },
    { "[Agent]\ntruth=maybe\n", "truth must be true or false." },
    { "[Agent]\nword=three\n", "word must be one of these: one, two." },
    { "[Agent]\nword=\n", "word must be one of these: one, two." },
    { "[Agent]\npath=a\n", "path must be a path that begins with “/”." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Settings) settings = { .number = 5, .truth = TRUE };
      g_autoptr(GError) error = NULL;

      g_assert_false (read_text (cases[i].text, &settings, &error));
      g_assert_nonnull (strstr (error->message, "/headway.conf: "));
      g_assert_true (g_str_has_suffix (error->message, cases[i].says));
    }
}

static void
test_settings_file_that_was_named_must_be_there (void)
{
  g_auto(Settings) settings = { .number = 5, .truth = TRUE };
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_settings_file_read_all ("/nonexistent/headway.conf", take, &settings, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/settings-file/is-read-over-what-was-there",
                   test_settings_file_is_read_over_what_was_there);
  g_test_add_func ("/settings-file/mistakes-are-told", test_settings_file_mistakes_are_told);
  g_test_add_func ("/settings-file/that-was-named-must-be-there",
                   test_settings_file_that_was_named_must_be_there);

  return g_test_run ();
}
