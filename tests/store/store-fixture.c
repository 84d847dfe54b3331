/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-fixture.h"
#include "tests/support/parsed-fields.h"
#include "tests/support/wait.h"

#include <glib/gstdio.h>

/* What every test of a store needs: it in a folder of its own, and requests that are
 * waited for.
 */

static void
on_committed (HwStore   *store,
              GPtrArray *events,
              Fixture   *self)
{
  g_ptr_array_extend (self->heard, events, (GCopyFunc) hw_event_ref, NULL);
  self->n_told++;
}

void
fixture_open (Fixture *self)
{
  g_autoptr(GError) error = NULL;

  self->store = self->kind->open (self->folder, &error);
  g_assert_no_error (error);
  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
}

void
fixture_close (Fixture *self)
{
  self->kind->close (self->store);
  g_signal_handlers_disconnect_by_data (self->store, self);
  g_assert_finalize_object (g_steal_pointer (&self->store));
}

void
fixture_set_up (Fixture      *self,
                gconstpointer kind)
{
  g_autoptr(GError) error = NULL;

  self->kind = kind;
  self->heard = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  self->folder = g_dir_make_tmp ("test-store-XXXXXX", &error);
  g_assert_no_error (error);
  fixture_open (self);
}

static void
remove_folder (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        remove_folder (path);
      else
        g_assert_cmpint (g_remove (path), ==, 0);
    }

  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

void
fixture_tear_down (Fixture      *self,
                   gconstpointer kind)
{
  if (self->store != NULL)
    fixture_close (self);
  remove_folder (self->folder);
  g_free (self->folder);
  g_ptr_array_unref (self->heard);
}

/* Adds a test of a claim that is to hold for every kind of store. */
void
add_store_test (const StoreKind *kind,
                const char      *claim_path,
                FixtureFunc      test)
{
  g_autofree char *path = g_strdup_printf ("/%s/%s", kind->name, claim_path);

  g_test_add (path, Fixture, kind, fixture_set_up, test, fixture_tear_down);
}

char *
fixture_build_path (Fixture    *self,
                    const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

Request *
request_new (Fixture *fixture)
{
  Request *self = g_new0 (Request, 1);

  self->store = g_object_ref (fixture->store);
  g_object_set_data (G_OBJECT (self->store), "fixture", fixture);

  return self;
}

void
request_free (Request *self)
{
  g_clear_object (&self->result);
  g_clear_object (&self->store);
  g_free (self);
}

void
on_answered (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Request *request = user_data;
  const Fixture *fixture = g_object_get_data (source, "fixture");

  g_assert_null (request->result);
  request->result = g_object_ref (result);
  request->n_heard = fixture->heard->len;
}

/* Makes the change that adds a task with the fields of @text, which are added to
 * those that every task has.
 */
HwChange *
new_add (const char *text)
{
  g_autoptr(GVariant) given = g_variant_ref_sink (g_variant_new_parsed (text));
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (given);

  if (!g_variant_dict_contains (&fields, "state"))
    g_variant_dict_insert (&fields, "state", "s", "Pending");
  if (!g_variant_dict_contains (&fields, "type"))
    g_variant_dict_insert (&fields, "type", "s", "demo");

  return hw_change_new_add ("uid:1000", 1000,
                            hw_task_fields_new_from_variant (g_variant_dict_end (&fields)));
}

HwChange *
new_state (guint64     task_id,
           HwTaskState from,
           guint       attempt,
           const char *text)
{
  return hw_change_new_state (task_id, from, attempt, "node", 2000, parsed_fields (text));
}

/* Takes the changes. */
GPtrArray *
new_changes (HwChange *first,
             ...)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  va_list arguments;

  va_start (arguments, first);
  for (HwChange *change = first; change != NULL; change = va_arg (arguments, HwChange *))
    g_ptr_array_add (changes, change);
  va_end (arguments);

  return changes;
}

/* Takes @changes. */
Request *
send_changes (Fixture   *fixture,
              GPtrArray *changes)
{
  Request *request = request_new (fixture);

  hw_store_commit_async (fixture->store, changes, NULL, on_answered, request);
  g_ptr_array_unref (changes);

  return request;
}

/* The numbers stand in a text, with spaces between them. */
Request *
send_claim (Fixture    *fixture,
            const char *task_ids)
{
  g_autoptr(GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_auto(GStrv) texts = g_strsplit (task_ids, " ", -1);
  Request *request = request_new (fixture);

  for (guint i = 0; texts[i] != NULL; i++)
    {
      guint64 task_id = g_ascii_strtoull (texts[i], NULL, 10);

      g_array_append_val (numbers, task_id);
    }
  hw_store_claim_async (fixture->store, numbers, "node", 3000, NULL, on_answered, request);

  return request;
}

GPtrArray *
receive_events (Request *request,
                GError **error)
{
  wait_until (request->result != NULL);

  return hw_store_commit_finish (request->store, request->result, error);
}

/* Takes @changes. */
GPtrArray *
commit (Fixture   *fixture,
        GPtrArray *changes,
        GError   **error)
{
  g_autoptr(Request) request = send_changes (fixture, changes);

  return receive_events (request, error);
}

guint64
add (Fixture    *fixture,
     const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = commit (fixture, new_changes (new_add (text), NULL), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 1);

  return hw_event_get_task_id (g_ptr_array_index (events, 0));
}

/* Gives a task another state and what else @text says. */
void
move (Fixture    *fixture,
      guint64     task_id,
      HwTaskState from,
      const char *text)
{
  g_autoptr(GError) error = NULL;
  HwChange *change = new_state (task_id, from, HW_CHANGE_ANY_ATTEMPT, text);
  g_autoptr(GPtrArray) events = commit (fixture, new_changes (change, NULL), &error);

  g_assert_no_error (error);
  g_assert_nonnull (events);
}

void
claim (Fixture *fixture,
       guint64  task_id)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, task_id);
  g_autoptr(Request) request = send_claim (fixture, text);
  g_autoptr(GPtrArray) events = receive_events (request, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 1);
}

