/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-hub-negotiation.h"
#include "hw-hub-tokens.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

/* What a client asks for, and the version that it is answered in or why not. */
typedef struct
{
  const char *claim;
  const char *name;
  const char *value;
  guint version;
  const char *sentence;
} VersionRow;

static const VersionRow versions[] = {
  { "none-is-0", "other", "1", 0, NULL },
  { "0", "negotiateVersion", "0", 0, NULL },
  { "1", "negotiateVersion", "1", 1, NULL },
  { "later-is-1", "negotiateVersion", "7", 1, NULL },
  { "name-in-any-case", "NEGOTIATEVERSION", "1", 1, NULL },
  { "negative", "negotiateVersion", "-1", 0,
    "The client requested version '-1', but the server does not support this version." },
  { "word", "negotiateVersion", "one", 0,
    "The client requested a non-integer protocol version." },
  { "fraction", "negotiateVersion", "1.0", 0,
    "The client requested a non-integer protocol version." },
  { "nothing", "negotiateVersion", "", 0,
    "The client requested a non-integer protocol version." },
  { "too-large", "negotiateVersion", "99999999999999999999", 0,
    "The client requested a non-integer protocol version." },
};

static void
test_hub_negotiation_version (gconstpointer test_data)
{
  const VersionRow *row = test_data;
  g_autoptr(GHashTable) query = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GError) error = NULL;
  guint version = 0;
  gboolean is_valid;

  g_hash_table_insert (query, (gpointer) row->name, (gpointer) row->value);
  is_valid = hw_hub_negotiation_read_version (query, &version, &error);

  g_assert_cmpint (is_valid, ==, row->sentence == NULL);
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, row->sentence);
  g_assert_cmpuint (version, ==, row->version);
}

#define ASSERT_JSON(bytes, expected) \
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), \
                   expected, strlen (expected))

#define TRANSPORT(name, formats) \
  "{\"transport\":\"" name "\",\"transferFormats\":[" formats "]}"
#define TEXT "\"Text\""
#define ANY "\"Text\",\"Binary\""
#define TRANSPORTS "\"availableTransports\":[" TRANSPORT ("WebSockets", ANY) "," \
  TRANSPORT ("ServerSentEvents", TEXT) "," TRANSPORT ("LongPolling", ANY) "]}"

static void
test_hub_negotiation_answer_1 (void)
{
  g_autoptr(GBytes) answer = hw_hub_negotiation_answer (1, "public", "secret");

  ASSERT_JSON (answer, "{\"negotiateVersion\":1,\"connectionId\":\"public\","
               "\"connectionToken\":\"secret\"," TRANSPORTS);
}

/* Test that the first version has one name, which is the secret one. */
static void
test_hub_negotiation_answer_0 (void)
{
  g_autoptr(GBytes) answer = hw_hub_negotiation_answer (0, "public", "secret");

  ASSERT_JSON (answer, "{\"negotiateVersion\":0,\"connectionId\":\"secret\"," TRANSPORTS);
}

static void
test_hub_negotiation_refuse (void)
{
  g_autoptr(GBytes) answer = hw_hub_negotiation_refuse ("Because.");

  ASSERT_JSON (answer, "{\"error\":\"Because.\"}");
}

/* A table, two people who came over TCP, and one of their names who did not. */
typedef struct
{
  HwHubTokens *tokens;
  HwPrincipal *owner;
  HwPrincipal *guest;
  HwPrincipal *local;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->tokens = hw_hub_tokens_new ();
  fixture->owner = hw_principal_new (HW_DOOR_TCP, "token:owner", TRUE);
  fixture->guest = hw_principal_new (HW_DOOR_TCP, "token:guest", FALSE);
  fixture->local = hw_principal_new (HW_DOOR_LOCAL, "token:owner", TRUE);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_hub_tokens_free (fixture->tokens);
  hw_principal_unref (fixture->owner);
  hw_principal_unref (fixture->guest);
  hw_principal_unref (fixture->local);
}

static char *
add_token (Fixture *fixture,
           gint64   now)
{
  g_autoptr(GError) error = NULL;
  char *token = hw_hub_tokens_add (fixture->tokens, fixture->owner, now, &error);

  g_assert_no_error (error);

  return token;
}

/* Has somebody negotiate until they are refused. Returns: how often they were not */
static guint
add_all_tokens (Fixture     *fixture,
                HwPrincipal *principal,
                gint64       now)
{
  g_autoptr(GError) error = NULL;
  guint n_added = 0;

  while (error == NULL)
    {
      g_autofree char *token = hw_hub_tokens_add (fixture->tokens, principal, now, &error);

      n_added += token != NULL;
    }
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);

  return n_added;
}

