/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-link-page.h"

#include <glib/gstdio.h>
#include <string.h>

#define ADDRESS "http://127.0.0.1:5031/tasks/7#token=se&cret\""

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("headway-link-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = hw_link_page_write (fixture->folder, ADDRESS, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
test_link_page_is_for_its_user_alone (Fixture      *fixture,
                                      gconstpointer test_data)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_null (strstr (fixture->path, "cret"));
}

static void
test_link_page_leads_to_the_address (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autofree char *page = NULL;
  g_autoptr(GError) error = NULL;

  g_file_get_contents (fixture->path, &page, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (page, "url=http://127.0.0.1:5031/tasks/7#token=se&amp;cret&quot;\""));
}

static void
test_link_page_no_folder (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_link_page_write ("/nowhere/at/all", ADDRESS, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/link-page/" path, Fixture, NULL, set_up, function, tear_down)

  ADD ("is-for-its-user-alone", test_link_page_is_for_its_user_alone);
  ADD ("leads-to-the-address", test_link_page_leads_to_the_address);
#undef ADD
  g_test_add_func ("/link-page/no-folder", test_link_page_no_folder);

  return g_test_run ();
}
