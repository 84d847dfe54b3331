/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-agent-config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define SECOND G_USEC_PER_SEC

/* Reads a configuration with such a file. */
static HwAgentConfig *
read_file (const char *text,
           GError    **error)
{
  g_autofree char *path = NULL;
  g_autofree char *option = NULL;
  g_auto(GStrv) arguments = NULL;
  HwAgentConfig *config;
  int fd = g_file_open_tmp ("headway-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  option = g_strconcat ("--config=", path, NULL);
  arguments = g_strdupv ((char **) (const char *[]) { "headway-agent", option, NULL });
  config = hw_agent_config_new_from_arguments (&arguments, error);
  g_unlink (path);

  return config;
}

static void
test_agent_config_says_nothing (void)
{
  g_autoptr(HwAgentConfig) config = read_file ("", NULL);

  g_assert_cmpint (hw_agent_config_get_minimum_duration (config), ==, 10 * SECOND);
  g_assert_cmpint (hw_agent_config_get_wants (config), ==, HW_NOTIFIER_WANTS_ALL);
  g_assert_false (hw_agent_config_get_wants_version (config));
}

/* The daemon's settings stand in the same file. */
static void
test_agent_config_says_something (void)
{
  g_autoptr(HwAgentConfig) config = read_file ("[Daemon]\nhttp-port=1\n"
                                               "[Agent]\nminimum-duration=3\nnotify=failures\n",
                                               NULL);

  g_assert_cmpint (hw_agent_config_get_minimum_duration (config), ==, 3 * SECOND);
  g_assert_cmpint (hw_agent_config_get_wants (config), ==, HW_NOTIFIER_WANTS_FAILURES);
}

static void
test_agent_config_mistakes_are_told (void)
{
  const char *const texts[] = {
    "minimum-duration=x",
    "minimum-duration=-1",
    "minimum-duration=86401",
    "notify=sometimes",
    "minimal-duration=5",
    "no line",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = g_strconcat ("[Agent]\n", texts[i], "\n", NULL);
      g_autoptr(GError) error = NULL;

      g_assert_null (read_file (text, &error));
      g_assert_nonnull (error);
    }
}

static void
test_agent_config_file_must_be_there (void)
{
  g_auto(GStrv) arguments = g_strsplit ("headway-agent --config=/nonexistent", " ", -1);
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_agent_config_new_from_arguments (&arguments, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static void
test_agent_config_arguments_are_options (void)
{
  g_auto(GStrv) arguments = g_strsplit ("headway-agent please", " ", -1);
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_agent_config_new_from_arguments (&arguments, &error));
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/agent-config/says-nothing", test_agent_config_says_nothing);
  g_test_add_func ("/agent-config/says-something", test_agent_config_says_something);
  g_test_add_func ("/agent-config/mistakes-are-told", test_agent_config_mistakes_are_told);
  g_test_add_func ("/agent-config/file-must-be-there", test_agent_config_file_must_be_there);
  g_test_add_func ("/agent-config/arguments-are-options", test_agent_config_arguments_are_options);

  return g_test_run ();
}
