/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-auth.h"

#include "hw-error.h"
#include "hw-http-feeds.h"
#include "hw-http-reply.h"
#include "hw-http-route.h"
#include "hw-http-sessions.h"
#include "hw-http-stream.h"

#include <string.h>

#define HASH_SIZE 32 /* of SHA-256 */

/* What stands in the address of a file or a feed that a page leads to. */
#define KEY_PARAMETER "key"

#define LOGIN_ADVICE \
  "Open the page by the address that has the token in it, or send the token in the " \
  "field “Authorization: Bearer TOKEN”."

/**
 * HwHttpAuth:
 *
 * Finds out who asks.
 *
 * On the owner's socket the kernel says it. On TCP anybody on this machine can ask, and any
 * web page can make a browser ask; so a request must not come from somebody else's page
 * (`Origin`, `Sec-Fetch-Site`), and has to bring the token, or both halves of what the token
 * was traded for; so does what comes through a proxy. Whether it is meant for us (`Host`) was
 * looked at before. What proxies say of their visitors is believed by nobody here.
 *
 * One half is in a cookie, which no script reads, and the other in our page, which only pages of
 * our origin read: cookies do not tell ports apart, so that every server on this machine gets to
 * see the one, whoever runs it.
 */
struct _HwHttpAuth
{
  GObject parent_instance;

  HwHttpSessions *sessions; /* (owned) (not nullable) */
  HwPrincipal *principal;   /* (owned) (not nullable): whoever has the token */
  guint8 token_hash[HASH_SIZE];
  guint owner;
  guint port;
};

G_DEFINE_FINAL_TYPE (HwHttpAuth, hw_http_auth, G_TYPE_OBJECT)

static void
hash_string (const char *text,
             guint8      hash[HASH_SIZE])
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = HASH_SIZE;

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_get_digest (checksum, hash, &size);
}

static void
hw_http_auth_finalize (GObject *object)
{
  HwHttpAuth *self = HW_HTTP_AUTH (object);

  g_clear_object (&self->sessions);
  g_clear_pointer (&self->principal, hw_principal_unref);

  G_OBJECT_CLASS (hw_http_auth_parent_class)->finalize (object);
}

static void
hw_http_auth_class_init (HwHttpAuthClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_http_auth_finalize;
}

static void
hw_http_auth_init (HwHttpAuth *self)
{
}

/**
 * hw_http_auth_new:
 * @clock: what time it is
 * @token: the daemon's token, not empty
 * @owner: the user whose daemon this is
 *
 * Creates the one who knows who asks. Only a hash of @token is kept.
 *
 * Returns: (transfer full): it
 */
HwHttpAuth *
hw_http_auth_new (HwClock    *clock,
                  const char *token,
                  guint       owner)
{
  HwHttpAuth *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (token != NULL && *token != '\0', NULL);

  self = g_object_new (HW_TYPE_HTTP_AUTH, NULL);
  self->sessions = hw_http_sessions_new (clock);
  self->principal = hw_principal_new (HW_DOOR_TCP, "token:owner", TRUE);
  self->owner = owner;
  hash_string (token, self->token_hash);

  return self;
}

/**
 * hw_http_auth_set_port:
 * @self: an auth
 * @port: the TCP port that requests come to
 *
 * Says which port is meant when somebody asks for us.
 */
void
hw_http_auth_set_port (HwHttpAuth *self,
                       guint       port)
{
  g_return_if_fail (HW_IS_HTTP_AUTH (self));

  self->port = port;
}

/* All values of a field, so that a second one never goes unseen. */
static const char *
get_field (SoupServerMessage *message,
           const char        *name)
{
  return soup_message_headers_get_list (soup_server_message_get_request_headers (message), name);
}

static gboolean
has_field (SoupServerMessage *message,
           const char        *name,
           const char        *value)
{
  return g_strcmp0 (get_field (message, name), value) == 0;
}

static gboolean
is_safe_method (SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);

  return g_str_equal (method, "GET") || g_str_equal (method, "HEAD");
}

static HwHttpRoute
get_route (SoupServerMessage *message)
{
  guint64 task_id;

  return hw_http_route_parse (g_uri_get_path (soup_server_message_get_uri (message)), &task_id);
}

static gboolean
is_local (SoupServerMessage *message)
{
  HwHttpStream *stream = hw_http_stream_get (message);

  return stream != NULL && hw_http_stream_get_peer (stream)->is_local;
}

