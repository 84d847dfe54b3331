/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-web-files.h"

#include "hw-error.h"
#include "hw-http-content.h"
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

static void
answer_with_file (SoupServerMessage *message,
                  const char        *path,
                  GBytes            *compressed)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (!g_str_has_prefix (path, HASHED_FOLDER))
    {
      hw_http_content_reply_tagged (message, get_content_type (path), compressed);
      return;
    }

  soup_message_headers_replace (headers, "Cache-Control", "public, max-age=31536000, immutable");
  hw_http_content_reply (message, get_content_type (path), compressed);
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
