/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-checkup.h"

#include <glib/gstdio.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCliFinding, hw_cli_finding_free)

/* Makes the root of a machine that systemd runs, or does not. */
static char *
make_root (gboolean has_systemd)
{
  g_autofree char *root = g_dir_make_tmp ("headway-cli-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (root, "run", "systemd", "system", NULL);

  if (has_systemd)
    g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);

  return g_steal_pointer (&root);
}

static void
remove_root (const char *root)
{
  static const char *const folders[] = { "run/systemd/system", "run/systemd", "run", "" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (root, folders[i], NULL);

      g_rmdir (path);
    }
}

/* Test that each level is explained, and that it is a fault only where it need not be so. */
static void
test_cli_checkup_explains_the_containment (void)
{
  static const struct
  {
    const char *containment;
    gboolean has_systemd;
    gboolean is_good;
    const char *says; /* or %NULL where there is nothing to say */
  } cases[] = {
    { "scope", TRUE, TRUE, "nothing that it starts escapes" },
    { "cgroup", FALSE, TRUE, "nothing that it starts escapes" },
    { "session", FALSE, TRUE, "what has cleared its environment escapes" },
    { "session", FALSE, TRUE, "“cgroup-root”" },
    { "session", TRUE, FALSE, "what has cleared its environment escapes" },
    { "session", TRUE, FALSE, "systemctl --user start headwayd" },
    { "", TRUE, FALSE, NULL },
    { "of-tomorrow", TRUE, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *root = make_root (cases[i].has_systemd);
      g_autoptr(HwCliFinding) finding = NULL;

      finding = hw_cli_checkup_look_at_containment (root, cases[i].containment);
      remove_root (root);
      if (cases[i].says == NULL)
        {
          g_assert_null (finding);
          continue;
        }

      g_assert_cmpstr (finding->name, ==, "programs");
      g_assert_cmpint (finding->is_good, ==, cases[i].is_good);
      g_assert_nonnull (strstr (finding->text, cases[i].says));
    }
}

/* What is kept is told in each case, with the tasks that are gone still counted. */
static void
test_cli_checkup_tells_what_is_kept (void)
{
  static const struct
  {
    guint64 days;
    guint64 tasks;
    const char *says;
  } cases[] = {
    { 30, 10000, "Tasks are kept for 30 days after their end, the newest 10000 of each type. " },
    { 1, 0, "Tasks are kept for 1 day after their end. " },
    { 0, 5, "Of each type, the newest 5 tasks that have ended are kept. " },
    { 0, 0, "Tasks that have ended are kept for ever. " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const HwAnswerAbout about = { .has_counts = TRUE, .keep_days = cases[i].days,
                                    .keep_tasks = cases[i].tasks, .n_there = 8,
                                    .ever = { .n_added = 70, .n_completed = 50, .n_failed = 9,
                                              .n_canceled = 3 } };
      g_autoptr(HwCliFinding) finding = hw_cli_checkup_look_at_retention (&about);

      g_assert_true (finding->is_good);
      g_assert_true (g_str_has_prefix (finding->text, cases[i].says));
      g_assert_nonnull (strstr (finding->text, "Of 70 tasks that were ever added, 8 are there. Ends "
                                "so far: 50 completed, 9 failed, 3 canceled."));
    }

  g_assert_null (hw_cli_checkup_look_at_retention (&(HwAnswerAbout) { .has_counts = FALSE }));
}

/* What the daemon says of whether it is ready is passed on as it is; an older one does not say. */
static void
test_cli_checkup_passes_on_what_hinders (void)
{
  char sentence[] = "The disk is full.";
  g_autoptr(HwCliFinding) good =
    hw_cli_checkup_look_at_readiness (&(HwAnswerAbout) { .has_readiness = TRUE });
  g_autoptr(HwCliFinding) bad =
    hw_cli_checkup_look_at_readiness (&(HwAnswerAbout) { .has_readiness = TRUE,
                                                         .hindrance = sentence });

  g_assert_true (good->is_good);
  g_assert_false (bad->is_good);
  g_assert_cmpstr (bad->text, ==, sentence);
  g_assert_null (hw_cli_checkup_look_at_readiness (&(HwAnswerAbout) { .has_readiness = FALSE }));
}

/* What comes and goes is told, but for an older daemon, which does not say. */
static void
test_cli_checkup_tells_what_comes_and_goes (void)
{
  const HwAnswerAbout about = {
    .has_traffic = TRUE,
    .traffic = { .n_open = 1, .n_most = 512, .n_ever = 70, .n_refused = 4, .n_displaced = 5,
                 .n_received = 2000, .n_sent = 3000 },
  };
  g_autoptr(HwCliFinding) finding = hw_cli_checkup_look_at_traffic (&about);

  g_assert_true (finding->is_good);
  g_assert_cmpstr (finding->text, ==,
                   "Connections that speak HTTP: 1 now, of at most 512. Since the daemon was "
                   "started there were 70; 4 found no room, and 5 were closed to make some. "
                   "They sent 2.0\302\240kB and were sent 3.0\302\240kB.");
  g_assert_null (hw_cli_checkup_look_at_traffic (&(HwAnswerAbout) { .has_traffic = FALSE }));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-checkup/passes-on-what-hinders", test_cli_checkup_passes_on_what_hinders);
  g_test_add_func ("/cli-checkup/explains-the-containment",
                   test_cli_checkup_explains_the_containment);
  g_test_add_func ("/cli-checkup/tells-what-comes-and-goes",
                   test_cli_checkup_tells_what_comes_and_goes);
  g_test_add_func ("/cli-checkup/tells-what-is-kept", test_cli_checkup_tells_what_is_kept);

  return g_test_run ();
}
