/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-house.h"

#include "hw-hub-record.h"
#include "hw-line-transport.h"
#include "wait.h"

#include <string.h>
#include <sys/resource.h>

#define SECOND G_USEC_PER_SEC
#define EVENTS "Accept: text/event-stream\r\n"

/* A request that is no upgrade, and how it is answered. In the target, TOKEN stands for
 * one that the owner negotiated, USED for one that has its connection.
 */
typedef struct
{
  const char *claim;
  const char *method;
  const char *target;
  const char *fields;
  guint status;
  const char *body;
} RequestRow;

static const RequestRow requests[] = {
  { "negotiate-as-nobody", "POST", "/hub/negotiate?negotiateVersion=1", "", 401, NULL },
  { "negotiate-as-somebody-who-may-not", "POST", "/hub/negotiate", "X-Who: stranger\r\n",
    403, NULL },
  { "negotiate-in-no-version", "POST", "/hub/negotiate?negotiateVersion=x", BY_OWNER, 200,
    "{\"error\":\"The client requested a non-integer protocol version.\"}" },
  { "negotiate-with-get", "GET", "/hub/negotiate", BY_OWNER, 405, "" },
  { "connect-as-nobody", "GET", "/hub?id=TOKEN", "", 401, NULL },
  { "below-the-hub", "GET", "/hub/more", BY_OWNER, 404, "" },
  { "below-negotiate", "POST", "/hub/negotiate/more", BY_OWNER, 404, "" },
  { "get-without-id", "GET", "/hub", BY_OWNER, 400, "Connection ID required" },
  { "post-without-id", "POST", "/hub", BY_OWNER, 400, "Connection ID required" },
  { "delete-without-id", "DELETE", "/hub", BY_OWNER, 400, "Connection ID required" },
  { "get-of-unknown-id", "GET", "/hub?id=x", BY_OWNER, 404, "No Connection with that ID" },
  { "post-to-unknown-id", "POST", "/hub?id=x", BY_OWNER, 404, "No Connection with that ID" },
  { "delete-of-unknown-id", "DELETE", "/hub?id=x", BY_OWNER, 404, "No Connection with that ID" },
  { "get-of-somebody-else's-id", "GET", "/hub?id=TOKEN", BY_GUEST, 404,
    "No Connection with that ID" },
  { "poll-of-somebody-else's-id", "GET", "/hub?id=USED", BY_GUEST, 404,
    "No Connection with that ID" },
  { "events-of-somebody-else's-id", "GET", "/hub?id=TOKEN", BY_GUEST EVENTS, 404,
    "No Connection with that ID" },
  { "events-of-no-id", "GET", "/hub", BY_OWNER EVENTS, 400, "Connection ID required" },
  { "events-of-unknown-id", "GET", "/hub?id=x", BY_OWNER EVENTS, 404,
    "No Connection with that ID" },
  { "poll-of-websocket", "GET", "/hub?id=USED", BY_OWNER, 400,
    "Cannot change transports mid-connection" },
  { "events-of-websocket", "GET", "/hub?id=USED", BY_OWNER EVENTS, 400,
    "Cannot change transports mid-connection" },
  { "post-to-nothing-yet", "POST", "/hub?id=TOKEN", BY_OWNER, 404, "No Connection with that ID" },
  { "delete-of-nothing-yet", "DELETE", "/hub?id=TOKEN", BY_OWNER, 400,
    "Cannot terminate this connection using the DELETE endpoint." },
  { "post-to-websocket", "POST", "/hub?id=USED", BY_OWNER, 405,
    "POST requests are not allowed for WebSocket connections." },
  { "delete-of-websocket", "DELETE", "/hub?id=USED", BY_OWNER, 400,
    "Cannot terminate this connection using the DELETE endpoint." },
  { "other-method", "OPTIONS", "/hub?id=TOKEN", BY_OWNER, 405, "" },
};