/* Brings a Pending task into a state, by the shortest way. */
void
bring (Fixture    *fixture,
       guint64     task_id,
       HwTaskState state)
{
  if (state == HW_TASK_STATE_PENDING)
    return;

  claim (fixture, task_id);
  if (state == HW_TASK_STATE_COMPLETED)
    move (fixture, task_id, HW_TASK_STATE_PROCESSING, "{'state': <'Completed'>}");
  else if (state == HW_TASK_STATE_FAILED)
    move (fixture, task_id, HW_TASK_STATE_PROCESSING, "{'state': <'Failed'>}");
}

HwTask *
get_task (Fixture *fixture,
          guint64  task_id,
          GError **error)
{
  g_autoptr(Request) request = request_new (fixture);

  hw_store_get_task_async (fixture->store, task_id, NULL, on_answered, request);
  wait_until (request->result != NULL);

  return hw_store_get_task_finish (fixture->store, request->result, error);
}

HwTaskPage *
list (Fixture            *fixture,
      const HwTaskFilter *filter,
      GError            **error)
{
  g_autoptr(Request) request = request_new (fixture);

  hw_store_list_async (fixture->store, filter, NULL, on_answered, request);
  wait_until (request->result != NULL);

  return hw_store_list_finish (fixture->store, request->result, error);
}

HwTaskPage *
list_candidates (Fixture *fixture,
                 guint    limit)
{
  g_autoptr(Request) request = request_new (fixture);
  g_autoptr(GError) error = NULL;
  HwTaskPage *page;

  hw_store_list_candidates_async (fixture->store, limit, NULL, on_answered, request);
  wait_until (request->result != NULL);
  page = hw_store_list_finish (fixture->store, request->result, &error);
  g_assert_no_error (error);

  return page;
}

HwTaskPage *
list_open (Fixture *fixture)
{
  g_autoptr(Request) request = request_new (fixture);
  g_autoptr(GError) error = NULL;
  HwTaskPage *page;

  hw_store_list_open_async (fixture->store, NULL, on_answered, request);
  wait_until (request->result != NULL);
  page = hw_store_list_finish (fixture->store, request->result, &error);
  g_assert_no_error (error);

  return page;
}

HwStoreSurvey *
survey (Fixture *fixture)
{
  g_autoptr(Request) request = request_new (fixture);
  g_autoptr(GError) error = NULL;
  HwStoreSurvey *found;

  hw_store_survey_async (fixture->store, NULL, on_answered, request);
  wait_until (request->result != NULL);
  found = hw_store_survey_finish (fixture->store, request->result, &error);
  g_assert_no_error (error);

  return found;
}

HwEventPage *
read_events (Fixture *fixture,
             guint64  task_id,
             guint64  after,
             guint    limit)
{
  return ask_for_events (fixture, &(HwEventQuery) { task_id, after, limit });
}

HwEventPage *
ask_for_events (Fixture            *fixture,
                const HwEventQuery *query)
{
  g_autoptr(Request) request = request_new (fixture);
  g_autoptr(GError) error = NULL;
  HwEventPage *page;

  hw_store_read_events_async (fixture->store, query, NULL, on_answered, request);
  wait_until (request->result != NULL);
  page = hw_store_read_events_finish (fixture->store, request->result, &error);
  g_assert_no_error (error);

  return page;
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

static char *
print_sorted (GVariant *fields)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  GVariant *entry;

  g_variant_iter_init (&iter, fields);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_ptr_array_add (parts, g_variant_print (entry, TRUE));
      g_variant_unref (entry);
    }
  g_ptr_array_sort (parts, compare_texts);
  g_ptr_array_add (parts, NULL);

  return g_strjoinv ("\n", (char **) parts->pdata);
}

/* Claims that the fields are those of @text, in whatever order. */
void
assert_fields (GVariant   *fields,
               const char *text)
{
  g_autoptr(GVariant) expected = g_variant_ref_sink (g_variant_new_parsed (text));
  g_autofree char *expected_text = print_sorted (expected);
  g_autofree char *printed = print_sorted (fields);

  g_assert_cmpstr (printed, ==, expected_text);
}

void
assert_state (Fixture    *fixture,
              guint64     task_id,
              HwTaskState state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = get_task (fixture, task_id, &error);

  g_assert_no_error (error);
  g_assert_cmpint (hw_task_get_state (task), ==, state);
}

/* Claims that a page has these tasks in this order. */
void
assert_ids (HwTaskPage *page,
            const char *task_ids)
{
  g_autoptr(GString) found = g_string_new (NULL);

  for (guint i = 0; i < page->tasks->len; i++)
    g_string_append_printf (found, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            hw_task_get_id (g_ptr_array_index (page->tasks, i)));

  g_assert_cmpstr (found->str, ==, task_ids);
}

/* Claims that the events' numbers are those from @first to @last. */
void
assert_seqs (GPtrArray *events,
             guint64    first,
             guint64    last)
{
  g_assert_cmpuint (events->len, ==, last - first + 1);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpuint (hw_event_get_seq (g_ptr_array_index (events, i)), ==, first + i);
}
