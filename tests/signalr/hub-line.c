/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-line.h"

#include "hw-hub-record.h"
#include "wait.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define RECEIVE_BUFFER_SIZE 16384
#define MASK "\x11\x22\x33\x44"

static gboolean
on_socket_readable (GSocket     *socket,
                    GIOCondition condition,
                    gpointer     user_data)
{
  HubLine *self = user_data;
  char bytes[65536];
  gssize length = g_socket_receive (socket, bytes, sizeof (bytes), NULL, NULL);

  if (length > 0)
    g_string_append_len (self->received, bytes, length);
  else
    self->is_over = TRUE;

  return !self->is_over;
}

/* Reads whenever there is something, or lets it lie. */
void
hub_line_set_reading (HubLine *self,
                      gboolean is_reading)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_clear_pointer (&self->source, g_source_unref);
    }

  if (!is_reading)
    return;

  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_socket_readable), self, NULL);
  g_source_attach (self->source, NULL);
}

HubLine *
hub_line_new (guint port)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16) port);
  g_autoptr(GError) error = NULL;
  HubLine *self = g_new0 (HubLine, 1);

  self->received = g_string_new (NULL);
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                               G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  /* With a fixed size, the kernel does not take more and more for who does not read. */
  g_socket_set_option (self->socket, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_SIZE, &error);
  g_assert_no_error (error);
  g_socket_connect (self->socket, address, NULL, &error);
  g_assert_no_error (error);
  /* What was sent is there when the main context runs next. */
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_NODELAY, TRUE, &error);
  g_assert_no_error (error);
  hub_line_set_reading (self, TRUE);

  return self;
}

void
hub_line_hang_up (HubLine *self)
{
  hub_line_set_reading (self, FALSE);
  g_socket_close (self->socket, NULL);
}

void
hub_line_free (HubLine *self)
{
  hub_line_hang_up (self);
  g_clear_object (&self->socket);
  g_string_free (self->received, TRUE);
  g_free (self);
}

/* Sends a little: as much as the kernel takes without being read. */
void
hub_line_send (HubLine    *self,
               const char *bytes,
               gsize       length)
{
  g_autoptr(GError) error = NULL;
  gssize sent = g_socket_send (self->socket, bytes, length, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sent, ==, length);
}

/* Takes the head of an answer. Returns: its status */
guint
hub_line_take_head (HubLine *self,
                    char   **head)
{
  const char *end;
  guint status;

  wait_until (strstr (self->received->str, "\r\n\r\n") != NULL || self->is_over);
  end = strstr (self->received->str, "\r\n\r\n");
  g_assert_nonnull (end);

  *head = g_strndup (self->received->str, (gsize) (end - self->received->str) + 2);
  g_string_erase (self->received, 0, end - self->received->str + 4);
  g_assert_true (g_str_has_prefix (*head, "HTTP/1.1 "));
  status = (guint) g_ascii_strtoull (*head + strlen ("HTTP/1.1 "), NULL, 10);

  return status;
}

/* Sends a request after whose answer the server hangs up. @fields are whole lines; @body may be
 * %NULL, and bars in it are separators.
 */
void
hub_line_send_request (HubLine    *self,
                       const char *method,
                       const char *target,
                       const char *fields,
                       const char *body)
{
  g_autoptr(GString) request = g_string_new (NULL);

  g_string_printf (request, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", method,
                   target, fields);
  if (body != NULL)
    g_string_append_printf (request, "Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen (body));
  g_string_append (request, "\r\n");
  if (body != NULL)
    {
      g_autofree char *records = g_strdelimit (g_strdup (body), "|", HW_HUB_RECORD_SEPARATOR);

      g_string_append (request, records);
    }

  hub_line_send (self, request->str, request->len);
}

/* Waits until the server has answered and hung up. Returns: the status */
guint
hub_line_take_answer (HubLine *self,
                      char   **body)
{
  g_autofree char *head = NULL;
  guint status = hub_line_take_head (self, &head);

  wait_until (self->is_over);
  *body = g_strdelimit (g_strdup (self->received->str), "\036", '|');

  return status;
}

/* Asks, and waits until the server has answered and hung up. @fields are whole lines.
 * Returns: the status
 */
guint
hub_line_ask (HubLine    *self,
              const char *method,
              const char *target,
              const char *fields,
              char      **body)
{
  hub_line_send_request (self, method, target, fields, NULL);

  return hub_line_take_answer (self, body);
}

/* Asks for an upgrade with the key of RFC 6455, section 1.3. */
guint
hub_line_upgrade (HubLine    *self,
                  const char *target,
                  const char *fields,
                  char      **head)
{
  g_autofree char *request =
    g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                     "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", target, fields);

  hub_line_send (self, request, strlen (request));

  return hub_line_take_head (self, head);
}

