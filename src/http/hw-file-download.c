/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-file-download.h"

#include "hw-http-stream.h"

/* Bytes that are in memory of one download: as much as a fast connection takes at once. */
#define PIECE_SIZE (128 * 1024)

/* A file on its way to somebody, piece by piece: the next one is read when libsoup has
 * written the one before, so that whoever is slow waits alone. Lives until libsoup is done
 * with the message and no read is under way. Main context only; files are read in threads.
 */
typedef struct
{
  SoupServerMessage *message; /* (owned) */
  GInputStream *stream;       /* (owned) */
  GCancellable *cancellable;  /* (owned) */
  guint64 n_left;
  gboolean is_reading;
  gboolean is_over;

  GDestroyNotify on_end;
  gpointer user_data;
} Download;

static void
download_free (Download *download)
{
  g_clear_object (&download->cancellable);
  g_clear_object (&download->stream);
  g_clear_object (&download->message);
  g_free (download);
}

/* Whoever gets the file sees that it is not whole, as the length was announced. libsoup
 * notices that the connection is cut when it is to write.
 */
static void
download_cut (Download *download)
{
  HwHttpStream *connection = hw_http_stream_get (download->message);
  SoupMessageBody *body = soup_server_message_get_response_body (download->message);

  if (download->is_over || connection == NULL)
    return;

  hw_http_stream_cut (connection);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "\n", 1);
  soup_server_message_unpause (download->message);
}

/* A piece goes through these in this order. */
static void download_read (Download *download);
static void on_piece_read (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);
static void on_message_wrote_chunk (SoupServerMessage *message,
                                    Download          *download);

static void
download_read (Download *download)
{
  gsize size = (gsize) MIN (download->n_left, PIECE_SIZE);

  if (size == 0)
    return;

  download->is_reading = TRUE;
  g_input_stream_read_bytes_async (download->stream, size, G_PRIORITY_DEFAULT,
                                   download->cancellable, on_piece_read, download);
}

static void
on_piece_read (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Download *download = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result,
                                                              &error);

  download->is_reading = FALSE;
  if (download->is_over)
    {
      download_free (download);
      return;
    }

  if (piece == NULL || g_bytes_get_size (piece) == 0)
    {
      /* The program cut its file short, or the disk fails. */
      g_message ("A file could not be sent to its end: %s",
                 error != NULL ? error->message : "it is shorter than it was");
      download_cut (download);
      return;
    }

  download->n_left -= g_bytes_get_size (piece);
  soup_message_body_append_bytes (soup_server_message_get_response_body (download->message),
                                  piece);
  soup_server_message_unpause (download->message);
}

static void
on_message_wrote_chunk (SoupServerMessage *message,
                        Download          *download)
{
  download_read (download);
}

/* It was sent, or nobody is there any more. */
static void
on_message_over (SoupServerMessage *message,
                 Download          *download)
{
  download->is_over = TRUE;
  g_signal_handlers_disconnect_by_data (message, download);

  download->on_end (download->user_data);
  g_cancellable_cancel (download->cancellable);
  if (!download->is_reading)
    download_free (download);
}

/**
 * hw_file_download_begin:
 * @message: a request that waits, with the head of its answer
 * @stream: what is to be sent
 * @size: how many bytes of it
 * @on_end: called when it is over, in whatever way
 * @user_data: data for @on_end
 *
 * Begins to send a file. There is never more than a piece of it in memory. Whoever takes
 * nothing for #HW_FILE_MAX_STALL is cut off, and so is everybody if the file becomes
 * shorter than @size.
 */
void
hw_file_download_begin (SoupServerMessage *message,
                        GInputStream      *stream,
                        guint64            size,
                        GDestroyNotify     on_end,
                        gpointer           user_data)
{
  HwHttpStream *connection = hw_http_stream_get (message);
  Download *download;

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));
  g_return_if_fail (G_IS_INPUT_STREAM (stream));
  g_return_if_fail (on_end != NULL);

  download = g_new0 (Download, 1);
  download->message = g_object_ref (message);
  download->stream = g_object_ref (stream);
  download->cancellable = g_cancellable_new ();
  download->n_left = size;
  download->on_end = on_end;
  download->user_data = user_data;

  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_message_wrote_chunk), download);
  g_signal_connect (message, "finished", G_CALLBACK (on_message_over), download);
  g_signal_connect (message, "disconnected", G_CALLBACK (on_message_over), download);

  if (connection != NULL)
    hw_http_stream_set_max_stall (connection, HW_FILE_MAX_STALL);
  download_read (download);
}
