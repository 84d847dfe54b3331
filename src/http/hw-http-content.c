/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-content.h"

#include "hw-http-reply.h"

/* Answers with what was compressed once, and is sent so to whoever can read it. */

static gboolean
accepts_gzip (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *field = soup_message_headers_get_list (headers, "Accept-Encoding");
  GSList *accepted = NULL;
  gboolean is_accepted = FALSE;

  if (field == NULL)
    return FALSE;

  accepted = soup_header_parse_quality_list (field, NULL);
  for (GSList *link = accepted; link != NULL; link = link->next)
    is_accepted |= g_ascii_strcasecmp (link->data, "gzip") == 0 || g_str_equal (link->data, "*");

  soup_header_free_list (accepted);
  return is_accepted;
}

/* @converter is (transfer full). */
static GBytes *
convert (GBytes     *bytes,
         GConverter *converter,
         GError    **error)
{
  g_autoptr(GConverter) owned = converter;
  g_autoptr(GInputStream) source = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr(GInputStream) input = g_converter_input_stream_new (source, owned);
  g_autoptr(GOutputStream) output = g_memory_output_stream_new_resizable ();

  if (g_output_stream_splice (output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                              NULL, error) < 0)
    return NULL;

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

static GBytes *
decompress (GBytes  *compressed,
            GError **error)
{
  return convert (compressed,
                  G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP)), error);
}

/**
 * hw_http_content_compress:
 * @plain: bytes
 * @error: return location for a #GError, or %NULL
 *
 * Makes of bytes what hw_http_content_reply() takes.
 *
 * Returns: (transfer full): the bytes, with gzip; or %NULL
 */
GBytes *
hw_http_content_compress (GBytes  *plain,
                          GError **error)
{
  return convert (plain,
                  G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1)), error);
}

/* Whether whoever asks has what this tag stands for already (RFC 9110, 13.1.2). */
static gboolean
has_tag (SoupServerMessage *message,
         const char        *tag)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *field = soup_message_headers_get_list (headers, "If-None-Match");
  g_auto(GStrv) tags = NULL;

  if (field == NULL)
    return FALSE;

  tags = g_strsplit (field, ",", -1);
  for (guint i = 0; tags[i] != NULL; i++)
    {
      const char *candidate = g_strstrip (tags[i]);

      if (g_str_equal (candidate, tag) || g_str_equal (candidate, "*"))
        return TRUE;
    }

  return FALSE;
}

/**
 * hw_http_content_reply:
 * @message: a GET or HEAD
 * @content_type: what the bytes are
 * @compressed: them, compressed by gzip
 *
 * Answers with bytes that are the same for everybody.
 */
void
hw_http_content_reply (SoupServerMessage *message,
                       const char        *content_type,
                       GBytes            *compressed)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr(GBytes) plain = NULL;
  g_autoptr(GError) error = NULL;

  g_return_if_fail (content_type != NULL);
  g_return_if_fail (compressed != NULL);

  soup_message_headers_replace (headers, "Vary", "Accept-Encoding");
  if (accepts_gzip (message))
    {
      soup_message_headers_replace (headers, "Content-Encoding", "gzip");
      hw_http_reply_bytes (message, SOUP_STATUS_OK, content_type, compressed);
      return;
    }

  plain = decompress (compressed, &error);
  if (plain != NULL)
    hw_http_reply_bytes (message, SOUP_STATUS_OK, content_type, plain);
  else
    hw_http_reply_error (message, error);
}

/**
 * hw_http_content_reply_tagged:
 * @message: a GET or HEAD
 * @content_type: what the bytes are
 * @compressed: them, compressed by gzip
 *
 * Answers with bytes that may be others the next time, or that they are still the same to
 * whoever has them. The tag is a weak one: it stands for the bytes in either encoding.
 */
void
hw_http_content_reply_tagged (SoupServerMessage *message,
                              const char        *content_type,
                              GBytes            *compressed)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *hash = NULL;
  g_autofree char *tag = NULL;

  g_return_if_fail (content_type != NULL);
  g_return_if_fail (compressed != NULL);

  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, compressed);
  tag = g_strdup_printf ("W/\"%s\"", hash);
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_headers_replace (headers, "ETag", tag);

  if (has_tag (message, tag))
    hw_http_reply_empty (message, SOUP_STATUS_NOT_MODIFIED);
  else
    hw_http_content_reply (message, content_type, compressed);
}