static void
test_hub_request (HubHouse     *house,
                  gconstpointer test_data)
{
  const RequestRow *row = test_data;
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autofree char *used = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = hub_house_connect (house, used);
  g_autoptr(GString) target = g_string_new (row->target);
  g_autofree char *body = NULL;

  g_string_replace (target, "TOKEN", token, 0);
  g_string_replace (target, "USED", used, 0);

  g_assert_cmpuint (hub_house_ask (house, row->method, target->str, row->fields, &body), ==,
                    row->status);
  if (row->body != NULL)
    g_assert_cmpstr (body, ==, row->body);
}

/* Test that no body that a request has is kept. */
static void
test_hub_request_with_body (HubHouse     *house,
                            gconstpointer test_data)
{
  g_autofree char *filling = g_strnfill (1000, 'a');
  g_autofree char *fields = g_strdup_printf (BY_OWNER "Content-Length: 1000\r\n\r\n%s", filling);
  g_autofree char *body = NULL;

  g_assert_cmpuint (hub_house_ask (house, "POST", "/hub/negotiate", fields, &body), ==, 200);
}

static guint
try_upgrade (HubHouse   *house,
             const char *token,
             const char *fields)
{
  g_autofree char *target = g_strdup_printf ("/hub?id=%s", token);
  g_autoptr(HubLine) line = hub_line_new (house->port);
  g_autofree char *head = NULL;

  return hub_line_upgrade (line, target, fields, &head);
}

static void
test_hub_upgrade_answers_a_call (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = hub_house_connect (house, token);
  g_autofree char *answer = NULL;

  hub_line_send_text (line, CALL ("Echo"));
  answer = hub_line_take_text (line);

  g_assert_cmpstr (answer, ==, RESULT);
}

static void
test_hub_upgrade_without_negotiation (HubHouse     *house,
                                      gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);
}

/* Test that the answer proves that the key was read (RFC 6455, section 1.3), and agrees
 * on no extension, though the client offers one.
 */
static void
test_hub_upgrade_agrees_on_nothing (HubHouse     *house,
                                    gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_line_new (house->port);
  g_autofree char *head = NULL;

  hub_line_upgrade (line, "/hub", BY_OWNER "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                    &head);

  g_assert_nonnull (strstr (head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  g_assert_null (strstr (head, "Extensions"));
}

static void
test_hub_upgrade_of_nobody (HubHouse     *house,
                            gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);

  g_assert_cmpuint (try_upgrade (house, token, ""), ==, 401);
}

static void
test_hub_upgrade_of_somebody_else (HubHouse     *house,
                                   gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);

  g_assert_cmpuint (try_upgrade (house, token, BY_GUEST), ==, 404);
}

static void
test_hub_upgrade_of_unknown_id (HubHouse     *house,
                                gconstpointer test_data)
{
  g_assert_cmpuint (try_upgrade (house, "AAAAAAAAAAAAAAAAAAAAAA", BY_OWNER), ==, 404);
}

static void
test_hub_upgrade_of_a_live_id (HubHouse     *house,
                               gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = hub_house_connect (house, token);

  g_assert_cmpuint (try_upgrade (house, token, BY_OWNER), ==, 409);
}

static void
test_hub_upgrade_of_a_dead_id (HubHouse     *house,
                               gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);

  hub_line_free (hub_house_connect (house, token));
  wait_until (hw_hub_get_n_connections (house->hub) == 0);

  g_assert_cmpuint (try_upgrade (house, token, BY_OWNER), ==, 404);
}

static void
test_hub_upgrade_of_an_old_id (HubHouse     *house,
                               gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);

  hw_fake_clock_advance (house->clock, 15 * SECOND);

  g_assert_cmpuint (try_upgrade (house, token, BY_OWNER), ==, 404);
}

static void
test_hub_upgrade_without_key (HubHouse     *house,
                              gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autofree char *target = g_strdup_printf ("/hub?id=%s", token);
  g_autofree char *body = NULL;

  g_assert_cmpuint (hub_house_ask (house, "GET", target, BY_OWNER "Upgrade: websocket\r\n", &body),
                    ==, 400);
}

