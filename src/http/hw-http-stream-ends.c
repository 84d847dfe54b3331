/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-stream-private.h"

/**
 * HwHttpStreamInput:
 *
 * The end of a #HwHttpStream that libsoup reads.
 */
struct _HwHttpStreamInput
{
  GInputStream parent_instance;

  HwHttpStream *stream; /* (nullable): none when it is gone */
};

/**
 * HwHttpStreamOutput:
 *
 * The end of a #HwHttpStream that libsoup writes.
 */
struct _HwHttpStreamOutput
{
  GOutputStream parent_instance;

  HwHttpStream *stream; /* (nullable): none when it is gone */
};

static void input_iface_init (GPollableInputStreamInterface *iface);
static void output_iface_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwHttpStreamInput, hw_http_stream_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      input_iface_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (HwHttpStreamOutput, hw_http_stream_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      output_iface_init))

static gboolean
has_stream (HwHttpStream *stream,
            GError      **error)
{
  if (stream != NULL)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
  return FALSE;
}

/* Rings when there is something to be read. It polls nothing, as its stream does: libsoup makes a
 * source anew for each request.
 */
typedef struct
{
  GSource parent;
  HwHttpStreamInput *input; /* (owned) */
} ReadSource;

static gboolean
read_source_prepare (GSource *source,
                     int     *timeout)
{
  HwHttpStream *stream = ((ReadSource *) source)->input->stream;

  *timeout = -1;

  return stream == NULL || hw_http_stream_has_something (stream);
}

static gboolean
read_source_check (GSource *source)
{
  HwHttpStream *stream = ((ReadSource *) source)->input->stream;

  return stream == NULL || hw_http_stream_is_readable (stream);
}

static gboolean
read_source_dispatch (GSource    *source,
                      GSourceFunc callback,
                      gpointer    user_data)
{
  GPollableSourceFunc func = (GPollableSourceFunc) callback;

  return func == NULL || func (G_OBJECT (((ReadSource *) source)->input), user_data);
}

static void
read_source_finalize (GSource *source)
{
  g_object_unref (((ReadSource *) source)->input);
}

/* As the child of another source, it does nothing itself. */
static gboolean
read_source_call_closure (GObject *stream,
                          gpointer closure)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs read_source_funcs = {
  read_source_prepare,
  read_source_check,
  read_source_dispatch,
  read_source_finalize,
  (GSourceFunc) read_source_call_closure,
  NULL,
};

static gssize
hw_http_stream_input_read_nonblocking (GPollableInputStream *pollable,
                                       void                 *bytes,
                                       gsize                 size,
                                       GError              **error)
{
  HwHttpStreamInput *self = HW_HTTP_STREAM_INPUT (pollable);

  return has_stream (self->stream, error) ? hw_http_stream_read (self->stream, bytes, size, error)
                                          : -1;
}

/* Nobody waits in here: libsoup asks without, or when its source says so. */
static gssize
hw_http_stream_input_read (GInputStream *input,
                           void         *bytes,
                           gsize         size,
                           GCancellable *cancellable,
                           GError      **error)
{
  return hw_http_stream_input_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), bytes, size,
                                                error);
}

static void
add_cancellable (GSource      *source,
                 GCancellable *cancellable)
{
  g_autoptr(GSource) child = g_cancellable_source_new (cancellable);

  g_source_set_dummy_callback (child);
  g_source_add_child_source (source, child);
}

static GSource *
hw_http_stream_input_create_source (GPollableInputStream *pollable,
                                    GCancellable         *cancellable)
{
  HwHttpStreamInput *self = HW_HTTP_STREAM_INPUT (pollable);
  GSource *source = g_source_new (&read_source_funcs, sizeof (ReadSource));

  g_source_set_static_name (source, "HwHttpStreamInput");
  ((ReadSource *) source)->input = g_object_ref (self);
  if (cancellable != NULL)
    add_cancellable (source, cancellable);
  if (self->stream != NULL)
    hw_http_stream_set_reader (self->stream, source);

  return source;
}

static gboolean
hw_http_stream_input_is_readable (GPollableInputStream *pollable)
{
  HwHttpStreamInput *self = HW_HTTP_STREAM_INPUT (pollable);

  return self->stream == NULL || hw_http_stream_has_something (self->stream);
}

static gboolean
hw_http_stream_input_close (GInputStream *input,
                            GCancellable *cancellable,
                            GError      **error)
{
  return TRUE;
}

static void
input_iface_init (GPollableInputStreamInterface *iface)
{
  iface->read_nonblocking = hw_http_stream_input_read_nonblocking;
  iface->create_source = hw_http_stream_input_create_source;
  iface->is_readable = hw_http_stream_input_is_readable;
}

