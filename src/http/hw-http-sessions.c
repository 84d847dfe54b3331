/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-sessions.h"

#include "hw-error.h"

#include <errno.h>
#include <sys/random.h>

/* As many as a SHA-256 has, half of them for each of two who keep a half. */
#define SECRET_SIZE 32
G_STATIC_ASSERT (HW_HTTP_SESSION_HALF == SECRET_SIZE);

/* More characters than a secret has are not hashed. */
#define MAX_SECRET_LENGTH (2 * SECRET_SIZE)

/**
 * HwHttpSessions:
 *
 * The browsers that showed the token. Each holds a secret of its own, half of it in a cookie; here
 * is only the secret's hash, so that whoever reads our memory cannot become one of
 * them. When there are too many, the one that was silent longest has to show the token
 * again. They end with the daemon.
 */
struct _HwHttpSessions
{
  GObject parent_instance;

  HwClock *clock;      /* (owned) (not nullable) */
  GHashTable *by_hash; /* (owned) (element-type utf8 Session) */
  GQueue by_use;       /* (element-type Session): the one used last is the last */
};

/* Owned by the table. The time is that of day: a machine that slept for a day was idle
 * for a day. */
typedef struct
{
  char *hash; /* (owned) */
  gint64 opened_at;
  gint64 used_at;
  GList link; /* in by_use */
} Session;

G_DEFINE_FINAL_TYPE (HwHttpSessions, hw_http_sessions, G_TYPE_OBJECT)

static void
session_free (Session *session)
{
  g_free (session->hash);
  g_free (session);
}

static void
hw_http_sessions_finalize (GObject *object)
{
  HwHttpSessions *self = HW_HTTP_SESSIONS (object);

  g_clear_pointer (&self->by_hash, g_hash_table_unref);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_http_sessions_parent_class)->finalize (object);
}

static void
hw_http_sessions_class_init (HwHttpSessionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_http_sessions_finalize;
}

static void
hw_http_sessions_init (HwHttpSessions *self)
{
  self->by_hash = g_hash_table_new_full (g_str_hash, g_str_equal,
                                         NULL, (GDestroyNotify) session_free);
  g_queue_init (&self->by_use);
}

/**
 * hw_http_sessions_new:
 * @clock: what time it is
 *
 * Creates a table without any session.
 *
 * Returns: (transfer full): the table
 */
HwHttpSessions *
hw_http_sessions_new (HwClock *clock)
{
  HwHttpSessions *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_HTTP_SESSIONS, NULL);
  self->clock = g_object_ref (clock);

  return self;
}

static void
hw_http_sessions_close (HwHttpSessions *self,
                        Session        *session)
{
  g_queue_unlink (&self->by_use, &session->link);
  g_hash_table_remove (self->by_hash, session->hash);
}

static char *
make_secret (GError **error)
{
  guint8 bytes[SECRET_SIZE];
  GString *secret = NULL;

  if (getrandom (bytes, sizeof (bytes), 0) != (gssize) sizeof (bytes))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "The system gave no random numbers: %s. Try again.", g_strerror (errno));
      return NULL;
    }

  secret = g_string_sized_new (MAX_SECRET_LENGTH);
  for (guint i = 0; i < SECRET_SIZE; i++)
    g_string_append_printf (secret, "%02x", bytes[i]);

  return g_string_free (secret, FALSE);
}

/**
 * hw_http_sessions_open:
 * @self: the sessions
 * @error: return location for a #GError, or %NULL
 *
 * Opens a session for somebody who showed the token.
 *
 * Returns: (transfer full): its secret, in hexadecimal digits, or %NULL if there were
 *   no random numbers
 */
char *
hw_http_sessions_open (HwHttpSessions *self,
                       GError        **error)
{
  g_autofree char *secret = NULL;
  Session *session;

  g_return_val_if_fail (HW_IS_HTTP_SESSIONS (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  secret = make_secret (error);
  if (secret == NULL)
    return NULL;

  if (self->by_use.length == HW_HTTP_MAX_SESSIONS)
    hw_http_sessions_close (self, g_queue_peek_head (&self->by_use));

  session = g_new0 (Session, 1);
  session->hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
  session->opened_at = hw_clock_get_real_time (self->clock);
  session->used_at = session->opened_at;
  session->link.data = session;
  g_queue_push_tail_link (&self->by_use, &session->link);
  g_hash_table_insert (self->by_hash, session->hash, session);

  return g_steal_pointer (&secret);
}

/**
 * hw_http_sessions_touch:
 * @self: the sessions
 * @secret: what somebody's cookie says, and what their page does behind it
 *
 * Looks for a session, and keeps it for as long again as one may be idle. How long the
 * look takes tells of the secret's hash at most, which is of no use to anybody.
 *
 * Returns: whether there is one
 */
gboolean
hw_http_sessions_touch (HwHttpSessions *self,
                        const char     *secret)
{
  g_autofree char *hash = NULL;
  Session *session;
  gint64 now;

  g_return_val_if_fail (HW_IS_HTTP_SESSIONS (self), FALSE);
  g_return_val_if_fail (secret != NULL, FALSE);

  if (strnlen (secret, MAX_SECRET_LENGTH + 1) > MAX_SECRET_LENGTH)
    return FALSE;

  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
  session = g_hash_table_lookup (self->by_hash, hash);
  if (session == NULL)
    return FALSE;

  now = hw_clock_get_real_time (self->clock);
  if (now - session->used_at >= HW_HTTP_SESSION_IDLE ||
      now - session->opened_at >= HW_HTTP_SESSION_LIFE)
    {
      hw_http_sessions_close (self, session);
      return FALSE;
    }

  session->used_at = now;
  g_queue_unlink (&self->by_use, &session->link);
  g_queue_push_tail_link (&self->by_use, &session->link);
  return TRUE;
}
