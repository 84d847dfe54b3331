/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-folder.h"
#include "hw-error.h"
#include "hw-result-files.h"
#include "hw-shim-record.h"

#include "tests/support/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a file is opened while somebody changes it for a link. */
#define N_RACES 1000

/* The attempt that most tests look at. */
static const HwAttemptKey attempt_2 = { .epoch = 5, .task_id = 7, .attempt = 2 };

/* What must not be read. */
#define SECRET "secret"

/* The folder for the results of attempt 2 at task 7 of database 5. */
typedef struct
{
  char *root;     /* (owned) */
  char *attempt;  /* (owned) */
  char *folder;   /* (owned) */
  char *secret;   /* (owned): a file beside the root that must not be read */
  HwFiles *files; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->root = g_dir_make_tmp ("test-results-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->attempt = hw_attempt_folder_build (fixture->root, 5, 7, 2);
  fixture->folder = g_build_filename (fixture->attempt, "files", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->folder, 0700), ==, 0);
  fixture->secret = g_build_filename (fixture->root, "secret", NULL);
  g_file_set_contents (fixture->secret, SECRET, -1, &error);
  g_assert_no_error (error);
  fixture->files = hw_result_files_new (fixture->root);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  const char *argv[] = { "rm", "-rf", "--", fixture->root, NULL };

  drop_object (fixture->files);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (fixture->secret);
  g_free (fixture->folder);
  g_free (fixture->attempt);
  g_free (fixture->root);
}

static char *
build_path (Fixture    *fixture,
            const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
write_result (Fixture    *fixture,
              const char *name,
              const char *contents)
{
  g_autofree char *path = build_path (fixture, name);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, contents, -1, &error);
  g_assert_no_error (error);
}

static void
make_link (Fixture    *fixture,
           const char *target,
           const char *name)
{
  g_autofree char *path = build_path (fixture, name);

  g_assert_cmpint (symlink (target, path), ==, 0);
}

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static HwFileList *
list_files (Fixture *fixture,
            guint    attempt,
            GError **error)
{
  const HwAttemptKey key = { .epoch = 5, .task_id = 7, .attempt = attempt };
  g_autoptr(GAsyncResult) result = NULL;

  hw_files_list_async (fixture->files, &key, NULL, on_answer, &result);
  wait_until (result != NULL);

  return hw_files_list_finish (fixture->files, result, error);
}

static HwFileContent *
open_file (Fixture    *fixture,
           const char *name,
           GError    **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_files_open_async (fixture->files, &attempt_2, name, NULL, on_answer, &result);
  wait_until (result != NULL);

  return hw_files_open_finish (fixture->files, result, error);
}

/* Writes what is in a list: names with sizes, the others, and whether there are more. */
static char *
tell_list (Fixture *fixture,
           guint    attempt)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileList) list = list_files (fixture, attempt, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < list->files->len; i++)
    {
      const HwFile *file = g_ptr_array_index (list->files, i);

      g_string_append_printf (text, "%s=%" G_GUINT64_FORMAT " ", file->name, file->size);
    }
  g_string_append_printf (text, "+%u%s", list->n_others, list->is_truncated ? "…" : "");

  return g_string_free (text, FALSE);
}

#define assert_list(fixture, attempt, expected) \
  G_STMT_START \
  { \
    g_autofree char *told = tell_list (fixture, attempt); \
    g_assert_cmpstr (told, ==, expected); \
  } \
  G_STMT_END

static void
assert_refused (Fixture    *fixture,
                const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileContent) content = open_file (fixture, name, &error);

  g_assert_null (content);
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
}

static char *
read_content (HwFileContent *content)
{
  g_autoptr(GError) error = NULL;
  char buffer[64];
  gsize length;

  g_input_stream_read_all (content->stream, buffer, sizeof buffer, &length, NULL, &error);
  g_assert_no_error (error);

  return g_strndup (buffer, length);
}

static void
test_lists_by_name (Fixture      *fixture,
                    gconstpointer test_data)
{
  write_result (fixture, "b", "12345");
  write_result (fixture, "a é", "");
  write_result (fixture, "c", "1");

  assert_list (fixture, 2, "a é=0 b=5 c=1 +0");
}

static void
test_lists_nothing (Fixture      *fixture,
                    gconstpointer test_data)
{
  assert_list (fixture, 2, "+0");
  assert_list (fixture, 3, "+0");
}