/**
 * hw_http_auth_has_tls:
 * @message: a request
 *
 * Tells whether a request came with TLS as far as whoever sent it knows: a proxy speaks it
 * for us.
 *
 * Returns: whether it did
 */
gboolean
hw_http_auth_has_tls (SoupServerMessage *message)
{
  HwHttpStream *stream = hw_http_stream_get (message);
  HwHttpEntrance entrance;

  if (stream == NULL)
    return FALSE;

  entrance = hw_http_stream_get_peer (stream)->entrance;

  return entrance == HW_HTTP_ENTRANCE_TLS || entrance == HW_HTTP_ENTRANCE_PROXY;
}

/* What proxies add. */
static gboolean
was_passed_on (SoupServerMessage *message)
{
  static const char *const fields[] = {
    "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (get_field (message, fields[i]) != NULL)
      return TRUE;

  return FALSE;
}

/* Whether @message comes from a page of ours, if it comes from a page at all. A page of
 * somebody else may only lead to ours, as any link does: our pages hold no secrets, and
 * are never shown inside another. */
static gboolean
is_from_own_page (SoupServerMessage *message)
{
  const char *site = get_field (message, "Sec-Fetch-Site");

  if (site == NULL || g_str_equal (site, "same-origin"))
    return TRUE;

  /* Browsers do not agree on how near ws:// is to http://. They all send an Origin. */
  if (get_field (message, "Upgrade") != NULL)
    return get_field (message, "Origin") != NULL;

  if (g_str_equal (site, "none"))
    return is_safe_method (message);

  return is_safe_method (message) &&
         get_route (message) == HW_HTTP_ROUTE_WEB &&
         has_field (message, "Sec-Fetch-Mode", "navigate") &&
         has_field (message, "Sec-Fetch-Dest", "document");
}

static gboolean
is_from_own_origin (SoupServerMessage *message)
{
  const char *origin = get_field (message, "Origin");
  g_autofree char *own = NULL;

  if (origin == NULL)
    return TRUE;

  own = g_strdup_printf ("%s://%s", hw_http_auth_has_tls (message) ? "https" : "http",
                         get_field (message, "Host"));
  return g_ascii_strcasecmp (origin, own) == 0;
}

/**
 * hw_http_auth_check:
 * @self: an auth
 * @message: a request, its head at least
 * @error: return location for a #GError, or %NULL
 *
 * Says whether a request is meant for us and does not come from somebody else's page.
 * Every request has to pass, those for public files too.
 *
 * Returns: 0, or the status to refuse it with
 */
guint
hw_http_auth_check (HwHttpAuth        *self,
                    SoupServerMessage *message,
                    GError           **error)
{
  g_return_val_if_fail (HW_IS_HTTP_AUTH (self), SOUP_STATUS_INTERNAL_SERVER_ERROR);
  g_return_val_if_fail (error == NULL || *error == NULL, SOUP_STATUS_INTERNAL_SERVER_ERROR);

  /* No browser comes through a Unix socket, unless somebody put a proxy before it. That
   * would make each of its visitors the user that the proxy runs as. */
  if (is_local (message))
    {
      if (get_field (message, "Origin") == NULL && get_field (message, "Sec-Fetch-Site") == NULL &&
          !was_passed_on (message))
        return SOUP_STATUS_NONE;

      g_set_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                   "The Unix socket is not for browsers and proxies. Use the daemon's HTTP port, "
                   "or “proxy-socket” of headway.conf.");
      return SOUP_STATUS_FORBIDDEN;
    }

  if (!is_from_own_origin (message) || !is_from_own_page (message))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                   "This was sent by a page of another site. Use the daemon's own page, "
                   "“http://127.0.0.1:%u/”.", self->port);
      return SOUP_STATUS_FORBIDDEN;
    }

  return SOUP_STATUS_NONE;
}

static HwPrincipal *
hw_http_auth_admit_local (HwHttpAuth        *self,
                          SoupServerMessage *message,
                          GError           **error)
{
  gint64 uid = hw_http_stream_get_peer (hw_http_stream_get (message))->uid;
  g_autofree char *name = NULL;

  if (uid != (gint64) self->owner && uid != 0)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                   "This daemon is the user %u's, and you are the user %" G_GINT64_FORMAT ". "
                   "Start a daemon of your own.", self->owner, uid);
      return NULL;
    }

  name = g_strdup_printf ("uid:%" G_GINT64_FORMAT, uid);
  return hw_principal_new (HW_DOOR_LOCAL, name, TRUE);
}

