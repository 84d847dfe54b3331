/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-probe.h"

#include "hw-json-variant.h"
#include "wait.h"

#include <string.h>

#define MAX_JSON_LENGTH (4 * 1024 * 1024)

/* A request on its way. Both directions at once: a server may answer before it has read
 * everything. */
struct _HttpProbe
{
  GIOStream *connection;   /* (owned) */
  GOutputStream *received; /* (owned) */
  GCancellable *cancellable;
  char *bytes; /* (owned) */
  gboolean is_written;
  gboolean is_read;
};

static void
on_written (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HttpProbe *self = user_data;

  /* A server that has heard enough may hang up: what it said is all that counts. */
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  self->is_written = TRUE;
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  HttpProbe *self = user_data;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, NULL);
  self->is_read = TRUE;
}

/* No answer says anything twice. */
static void
parse_fields (HttpAnswer *self,
              const char *head)
{
  g_auto(GStrv) lines = g_strsplit (head, "\r\n", -1);

  for (guint i = 1; lines[i] != NULL; i++)
    {
      char *colon = strchr (lines[i], ':');
      gboolean is_new;

      if (colon == NULL)
        continue;

      is_new = g_hash_table_insert (self->fields, g_ascii_strdown (lines[i], colon - lines[i]),
                                    g_strdup (g_strchug (colon + 1)));
      g_test_message ("%s", lines[i]);
      g_assert_true (is_new);
    }
}

static HttpAnswer *
parse_answer (const char *data,
              gsize       length)
{
  HttpAnswer *self = g_new0 (HttpAnswer, 1);
  const char *start = data;
  const char *end = length > 0 ? g_strstr_len (data, (gssize) length, "\r\n\r\n") : NULL;

  self->fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  /* What only says that the body may come. */
  if (end != NULL && g_str_has_prefix (data, "HTTP/1.1 100 "))
    {
      start = end + strlen ("\r\n\r\n");
      end = g_strstr_len (start, (gssize) length - (start - data), "\r\n\r\n");
    }

  if (end == NULL)
    {
      self->head = g_strndup (data, length);
      self->text = g_strdup ("");
      self->body = g_bytes_new (NULL, 0);
      return self;
    }

  self->head = g_strndup (data, (gsize) (end - data));
  g_assert_true (g_str_has_prefix (start, "HTTP/1."));
  self->status = (guint) g_ascii_strtoull (start + strlen ("HTTP/1.1 "), NULL, 10);
  parse_fields (self, self->head + (start - data));

  end += strlen ("\r\n\r\n");
  self->body = g_bytes_new (end, length - (gsize) (end - data));
  self->text = g_strndup (end, length - (gsize) (end - data));

  return self;
}

/**
 * http_probe_begin:
 * @address: where the server is
 * @bytes: what to send, exactly
 * @length: how many bytes
 *
 * Sends bytes to a server that runs in this thread, and begins to read what it answers.
 *
 * Returns: (transfer full): to be given to http_probe_finish() or http_probe_hang_up()
 */
HttpProbe *
http_probe_begin (GSocketAddress *address,
                  const char     *bytes,
                  gsize           length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                            G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                            &error);
  HttpProbe *self = g_new0 (HttpProbe, 1);

  g_assert_no_error (error);
  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);
  self->connection = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  self->received = g_memory_output_stream_new_resizable ();
  self->cancellable = g_cancellable_new ();
  self->bytes = g_memdup2 (bytes, length);

  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->connection),
                                   self->bytes, length, G_PRIORITY_DEFAULT, self->cancellable,
                                   on_written, self);
  g_output_stream_splice_async (self->received, g_io_stream_get_input_stream (self->connection),
                                G_OUTPUT_STREAM_SPLICE_NONE, G_PRIORITY_DEFAULT,
                                self->cancellable, on_read, self);

  return self;
}

/**
 * http_probe_is_answered:
 * @self: a request
 *
 * Tells whether the server has answered and hung up.
 *
 * Returns: whether it has
 */