static void
test_says_when_it_was_written (Fixture      *fixture,
                               gconstpointer test_data)
{
  const struct timespec times[] = { { 0, 0 }, { 1700000000, 123456789 } };
  g_autofree char *path = build_path (fixture, "a");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileList) list = NULL;
  const HwFile *file = NULL;

  write_result (fixture, "a", "1");
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  list = list_files (fixture, 2, &error);

  g_assert_no_error (error);
  file = g_ptr_array_index (list->files, 0);
  g_assert_cmpint (file->modified_at, ==, G_GINT64_CONSTANT (1700000000123456));
}

/* Test that what is no file, or cannot be shown, is only counted. */
static void
test_counts_others (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autofree char *folder = build_path (fixture, "folder");
  g_autofree char *pipe = build_path (fixture, "pipe");

  write_result (fixture, "a", "1");
  write_result (fixture, "line\nfeed", "1");
  write_result (fixture, "bytes\xff", "1");
  make_link (fixture, "a", "link");
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  assert_list (fixture, 2, "a=1 +5");
}

static void
test_list_has_an_end (Fixture      *fixture,
                      gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileList) list = NULL;

  for (guint i = 0; i <= HW_FILES_MAX_LISTED; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *path = build_path (fixture, name);
      int fd = g_open (path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

      g_assert_cmpint (fd, >=, 0);
      close (fd);
    }
  list = list_files (fixture, 2, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->files->len, ==, HW_FILES_MAX_LISTED);
  g_assert_true (list->is_truncated);
}

static void
test_opens (Fixture      *fixture,
            gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileContent) content = NULL;
  g_autofree char *text = NULL;

  write_result (fixture, "a \"é\"", "0123456789");
  content = open_file (fixture, "a \"é\"", &error);

  g_assert_no_error (error);
  text = read_content (content);
  g_assert_cmpuint (content->size, ==, 10);
  g_assert_cmpstr (text, ==, "0123456789");
}

/* Test that nothing but a file that is there itself is opened, and a pipe holds nobody. */
static void
test_opens_no_other_thing (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autofree char *folder = build_path (fixture, "folder");
  g_autofree char *pipe = build_path (fixture, "pipe");

  write_result (fixture, "a", "1");
  make_link (fixture, fixture->secret, "link");
  make_link (fixture, "a", "link-inside");
  make_link (fixture, "/dev/zero", "device");
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  assert_refused (fixture, "link");
  assert_refused (fixture, "link-inside");
  assert_refused (fixture, "device");
  assert_refused (fixture, "folder");
  assert_refused (fixture, "pipe");
  assert_refused (fixture, "none");
}

static void
test_opens_nothing_elsewhere (Fixture      *fixture,
                              gconstpointer test_data)
{
  const char *const names[] = {
    "", ".", "..", "../../../../secret", "/etc/passwd", "folder/../a", "a/", "a\n", "a\xff",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_refused (fixture, names[i]);
}

/* Test that the folder, and the one above, may not be links either. */
static void
test_follows_no_link_on_the_way (Fixture      *fixture,
                                 gconstpointer test_data)
{
  const char *const names[] = { fixture->folder, fixture->attempt };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *moved = g_strdup_printf ("%s/moved-%u", fixture->root, i);

      write_result (fixture, "a", "1");
      g_assert_cmpint (g_rename (names[i], moved), ==, 0);
      g_assert_cmpint (symlink (moved, names[i]), ==, 0);

      assert_list (fixture, 2, "+0");
      assert_refused (fixture, "a");
      g_assert_cmpint (g_remove (names[i]), ==, 0);
      g_assert_cmpint (g_rename (moved, names[i]), ==, 0);
    }
}

