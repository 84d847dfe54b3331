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

  GHashTable *texts;    /* (owned) "task/attempt" → Text */
  GHashTable *watchers; /* (owned) ID → Watcher */
  guint n_watched;
  gboolean is_unwatchable;
  char *failure;        /* (owned) (nullable) */
  guint n_reads;
  HwOutputQuery last_query;
};

/* What an attempt printed, and which of it was dropped. */
typedef struct
{
  GString *bytes; /* (owned) */
  gsize hole;
  gsize hole_end;
} Text;

typedef struct
{
  HwOutputFunc func;
  gpointer user_data;
} Watcher;

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
free_text (gpointer data)
{
  Text *text = data;

  g_string_free (text->bytes, TRUE);
  g_free (text);
}

/* Gets where a line begins, or the end if there are not so many. */
static gsize
find_line (const Text *text,
           guint64     line)
{
  gsize offset = 0;

  for (; line > 1 && offset < text->bytes->len; offset++)
    line -= text->bytes->str[offset] == '\n';

  return offset;
}

static HwOutputChunk *
read_text (const Text          *text,
           const HwOutputQuery *query)
{
  guint64 offset = query->line > 0 ? find_line (text, query->line) : query->offset;
  guint64 end = offset < text->hole ? text->hole : text->bytes->len;
  gsize length = offset < end ? (gsize) MIN (query->limit, end - offset) : 0;
  gsize lines = find_line (text, query->line + query->n_lines);
  g_autoptr(GBytes) data = NULL;
  HwOutputChunk *chunk;

  if (offset >= text->hole && offset < text->hole_end)
    return hw_output_chunk_new_skip (offset, text->hole_end);

  if (query->n_lines > 0)
    length = MIN (length, lines - (gsize) offset);
  data = g_bytes_new (length > 0 ? text->bytes->str + offset : NULL, length);
  chunk = hw_output_chunk_new (offset, data);
  chunk->line = query->line;
  chunk->next_line = query->line > 0 ? query->line + query->n_lines : 0;

  return chunk;
}

static void
hw_fake_output_read_async (HwOutput            *output,
                           const HwOutputQuery *query,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  HwFakeOutput *self = HW_FAKE_OUTPUT (output);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *key = make_key (query->of.task_id, query->of.attempt);
  const Text *text = g_hash_table_lookup (self->texts, key);
  g_autoptr(GBytes) none = g_bytes_new (NULL, 0);
  HwOutputChunk *chunk;

  g_task_set_source_tag (gtask, hw_fake_output_read_async);
  self->n_reads++;
  self->last_query = *query;

  if (self->failure != NULL)
    {
      g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", self->failure);
    }
  else
    {
      chunk = text != NULL ? read_text (text, query) : hw_output_chunk_new (query->offset, none);
      g_task_return_pointer (gtask, chunk, (GDestroyNotify) hw_output_chunk_free);
    }
  g_clear_pointer (&self->failure, g_free);
}

static HwOutputChunk *
hw_fake_output_read_finish (HwOutput     *output,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, output), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static guint
hw_fake_output_watch (HwOutput            *output,
                      const HwOutputQuery *query,
                      HwOutputFunc         func,
                      gpointer             user_data)
{
  HwFakeOutput *self = HW_FAKE_OUTPUT (output);
  Watcher *watcher;

  if (self->is_unwatchable)
    return 0;

  watcher = g_new0 (Watcher, 1);
  watcher->func = func;
  watcher->user_data = user_data;
  g_hash_table_insert (self->watchers, GUINT_TO_POINTER (++self->n_watched), watcher);

  return self->n_watched;
}

static void
hw_fake_output_unwatch (HwOutput *output,
                        guint     id)
{
  g_assert_true (g_hash_table_remove (HW_FAKE_OUTPUT (output)->watchers, GUINT_TO_POINTER (id)));
}

/* Tells all, whatever they watch: they may be told too much. */
static void
tell_watchers (HwFakeOutput *self)
{
  g_autoptr(GHashTable) watchers = g_steal_pointer (&self->watchers);
  GHashTableIter iter;
  gpointer watcher;

  self->watchers = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_hash_table_iter_init (&iter, watchers);
  while (g_hash_table_iter_next (&iter, NULL, &watcher))
    ((Watcher *) watcher)->func (((Watcher *) watcher)->user_data);
}

static void
hw_fake_output_iface_init (HwOutputInterface *iface)
{
  iface->read_async = hw_fake_output_read_async;
  iface->read_finish = hw_fake_output_read_finish;
  iface->watch = hw_fake_output_watch;
  iface->unwatch = hw_fake_output_unwatch;
}

static void
hw_fake_output_finalize (GObject *object)
{
  HwFakeOutput *self = HW_FAKE_OUTPUT (object);

  g_clear_pointer (&self->texts, g_hash_table_unref);
  g_clear_pointer (&self->watchers, g_hash_table_unref);
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
  self->watchers = g_hash_table_new_full (NULL, NULL, NULL, g_free);
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

static Text *
ensure_text (HwFakeOutput *self,
             guint64       task_id,
             guint         attempt)
{
  g_autofree char *key = make_key (task_id, attempt);
  Text *text = g_hash_table_lookup (self->texts, key);

  if (text == NULL)
    {
      text = g_new0 (Text, 1);
      text->bytes = g_string_new (NULL);
      g_hash_table_insert (self->texts, g_steal_pointer (&key), text);
    }

  return text;
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
  g_return_if_fail (HW_IS_FAKE_OUTPUT (self));

  g_string_append (ensure_text (self, task_id, attempt)->bytes, text);
  tell_watchers (self);
}

/**
 * hw_fake_output_drop:
 * @self: an output
 * @task_id: a task
 * @attempt: its attempt
 * @from: where what is dropped begins
 * @to: where it goes on behind it
 *
 * Drops some of what an attempt printed; there is one hole in an output at most.
 */
void
hw_fake_output_drop (HwFakeOutput *self,
                     guint64       task_id,
                     guint         attempt,
                     gsize         from,
                     gsize         to)
{
  Text *text;

  g_return_if_fail (HW_IS_FAKE_OUTPUT (self));

  text = ensure_text (self, task_id, attempt);
  text->hole = from;
  text->hole_end = to;
}

/**
 * hw_fake_output_set_is_watchable:
 * @self: an output
 * @is_watchable: whether it tells when somebody prints something; it does
 *
 * Sets whether whoever follows has to look by themselves.
 */
void
hw_fake_output_set_is_watchable (HwFakeOutput *self,
                                 gboolean      is_watchable)
{
  g_return_if_fail (HW_IS_FAKE_OUTPUT (self));

  self->is_unwatchable = !is_watchable;
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

/**
 * hw_fake_output_get_last_query:
 * @self: an output
 *
 * Gets what was asked for last.
 *
 * Returns: the query
 */
const HwOutputQuery *
hw_fake_output_get_last_query (HwFakeOutput *self)
{
  return &self->last_query;
}
