/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-wire.h"

#include <gnutls/gnutls.h>
#include <string.h>

/* How many pieces are sent in one go; a caller has more only by chance. */
#define MAX_VECTORS 64

/* What a record holds at most (RFC 8446, 5.1). */
#define MAX_RECORD 16384

/* The only protocol that is spoken inside (RFC 7301). */
#define PROTOCOL "http/1.1"

/* Beside what the machine's administrator allows: nothing that is broken (RFC 8996). */
#define PRIORITIES "-VERS-TLS1.0:-VERS-TLS1.1"

struct _HwHttpWire
{
  GSocket *socket;               /* (owned) (not nullable) */
  gnutls_session_t session;      /* (owned) (nullable): with TLS only */
  HwTlsCredentials *credentials; /* (owned) (nullable): what the session refers to */
  gboolean is_ready;             /* whether hands were shaken */
  gsize n_unsent;                /* what of the caller's bytes the session holds back */
};

static void
hw_http_wire_clear (HwHttpWire *self)
{
  g_clear_pointer (&self->session, gnutls_deinit);
  g_clear_pointer (&self->credentials, hw_tls_credentials_unref);
  g_clear_object (&self->socket);
}

/**
 * hw_http_wire_new:
 * @socket: a connection
 *
 * Makes a wire without TLS.
 *
 * Returns: (transfer full): the wire
 */
HwHttpWire *
hw_http_wire_new (GSocket *socket)
{
  HwHttpWire *self = g_atomic_rc_box_new0 (HwHttpWire);

  self->socket = g_object_ref (socket);

  return self;
}

HwHttpWire *
hw_http_wire_ref (HwHttpWire *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
hw_http_wire_unref (HwHttpWire *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) hw_http_wire_clear);
}

static gboolean
set_error (GError **error,
           int      result)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, gnutls_strerror (result));

  return FALSE;
}

/**
 * hw_http_wire_block:
 * @error: return location for a #GError, or %NULL
 *
 * Says that whoever reads has to wait: %G_IO_ERROR_WOULD_BLOCK.
 *
 * Returns: -1
 */
gssize
hw_http_wire_block (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Nothing has come");

  return -1;
}

/**
 * hw_http_wire_begin_tls:
 * @self: a wire that nothing went over yet
 * @credentials: what to prove ourselves by
 * @error: return location for a #GError, or %NULL
 *
 * Has TLS spoken from now on.
 *
 * Returns: whether that can be; if not, the wire is of no use
 */
gboolean
hw_http_wire_begin_tls (HwHttpWire       *self,
                        HwTlsCredentials *credentials,
                        GError          **error)
{
  const gnutls_datum_t protocol = { (unsigned char *) PROTOCOL, strlen (PROTOCOL) };
  int result = gnutls_init (&self->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);

  if (result != GNUTLS_E_SUCCESS)
    {
      self->session = NULL;
      return set_error (error, result);
    }

  self->credentials = hw_tls_credentials_ref (credentials);
  gnutls_transport_set_int (self->session, g_socket_get_fd (self->socket));
  gnutls_alpn_set_protocols (self->session, &protocol, 1, GNUTLS_ALPN_MANDATORY);
  result = gnutls_set_default_priority_append (self->session, PRIORITIES, NULL, 0);
  if (result == GNUTLS_E_SUCCESS)
    result = gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE,
                                     hw_tls_credentials_get (credentials));

  return result == GNUTLS_E_SUCCESS || set_error (error, result);
}

/**
 * hw_http_wire_has_tls:
 * @self: a wire
 *
 * Tells whether the network sees other bytes than whoever reads and writes.
 *
 * Returns: %TRUE after hw_http_wire_begin_tls()
 */
gboolean
hw_http_wire_has_tls (HwHttpWire *self)
{
  return self->session != NULL;
}

/* Goes on with the handshake. Returns: whether it is done; if not, with an error */
static gboolean
hw_http_wire_shake_hands (HwHttpWire *self,
                          GError    **error)
{
  int result = gnutls_handshake (self->session);

  self->is_ready = result == GNUTLS_E_SUCCESS;
  if (self->is_ready)
    return TRUE;

  if (!gnutls_error_is_fatal (result))
    {
      hw_http_wire_block (error);
      return FALSE;
    }

  /* Who speaks no TLS does not understand this either. */
  gnutls_alert_send_appropriate (self->session, result);

  return set_error (error, result);
}

