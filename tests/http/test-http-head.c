/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-http-head.h"

#include <string.h>

static const char *const hosts[] = { "127.0.0.1:5031", "localhost:5031", "[::1]:5031", NULL };

#define US "Host: localhost:5031\r\n"
#define END "\r\n"
#define GET_US "GET / HTTP/1.1\r\n" US
#define POST_US "POST /add-task HTTP/1.1\r\n" US

/* Bytes, and what comes of them: 0 if they are a good head, 1 if more has to come. */
typedef struct
{
  const char *claim;
  const char *bytes;
  guint outcome;
} Row;

static const Row rows[] = {
  { "good/least", GET_US END, 0 },
  { "good/by-address", "GET / HTTP/1.1\r\nHost: 127.0.0.1:5031\r\n\r\n", 0 },
  { "good/by-address-of-ipv6", "GET / HTTP/1.1\r\nHost: [::1]:5031\r\n\r\n", 0 },
  { "good/host-in-any-case", "GET / HTTP/1.1\r\nhOST: LocalHost:5031\r\n\r\n", 0 },
  { "good/head", "HEAD /healthz HTTP/1.1\r\n" US END, 0 },
  { "good/delete", "DELETE /api/v1/tasks/7 HTTP/1.1\r\n" US END, 0 },
  { "good/options", "OPTIONS /api/v1/tasks HTTP/1.1\r\n" US END, 0 },
  { "good/post", POST_US "Content-Length: 2\r\n" END, 0 },
  { "good/post-without-body", POST_US "Content-Length: 0\r\n" END, 0 },
  { "good/no-blank-before-value", "GET / HTTP/1.1\r\nHost:localhost:5031\r\n\r\n", 0 },
  { "good/many-blanks-round-value", "GET / HTTP/1.1\r\nHost: \t localhost:5031 \t \r\n\r\n", 0 },
  { "good/empty-value", GET_US "X-Empty:\r\nX-Blank: \t\r\n" END, 0 },
  { "good/letters-beyond-ascii", GET_US "X-Name: \xc3\xa9\xff\r\n" END, 0 },
  { "good/tab-in-value", GET_US "X-Tab: a\tb\r\n" END, 0 },
  { "good/query", "GET /api/v1/tasks?search=a%20b&x=%F0/../? HTTP/1.1\r\n" US END, 0 },
  { "good/escapes", "GET /a%2Fb%01%10 HTTP/1.1\r\n" US END, 0 },
  { "good/dots-in-names", "GET /.a/a./..b/b../...?. HTTP/1.1\r\n" US END, 0 },
  { "good/two-slashes", "GET //evil/x HTTP/1.1\r\n" US END, 0 },
  { "good/continue", POST_US "Expect: 100-Continue\r\nContent-Length: 2\r\n" END, 0 },
  { "good/websocket", GET_US "Upgrade: WebSocket\r\nConnection: Upgrade\r\n" END, 0 },
  { "good/more-behind-it", GET_US END "GET / HTTP/9.9", 0 },

  { "incomplete/nothing", "", 1 },
  { "incomplete/letter", "G", 1 },
  { "incomplete/line", "GET / HTTP/1.1\r", 1 },
  { "incomplete/fields", GET_US "Accept", 1 },
  { "incomplete/last-line", GET_US "\r", 1 },

  { "line/empty", "\r\n", 400 },
  { "line/one-word", "GET\r\n", 400 },
  { "line/two-words", "GET /\r\n", 400 },
  { "line/four-words", "GET / HTTP/1.1 x\r\n", 400 },
  { "line/two-blanks", "GET  / HTTP/1.1\r\n", 400 },
  { "line/tab", "GET\t/\tHTTP/1.1\r\n", 400 },
  { "line/blank-first", " GET / HTTP/1.1\r\n", 400 },
  { "line/lone-line-feed", "GET / HTTP/1.1\n", 400 },
  { "line/carriage-return-within", "GET /\rx HTTP/1.1\r\n", 400 },
  { "line/two-carriage-returns", "GET / HTTP/1.1\r\r\n", 400 },
  { "line/tls", "\x16\x03\x01\x02", 400 },
  { "line/delete-character", "GET /\x7f", 400 },
  { "line/method-is-no-word", "G@T / HTTP/1.1\r\n", 400 },
  { "method/unknown", "BREW / HTTP/1.1\r\n", 405 },
  { "method/in-small-letters", "get / HTTP/1.1\r\n", 405 },
  { "method/put", "PUT / HTTP/1.1\r\n", 405 },
  { "method/trace", "TRACE /hub HTTP/1.1\r\n", 405 },
  { "method/connect", "CONNECT localhost:5031 HTTP/1.1\r\n", 400 },
  { "version/old", "GET / HTTP/1.0\r\n", 505 },
  { "version/new", "GET / HTTP/2.0\r\n", 505 },
  { "version/of-http-2-preface", "PRI * HTTP/2.0\r\n", 505 },
  { "version/none", "GET / \r\n", 400 },
  { "version/in-small-letters", "GET / http/1.1\r\n", 400 },
  { "version/long", "GET / HTTP/1.10\r\n", 400 },

  { "target/of-a-method-unknown", "BREW * HTTP/1.1\r\n", 400 },
  { "target/empty", "GET  HTTP/1.1\r\n", 400 },
  { "target/absolute", "GET http://localhost:5031/ HTTP/1.1\r\n", 400 },
  { "target/asterisk", "OPTIONS * HTTP/1.1\r\n", 400 },
  { "target/no-slash", "GET healthz HTTP/1.1\r\n", 400 },
  { "target/fragment", "GET /#a HTTP/1.1\r\n", 400 },
  { "target/backslash", "GET /\\evil HTTP/1.1\r\n", 400 },
  { "target/beyond-ascii", "GET /\xc3\xa9 HTTP/1.1\r\n", 400 },
  { "target/zero-byte", "GET /%00 HTTP/1.1\r\n", 400 },
  { "target/escape-of-no-digits", "GET /%zz HTTP/1.1\r\n", 400 },
  { "target/escape-of-one-digit", "GET /%1z HTTP/1.1\r\n", 400 },
  { "target/escape-cut", "GET /?%1 HTTP/1.1\r\n", 400 },
  { "target/dots", "GET /a/../b HTTP/1.1\r\n", 400 },
  { "target/dot", "GET /a/./b HTTP/1.1\r\n", 400 },
  { "target/dots-last", "GET /a/..?x HTTP/1.1\r\n", 400 },
  { "target/escaped-dots", "GET /%2E%2e/b HTTP/1.1\r\n", 400 },
  { "target/half-escaped-dots", "GET /.%2e/b HTTP/1.1\r\n", 400 },
  { "target/escaped-dot", "GET /%2e HTTP/1.1\r\n", 400 },

  { "host/none", "GET / HTTP/1.1\r\n\r\n", 400 },
  { "host/two", GET_US US END, 400 },
  { "host/another", "GET / HTTP/1.1\r\nHost: evil.example:5031\r\n", 421 },
  { "host/another-port", "GET / HTTP/1.1\r\nHost: localhost:80\r\n", 421 },
  { "host/no-port", "GET / HTTP/1.1\r\nHost: localhost\r\n", 421 },
  { "host/no-port-of-ipv6", "GET / HTTP/1.1\r\nHost: [::1]\r\n", 421 },
  { "host/of-whom-ours-is-a-part", "GET / HTTP/1.1\r\nHost: localhost:5031.evil.example\r\n", 421 },
  { "host/empty", "GET / HTTP/1.1\r\nHost:\r\n", 421 },
  { "host/port-alone", "GET / HTTP/1.1\r\nHost: :5031\r\n", 421 },
  { "host/empty-port", "GET / HTTP/1.1\r\nHost: localhost:\r\n", 421 },
  { "host/port-of-nobody", "GET / HTTP/1.1\r\nHost: localhost:0\r\n", 421 },
  { "host/port-too-great", "GET / HTTP/1.1\r\nHost: localhost:65536\r\n", 421 },
  { "host/bracket", "GET / HTTP/1.1\r\nHost: [\r\n", 421 },
  { "host/bracket-of-another", "GET / HTTP/1.1\r\nHost: [::2]:5031\r\n", 421 },
  { "host/bracket-late", "GET / HTTP/1.1\r\nHost: [::12]\r\n", 421 },
  { "host/bracket-and-letters", "GET / HTTP/1.1\r\nHost: [::1]x\r\n", 421 },
  { "host/bracket-and-no-port", "GET / HTTP/1.1\r\nHost: [::1]:\r\n", 421 },
  { "host/user", "GET / HTTP/1.1\r\nHost: localhost@evil.example\r\n", 421 },
  { "host/list", "GET / HTTP/1.1\r\nHost: localhost:5031, evil.example\r\n", 421 },
  { "host/path", "GET / HTTP/1.1\r\nHost: localhost:5031/x\r\n", 421 },
  { "host/query", "GET / HTTP/1.1\r\nHost: localhost:5031?x\r\n", 421 },

  { "field/folded", GET_US "X-Fold: a\r\n b\r\n", 400 },
  { "field/folded-first", "GET / HTTP/1.1\r\n Host: localhost:5031\r\n", 400 },
  { "field/host-folded", "GET / HTTP/1.1\r\nHost: evil\r\n localhost:5031\r\n", 421 },
  { "field/blank-before-colon", POST_US "Transfer-Encoding : chunked\r\n", 400 },
  { "field/no-colon", GET_US "Accept\r\n", 400 },
  { "field/no-name", GET_US ": a\r\n", 400 },
  { "field/name-is-no-word", GET_US "X(y): a\r\n", 400 },
  { "field/lone-line-feed", GET_US "X-Feed: a\nX-Next: b\r\n", 400 },
  { "field/carriage-return-within", GET_US "X-Return: a\rb\r\n", 400 },
  { "field/lone-line-feed-at-end", GET_US "\n", 400 },
  { "field/one-letter", GET_US "x\n", 400 },
  { "field/escape-character", GET_US "X-Escape: \x1b[0m\r\n", 400 },

  { "length/two-alike", POST_US "Content-Length: 3\r\nContent-Length: 3\r\n", 400 },
  { "length/two-unlike", POST_US "Content-Length: 3\r\ncontent-length: 4\r\n", 400 },
  { "length/list", POST_US "Content-Length: 3, 3\r\n", 400 },
  { "length/plus", POST_US "Content-Length: +3\r\n", 400 },
  { "length/minus", POST_US "Content-Length: -1\r\n", 400 },
  { "length/hexadecimal", POST_US "Content-Length: 0x3\r\n", 400 },
  { "length/empty", POST_US "Content-Length:\r\n", 400 },
  { "length/zero-first", POST_US "Content-Length: 03\r\n", 400 },
  { "length/blank-within", POST_US "Content-Length: 1 2\r\n", 400 },
  { "length/overflowing", POST_US "Content-Length: 18446744073709551617\r\n", 413 },
  { "coding/chunked", POST_US "Transfer-Encoding: chunked\r\n", 501 },
  { "coding/unknown", POST_US "transfer-encoding: xchunked\r\n", 501 },
  { "coding/empty", POST_US "Transfer-Encoding:\r\n", 501 },
  { "coding/and-length", POST_US "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 501 },
  { "expect/another", POST_US "Expect: a-miracle\r\n", 417 },
};

static void
test_http_head_row (gconstpointer test_data)
{
  const Row *row = test_data;
  gsize size = strlen (row->bytes);
  g_autofree char *bytes = g_memdup2 (row->bytes, MAX (size, 1));
  g_autoptr(GError) error = NULL;
  HwHttpHead head;
  HwHttpHeadState state = hw_http_head_read (bytes, size, hosts, &head, &error);

  if (row->outcome > 1)
    {
      g_assert_cmpint (state, ==, HW_HTTP_HEAD_REFUSED);
      g_assert_cmpuint (head.status, ==, row->outcome);
      g_assert_cmpstr (g_quark_to_string (error->domain), ==, g_quark_to_string (HW_ERROR));
      g_assert_true (g_str_has_suffix (error->message, "."));
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpint (state, ==, row->outcome == 0 ? HW_HTTP_HEAD_COMPLETE
                                                : HW_HTTP_HEAD_INCOMPLETE);
}

/* Test that a good head is incomplete until its last byte, and that nothing behind it
 * makes a difference.
 */
static void
test_http_head_byte_by_byte (void)
{
  const char *text = POST_US "Content-Length: 12\r\n" END "GET / \n\n";
  gsize length = strlen (text) - strlen ("GET / \n\n");

  for (gsize size = 0; size <= strlen (text); size++)
    {
      g_autofree char *bytes = g_memdup2 (text, MAX (size, 1));
      g_autoptr(GError) error = NULL;
      HwHttpHead head;
      HwHttpHeadState state = hw_http_head_read (bytes, size, hosts, &head, &error);

      g_assert_no_error (error);
      g_assert_cmpint (state, ==, size < length ? HW_HTTP_HEAD_INCOMPLETE : HW_HTTP_HEAD_COMPLETE);
      g_assert_cmpuint (head.length, ==, size < length ? 0 : length);
    }
}

static void
test_http_head_tells (void)
{
  g_autofree char *bytes =
    g_strdup ("POST /add-task?a=/b HTTP/1.1\r\n" US "Content-Length: 17\r\n" END);
  HwHttpHead head;

  g_assert_cmpint (hw_http_head_read (bytes, strlen (bytes), hosts, &head, NULL), ==,
                   HW_HTTP_HEAD_COMPLETE);

  g_assert_cmpstr (head.method, ==, "POST");
  g_assert_cmpmem (head.path, head.path_length, "/add-task", strlen ("/add-task"));
  g_assert_cmpuint (head.length, ==, strlen (bytes));
  g_assert_cmpuint (head.body_length, ==, 17);
}

static void
test_http_head_allows (void)
{
  g_autofree char *put = g_strdup ("PUT /api/v1/tasks/7 HTTP/1.1\r\n");
  g_autofree char *hub = g_strdup ("PUT /hub HTTP/1.1\r\n");
  HwHttpHead head;

  hw_http_head_read (put, strlen (put), hosts, &head, NULL);
  g_assert_cmpstr (head.allow, ==, "GET, HEAD, DELETE");
  hw_http_head_read (hub, strlen (hub), hosts, &head, NULL);
  g_assert_cmpstr (head.allow, ==, "GET, HEAD, POST, DELETE, OPTIONS");
}

/* On a Unix socket, nobody is deceived by a name. */
static void
test_http_head_any_host (void)
{
  static const char *const good[] = {
    "x", "localhost", "a-b.example:80", "127.0.0.1", "[::1]", "[::1]:65535",
  };
  static const char *const bad[] = {
    "", "a b", "a_b", "a:b:1", "a@b", ":80", "a:", "a:0", "a:65536", "a, b", "a/b", "a?b", "[",
    "[::2]:80", "[::12]", "[::1]x", "[::1]:", "[::1]:x",
  };
  g_autofree char *long_name = g_strnfill (256, 'a');
  g_autofree char *long_head = g_strdup_printf ("GET / HTTP/1.1\r\nHost: %s\r\n\r\n", long_name);
  HwHttpHead head;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *bytes = g_strdup_printf ("GET / HTTP/1.1\r\nHost: %s\r\n\r\n", good[i]);

      g_assert_cmpint (hw_http_head_read (bytes, strlen (bytes), NULL, &head, NULL), ==,
                       HW_HTTP_HEAD_COMPLETE);
    }

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *bytes = g_strdup_printf ("GET / HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);

      g_assert_cmpint (hw_http_head_read (bytes, strlen (bytes), NULL, &head, NULL), ==,
                       HW_HTTP_HEAD_REFUSED);
      g_assert_cmpuint (head.status, ==, 400);
    }

  g_assert_cmpint (hw_http_head_read (long_head, strlen (long_head), NULL, &head, NULL), ==,
                   HW_HTTP_HEAD_REFUSED);
}

/* A zero byte ends nothing. */
static void
test_http_head_zero_byte (void)
{
  char bytes[] = GET_US "X-Zero: a\0b\r\n" END;
  HwHttpHead head;

  g_assert_cmpint (hw_http_head_read (bytes, sizeof (bytes) - 1, hosts, &head, NULL), ==,
                   HW_HTTP_HEAD_REFUSED);
  g_assert_cmpuint (head.status, ==, 400);
}

static HwHttpHeadState
read_with_filler (gsize  size,
                  guint *status)
{
  gsize filler_length = size - strlen (GET_US "X: \r\n" END);
  g_autofree char *filler = g_strnfill (filler_length, 'x');
  g_autofree char *bytes = g_strconcat (GET_US "X: ", filler, "\r\n" END, NULL);
  HwHttpHead head;
  HwHttpHeadState state = hw_http_head_read (bytes, size, hosts, &head, NULL);

  *status = head.status;

  return state;
}

static void
test_http_head_longest (void)
{
  guint status;

  g_assert_cmpint (read_with_filler (HW_HTTP_MAX_HEAD, &status), ==, HW_HTTP_HEAD_COMPLETE);
  g_assert_cmpint (read_with_filler (HW_HTTP_MAX_HEAD + 1, &status), ==, HW_HTTP_HEAD_REFUSED);
  g_assert_cmpuint (status, ==, 431);
}

static HwHttpHeadState
read_with_fields (guint  n_fields,
                  guint *status)
{
  g_autoptr(GString) bytes = g_string_new (GET_US);
  HwHttpHead head;
  HwHttpHeadState state;

  for (guint i = 1; i < n_fields; i++)
    g_string_append (bytes, "X: y\r\n");
  g_string_append (bytes, END);
  state = hw_http_head_read (bytes->str, bytes->len, hosts, &head, NULL);
  *status = head.status;

  return state;
}

static void
test_http_head_most_fields (void)
{
  guint status;

  g_assert_cmpint (read_with_fields (HW_HTTP_MAX_FIELDS, &status), ==, HW_HTTP_HEAD_COMPLETE);
  g_assert_cmpint (read_with_fields (HW_HTTP_MAX_FIELDS + 1, &status), ==, HW_HTTP_HEAD_REFUSED);
  g_assert_cmpuint (status, ==, 431);
}

/* Test that libsoup does not get to see @line, and everything else. */
static void
assert_blanked (const char *method,
                const char *line,
                const char *expected)
{
  g_autofree char *bytes = g_strdup_printf ("%s / HTTP/1.1\r\n" US "%s\r\nAccept: a\r\n\r\n",
                                            method, line);
  g_autofree char *wanted = g_strdup_printf ("%s / HTTP/1.1\r\n" US "%s\r\nAccept: a\r\n\r\n",
                                             method, expected);
  HwHttpHead head;

  g_assert_cmpint (hw_http_head_read (bytes, strlen (bytes), hosts, &head, NULL), ==,
                   HW_HTTP_HEAD_COMPLETE);
  g_assert_cmpstr (bytes, ==, wanted);
}

static void
test_http_head_ranges (void)
{
  assert_blanked ("GET", "Range: bytes=0-9", "xxxxx: bytes=0-9");
  assert_blanked ("GET", "if-range: \"a\"", "xxxxxxxx: \"a\"");
}

static void
test_http_head_upgrades (void)
{
  assert_blanked ("GET", "Upgrade: websocket", "Upgrade: websocket");
  assert_blanked ("GET", "Upgrade: h2c", "xxxxxxx: h2c");
  assert_blanked ("GET", "Upgrade: websocket, h2c", "xxxxxxx: websocket, h2c");
  assert_blanked ("POST", "Upgrade: websocket", "xxxxxxx: websocket");
}

/* A head for @target that announces a body, and whether that may come. */
static gboolean
may_bring (const char *target,
           guint64     length,
           GError    **error)
{
  g_autofree char *bytes = g_strdup_printf ("%s HTTP/1.1\r\n" US "Content-Length: %"
                                            G_GUINT64_FORMAT "\r\n\r\n", target, length);
  HwHttpHead head;

  g_assert_cmpint (hw_http_head_read (bytes, strlen (bytes), hosts, &head, NULL), ==,
                   HW_HTTP_HEAD_COMPLETE);
  if (hw_http_head_check_body (&head, error))
    return TRUE;

  g_assert_cmpuint (head.status, ==, 413);

  return FALSE;
}

static void
test_http_head_bodies (void)
{
  static const char *const without[] = {
    "GET /api/v1/tasks", "DELETE /api/v1/tasks/7", "POST /nowhere", "POST /api/v1/nowhere",
    "POST /healthz", "OPTIONS /add-task",
  };

  g_assert_true (may_bring ("POST /add-task?x=y", 2 * 1024 * 1024, NULL));
  g_assert_true (may_bring ("POST /api/v1/session", 1024, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (without); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_true (may_bring (without[i], 0, NULL));
      g_assert_false (may_bring (without[i], 1, &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
    }
}

static void
test_http_head_too_long_a_body (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (may_bring ("POST /api/v1/session", 1025, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "1024"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-head/%s", rows[i].claim);

      g_test_add_data_func (path, &rows[i], test_http_head_row);
    }

  g_test_add_func ("/http-head/incomplete/until-its-last-byte", test_http_head_byte_by_byte);
  g_test_add_func ("/http-head/tells-what-is-asked", test_http_head_tells);
  g_test_add_func ("/http-head/tells-the-methods-there-are", test_http_head_allows);
  g_test_add_func ("/http-head/host/of-a-unix-socket", test_http_head_any_host);
  g_test_add_func ("/http-head/field/zero-byte", test_http_head_zero_byte);
  g_test_add_func ("/http-head/limit/length", test_http_head_longest);
  g_test_add_func ("/http-head/limit/fields", test_http_head_most_fields);
  g_test_add_func ("/http-head/blanked/ranges", test_http_head_ranges);
  g_test_add_func ("/http-head/blanked/other-upgrades", test_http_head_upgrades);
  g_test_add_func ("/http-head/body/only-where-one-belongs", test_http_head_bodies);
  g_test_add_func ("/http-head/body/too-long", test_http_head_too_long_a_body);

  return g_test_run ();
}
