/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-log.h"

#include "hw-attempt-epoch.h"
#include "hw-output-buffers.h"
#include "hw-output-lines.h"
#include "hw-output-recent.h"
#include "hw-output-watch.h"

#include <string.h>

/**
 * HwOutputLog:
 *
 * What programs printed, out of the files that their shims write, each a segment of
 * it. It only reads: while an attempt lives, its shim alone writes there, and after that
 * #HwOutputKeeper. Whatever several want at the same time is read once, for all of them.
 */
struct _HwOutputLog
{
  GObject parent_instance;

  char *root;                 /* (owned) (not nullable): the folder of all attempts */
  HwOutputUnpacked *unpacked; /* (owned) */
  HwOutputWatch *watch;       /* (owned) */
  HwOutputBuffers *buffers;   /* (owned) */
  HwOutputRecent *recent;     /* (owned) */
  GPtrArray *reads;           /* (owned) (element-type Request): being read for many */
};

static void hw_output_log_iface_init (HwOutputInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwOutputLog, hw_output_log, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_OUTPUT, hw_output_log_iface_init))

/* What is read. Owned by its GTask. */
typedef struct
{
  HwOutputQuery query;
  GPtrArray *askers; /* (owned) (element-type GTask): for whom it is read */
  GPtrArray *late;   /* (owned) (element-type GTask): who came when it had begun */
} Request;

static void
request_free (Request *request)
{
  g_clear_pointer (&request->askers, g_ptr_array_unref);
  g_clear_pointer (&request->late, g_ptr_array_unref);
  g_free (request);
}

/* Gets how many bytes the first @n_lines lines have; none is any. */
static gsize
measure_lines (const char *bytes,
               gsize       size,
               guint       n_lines)
{
  const char *at = bytes;
  const char *end = bytes + size;

  if (n_lines == 0)
    return size;

  for (; n_lines > 0 && at < end; n_lines--)
    {
      const char *newline = memchr (at, '\n', (gsize) (end - at));

      at = newline != NULL ? newline + 1 : end;
    }

  return (gsize) (at - bytes);
}

static guint64
count_lines (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  guint64 n_lines = 0;

  for (gsize i = 0; i < size; i++)
    n_lines += data[i] == '\n';

  return n_lines;
}

/* Reads bytes at an offset: none at the end, and in a hole. */
static GBytes *
read_bytes (HwOutputLog         *self,
            HwOutputFolder      *folder,
            const HwOutputQuery *query,
            guint64              offset,
            GError             **error)
{
  gsize size = MIN (query->limit, HW_OUTPUT_BUFFER_SIZE);
  char *buffer = hw_output_buffers_take (self->buffers);
  gssize n_read = hw_output_folder_read (folder, buffer, size, offset, error);

  if (n_read < 0)
    {
      hw_output_buffers_give_back (self->buffers, buffer);
      return NULL;
    }

  return hw_output_buffers_wrap (self->buffers, buffer,
                                 measure_lines (buffer, (gsize) n_read, query->n_lines));
}

/* Reads at an offset. What is missing may just have come, with what is behind it. */
static HwOutputChunk *
read_at (HwOutputLog         *self,
         HwOutputFolder      *folder,
         const HwOutputQuery *query,
         guint64              offset,
         GError             **error)
{
  g_autoptr(GBytes) bytes = read_bytes (self, folder, query, offset, error);
  guint64 next;

  if (bytes == NULL)
    return NULL;

  if (query->limit == 0 || g_bytes_get_size (bytes) > 0 ||
      !hw_output_folder_find_next (folder, offset, &next))
    return hw_output_chunk_new (offset, bytes);

  g_bytes_unref (bytes);
  bytes = read_bytes (self, folder, query, offset, error);
  if (bytes == NULL)
    return NULL;

  if (g_bytes_get_size (bytes) > 0)
    return hw_output_chunk_new (offset, bytes);

  return hw_output_chunk_new_skip (offset, next);
}