/* Who begins anew in the middle (TLS 1.2) is not gone along with. */
static gssize
hw_http_wire_read_record (HwHttpWire *self,
                          void       *bytes,
                          gsize       size,
                          GError    **error)
{
  gssize n_read;

  if (!self->is_ready && !hw_http_wire_shake_hands (self, error))
    return -1;

  n_read = gnutls_record_recv (self->session, bytes, size);
  if (n_read >= 0)
    return n_read;

  /* Many clients leave without a word. What they asked for has its own length. */
  if (n_read == GNUTLS_E_PREMATURE_TERMINATION)
    return 0;

  if (n_read != GNUTLS_E_REHANDSHAKE && !gnutls_error_is_fatal ((int) n_read))
    return hw_http_wire_block (error);

  set_error (error, (int) n_read);
  return -1;
}

/**
 * hw_http_wire_read:
 * @self: a wire
 * @bytes: where they go
 * @size: how many fit
 * @error: return location for a #GError, or %NULL
 *
 * Reads what has come.
 *
 * Returns: how many bytes, 0 if the other side has said all, or -1, with
 *   %G_IO_ERROR_WOULD_BLOCK if nothing has come
 */
gssize
hw_http_wire_read (HwHttpWire *self,
                   void       *bytes,
                   gsize       size,
                   GError    **error)
{
  return self->session != NULL
         ? hw_http_wire_read_record (self, bytes, size, error)
         : g_socket_receive_with_blocking (self->socket, bytes, size, FALSE, NULL, error);
}

static gsize
gather (const GOutputVector *vectors,
        gsize                n_vectors,
        char                 record[MAX_RECORD])
{
  gsize length = 0;

  for (gsize i = 0; i < n_vectors && length < MAX_RECORD; i++)
    {
      gsize size = MIN (vectors[i].size, MAX_RECORD - length);

      memcpy (record + length, vectors[i].buffer, size);
      length += size;
    }

  return length;
}

/* A record that did not fit is in the session, which sends the rest when it is asked again:
 * so does whoever wrote, with the same bytes, and only then do those count as written.
 */
static GPollableReturn
hw_http_wire_write_record (HwHttpWire          *self,
                           const GOutputVector *vectors,
                           gsize                n_vectors,
                           gsize               *n_written,
                           GError             **error)
{
  char record[MAX_RECORD];
  gsize length;
  gssize result;

  /* Everybody could read what is said before. */
  if (!self->is_ready)
    {
      set_error (error, GNUTLS_E_UNAVAILABLE_DURING_HANDSHAKE);
      return G_POLLABLE_RETURN_FAILED;
    }

  if (self->n_unsent > 0)
    {
      result = gnutls_record_send (self->session, NULL, 0);
    }
  else
    {
      length = gather (vectors, n_vectors, record);
      result = gnutls_record_send (self->session, record, length);
      self->n_unsent = length;
    }

  if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED)
    return G_POLLABLE_RETURN_WOULD_BLOCK;

  if (result < 0)
    {
      set_error (error, (int) result);
      return G_POLLABLE_RETURN_FAILED;
    }

  /* The other side may have asked for smaller records. */
  *n_written = (gsize) result;
  self->n_unsent = 0;

  return G_POLLABLE_RETURN_OK;
}

/**
 * hw_http_wire_write:
 * @self: a wire
 * @vectors: what to write; if it would block, the next to be written has to be the same
 * @n_vectors: how many pieces that are
 * @n_written: (out): how many bytes were
 * @error: return location for a #GError, or %NULL
 *
 * Writes as much as the network takes.
 *
 * Returns: what has become of it; there is no error if it would block
 */
GPollableReturn
hw_http_wire_write (HwHttpWire          *self,
                    const GOutputVector *vectors,
                    gsize                n_vectors,
                    gsize               *n_written,
                    GError             **error)
{
  *n_written = 0;

  if (self->session != NULL)
    return hw_http_wire_write_record (self, vectors, n_vectors, n_written, error);

  return g_socket_send_message_with_timeout (self->socket, NULL, vectors,
                                             (int) MIN (n_vectors, MAX_VECTORS), NULL, 0,
                                             G_SOCKET_MSG_NONE, 0, n_written, NULL, error);
}