static void
test_too_large (Fixture      *fixture,
                gconstpointer test_data)
{
  g_autofree char *path = build_path (fixture, "hole");
  g_autoptr(GError) error = NULL;

  write_result (fixture, "hole", "");
  g_assert_cmpint (truncate (path, (off_t) HW_FILES_MAX_SIZE + 1), ==, 0);

  g_assert_null (open_file (fixture, "hole", &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

/* Somebody who changes a file for a link, and back, as fast as they can. */
typedef struct
{
  char *path;
  char *file;
  char *link;
  int is_over; /* atomic */
} Hostile;

static gpointer
swap_for_ever (gpointer user_data)
{
  Hostile *hostile = user_data;

  while (!g_atomic_int_get (&hostile->is_over))
    {
      g_rename (hostile->link, hostile->path);
      g_rename (hostile->path, hostile->link);
      g_rename (hostile->file, hostile->path);
      g_rename (hostile->path, hostile->file);
    }

  return NULL;
}

/* Opens a file again and again while @path is now it or its folder, now a link to what
 * must not be read, or not there. Returns how often there was a file.
 */
static guint
race (Fixture    *fixture,
      const char *path,
      const char *file,
      const char *link)
{
  Hostile hostile = { (char *) path, (char *) file, (char *) link, FALSE };
  GThread *thread = g_thread_new ("hostile", swap_for_ever, &hostile);
  guint n_opened = 0;

  for (guint i = 0; i < N_RACES; i++)
    {
      g_autoptr(HwFileContent) content = open_file (fixture, "secret", NULL);
      g_autofree char *text = content != NULL ? read_content (content) : g_strdup ("");

      g_assert_cmpstr (text, !=, SECRET);
      n_opened += content != NULL;
    }

  g_atomic_int_set (&hostile.is_over, TRUE);
  g_thread_join (thread);

  return n_opened;
}

static void
test_file_is_swapped (Fixture      *fixture,
                      gconstpointer test_data)
{
  g_autofree char *path = build_path (fixture, "secret");
  g_autofree char *file = build_path (fixture, "file");
  g_autofree char *link = build_path (fixture, "link");

  write_result (fixture, "file", "open");
  make_link (fixture, fixture->secret, "link");

  g_test_message ("%u of %d were opened", race (fixture, path, file, link), N_RACES);
}

static void
test_folder_is_swapped (Fixture      *fixture,
                        gconstpointer test_data)
{
  g_autofree char *file = g_build_filename (fixture->root, "folder", NULL);
  g_autofree char *link = g_build_filename (fixture->root, "link", NULL);

  write_result (fixture, "secret", "open");
  g_assert_cmpint (symlink (fixture->root, link), ==, 0);
  g_assert_cmpint (g_rename (fixture->folder, file), ==, 0);

  g_test_message ("%u of %d were opened", race (fixture, fixture->folder, file, link), N_RACES);
}

/* What an attempt left before a backup was put back is in the folder of that epoch. */
static void
test_of_a_former_epoch (Fixture      *fixture,
                        gconstpointer test_data)
{
  gint64 now = g_get_real_time ();
  const HwAttemptKey former = {
    .epoch = 6, .task_id = 7, .attempt = 2, .earliest = now, .latest = now + G_TIME_SPAN_MINUTE,
  };
  g_autofree char *start = g_build_filename (fixture->attempt, HW_SHIM_START, NULL);
  g_autoptr(GAsyncResult) listed = NULL;
  g_autoptr(GAsyncResult) opened = NULL;
  g_autoptr(HwFileList) list = NULL;
  g_autoptr(HwFileContent) content = NULL;

  write_result (fixture, "a", "1");
  g_assert_true (g_file_set_contents (start, "", 0, NULL));
  hw_files_list_async (fixture->files, &former, NULL, on_answer, &listed);
  hw_files_open_async (fixture->files, &former, "a", NULL, on_answer, &opened);
  wait_until (listed != NULL && opened != NULL);

  list = hw_files_list_finish (fixture->files, listed, NULL);
  g_assert_cmpuint (list->files->len, ==, 1);
  content = hw_files_open_finish (fixture->files, opened, NULL);
  g_assert_cmpuint (content->size, ==, 1);
}

static void
test_cancelled (Fixture      *fixture,
                gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  write_result (fixture, "a", "1");
  hw_files_open_async (fixture->files, &attempt_2, "a", cancellable, on_answer, &result);
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);

  g_assert_null (hw_files_open_finish (fixture->files, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add ("/result-files/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("list/is-by-name", test_lists_by_name);
  ADD ("list/of-what-left-nothing-is-empty", test_lists_nothing);
  ADD ("list/says-when-a-file-was-written", test_says_when_it_was_written);
  ADD ("list/only-counts-others", test_counts_others);
  ADD ("list/has-an-end", test_list_has_an_end);
  ADD ("open/gives-the-bytes", test_opens);
  ADD ("of-a-former-epoch-are-found", test_of_a_former_epoch);
  ADD ("open/nothing-but-files", test_opens_no_other_thing);
  ADD ("open/nothing-elsewhere", test_opens_nothing_elsewhere);
  ADD ("open/no-link-on-the-way", test_follows_no_link_on_the_way);
  ADD ("open/nothing-without-end", test_too_large);
  ADD ("open/a-file-that-is-swapped-for-a-link", test_file_is_swapped);
  ADD ("open/a-folder-that-is-swapped-for-a-link", test_folder_is_swapped);
  ADD ("open/is-cancelled", test_cancelled);
#undef ADD

  return g_test_run ();
}
