/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fake-output.h"

/**
 * HwFakeOutput:
 *
 * What programs printed, as the test says it.
 */
struct _HwFakeOutput
{
  GObject parent_instance;

  GHashTable *texts; /* (owned) "task/attempt" → GString */
  char *failure;     /* (owned) (nullable) */
  guint n_reads;
};

static void hw_fake_output_iface_init (HwOutputInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwFakeOutput, hw_fake_output, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_OUTPUT, hw_fake_output_iface_init))

static char *
make_key (guint64 task_id,
          guint attempt)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT "/%u", task_id, attempt);
}

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

static void
hw_fake_output_read_async (HwOutput           *output,
                           guint64             epoch,
                           guint64             task_id,
                           guint               attempt,
                           guint64             offset,
                           gsize               limit,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  HwFakeOutput *self = HW_FAKE_OUTPUT (output);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *key = make_key (task_id, attempt);
  const GString *text = g_hash_table_lookup (self->texts, key);
  gsize length = text != NULL && offset < text->len ? text->len - (gsize) offset : 0;

  g_task_set_source_tag (gtask, hw_fake_output_read_async);
  self->n_reads++;

  if (self->failure != NULL)
    {
      g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", self->failure);
    }
  else
    {
      g_task_return_pointer (gtask,
                             g_bytes_new (length > 0 ? text->str + offset : NULL,
                                          MIN (length, limit)),
                             (GDestroyNotify) g_bytes_unref);
    }
  g_clear_pointer (&self->failure, g_free);
}

static GBytes *
hw_fake_output_read_finish (HwOutput     *output,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, output), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hw_fake_output_iface_init (HwOutputInterface *iface)
{
  iface->read_async = hw_fake_output_read_async;
  iface->read_finish = hw_fake_output_read_finish;
}

static void
hw_fake_output_finalize (GObject *object)
{
  HwFakeOutput *self = HW_FAKE_OUTPUT (object);

  g_clear_pointer (&self->texts, g_hash_table_unref);
  g_clear_pointer (&self->failure, g_free);

  G_OBJECT_CLASS (hw_fake_output_parent_class)->finalize (object);
}

static void
hw_fake_output_class_init (HwFakeOutputClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_fake_output_finalize;
}

static void
hw_fake_output_init (HwFakeOutput *self)
{
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_text);
}

/**
 * hw_fake_output_new:
 *
 * Creates an output in which nobody printed anything.
 *
 * Returns: (transfer full): an output
 */
HwFakeOutput *
hw_fake_output_new (void)
{
  return g_object_new (HW_TYPE_FAKE_OUTPUT, NULL);
}

/**
 * hw_fake_output_append:
 * @self: an output
 * @task_id: a task
 * @attempt: its attempt
 * @text: what it prints
 *
 * Lets an attempt print something.
 */
void
hw_fake_output_append (HwFakeOutput *self,
                       guint64       task_id,
                       guint         attempt,
                       const char   *text)
{
  g_autofree char *key = make_key (task_id, attempt);
  GString *sum;

  g_return_if_fail (HW_IS_FAKE_OUTPUT (self));

  sum = g_hash_table_lookup (self->texts, key);
  if (sum == NULL)
    {
      sum = g_string_new (NULL);
      g_hash_table_insert (self->texts, g_steal_pointer (&key), sum);
    }
  g_string_append (sum, text);
}

/**
 * hw_fake_output_fail_next:
 * @self: an output
 * @sentence: why
 *
 * Has the next reading fail.
 */
void
hw_fake_output_fail_next (HwFakeOutput *self,
                          const char   *sentence)
{
  g_return_if_fail (HW_IS_FAKE_OUTPUT (self));

  g_free (self->failure);
  self->failure = g_strdup (sentence);
}

/**
 * hw_fake_output_get_n_reads:
 * @self: an output
 *
 * Gets how often somebody read.
 *
 * Returns: how often
 */
guint
hw_fake_output_get_n_reads (HwFakeOutput *self)
{
  return self->n_reads;
}