/* Rings when a wire can be read or written. */
typedef struct
{
  GSource parent;
  HwHttpWire *wire; /* (owned) */
  GIOCondition condition;
  GIOCondition polled; /* what the network is asked for at the moment */
  gpointer tag;
} WireSource;

/* Whether there is something to be had without the network. */
static gboolean
wire_source_is_ready (WireSource *source)
{
  HwHttpWire *wire = source->wire;

  return g_socket_is_closed (wire->socket) ||
         (source->condition == G_IO_IN && wire->session != NULL && wire->is_ready &&
          gnutls_record_check_pending (wire->session) > 0);
}

/* In a handshake both sides speak, and it is not the caller who knows whose turn it is. */
static GIOCondition
wire_source_get_condition (WireSource *source)
{
  HwHttpWire *wire = source->wire;

  if (wire->session == NULL || wire->is_ready)
    return source->condition;

  return gnutls_record_get_direction (wire->session) == 0 ? G_IO_IN : G_IO_OUT;
}

static gboolean
wire_source_prepare (GSource *source,
                     int     *timeout)
{
  WireSource *self = (WireSource *) source;
  GIOCondition condition;

  *timeout = -1;
  if (wire_source_is_ready (self))
    return TRUE;

  /* To modify what is polled wakes the main context up, so that each of its rounds would have
   * another one follow.
   */
  condition = wire_source_get_condition (self);
  if (condition != self->polled)
    g_source_modify_unix_fd (source, self->tag, condition);
  self->polled = condition;

  return FALSE;
}

static gboolean
wire_source_check (GSource *source)
{
  WireSource *self = (WireSource *) source;

  return wire_source_is_ready (self) || g_source_query_unix_fd (source, self->tag) != 0;
}

static gboolean
wire_source_dispatch (GSource    *source,
                      GSourceFunc callback,
                      gpointer    user_data)
{
  return callback == NULL || callback (user_data);
}

static void
wire_source_finalize (GSource *source)
{
  hw_http_wire_unref (((WireSource *) source)->wire);
}

/* As the child of another source, it does nothing itself. */
static gboolean
wire_source_call_closure (gpointer closure)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs wire_source_funcs = {
  wire_source_prepare,
  wire_source_check,
  wire_source_dispatch,
  wire_source_finalize,
  wire_source_call_closure,
  NULL,
};

/**
 * hw_http_wire_create_source:
 * @self: a wire that is open
 * @condition: %G_IO_IN or %G_IO_OUT
 *
 * Makes a source that rings when it is worth reading or writing.
 *
 * Returns: (transfer full): the source
 */
GSource *
hw_http_wire_create_source (HwHttpWire  *self,
                            GIOCondition condition)
{
  GSource *source = g_source_new (&wire_source_funcs, sizeof (WireSource));
  WireSource *wire_source = (WireSource *) source;

  g_source_set_static_name (source, "HwHttpWire");
  wire_source->wire = hw_http_wire_ref (self);
  wire_source->condition = condition;
  wire_source->polled = condition;
  wire_source->tag = g_source_add_unix_fd (source, g_socket_get_fd (self->socket), condition);

  return source;
}

/**
 * hw_http_wire_source_is_ready:
 * @source: what hw_http_wire_create_source() made, attached
 *
 * Tells whether a source rings in this round of its context: for the check of another source
 * that waits for the same.
 *
 * Returns: whether it does
 */
gboolean
hw_http_wire_source_is_ready (GSource *source)
{
  g_return_val_if_fail (source != NULL, FALSE);

  return wire_source_check (source);
}

static void
hw_http_wire_end_tls (HwHttpWire *self)
{
  if (self->session != NULL && self->is_ready && self->n_unsent == 0)
    gnutls_bye (self->session, GNUTLS_SHUT_WR);
}

/**
 * hw_http_wire_say_goodbye:
 * @self: a wire
 *
 * Says that nothing more will come. Who does not take that is not waited for.
 */
void
hw_http_wire_say_goodbye (HwHttpWire *self)
{
  hw_http_wire_end_tls (self);
  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
}

/**
 * hw_http_wire_close:
 * @self: a wire
 *
 * Closes the connection.
 */
void
hw_http_wire_close (HwHttpWire *self)
{
  if (g_socket_is_closed (self->socket))
    return;

  hw_http_wire_end_tls (self);
  g_socket_close (self->socket, NULL);
}