static HwOutputChunk *
read_lines (HwOutputLog         *self,
            HwOutputFolder      *folder,
            const HwOutputQuery *query,
            GCancellable        *cancellable,
            GError             **error)
{
  HwOutputPlace place;
  HwOutputChunk *chunk;
  g_autoptr(GBytes) none = g_bytes_new (NULL, 0);

  if (!hw_output_lines_find (folder, query->line, &place, cancellable, error))
    return NULL;

  if (place.skip_to != 0)
    chunk = hw_output_chunk_new_skip (place.offset, place.skip_to);
  else if (place.line < query->line)
    chunk = hw_output_chunk_new (place.offset, none);
  else
    chunk = read_at (self, folder, query, place.offset, error);

  if (chunk == NULL)
    return NULL;

  chunk->line = place.line;
  chunk->next_line = place.next_line;
  if (chunk->skip_to == 0)
    chunk->next_line = place.line + count_lines (chunk->data);

  return chunk;
}

/* Opens the folder of an attempt. */
static gboolean
open_folder (HwOutputLog    *self,
             const Request  *request,
             HwOutputFolder *folder,
             GError        **error)
{
  const HwAttemptKey *of = &request->query.of;
  g_autofree char *path = hw_attempt_folder_build (self->root,
                                                   hw_attempt_epoch_find (self->root, of),
                                                   of->task_id, of->attempt);

  return hw_output_folder_open (folder, path, self->unpacked, error);
}

static void
read_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  HwOutputLog *self = source;
  const Request *request = data;
  g_auto(HwOutputFolder) folder = { .fd = -1 };
  HwOutputChunk *chunk = NULL;
  GError *error = NULL;

  if (!open_folder (self, request, &folder, &error))
    chunk = NULL;
  else if (request->query.line > 0)
    chunk = read_lines (self, &folder, &request->query, cancellable, &error);
  else
    chunk = read_at (self, &folder, &request->query, request->query.offset, &error);

  if (chunk != NULL)
    g_task_return_pointer (gtask, chunk, (GDestroyNotify) hw_output_chunk_free);
  else
    g_task_return_error (gtask, error);
}

static Request *
request_new (HwOutputLog         *self,
             const HwOutputQuery *query)
{
  Request *request = g_new0 (Request, 1);

  request->query = *query;

  return request;
}

static gboolean
is_same (const HwOutputQuery *a,
         const HwOutputQuery *b)
{
  return a->of.epoch == b->of.epoch && a->of.task_id == b->of.task_id &&
         a->of.attempt == b->of.attempt && a->of.latest == b->of.latest &&
         a->offset == b->offset && a->limit == b->limit;
}

/* Gets what is being read for others who want the same. */
static Request *
find_read (HwOutputLog         *self,
           const HwOutputQuery *query)
{
  for (guint i = 0; i < self->reads->len; i++)
    {
      Request *request = g_ptr_array_index (self->reads, i);

      if (is_same (&request->query, query))
        return request;
    }

  return NULL;
}

static void on_shared_read (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);

/* Reads for all @askers, (transfer full). */
static void
read_shared (HwOutputLog         *self,
             const HwOutputQuery *query,
             GPtrArray           *askers)
{
  g_autoptr(GTask) gtask = g_task_new (self, NULL, on_shared_read, NULL);
  Request *request = request_new (self, query);

  g_task_set_source_tag (gtask, read_shared);
  request->askers = askers;
  request->late = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_set_task_data (gtask, request, (GDestroyNotify) request_free);
  g_ptr_array_add (self->reads, request);

  g_task_run_in_thread (gtask, read_in_thread);
}

static HwOutputChunk *
copy_chunk (const HwOutputChunk *chunk)
{
  if (chunk->skip_to != 0)
    return hw_output_chunk_new_skip (chunk->offset, chunk->skip_to);

  return hw_output_chunk_new (chunk->offset, chunk->data);
}

/* Tells @askers what was read, or why not. */
static void
answer (GPtrArray           *askers,
        const HwOutputChunk *chunk,
        const GError        *error)
{
  for (guint i = 0; i < askers->len; i++)
    {
      GTask *gtask = g_ptr_array_index (askers, i);

      if (chunk != NULL)
        g_task_return_pointer (gtask, copy_chunk (chunk), (GDestroyNotify) hw_output_chunk_free);
      else
        g_task_return_error (gtask, g_error_copy (error));
    }
}

/* What was found is true for whoever came late as well, but not that there was no more:
 * that is looked at again, for all of them.
 */