#define assert_state(fixture, token, principal, now, state) \
  g_assert_cmpint (hw_hub_tokens_look_up ((fixture)->tokens, token, principal, now), ==, \
                   HW_HUB_TOKEN_STATE_ ## state)

/* Test that a client may put a token into an address as it is. */
static void
test_hub_tokens_are_plain (Fixture      *fixture,
                           gconstpointer test_data)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *token = add_token (fixture, 0);

      g_assert_cmpuint (strlen (token), ==, 22);
      g_assert_cmpuint (strspn (token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-_"), ==, 22);
    }
}

static void
test_hub_tokens_differ (Fixture      *fixture,
                        gconstpointer test_data)
{
  g_autofree char *one = add_token (fixture, 0);
  g_autofree char *other = add_token (fixture, 0);

  g_assert_cmpstr (one, !=, other);
}

static void
test_hub_tokens_live_15_seconds (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autofree char *token = add_token (fixture, 100 * SECOND);

  assert_state (fixture, token, fixture->owner, 115 * SECOND - 1, NEW);
  assert_state (fixture, token, fixture->owner, 115 * SECOND, UNKNOWN);
}

/* Test that a token that somebody else saw is of no use to them, nor to the same name
 * at another door.
 */
static void
test_hub_tokens_belong_to_who_negotiated (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autofree char *token = add_token (fixture, 0);

  assert_state (fixture, token, fixture->guest, 0, UNKNOWN);
  assert_state (fixture, token, fixture->local, 0, UNKNOWN);
  assert_state (fixture, token, fixture->owner, 0, NEW);
}

static void
test_hub_tokens_are_used_once (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autofree char *token = add_token (fixture, 0);

  hw_hub_tokens_use (fixture->tokens, token);
  assert_state (fixture, token, fixture->owner, 1000 * SECOND, USED);

  hw_hub_tokens_remove (fixture->tokens, token);
  assert_state (fixture, token, fixture->owner, 1000 * SECOND, UNKNOWN);
}

/* Test that the table does not grow for ever, and has room again in time. Used ones
 * do not count: they have a connection, which is bounded elsewhere.
 */
static void
test_hub_tokens_are_limited (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autofree char *used = add_token (fixture, 0);
  guint n_of_guest;
  guint n_of_owner;

  hw_hub_tokens_use (fixture->tokens, used);
  n_of_guest = add_all_tokens (fixture, fixture->guest, 0);
  n_of_owner = add_all_tokens (fixture, fixture->owner, SECOND);
  g_assert_cmpuint (n_of_guest + n_of_owner, ==, HW_HUB_MAX_TOKENS);

  g_assert_cmpuint (add_all_tokens (fixture, fixture->guest, 16 * SECOND), ==, n_of_guest);
}

/* Test that whoever negotiates and never comes keeps nobody else out. */
static void
test_hub_tokens_are_left_to_others (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autofree char *token = NULL;

  g_assert_cmpuint (add_all_tokens (fixture, fixture->guest, 0), <, HW_HUB_MAX_TOKENS);

  token = add_token (fixture, 0);
  assert_state (fixture, token, fixture->owner, 0, NEW);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/hub-negotiation/version/%s", versions[i].claim);

      g_test_add_data_func (path, &versions[i], test_hub_negotiation_version);
    }
  g_test_add_func ("/hub-negotiation/answer/version-1", test_hub_negotiation_answer_1);
  g_test_add_func ("/hub-negotiation/answer/version-0", test_hub_negotiation_answer_0);
  g_test_add_func ("/hub-negotiation/answer/refusal", test_hub_negotiation_refuse);

#define ADD(path, function) \
  g_test_add ("/hub-negotiation/tokens/" path, Fixture, NULL, set_up, function, tear_down)

  ADD ("are-plain", test_hub_tokens_are_plain);
  ADD ("differ", test_hub_tokens_differ);
  ADD ("live-15-seconds", test_hub_tokens_live_15_seconds);
  ADD ("belong-to-who-negotiated", test_hub_tokens_belong_to_who_negotiated);
  ADD ("are-used-once", test_hub_tokens_are_used_once);
  ADD ("are-limited", test_hub_tokens_are_limited);
  ADD ("are-left-to-others", test_hub_tokens_are_left_to_others);

  return g_test_run ();
}
