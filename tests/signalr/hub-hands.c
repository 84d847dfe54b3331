/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-hands.h"

#include "hw-error.h"

#include <string.h>

static void test_stream_iface_init (HwHubStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestStream, test_stream, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_HUB_STREAM, test_stream_iface_init))

static void
test_stream_answer (TestStream *self)
{
  g_autoptr(GTask) gtask = NULL;

  if (self->asked == NULL || (self->items == NULL && !self->is_ended))
    return;

  gtask = g_steal_pointer (&self->asked);
  if (g_task_return_error_if_cancelled (gtask))
    return;

  if (self->items == NULL && self->error != NULL)
    g_task_return_error (gtask, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (gtask, g_steal_pointer (&self->items),
                           (GDestroyNotify) g_ptr_array_unref);
}

static void
on_stream_cancelled (GCancellable *cancellable,
                     gpointer      user_data)
{
  TestStream *self = TEST_STREAM (user_data);
  g_autoptr(GTask) gtask = g_steal_pointer (&self->asked);

  if (gtask != NULL)
    g_task_return_error_if_cancelled (gtask);
}

static void
test_stream_next_async (HwHubStream        *stream,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  TestStream *self = TEST_STREAM (stream);

  g_assert_null (self->asked);
  self->n_asked++;
  self->asked = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->asked, test_stream_next_async);
  g_signal_connect_object (cancellable, "cancelled",
                           G_CALLBACK (on_stream_cancelled), self, G_CONNECT_DEFAULT);
  test_stream_answer (self);
}

static GPtrArray *
test_stream_next_finish (HwHubStream  *stream,
                         GAsyncResult *result,
                         GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
test_stream_leave (HwHubStream  *stream,
                   HwWatchPlace *place)
{
  TestStream *self = TEST_STREAM (stream);

  return self->may_leave && self->items == NULL && !self->is_ended;
}

static void
test_stream_iface_init (HwHubStreamInterface *iface)
{
  iface->leave = test_stream_leave;
  iface->next_async = test_stream_next_async;
  iface->next_finish = test_stream_next_finish;
}

static void
test_stream_finalize (GObject *object)
{
  TestStream *self = TEST_STREAM (object);

  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (test_stream_parent_class)->finalize (object);
}

static void
test_stream_class_init (TestStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_stream_finalize;
}

static void
test_stream_init (TestStream *self)
{
}

void
test_stream_give (TestStream *self,
                  const char *json)
{
  if (self->items == NULL)
    self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (self->items, hw_encoding_take_json (self->encoding,
                                                       g_bytes_new (json, strlen (json))));
  test_stream_answer (self);
}

void
test_stream_end (TestStream *self,
                 const char *error)
{
  self->is_ended = TRUE;
  if (error != NULL)
    self->error = g_error_new_literal (HW_ERROR, HW_ERROR_NOT_FOUND, error);
  test_stream_answer (self);
}

static void test_handler_iface_init (HwHubHandlerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestHandler, test_handler, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_HUB_HANDLER, test_handler_iface_init))

static HwHubMethodKind
test_handler_get_method_kind (HwHubHandler *handler,
                              const char   *method)
{
  static const char *const calls[] = { "Echo", "Quiet", "Fail", "Misuse", "Wait", "Follow" };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (g_ascii_strcasecmp (method, calls[i]) == 0)
      return HW_HUB_METHOD_KIND_CALL;

  if (g_ascii_strcasecmp (method, "Count") == 0 || g_ascii_strcasecmp (method, "Broken") == 0)
    return HW_HUB_METHOD_KIND_STREAM;

  return HW_HUB_METHOD_KIND_NONE;
}

static TestStream *
test_handler_add_stream (TestHandler *self,
                         HwHubClient *client)
{
  TestStream *stream = g_object_new (TEST_TYPE_STREAM, NULL);

  g_set_weak_pointer (&self->client, client);
  stream->encoding = hw_hub_client_get_encoding (client);
  g_ptr_array_add (self->streams, stream);

  return stream;
}