static void
on_shared_read (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  HwOutputLog *self = HW_OUTPUT_LOG (source);
  Request *request = g_task_get_task_data (G_TASK (result));
  g_autoptr(GError) error = NULL;
  g_autoptr(HwOutputChunk) chunk = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean has_more = chunk != NULL && !hw_output_chunk_is_empty (chunk);

  g_ptr_array_remove_fast (self->reads, request);
  if (has_more)
    hw_output_recent_add (self->recent, &request->query, chunk);
  else if (request->late->len > 0)
    read_shared (self, &request->query, g_steal_pointer (&request->late));

  answer (request->askers, chunk, error);
  if (has_more)
    answer (request->late, chunk, error);
}

/* Reads what is asked for by its offset: for many, more often than not. @gtask is (transfer
 * full).
 */
static void
read_by_offset (HwOutputLog         *self,
                const HwOutputQuery *query,
                GTask               *gtask)
{
  g_autoptr(GTask) asker = gtask;
  HwOutputChunk *chunk = hw_output_recent_lookup (self->recent, query);
  Request *request = find_read (self, query);
  GPtrArray *askers;

  if (chunk != NULL)
    {
      g_task_return_pointer (asker, chunk, (GDestroyNotify) hw_output_chunk_free);
    }
  else if (request != NULL)
    {
      g_ptr_array_add (request->late, g_steal_pointer (&asker));
    }
  else
    {
      askers = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (askers, g_steal_pointer (&asker));
      read_shared (self, query, askers);
    }
}

static void
hw_output_log_read_async (HwOutput            *output,
                          const HwOutputQuery *query,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  HwOutputLog *self = HW_OUTPUT_LOG (output);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_output_log_read_async);

  if (query->line == 0 && query->n_lines == 0)
    {
      read_by_offset (self, query, g_steal_pointer (&gtask));
      return;
    }

  g_task_set_task_data (gtask, request_new (self, query), (GDestroyNotify) request_free);
  g_task_run_in_thread (gtask, read_in_thread);
}

static HwOutputChunk *
hw_output_log_read_finish (HwOutput     *output,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, output), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static guint
hw_output_log_watch (HwOutput            *output,
                     const HwOutputQuery *query,
                     HwOutputFunc         func,
                     gpointer             user_data)
{
  HwOutputLog *self = HW_OUTPUT_LOG (output);
  g_autofree char *folder = hw_attempt_folder_build (self->root, query->of.epoch,
                                                     query->of.task_id, query->of.attempt);

  return hw_output_watch_add (self->watch, folder, func, user_data);
}

static void
hw_output_log_unwatch (HwOutput *output,
                       guint     id)
{
  hw_output_watch_remove (HW_OUTPUT_LOG (output)->watch, id);
}

static void
hw_output_log_iface_init (HwOutputInterface *iface)
{
  iface->read_async = hw_output_log_read_async;
  iface->read_finish = hw_output_log_read_finish;
  iface->watch = hw_output_log_watch;
  iface->unwatch = hw_output_log_unwatch;
}

static void
hw_output_log_finalize (GObject *object)
{
  HwOutputLog *self = HW_OUTPUT_LOG (object);

  g_clear_pointer (&self->reads, g_ptr_array_unref);
  g_clear_pointer (&self->recent, hw_output_recent_free);
  g_clear_pointer (&self->watch, hw_output_watch_free);
  g_clear_pointer (&self->buffers, hw_output_buffers_unref);
  g_clear_pointer (&self->unpacked, hw_output_unpacked_free);
  g_clear_pointer (&self->root, g_free);

  G_OBJECT_CLASS (hw_output_log_parent_class)->finalize (object);
}

static void
hw_output_log_class_init (HwOutputLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_output_log_finalize;
}

static void
hw_output_log_init (HwOutputLog *self)
{
  self->unpacked = hw_output_unpacked_new ();
  self->watch = hw_output_watch_new ();
  self->buffers = hw_output_buffers_new ();
  self->recent = hw_output_recent_new (self->buffers);
  self->reads = g_ptr_array_new ();
}

/**
 * hw_output_log_new:
 * @root: the folder of all attempts
 *
 * Makes an output that reads the files in @root. At most 1 MiB comes at once.
 *
 * Returns: (transfer full): a new output
 */
HwOutput *
hw_output_log_new (const char *root)
{
  HwOutputLog *self;

  g_return_val_if_fail (root != NULL, NULL);

  self = g_object_new (HW_TYPE_OUTPUT_LOG, NULL);
  self->root = g_strdup (root);

  return HW_OUTPUT (self);
}