gboolean
http_probe_is_answered (HttpProbe *self)
{
  return self->is_written && self->is_read;
}

/**
 * http_probe_peek:
 * @self: a request
 *
 * Reads what has come until now; the main context brings more.
 *
 * Returns: (transfer full): what the server has answered
 */
HttpAnswer *
http_probe_peek (HttpProbe *self)
{
  GMemoryOutputStream *received = G_MEMORY_OUTPUT_STREAM (self->received);

  return parse_answer (g_memory_output_stream_get_data (received),
                       g_memory_output_stream_get_data_size (received));
}

static void
http_probe_free (HttpProbe *self)
{
  g_clear_object (&self->cancellable);
  g_clear_object (&self->received);
  g_clear_object (&self->connection);
  g_free (self->bytes);
  g_free (self);
}

/**
 * http_probe_finish:
 * @self: (transfer full): a request
 *
 * Reads until the server hangs up.
 *
 * Returns: (transfer full): what it answered
 */
HttpAnswer *
http_probe_finish (HttpProbe *self)
{
  GMemoryOutputStream *received = G_MEMORY_OUTPUT_STREAM (self->received);
  HttpAnswer *answer;

  wait_until (http_probe_is_answered (self));
  g_io_stream_close (self->connection, NULL, NULL);
  answer = parse_answer (g_memory_output_stream_get_data (received),
                         g_memory_output_stream_get_data_size (received));
  http_probe_free (self);

  return answer;
}

/**
 * http_probe_hang_up:
 * @self: (transfer full): a request
 *
 * Leaves without waiting for an answer.
 */
void
http_probe_hang_up (HttpProbe *self)
{
  g_cancellable_cancel (self->cancellable);
  wait_until (http_probe_is_answered (self));
  g_io_stream_close (self->connection, NULL, NULL);
  http_probe_free (self);
}

/**
 * http_probe_send:
 * @address: where the server is
 * @bytes: what to send, exactly
 * @length: how many bytes
 *
 * Sends bytes to a server that runs in this thread, and reads until it hangs up.
 *
 * Returns: (transfer full): what it answered
 */
HttpAnswer *
http_probe_send (GSocketAddress *address,
                 const char     *bytes,
                 gsize           length)
{
  return http_probe_finish (http_probe_begin (address, bytes, length));
}

void
http_answer_free (HttpAnswer *self)
{
  g_hash_table_unref (self->fields);
  g_bytes_unref (self->body);
  g_free (self->text);
  g_free (self->head);
  g_free (self);
}

/**
 * http_answer_get:
 * @self: an answer
 * @name: a field's name in lower case
 *
 * Gets a field.
 *
 * Returns: (nullable): its value
 */
const char *
http_answer_get (HttpAnswer *self,
                 const char *name)
{
  return g_hash_table_lookup (self->fields, name);
}

/**
 * http_answer_read:
 * @self: an answer whose body is JSON
 *
 * Reads the body.
 *
 * Returns: (transfer full): its value
 */
GVariant *
http_answer_read (HttpAnswer *self)
{
  g_autoptr(GError) error = NULL;
  GVariant *value = hw_json_variant_parse (self->text, strlen (self->text), MAX_JSON_LENGTH,
                                           &error);

  g_assert_no_error (error);
  return value;
}

/**
 * http_answer_dup_member:
 * @self: an answer whose body is a JSON object
 * @name: the name of a member
 *
 * Gets a member as text.
 *
 * Returns: (transfer full) (nullable): a string as it is, another value in GVariant's
 *   text form, %NULL if there is none
 */
char *
http_answer_dup_member (HttpAnswer *self,
                        const char *name)
{
  g_autoptr(GVariant) object = http_answer_read (self);
  g_autoptr(GVariant) value = g_variant_lookup_value (object, name, NULL);

  if (value == NULL)
    return NULL;

  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                             : g_variant_print (value, FALSE);
}
