/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include <string.h>

#define GZIP "Accept-Encoding: gzip\n"
#define PAGE "This is index.html.\n"
#define SCRIPT "/assets/index-0a1b2c.js"

/* The client of this test is a handful of files with a line of text each. */
static const struct
{
  const char *path;
  const char *content_type;
} files[] = {
  { "/index.html", "text/html; charset=utf-8" },
  { "/icon.svg", "image/svg+xml" },
  { "/unknown.bin", "application/octet-stream" },
  { "/assets/index-0a1b2c.js", "text/javascript; charset=utf-8" },
  { "/assets/index-0a1b2c.css", "text/css; charset=utf-8" },
  { "/assets/text-0a1b2c.woff2", "font/woff2" },
};

/* Paths, and whether they are pages of the client. */
static const struct
{
  const char *path;
  gboolean is_page;
} paths[] = {
  { "/", TRUE },
  { "/tasks", TRUE },
  { "/tasks/7", TRUE },
  { "/tasks/7/", TRUE },
  { "/add?type=checksum", TRUE },
  { "/a/b/c/d", TRUE },
  { "/assets/", TRUE },
  { "/%66oo", TRUE },

  { "/%2e%2e%2fetc%2fpasswd", FALSE },
  { "/nothing.js", FALSE },
  { "/index.html.gz", FALSE },
  { "/assets/index-0a1b2c.js.gz", FALSE },
  { "/assets/index-0a1b2d.js", FALSE },
  { "/tasks/7.html", FALSE },
  { "//index.html", FALSE },
  { "/INDEX.HTML", FALSE },
  { "/favicon.ico", FALSE },
  { "/.well-known/security.txt", FALSE },
};

static HttpAnswer *
get_file (HttpHouse  *house,
          const char *path,
          const char *fields)
{
  g_autofree char *target = g_strconcat ("GET ", path, NULL);
  g_autofree char *all = g_strconcat (TO_US, fields, NULL);

  return http_house_ask (house, target, all, NULL);
}

static void
test_web_files_content_types (HttpHouse    *house,
                              gconstpointer test_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr(HttpAnswer) answer = get_file (house, files[i].path, "");
      g_autofree char *text = g_strdup_printf ("This is %s.\n", files[i].path + 1);

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, files[i].content_type);
      g_assert_cmpstr (answer->text, ==, text);
      g_assert_cmpstr (http_answer_get (answer, "x-content-type-options"), ==, "nosniff");
    }
}

static void
test_web_files_pages (HttpHouse    *house,
                      gconstpointer test_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(HttpAnswer) answer = get_file (house, paths[i].path, "");

      if (!paths[i].is_page)
        {
          assert_problem (answer, 404, "not-found");
          continue;
        }

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (answer->text, ==, PAGE);
      g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "text/html; charset=utf-8");
    }
}

static void
test_web_files_compressed (HttpHouse    *house,
                           gconstpointer test_data)
{
  static const char *const accepted[] = {
    GZIP, "Accept-Encoding: br, gzip;q=0.5\n", "Accept-Encoding: *\n", "Accept-Encoding: GZIP\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autoptr(HttpAnswer) answer = get_file (house, "/", accepted[i]);
      g_autoptr(GConverter) decompressor =
        G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
      char text[64] = "";
      gsize n_read;
      gsize n_written;

      g_assert_cmpstr (http_answer_get (answer, "content-encoding"), ==, "gzip");
      g_assert_cmpstr (http_answer_get (answer, "vary"), ==, "Accept-Encoding");
      g_converter_convert (decompressor, g_bytes_get_data (answer->body, NULL),
                           g_bytes_get_size (answer->body), text, sizeof (text),
                           G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL);
      g_assert_cmpstr (text, ==, PAGE);
    }
}

static void
test_web_files_plain (HttpHouse    *house,
                      gconstpointer test_data)
{
  static const char *const accepted[] = {
    "", "Accept-Encoding: identity\n", "Accept-Encoding: gzip;q=0\n", "Accept-Encoding: br\n",
    "Accept-Encoding: \n", "Accept-Encoding: gzipped\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autoptr(HttpAnswer) answer = get_file (house, "/", accepted[i]);

      g_assert_null (http_answer_get (answer, "content-encoding"));
      g_assert_cmpstr (http_answer_get (answer, "vary"), ==, "Accept-Encoding");
      g_assert_cmpstr (answer->text, ==, PAGE);
    }
}

static void
test_web_files_hashed (HttpHouse    *house,
                       gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = get_file (house, SCRIPT, GZIP);

  g_assert_cmpstr (http_answer_get (answer, "cache-control"), ==,
                   "public, max-age=31536000, immutable");
}

static void
test_web_files_page_is_asked_for (HttpHouse    *house,
                                  gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = get_file (house, "/tasks/7", GZIP);
  const char *tag = http_answer_get (answer, "etag");
  g_autofree char *same = g_strdup_printf (GZIP "If-None-Match: \"x\", %s\n", tag);
  g_autofree char *other = g_strdup (GZIP "If-None-Match: W/\"x\"\n");
  g_autoptr(HttpAnswer) unchanged = get_file (house, "/", same);
  g_autoptr(HttpAnswer) changed = get_file (house, "/", other);

  g_assert_cmpstr (http_answer_get (answer, "cache-control"), ==, "no-cache");
  g_assert_true (g_str_has_prefix (tag, "W/\""));
  g_assert_cmpuint (unchanged->status, ==, 304);
  g_assert_cmpstr (unchanged->text, ==, "");
  g_assert_cmpstr (http_answer_get (unchanged, "etag"), ==, tag);
  g_assert_cmpstr (http_answer_get (unchanged, "cache-control"), ==, "no-cache");
  g_assert_null (http_answer_get (unchanged, "content-length"));
  g_assert_cmpuint (changed->status, ==, 200);
}

static void
test_web_files_head (HttpHouse    *house,
                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_ask (house, "HEAD /", TO_US, NULL);
  g_autofree char *length = g_strdup_printf ("%" G_GSIZE_FORMAT, strlen (PAGE));

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->text, ==, "");
  g_assert_cmpstr (http_answer_get (answer, "content-length"), ==, length);
}

/* A page may be asked for a part of it by anybody: it is given whole. */
static void
test_web_files_range (HttpHouse    *house,
                      gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = get_file (house, "/", "Range: bytes=0-99999999\n");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->text, ==, PAGE);
}

static void
test_web_files_no_cookie (HttpHouse    *house,
                          gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = get_file (house, "/", "");

  g_assert_null (http_answer_get (answer, "set-cookie"));
  g_assert_null (strstr (answer->text, HTTP_HOUSE_TOKEN));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add (path, HttpHouse, NULL, http_house_set_up, test, http_house_tear_down)
  ADD ("/web-files/types/are-told", test_web_files_content_types);
  ADD ("/web-files/pages/are-one-file", test_web_files_pages);
  ADD ("/web-files/encoding/is-gzip-for-who-takes-it", test_web_files_compressed);
  ADD ("/web-files/encoding/is-none-for-others", test_web_files_plain);
  ADD ("/web-files/cache/hashed-ones-stay", test_web_files_hashed);
  ADD ("/web-files/cache/the-page-is-asked-for", test_web_files_page_is_asked_for);
  ADD ("/web-files/head/has-no-body", test_web_files_head);
  ADD ("/web-files/range/is-not-known", test_web_files_range);
  ADD ("/web-files/pages/hold-no-secret", test_web_files_no_cookie);
#undef ADD

  return g_test_run ();
}