/* The two are hashed first, and compared to the last byte: how long it takes says nothing
 * of how much of a guess was right. */
static gboolean
hw_http_auth_is_token (HwHttpAuth *self,
                       const char *guess)
{
  guint8 hash[HASH_SIZE];
  guint8 difference = 0;

  hash_string (guess, hash);
  for (guint i = 0; i < HASH_SIZE; i++)
    difference |= (guint8) (hash[i] ^ self->token_hash[i]);

  return difference == 0;
}

static HwPrincipal *
hw_http_auth_admit_token (HwHttpAuth *self,
                          const char *guess,
                          GError    **error)
{
  if (hw_http_auth_is_token (self, guess))
    return hw_principal_ref (self->principal);

  g_set_error (error, HW_ERROR, HW_ERROR_UNAUTHORIZED,
               "This is not the daemon's token, which stands in the file “token” in the daemon's "
               "state folder, nor does it belong to a session. Sign in again.");
  return NULL;
}

/* What a browser can do with a cookie, a page of somebody else can try to make it do
 * (RFC 6265, 8.2). So what changes something has to say that it comes from our page; and
 * a body has to be of a type that no form can send. */
static gboolean
is_meant (SoupServerMessage *message,
          GError           **error)
{
  SoupMessageHeaders *fields = soup_server_message_get_request_headers (message);
  gboolean is_upgrade = get_field (message, "Upgrade") != NULL;
  gboolean has_origin = get_field (message, "Origin") != NULL;

  if (is_safe_method (message) && !is_upgrade)
    return TRUE;

  if (!has_origin && (is_upgrade || !has_field (message, "Sec-Fetch-Site", "same-origin")))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                   "Nothing says that this was sent by the daemon's own page. "
                   "A program sends the token, not a cookie.");
      return FALSE;
    }

  /* What clients of the hub send is text to them. They are known by a field, which no form has. */
  if (get_route (message) == HW_HTTP_ROUTE_HUB && get_field (message, "Authorization") != NULL)
    return TRUE;

  if (soup_message_headers_get_content_length (fields) > 0 &&
      g_strcmp0 (soup_message_headers_get_content_type (fields, NULL), "application/json") != 0)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                   "The body must be JSON. Send it with “Content-Type: application/json”.");
      return FALSE;
    }

  return TRUE;
}

/* What a cookie of ours begins with. One that came with TLS is never sent without, and no page
 * of another name can set it: browsers see to that where a name begins like this.
 */
static char *
hw_http_auth_make_cookie_start (HwHttpAuth        *self,
                                SoupServerMessage *message)
{
  return g_strdup_printf ("%sheadway_%u=", hw_http_auth_has_tls (message) ? "__Host-" : "",
                          self->port);
}

/* Whether a cookie and @key are the halves of a session. Cookies do not tell ports apart, so that
 * a browser may send those of other daemons, too; and two of one name, if somebody set one for a
 * deeper path. */
static gboolean
hw_http_auth_has_session (HwHttpAuth        *self,
                          SoupServerMessage *message,
                          const char        *key)
{
  const char *cookies = get_field (message, "Cookie");
  g_autofree char *prefix = NULL;
  g_auto(GStrv) parts = NULL;

  if (cookies == NULL)
    return FALSE;

  prefix = hw_http_auth_make_cookie_start (self, message);
  parts = g_strsplit_set (cookies, ";,", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);
      g_autofree char *secret = NULL;

      if (!g_str_has_prefix (part, prefix) ||
          strlen (part) != strlen (prefix) + HW_HTTP_SESSION_HALF)
        continue;

      secret = g_strconcat (part + strlen (prefix), key, NULL);
      if (hw_http_sessions_touch (self->sessions, secret))
        return TRUE;
    }

  return FALSE;
}

/* Gets a value out of the address. Returns: (transfer full) (nullable) */
static char *
get_parameter (SoupServerMessage *message,
               const char        *name)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr(GHashTable) values = NULL;

  if (query == NULL)
    return NULL;

  values = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  return values != NULL ? g_strdup (g_hash_table_lookup (values, name)) : NULL;
}

/* What somebody says to be known by: the token, or the half of a session. A browser cannot set
 * fields of a WebSocket's request or of a feed's, so that SignalR's clients put it into the
 * address; nor of a download, so that our page puts the half there. That is for these alone:
 * addresses are written to logs. Returns: (transfer full) (nullable) */