/* Test that a client that hangs up before it is answered leaves nothing. */
static void
test_hub_upgrade_then_gone (HubHouse     *house,
                            gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autofree char *request =
    g_strdup_printf ("GET /hub?id=%s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                     "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" BY_OWNER "\r\n", token);
  HubLine *line = hub_line_new (house->port);

  hub_line_send (line, request, strlen (request));
  hub_line_free (line);

  wait_until (try_upgrade (house, token, BY_OWNER) == 404);
  wait_until (hw_hub_get_n_connections (house->hub) == 0);
}

/* Test that frames right behind the upgrade's head are not lost. */
static void
test_hub_upgrade_with_frames_behind (HubHouse     *house,
                                     gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_line_new (house->port);
  g_autofree char *head = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *fields = NULL;
  const char mask[4] = { 1, 1, 1, 1 };
  g_autoptr(GString) frame = g_string_new ("\x81");
  const char *record = "{\"protocol\":\"json\",\"version\":1}\036";

  /* The line end that follows all fields is in it, the beginning of another record. */
  g_string_append_c (frame, (char) (0x80 | (strlen (record) + strlen ("\r\n"))));
  g_string_append_len (frame, mask, sizeof (mask));
  for (const char *p = record; *p != '\0'; p++)
    g_string_append_c (frame, *p ^ 1);

  /* What libsoup reads in one go with the head. */
  fields = g_strdup_printf (BY_OWNER "\r\n%s", frame->str);
  hub_line_upgrade (line, "/hub", fields, &head);
  answer = hub_line_take_text (line);

  g_assert_cmpstr (answer, ==, "{}|");
}

/* Makes a hub while there may be few descriptors: of 64 it takes 40, of which one principal has 35. */
static void
set_up_small (HubHouse     *house,
              gconstpointer test_data)
{
  struct rlimit limit;
  struct rlimit small;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  small = limit;
  small.rlim_cur = 64;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &small), ==, 0);
  hub_house_set_up (house, test_data);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

/* Test that a hub leaves descriptors to others, and lets somebody in again for each who goes. */
static void
test_hub_leaves_descriptors_to_others (HubHouse     *house,
                                       gconstpointer test_data)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) hub_line_free);
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);

  while (lines->len < 35)
    g_ptr_array_add (lines, hub_house_connect (house, NULL));
  g_assert_cmpuint (try_upgrade (house, token, BY_OWNER), ==, 503);

  g_ptr_array_remove_index (lines, 0);
  wait_until (hw_hub_get_n_connections (house->hub) == 34);
  g_ptr_array_add (lines, hub_house_connect (house, NULL));
  g_assert_cmpuint (try_upgrade (house, token, BY_OWNER), ==, 503);
}

#define ADD(path, function) \
  g_test_add ("/hub/" path, HubHouse, NULL, hub_house_set_up, function, hub_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/hub/request/%s", requests[i].claim);

      g_test_add (path, HubHouse, &requests[i], hub_house_set_up, test_hub_request,
                  hub_house_tear_down);
    }
  ADD ("request/with-body", test_hub_request_with_body);
  ADD ("upgrade/answers-a-call", test_hub_upgrade_answers_a_call);
  ADD ("upgrade/without-negotiation", test_hub_upgrade_without_negotiation);
  ADD ("upgrade/agrees-on-nothing", test_hub_upgrade_agrees_on_nothing);
  ADD ("upgrade/of-nobody", test_hub_upgrade_of_nobody);
  ADD ("upgrade/of-somebody-else", test_hub_upgrade_of_somebody_else);
  ADD ("upgrade/of-unknown-id", test_hub_upgrade_of_unknown_id);
  ADD ("upgrade/of-a-live-id", test_hub_upgrade_of_a_live_id);
  ADD ("upgrade/of-a-dead-id", test_hub_upgrade_of_a_dead_id);
  ADD ("upgrade/of-an-old-id", test_hub_upgrade_of_an_old_id);
  ADD ("upgrade/without-key", test_hub_upgrade_without_key);
  ADD ("upgrade/then-gone", test_hub_upgrade_then_gone);
  ADD ("upgrade/with-frames-behind", test_hub_upgrade_with_frames_behind);

  g_test_add ("/hub/upgrade/leaves-descriptors-to-others", HubHouse, NULL, set_up_small,
              test_hub_leaves_descriptors_to_others, hub_house_tear_down);

  return g_test_run ();
}
