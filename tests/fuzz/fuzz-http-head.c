/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-http-head.h"

#include <libsoup/soup.h>
#include <string.h>

/* The names are libsoup's own: it gives the values of one name as a list. */
static void
assert_fields (SoupMessageHeaders *fields,
               const HwHttpHead   *head)
{
  static const char *const never[] = { "Transfer-Encoding", "Range", "If-Range" };
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;
  guint n_hosts = 0;
  guint n_fields = 0;

  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    g_assert_null (soup_message_headers_get_list (fields, never[i]));

  soup_message_headers_iter_init (&iter, fields);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      n_fields++;
      n_hosts += g_ascii_strcasecmp (name, "Host") == 0;
      g_assert_null (strpbrk (value, "\r\n"));
    }
  g_assert_cmpuint (n_hosts, ==, 1);
  g_assert_cmpuint (n_fields, <=, HW_HTTP_MAX_FIELDS);

  g_assert_cmpint (soup_message_headers_get_content_length (fields), ==, head->body_length);
  g_assert_cmpint (soup_message_headers_get_encoding (fields), !=, SOUP_ENCODING_CHUNKED);
  g_assert_cmpint (soup_message_headers_get_encoding (fields), !=, SOUP_ENCODING_UNRECOGNIZED);
}

/* libsoup resolves the escapes of plain letters. */
static void
assert_same_path (const char *path,
                  const char *other)
{
  g_autofree char *text = g_uri_unescape_string (path, NULL);
  g_autofree char *other_text = g_uri_unescape_string (other, NULL);

  g_assert_nonnull (text);
  g_assert_cmpstr (text, ==, other_text);
}

/* Test that libsoup, which is given what was let in, reads the one request that is meant. */
static void
assert_same_request (const char       *bytes,
                     const HwHttpHead *head)
{
  g_autoptr(SoupMessageHeaders) fields = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree char *text = g_strndup (bytes, head->length - strlen ("\r\n"));
  g_autofree char *method = NULL;
  g_autofree char *target = NULL;
  g_autofree char *path = g_strndup (head->path, head->path_length);
  g_autofree char *address = NULL;
  g_autoptr(GUri) uri = NULL;
  SoupHTTPVersion version;

  g_assert_cmpuint (strlen (text), ==, head->length - strlen ("\r\n"));
  g_assert_cmpuint (soup_headers_parse_request (text, (int) strlen (text), fields, &method,
                                                &target, &version), ==, SOUP_STATUS_OK);
  g_assert_cmpint (version, ==, SOUP_HTTP_1_1);
  g_assert_cmpstr (method, ==, head->method);
  assert_fields (fields, head);

  address = g_strconcat ("http://", soup_message_headers_get_one (fields, "Host"), target, NULL);
  uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  g_assert_nonnull (uri);
  assert_same_path (g_uri_get_path (uri), path);
  g_assert_null (g_uri_get_userinfo (uri));
  g_assert_null (g_uri_get_fragment (uri));
}

/* What is let in once it is all there was not refused before, nor let in. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *bytes = g_memdup2 (data, MAX (size, 1));
  g_autofree char *part = g_memdup2 (data, MAX (size, 1));
  g_autofree char *named = g_memdup2 (data, MAX (size, 1));
  static const char *const hosts[] = { "localhost:5031", "127.0.0.1", NULL };
  g_autoptr(GError) error = NULL;
  HwHttpHead head;
  HwHttpHead part_head;
  gboolean is_let_in;

  is_let_in = hw_http_head_read (named, size, hosts, &head, NULL) == HW_HTTP_HEAD_COMPLETE;
  if (hw_http_head_read (bytes, size, NULL, &head, &error) != HW_HTTP_HEAD_COMPLETE)
    {
      /* Who goes by names is no less strict. */
      g_assert_false (is_let_in);
      return 0;
    }

  g_assert_cmpuint (head.length, <=, HW_HTTP_MAX_HEAD);
  assert_same_request (bytes, &head);
  hw_http_head_check_body (&head, &error);

  g_assert_cmpint (hw_http_head_read (part, head.length - 1, NULL, &part_head, NULL), ==,
                   HW_HTTP_HEAD_INCOMPLETE);

  return 0;
}
