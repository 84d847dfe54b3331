/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-error.h"
#include "hw-test-house.h"

/* Files that are there for every attempt: one, with the attempt's number as its size. */
#define FAKE_TYPE_FILES (fake_files_get_type ())
G_DECLARE_FINAL_TYPE (FakeFiles, fake_files, FAKE, FILES, GObject)

struct _FakeFiles
{
  GObject parent_instance;

  guint n_asked;
  HwAttemptKey last; /* which attempt was asked for last */
};

static void fake_files_iface_init (HwFilesInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeFiles, fake_files, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_FILES, fake_files_iface_init))

static void
fake_files_list_async (HwFiles            *files,
                       const HwAttemptKey *of,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (files, cancellable, callback, user_data);
  HwFileList *list = hw_file_list_new ();

  g_task_set_source_tag (gtask, fake_files_list_async);
  FAKE_FILES (files)->n_asked++;
  FAKE_FILES (files)->last = *of;
  g_ptr_array_add (list->files, hw_file_new ("a", of->attempt, 0));
  g_task_return_pointer (gtask, list, (GDestroyNotify) hw_file_list_free);
}

static HwFileList *
fake_files_list_finish (HwFiles      *files,
                        GAsyncResult *result,
                        GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_files_open_async (HwFiles            *files,
                       const HwAttemptKey *of,
                       const char         *name,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (files, cancellable, callback, user_data);
  g_autoptr(GInputStream) stream = g_memory_input_stream_new ();

  g_task_set_source_tag (gtask, fake_files_open_async);
  FAKE_FILES (files)->n_asked++;
  FAKE_FILES (files)->last = *of;
  g_task_return_pointer (gtask, hw_file_content_new (stream, of->attempt),
                         (GDestroyNotify) hw_file_content_free);
}

static HwFileContent *
fake_files_open_finish (HwFiles      *files,
                        GAsyncResult *result,
                        GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_files_iface_init (HwFilesInterface *iface)
{
  iface->list_async = fake_files_list_async;
  iface->list_finish = fake_files_list_finish;
  iface->open_async = fake_files_open_async;
  iface->open_finish = fake_files_open_finish;
}

static void
fake_files_class_init (FakeFilesClass *klass)
{
}

static void
fake_files_init (FakeFiles *self)
{
}

/* A queue with a task of the owner's that runs. */
typedef struct
{
  HwTestHouse *house;
  FakeFiles *files;
  guint64 task_id;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  hw_test_house_open (fixture->house);
  fixture->files = g_object_new (FAKE_TYPE_FILES, NULL);
  hw_task_queue_set_files (fixture->house->queue, HW_FILES (fixture->files));
  fixture->task_id = hw_test_house_submit (fixture->house, "demo");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
  g_assert_finalize_object (fixture->files);
}

static HwFileList *
list_files (Fixture     *fixture,
            HwPrincipal *principal,
            guint64      task_id,
            guint        attempt,
            GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_list_files_async (fixture->house->queue, principal, task_id, attempt, NULL,
                                  hw_await_result, &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_list_files_finish (fixture->house->queue, result, error);
}

static HwFileContent *
open_file (Fixture     *fixture,
           HwPrincipal *principal,
           guint        attempt,
           GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_open_file_async (fixture->house->queue, principal, fixture->task_id, attempt, "a",
                                 NULL, hw_await_result, &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_open_file_finish (fixture->house->queue, result, error);
}

static void
test_newest_attempt (Fixture      *fixture,
                     gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileList) list = list_files (fixture, fixture->house->owner, fixture->task_id, 0,
                                           &error);
  g_autoptr(HwFileContent) content = open_file (fixture, fixture->house->owner, 0, &error);
  const HwFile *file = NULL;

  g_assert_no_error (error);
  file = g_ptr_array_index (list->files, 0);
  g_assert_cmpuint (list->attempt, ==, 1);
  g_assert_cmpuint (file->size, ==, 1);
  g_assert_cmpuint (content->attempt, ==, 1);
  g_assert_cmpuint (content->size, ==, 1);
}

/* Of which epoch an attempt is that another one came after can be told by its times alone. */
static void
test_past_attempt_has_its_times (Fixture      *fixture,
                                 gconstpointer test_data)
{
  HwTestHouse *house = fixture->house;
  g_autoptr(HwFileList) newest = list_files (fixture, house->owner, fixture->task_id, 1, NULL);
  g_autoptr(HwFileList) list = NULL;
  g_autoptr(HwFileContent) content = NULL;

  g_assert_cmpint (fixture->files->last.latest, ==, 0);
  hw_fake_runner_finish (house->runner, 1, hw_outcome_new_failed (HW_RESULT_ERROR, "No."));
  hw_await_quiet ();
  hw_test_house_advance (house, G_USEC_PER_SEC);
  hw_test_house_change_state (house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);
  hw_await_quiet ();

  list = list_files (fixture, house->owner, fixture->task_id, 1, NULL);
  g_assert_cmpint (fixture->files->last.earliest, !=, 0);
  g_assert_cmpint (fixture->files->last.latest, ==,
                   fixture->files->last.earliest + G_USEC_PER_SEC);
  fixture->files->last.latest = 0;
  content = open_file (fixture, house->owner, 1, NULL);
  g_assert_cmpint (fixture->files->last.latest, ==,
                   fixture->files->last.earliest + G_USEC_PER_SEC);
}

static void
test_attempt_that_never_was (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(GError) of_list = NULL;
  g_autoptr(GError) of_file = NULL;

  g_assert_null (list_files (fixture, fixture->house->owner, fixture->task_id, 2, &of_list));
  g_assert_null (open_file (fixture, fixture->house->owner, 2, &of_file));
  g_assert_error (of_list, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_error (of_file, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_cmpuint (fixture->files->n_asked, ==, 0);
}

static void
test_others_see_nothing (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autoptr(GError) of_list = NULL;
  g_autoptr(GError) of_file = NULL;

  g_assert_null (list_files (fixture, fixture->house->guest, fixture->task_id, 0, &of_list));
  g_assert_null (open_file (fixture, fixture->house->guest, 0, &of_file));
  g_assert_error (of_list, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_error (of_file, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_cmpuint (fixture->files->n_asked, ==, 0);
}

static void
test_no_such_task (Fixture      *fixture,
                   gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (list_files (fixture, fixture->house->owner, 99, 0, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
}

/* Test that a queue that nobody gave files says so. */
static void
test_nobody_keeps_any (void)
{
  g_autoptr(HwTestHouse) house = hw_test_house_new (1);
  Fixture fixture = { .house = house };
  g_autoptr(GError) error = NULL;

  hw_test_house_open (house);
  fixture.task_id = hw_test_house_submit (house, "demo");

  g_assert_null (list_files (&fixture, house->owner, fixture.task_id, 0, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add ("/task-queue-files/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("of-the-newest-attempt-unless-somebody-says", test_newest_attempt);
  ADD ("of-a-past-attempt-are-found-by-its-times", test_past_attempt_has_its_times);
  ADD ("of-an-attempt-that-never-was", test_attempt_that_never_was);
  ADD ("of-others-are-not-looked-for", test_others_see_nothing);
  ADD ("of-no-such-task", test_no_such_task);
#undef ADD
  g_test_add_func ("/task-queue-files/nobody-keeps-any", test_nobody_keeps_any);

  return g_test_run ();
}