static void
hw_http_stream_input_finalize (GObject *object)
{
  g_clear_weak_pointer (&HW_HTTP_STREAM_INPUT (object)->stream);

  G_OBJECT_CLASS (hw_http_stream_input_parent_class)->finalize (object);
}

static void
hw_http_stream_input_class_init (HwHttpStreamInputClass *klass)
{
  GInputStreamClass *input_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hw_http_stream_input_finalize;
  input_class->read_fn = hw_http_stream_input_read;
  input_class->close_fn = hw_http_stream_input_close;
}

static void
hw_http_stream_input_init (HwHttpStreamInput *self)
{
}

GInputStream *
hw_http_stream_input_new (HwHttpStream *stream)
{
  HwHttpStreamInput *self = g_object_new (HW_TYPE_HTTP_STREAM_INPUT, NULL);

  g_set_weak_pointer (&self->stream, stream);

  return G_INPUT_STREAM (self);
}

static GPollableReturn
hw_http_stream_output_writev_nonblocking (GPollableOutputStream *pollable,
                                          const GOutputVector   *vectors,
                                          gsize                  n_vectors,
                                          gsize                 *n_written,
                                          GError               **error)
{
  HwHttpStreamOutput *self = HW_HTTP_STREAM_OUTPUT (pollable);

  return has_stream (self->stream, error)
         ? hw_http_stream_write (self->stream, vectors, n_vectors, n_written, error)
         : G_POLLABLE_RETURN_FAILED;
}

static gssize
hw_http_stream_output_write_nonblocking (GPollableOutputStream *pollable,
                                         const void            *bytes,
                                         gsize                  size,
                                         GError               **error)
{
  const GOutputVector vector = { bytes, size };
  gsize n_written = 0;

  switch (hw_http_stream_output_writev_nonblocking (pollable, &vector, 1, &n_written, error))
    {
    case G_POLLABLE_RETURN_OK:
      return (gssize) n_written;

    case G_POLLABLE_RETURN_WOULD_BLOCK:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                           "The connection takes no more now");
      return -1;

    case G_POLLABLE_RETURN_FAILED:
    default:
      return -1;
    }
}

static gssize
hw_http_stream_output_write (GOutputStream *output,
                             const void    *bytes,
                             gsize          size,
                             GCancellable  *cancellable,
                             GError       **error)
{
  return hw_http_stream_output_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), bytes, size,
                                                  error);
}

/* One that has nothing to wait for rings at once. */
static GSource *
hw_http_stream_output_create_source (GPollableOutputStream *pollable,
                                     GCancellable          *cancellable)
{
  HwHttpStreamOutput *self = HW_HTTP_STREAM_OUTPUT (pollable);
  GSource *source;

  if (self->stream != NULL)
    return hw_http_stream_create_write_source (self->stream, cancellable);

  source = g_pollable_source_new_full (self, NULL, cancellable);
  g_source_set_ready_time (source, 0);

  return source;
}

/* It is always worth trying. */
static gboolean
hw_http_stream_output_is_writable (GPollableOutputStream *pollable)
{
  return TRUE;
}

/* Whoever has the stream that was upgraded has said all; libsoup closes what is around it. */
static gboolean
hw_http_stream_output_close (GOutputStream *output,
                             GCancellable  *cancellable,
                             GError       **error)
{
  HwHttpStream *stream = HW_HTTP_STREAM_OUTPUT (output)->stream;

  if (stream != NULL && stream->phase == HW_HTTP_STREAM_PHASE_UPGRADED)
    hw_http_wire_say_goodbye (stream->wire);

  return TRUE;
}

static void
output_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->write_nonblocking = hw_http_stream_output_write_nonblocking;
  iface->writev_nonblocking = hw_http_stream_output_writev_nonblocking;
  iface->create_source = hw_http_stream_output_create_source;
  iface->is_writable = hw_http_stream_output_is_writable;
}

static void
hw_http_stream_output_finalize (GObject *object)
{
  g_clear_weak_pointer (&HW_HTTP_STREAM_OUTPUT (object)->stream);

  G_OBJECT_CLASS (hw_http_stream_output_parent_class)->finalize (object);
}

static void
hw_http_stream_output_class_init (HwHttpStreamOutputClass *klass)
{
  GOutputStreamClass *output_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hw_http_stream_output_finalize;
  output_class->write_fn = hw_http_stream_output_write;
  output_class->close_fn = hw_http_stream_output_close;
}

static void
hw_http_stream_output_init (HwHttpStreamOutput *self)
{
}

GOutputStream *
hw_http_stream_output_new (HwHttpStream *stream)
{
  HwHttpStreamOutput *self = g_object_new (HW_TYPE_HTTP_STREAM_OUTPUT, NULL);

  g_set_weak_pointer (&self->stream, stream);

  return G_OUTPUT_STREAM (self);
}
