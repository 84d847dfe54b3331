/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-stream.h"
#include "hw-http-wire.h"

G_BEGIN_DECLS

/* What a connection is about. */
typedef enum
{
  HW_HTTP_STREAM_PHASE_WAITING,   /* for the head of a request */
  HW_HTTP_STREAM_PHASE_GATHERING, /* for the body of a small one */
  HW_HTTP_STREAM_PHASE_GIVING,    /* a request to libsoup, which reads it */
  HW_HTTP_STREAM_PHASE_ANSWERING, /* libsoup writes */
  HW_HTTP_STREAM_PHASE_QUEUING,   /* the next request is there already, whose turn has not come */
  HW_HTTP_STREAM_PHASE_UPGRADED,  /* what comes now is no HTTP, and somebody else's */
  HW_HTTP_STREAM_PHASE_LEAVING,   /* we have said the last word; what still comes is dropped */
  HW_HTTP_STREAM_PHASE_LOST,      /* of no more use, but libsoup has not let go of it yet */
  HW_HTTP_STREAM_PHASE_OVER,
} HwHttpStreamPhase;

struct _HwHttpStream
{
  GIOStream parent_instance;

  HwHttpWire *wire;        /* (owned) (not nullable) */
  GSocket *socket;         /* (owned) (not nullable): below the wire */
  GSocketAddress *address; /* (owned) (not nullable) */
  GStrv hosts;             /* (owned) (nullable): the names we go by, or any */
  HwClock *clock;          /* (owned) (not nullable) */
  HwHttpPeer peer;         /* who is on the other side */

  GInputStream *input;   /* (owned) */
  GOutputStream *output; /* (owned) */

  HwHttpStreamPhase phase;
  gint64 since;        /* when the phase began, or the first byte of a head came */
  GByteArray *waiting; /* (owned): what was read and not given */
  guint n_seen;        /* how much of it was found to be no whole head */
  gboolean is_head;    /* whether the request is one, whose answer has no body */
  guint64 n_to_give;   /* how much of a request libsoup has not read */
  guint64 body_length; /* of the request */
  guint64 n_dropped;

  gboolean is_head_due;  /* what libsoup writes next is the head of an answer */
  GByteArray *head;      /* (owned) (nullable): that of an answer, until it has gone out */
  gsize n_head_sent;     /* how much of it has */
  gboolean is_head_held; /* it waits for the body */
  gboolean is_upgrading; /* it says so */
  gint64 stalled_since; /* since when nothing of an answer was taken, or 0 */
  gint64 max_stall;
  HwHttpTurns *turns; /* (owned) (nullable): where who asks ahead waits */
  gint64 n_taken;     /* how much the other side had taken when time passed last */
  gboolean had_left;  /* whether something was there then that it had not */
  gint64 stuck_since; /* since when it has taken nothing although something is there, or 0 */

  gboolean is_taken;   /* libsoup has it */
  gboolean is_known;   /* whoever asked last showed who they are */
  gboolean has_letter; /* to tell libsoup that it is over */

  guint refusal_status; /* what is answered to whatever is asked, or 0 */
  GError *refusal;      /* (owned) (nullable): why */
  guint refused_status; /* what we have answered ourselves, behind libsoup's answers, or 0 */

  GSource *watch;       /* (owned) (nullable): polls the wire */
  GSource *read_source; /* (owned) (nullable): libsoup's, when it waits */

  guint64 n_read;
  guint64 n_written;
};

/* What the parts of the stream need of each other. */
void   hw_http_stream_enter (HwHttpStream     *self,
                             HwHttpStreamPhase phase);
void   hw_http_stream_leave (HwHttpStream *self);
void   hw_http_stream_refuse (HwHttpStream *self,
                              guint         status,
                              const char   *allow,
                              const GError *error);
void   hw_http_stream_finish (HwHttpStream *self);

void   hw_http_stream_begin_request (HwHttpStream *self);
void   hw_http_stream_slow_down (HwHttpStream *self);
void   hw_http_stream_watch (HwHttpStream *self);
void   hw_http_stream_unwatch (HwHttpStream *self);

gssize hw_http_stream_read_wire (HwHttpStream *self,
                                 void         *bytes,
                                 gsize         size,
                                 GError      **error);
gboolean hw_http_stream_is_awaiting (HwHttpStream *self);
void   hw_http_stream_await_request (HwHttpStream *self);
void   hw_http_stream_clear_source (GSource **source);
void   hw_http_stream_drop (HwHttpStream *self);
void   hw_http_stream_limit_send_buffer (HwHttpStream *self);
void   hw_http_stream_upgrade (HwHttpStream *self);

/* The two ends that libsoup has in its hands. They know of the stream as long as it lives,
 * and do nothing themselves. */
#define HW_TYPE_HTTP_STREAM_INPUT (hw_http_stream_input_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpStreamInput, hw_http_stream_input, HW, HTTP_STREAM_INPUT,
                      GInputStream)

#define HW_TYPE_HTTP_STREAM_OUTPUT (hw_http_stream_output_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpStreamOutput, hw_http_stream_output, HW, HTTP_STREAM_OUTPUT,
                      GOutputStream)

GInputStream   *hw_http_stream_input_new (HwHttpStream *stream);
GOutputStream  *hw_http_stream_output_new (HwHttpStream *stream);

gssize          hw_http_stream_read (HwHttpStream *self,
                                     void         *bytes,
                                     gsize         size,
                                     GError      **error);
gboolean        hw_http_stream_has_something (HwHttpStream *self);
gboolean        hw_http_stream_is_readable (HwHttpStream *self);
void            hw_http_stream_set_reader (HwHttpStream *self,
                                           GSource      *source);
gboolean        hw_http_stream_has_reader (HwHttpStream *self);
GPollableReturn hw_http_stream_write (HwHttpStream        *self,
                                      const GOutputVector *vectors,
                                      gsize                n_vectors,
                                      gsize               *n_written,
                                      GError             **error);
gboolean        hw_http_stream_end_answer (HwHttpStream *self);
void            hw_http_stream_look_at_output (HwHttpStream *self);
GSource        *hw_http_stream_create_write_source (HwHttpStream *self,
                                                    GCancellable *cancellable);

G_END_DECLS
