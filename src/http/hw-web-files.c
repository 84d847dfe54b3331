/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-web-files.h"

#include "hw-error.h"
#include "hw-http-reply.h"

#include <string.h>

#define INDEX "/index.html"

/* The build gives the files in here a name with a hash of what is in them, so that a
 * browser never has to ask for one again (RFC 8246). */
#define HASHED_FOLDER "/assets/"

#define MISSING_CLIENT \
  "Headway runs, but was built without its web pages.\n" \
  "\n" \
  "Install Node.js and npm, then build it again:\n" \
  "\n" \
  "  meson setup --reconfigure -Dweb=enabled _build && ninja -C _build\n" \
  "\n" \
  "Everything else works without them: see /api/v1/tasks.\n"

/**
 * HwWebFiles:
 *
 * The web client, out of the program's resources. Each file stands there compressed,
 * and is sent so to whoever can read it. The client's pages are one file: which one is
 * shown, the client takes from the address itself.
 */
struct _HwWebFiles
{
  GObject parent_instance;

  char *prefix; /* (owned) (not nullable) */
};

G_DEFINE_FINAL_TYPE (HwWebFiles, hw_web_files, G_TYPE_OBJECT)

static const struct
{
  const char *suffix;
  const char *content_type;
} content_types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".json", "application/json" },
  { ".webmanifest", "application/manifest+json" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".ico", "image/x-icon" },
  { ".woff2", "font/woff2" },
};

static void
hw_web_files_finalize (GObject *object)
{
  HwWebFiles *self = HW_WEB_FILES (object);

  g_clear_pointer (&self->prefix, g_free);

  G_OBJECT_CLASS (hw_web_files_parent_class)->finalize (object);
}

static void
hw_web_files_class_init (HwWebFilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_web_files_finalize;
}

static void
hw_web_files_init (HwWebFiles *self)
{
}

/**
 * hw_web_files_new:
 * @prefix: where the client stands among the resources
 *
 * Creates what answers for the web client.
 *
 * Returns: (transfer full): it
 */
HwWebFiles *
hw_web_files_new (const char *prefix)
{
  HwWebFiles *self;

  g_return_val_if_fail (prefix != NULL, NULL);

  self = g_object_new (HW_TYPE_WEB_FILES, NULL);
  self->prefix = g_strdup (prefix);

  return self;
}

/* Returns: (transfer full) (nullable): the file, compressed */
static GBytes *
hw_web_files_lookup (HwWebFiles *self,
                     const char *path)
{
  g_autofree char *name = g_strconcat (self->prefix, path, ".gz", NULL);

  return g_resources_lookup_data (name, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static const char *
get_content_type (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (content_types); i++)
    if (g_str_has_suffix (path, content_types[i].suffix))
      return content_types[i].content_type;

  return "application/octet-stream";
}

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

static GBytes *
decompress (GBytes  *compressed,
            GError **error)
{
  g_autoptr(GConverter) converter =
    G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr(GInputStream) source = g_memory_input_stream_new_from_bytes (compressed);
  g_autoptr(GInputStream) input = g_converter_input_stream_new (source, converter);
  g_autoptr(GOutputStream) output = g_memory_output_stream_new_resizable ();

  if (g_output_stream_splice (output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                              NULL, error) < 0)
    return NULL;

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

/* Whether the browser has the file of this tag already (RFC 9110, 13.1.2). */
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

static void
send_file (SoupServerMessage *message,
           const char        *path,
           GBytes            *compressed)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr(GBytes) plain = NULL;
  g_autoptr(GError) error = NULL;

  soup_message_headers_replace (headers, "Vary", "Accept-Encoding");
  if (accepts_gzip (message))
    {
      soup_message_headers_replace (headers, "Content-Encoding", "gzip");
      hw_http_reply_bytes (message, SOUP_STATUS_OK, get_content_type (path), compressed);
      return;
    }

  plain = decompress (compressed, &error);
  if (plain != NULL)
    hw_http_reply_bytes (message, SOUP_STATUS_OK, get_content_type (path), plain);
  else
    hw_http_reply_error (message, error);
}

/* The tag is a weak one: it stands for the file in either encoding. */
static void
answer_with_file (SoupServerMessage *message,
                  const char        *path,
                  GBytes            *compressed)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *hash = NULL;
  g_autofree char *tag = NULL;

  if (g_str_has_prefix (path, HASHED_FOLDER))
    {
      soup_message_headers_replace (headers, "Cache-Control",
                                    "public, max-age=31536000, immutable");
      send_file (message, path, compressed);
      return;
    }

  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, compressed);
  tag = g_strdup_printf ("W/\"%s\"", hash);
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_headers_replace (headers, "ETag", tag);

  if (has_tag (message, tag))
    hw_http_reply_empty (message, SOUP_STATUS_NOT_MODIFIED);
  else
    send_file (message, path, compressed);
}

static void
answer_without_client (SoupServerMessage *message)
{
  g_autoptr(GBytes) text = g_bytes_new_static (MISSING_CLIENT, strlen (MISSING_CLIENT));

  hw_http_reply_bytes (message, SOUP_STATUS_NOT_FOUND, "text/plain; charset=utf-8", text);
}

static void
answer_without_file (SoupServerMessage *message)
{
  g_autoptr(GError) error = g_error_new (HW_ERROR, HW_ERROR_NOT_FOUND,
                                         "There is no such file. Begin at “/”.");

  hw_http_reply_error (message, error);
}

/**
 * hw_web_files_answer:
 * @self: the web client
 * @message: a GET or HEAD of a path that nobody else answers
 *
 * Answers with a file of the client. A path without a dot that is no file is one of the
 * client's own addresses, and gets its page.
 */
void
hw_web_files_answer (HwWebFiles        *self,
                     SoupServerMessage *message)
{
  const char *path;
  g_autoptr(GBytes) file = NULL;
  g_autoptr(GBytes) page = NULL;

  g_return_if_fail (HW_IS_WEB_FILES (self));
  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  path = g_uri_get_path (soup_server_message_get_uri (message));
  file = hw_web_files_lookup (self, path);
  if (file != NULL)
    {
      answer_with_file (message, path, file);
      return;
    }

  if (strchr (path, '.') != NULL)
    {
      answer_without_file (message);
      return;
    }

  page = hw_web_files_lookup (self, INDEX);
  if (page != NULL)
    answer_with_file (message, INDEX, page);
  else
    answer_without_client (message);
}