/* Makes a frame that is masked. @first_byte is that of the frame. */
GBytes *
hub_line_make_frame (guint       first_byte,
                     const char *payload,
                     gsize       length)
{
  GString *frame = g_string_new (NULL);

  g_string_append_c (frame, (char) first_byte);
  g_assert_cmpuint (length, <=, G_MAXUINT16);
  if (length < 126)
    {
      g_string_append_c (frame, (char) (0x80 | length));
    }
  else
    {
      g_string_append_c (frame, (char) (0x80 | 126));
      g_string_append_c (frame, (char) (length >> 8));
      g_string_append_c (frame, (char) length);
    }

  g_string_append_len (frame, MASK, 4);
  for (gsize i = 0; i < length; i++)
    g_string_append_c (frame, payload[i] ^ MASK[i % 4]);

  return g_string_free_to_bytes (frame);
}

void
hub_line_send_frame (HubLine    *self,
                     guint       first_byte,
                     const char *payload,
                     gsize       length)
{
  g_autoptr(GBytes) frame = hub_line_make_frame (first_byte, payload, length);

  hub_line_send (self, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
}

/* Sends text in one frame. Bars become separators. */
void
hub_line_send_text (HubLine    *self,
                    const char *text)
{
  g_autofree char *bytes = g_strdelimit (g_strdup (text), "|", HW_HUB_RECORD_SEPARATOR);

  hub_line_send_frame (self, 0x81, bytes, strlen (bytes));
}

/* How many bytes the first frame has, or 0 if it is not there as a whole. */
static gsize
measure_frame (HubLine *self,
               gsize   *header)
{
  const guint8 *bytes = (const guint8 *) self->received->str;
  gsize available = self->received->len;
  guint size;
  guint64 length = 0;

  if (available < 2)
    return 0;

  /* A server must not mask. */
  g_assert_cmpuint (bytes[1] & 0x80, ==, 0);
  size = bytes[1] == 126 ? 2 : bytes[1] == 127 ? 8 : 0;
  if (available < 2 + size)
    return 0;

  if (size == 0)
    length = bytes[1];
  for (guint i = 0; i < size; i++)
    length = length << 8 | bytes[2 + i];

  *header = 2 + size;

  return available < *header + length ? 0 : *header + length;
}

/* Waits for a frame. Returns: its first byte, or 0 if the server has hung up */
guint
hub_line_take_frame (HubLine *self,
                     char   **payload)
{
  gsize header = 0;
  gsize length = 0;
  guint first_byte;

  wait_until ((length = measure_frame (self, &header)) > 0 || self->is_over);
  if (length == 0)
    {
      *payload = NULL;
      return 0;
    }

  first_byte = (guint8) self->received->str[0];
  *payload = g_strndup (self->received->str + header, length - header);
  g_string_erase (self->received, 0, (gssize) length);

  return first_byte;
}

/* Waits for text. Separators become bars. */
char *
hub_line_take_text (HubLine *self)
{
  char *payload = NULL;

  g_assert_cmphex (hub_line_take_frame (self, &payload), ==, 0x81);
  for (char *p = payload; *p != '\0'; p++)
    if (*p == HW_HUB_RECORD_SEPARATOR)
      *p = '|';

  return payload;
}