static char *
get_guess (SoupServerMessage *message)
{
  const char *field = get_field (message, "Authorization");
  HwHttpRoute route;
  gboolean is_feed;

  if (field != NULL)
    return g_strdup (g_ascii_strncasecmp (field, "Bearer ", strlen ("Bearer ")) == 0
                     ? field + strlen ("Bearer ") : "");

  route = get_route (message);
  is_feed = is_safe_method (message) && hw_http_feed_is_wanted (message);
  if (route == HW_HTTP_ROUTE_HUB)
    return is_feed || get_field (message, "Upgrade") != NULL
           ? get_parameter (message, "access_token") : NULL;

  is_feed = is_feed && (route == HW_HTTP_ROUTE_EVENTS || route == HW_HTTP_ROUTE_TASK_EVENTS);
  return route == HW_HTTP_ROUTE_FILE || is_feed ? get_parameter (message, KEY_PARAMETER) : NULL;
}

/* A file's address would keep the token for whoever reads the browser's history. */
static gboolean
may_bring_token (SoupServerMessage *message)
{
  return get_field (message, "Authorization") != NULL ||
         get_route (message) == HW_HTTP_ROUTE_HUB;
}

/**
 * hw_http_auth_authenticate:
 * @self: an auth
 * @message: a request, its head at least
 * @error: return location for a #GError, or %NULL
 *
 * Finds out who asks. A cookie says nothing without the half of the session that our page has.
 *
 * Returns: (transfer full): who asks, or %NULL with %HW_ERROR_UNAUTHORIZED if nobody
 *   knows, %HW_ERROR_NOT_ALLOWED if hw_http_auth_check() or this user is refused
 */
HwPrincipal *
hw_http_auth_authenticate (HwHttpAuth        *self,
                           SoupServerMessage *message,
                           GError           **error)
{
  g_autofree char *guess = NULL;

  g_return_val_if_fail (HW_IS_HTTP_AUTH (self), NULL);
  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (hw_http_auth_check (self, message, error) != SOUP_STATUS_NONE)
    return NULL;

  if (is_local (message))
    return hw_http_auth_admit_local (self, message, error);

  guess = get_guess (message);
  if (guess != NULL && hw_http_auth_has_session (self, message, guess))
    return is_meant (message, error) ? hw_principal_ref (self->principal) : NULL;

  if (guess != NULL && may_bring_token (message))
    return hw_http_auth_admit_token (self, guess, error);

  g_set_error (error, HW_ERROR, HW_ERROR_UNAUTHORIZED, "Nobody knows who asks. " LOGIN_ADVICE);
  return NULL;
}

/**
 * hw_http_auth_open_session:
 * @self: an auth
 * @message: the request for it
 * @token: what should be the daemon's token
 * @key: (out) (transfer full): the half that is for the page alone
 * @error: return location for a #GError, or %NULL
 *
 * Trades the token for two halves that are good together, one of them in a cookie (RFC 6265).
 * With TLS that is `Secure`, which keeps it from plain HTTP; loopback speaks nothing else. Its
 * name has the port, since a browser gives one daemon's cookie to another on the same machine.
 *
 * Returns: (transfer full): what the field Set-Cookie has to say, or %NULL with
 *   %HW_ERROR_UNAUTHORIZED
 */
char *
hw_http_auth_open_session (HwHttpAuth        *self,
                           SoupServerMessage *message,
                           const char        *token,
                           char             **key,
                           GError           **error)
{
  g_autoptr(HwPrincipal) principal = NULL;
  g_autofree char *start = NULL;
  g_autofree char *secret = NULL;

  g_return_val_if_fail (HW_IS_HTTP_AUTH (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  principal = hw_http_auth_admit_token (self, token, error);
  if (principal == NULL)
    return NULL;

  secret = hw_http_sessions_open (self->sessions, error);
  if (secret == NULL)
    return NULL;

  start = hw_http_auth_make_cookie_start (self, message);
  *key = g_strdup (secret + HW_HTTP_SESSION_HALF);

  return g_strdup_printf ("%s%.*s; HttpOnly; SameSite=Strict; Path=/%s", start,
                          HW_HTTP_SESSION_HALF, secret,
                          hw_http_auth_has_tls (message) ? "; Secure" : "");
}