static void
test_handler_call_async (HwHubHandler       *handler,
                         HwHubClient        *client,
                         const char         *method,
                         GVariant           *arguments,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  TestHandler *self = TEST_HANDLER (handler);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  g_autoptr(GVariant) first = NULL;
  const char *text = "";

  g_task_set_source_tag (gtask, test_handler_call_async);
  if (g_variant_n_children (arguments) > 0)
    g_variant_get_child (arguments, 0, "v", &first);
  if (first != NULL && g_variant_is_of_type (first, G_VARIANT_TYPE_STRING))
    text = g_variant_get_string (first, NULL);

  if (g_ascii_strcasecmp (method, "Wait") == 0)
    {
      g_queue_push_tail (&self->waiting, g_steal_pointer (&gtask));
    }
  else if (g_ascii_strcasecmp (method, "Fail") == 0)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_FOUND, "There is no task 9.");
    }
  else if (g_ascii_strcasecmp (method, "Misuse") == 0)
    {
      g_task_return_new_error (gtask, HW_HUB_ERROR, HW_HUB_ERROR_ARGUMENTS, "One is missing.");
    }
  else if (g_ascii_strcasecmp (method, "Quiet") == 0)
    {
      g_task_return_pointer (gtask, NULL, NULL);
    }
  else if (g_ascii_strcasecmp (method, "Follow") == 0)
    {
      GError *error = NULL;

      if (hw_hub_client_open_push (client, text, "Pushed",
                                   HW_HUB_STREAM (test_handler_add_stream (self, client)), &error))
        g_task_return_pointer (gtask, NULL, NULL);
      else
        g_task_return_error (gtask, error);
    }
  else
    {
      g_autofree char *json = g_strdup_printf ("\"%s\"", text);

      g_task_return_pointer (gtask, g_bytes_new (json, strlen (json)),
                             (GDestroyNotify) g_bytes_unref);
    }
}

static GBytes *
test_handler_call_finish (HwHubHandler *handler,
                          GAsyncResult *result,
                          GError      **error)
{
  GBytes *answer = g_task_propagate_pointer (G_TASK (result), error);

  if (error != NULL && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    TEST_HANDLER (handler)->n_cancelled++;

  return answer;
}

static HwHubStream *
test_handler_open_stream (HwHubHandler *handler,
                          HwHubClient  *client,
                          const char   *method,
                          GVariant     *arguments,
                          GError      **error)
{
  if (g_ascii_strcasecmp (method, "Broken") == 0)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND, "There is no task 9.");
      return NULL;
    }

  return HW_HUB_STREAM (g_object_ref (test_handler_add_stream (TEST_HANDLER (handler), client)));
}

static void
test_handler_iface_init (HwHubHandlerInterface *iface)
{
  iface->get_method_kind = test_handler_get_method_kind;
  iface->call_async = test_handler_call_async;
  iface->call_finish = test_handler_call_finish;
  iface->open_stream = test_handler_open_stream;
}

static void
test_handler_finalize (GObject *object)
{
  TestHandler *self = TEST_HANDLER (object);

  g_clear_weak_pointer (&self->client);
  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_queue_clear_full (&self->waiting, g_object_unref);

  G_OBJECT_CLASS (test_handler_parent_class)->finalize (object);
}

static void
test_handler_class_init (TestHandlerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_handler_finalize;
}

static void
test_handler_init (TestHandler *self)
{
  self->streams = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->waiting);
}

TestStream *
test_handler_get_stream (TestHandler *self,
                         guint        index)
{
  g_assert_cmpuint (index, <, self->streams->len);

  return g_ptr_array_index (self->streams, index);
}

/* Lets the first waiting call answer. */
void
test_handler_let_go (TestHandler *self)
{
  g_autoptr(GTask) gtask = g_queue_pop_head (&self->waiting);

  g_assert_nonnull (gtask);
  if (!g_task_return_error_if_cancelled (gtask))
    g_task_return_pointer (gtask, g_bytes_new_static ("\"done\"", 6),
                           (GDestroyNotify) g_bytes_unref);
}

/* Makes a record, whose separator is a bar, that calls Quiet: three of these behind a call that
 * waits are as much as a client may have. Returns: (transfer full): the record
 */
char *
test_handler_make_long_call (void)
{
  g_autofree char *text = g_strnfill (32000, 'a');

  return g_strdup_printf ("{\"type\":1,\"target\":\"Quiet\",\"arguments\":[\"%s\"]}|", text);
}
