/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-link.h"

#include "hw-shim-records.h"
#include "hw-shim-words.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * HwShimLink:
 *
 * The connection to one shim: says what is wanted of it, and tells once how its program
 * ended, or that the shim is gone without having said so.
 *
 * It knows no task. It stays until the shim has ended, to wait for it if it is our child,
 * though everybody else has let go of it. Main context only.
 */
struct _HwShimLink
{
  GObject parent_instance;

  HwShimProcess *process; /* (owned) */
  guint8 newest_version;  /* that we know */
  guint8 version;         /* that we speak: both know it */
  GSource *link_source;   /* (owned) (nullable): of what it says */
  GSource *end_source;    /* (owned) (nullable): of its end; holds a reference to us */
  gboolean has_ended;     /* and that was told, or nobody wants to know */

  guint8 buffer[HW_FRAME_HEAD + HW_FRAME_MAX];
  gsize filled;
};

typedef enum
{
  SIGNAL_STATUS,
  SIGNAL_ENDED,
} HwShimLinkSignal;

static guint signals[SIGNAL_ENDED + 1];

G_DEFINE_FINAL_TYPE (HwShimLink, hw_shim_link, G_TYPE_OBJECT)

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
hw_shim_link_close (HwShimLink *self)
{
  drop_source (&self->link_source);
  if (self->process->link_fd >= 0)
    close (self->process->link_fd);
  self->process->link_fd = -1;
}

/* Tells the end, with the shim's record of it or without. */
static void
hw_shim_link_tell_end (HwShimLink      *self,
                       const HwShimEnd *end)
{
  if (self->has_ended)
    return;

  self->has_ended = TRUE;
  hw_shim_link_close (self);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, end);
}

/* A shim that is older than we are hears nothing that it does not understand. */
static void
hw_shim_link_hear_hello (HwShimLink        *self,
                         const HwShimFrame *frame)
{
  HwShimStatus status;

  self->version = MIN (self->newest_version, frame->version);
  if (hw_shim_status_read (frame->payload, frame->length, &status))
    g_signal_emit (self, signals[SIGNAL_STATUS], 0, &status);
}

static void
hw_shim_link_hear (HwShimLink        *self,
                   const HwShimFrame *frame)
{
  HwShimEnd end;

  if (frame->verb == HW_SHIM_HELLO)
    hw_shim_link_hear_hello (self, frame);
  else if (frame->verb == HW_SHIM_ENDED &&
           hw_shim_end_parse ((const char *) frame->payload, frame->length, &end))
    hw_shim_link_tell_end (self, &end);
  else if (frame->verb == HW_SHIM_REFUSED)
    g_warning ("The shim %d does not know what was asked of it", (int) self->process->pid);
}

/* Hears all frames that are complete. Returns %FALSE if they are none. */
static gboolean
hw_shim_link_hear_all (HwShimLink *self)
{
  HwShimFrame frame;
  gsize start = 0;
  int size = 0;

  while ((size = hw_shim_frame_read (self->buffer + start, self->filled - start, &frame)) > 0)
    {
      hw_shim_link_hear (self, &frame);
      start += (gsize) size;
    }

  self->filled -= start;
  memmove (self->buffer, self->buffer + start, self->filled);

  return size == 0 && self->filled < sizeof self->buffer;
}

/* Reads what is there. What comes after the end, or makes no sense, is of no interest: then
 * only the shim's own end counts.
 */
static void
hw_shim_link_read (HwShimLink *self)
{
  while (self->process->link_fd >= 0)
    {
      gssize n = recv (self->process->link_fd, self->buffer + self->filled,
                       sizeof self->buffer - self->filled, MSG_DONTWAIT);

      if (n < 0 && errno == EAGAIN)
        return;
      if (n < 0 && errno == EINTR)
        continue;

      self->filled += (gsize) MAX (n, 0);
      if (n <= 0 || !hw_shim_link_hear_all (self))
        hw_shim_link_close (self);
    }
}

static gboolean
on_link_readable (int          fd,
                  GIOCondition condition,
                  gpointer     user_data)
{
  g_autoptr(HwShimLink) self = g_object_ref (user_data);

  hw_shim_link_read (self);

  return self->link_source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
on_shim_ended (int          pidfd,
               GIOCondition condition,
               gpointer     user_data)
{
  g_autoptr(HwShimLink) self = g_object_ref (user_data);
  siginfo_t ending;

  /* Its last words may still be in the connection. */
  hw_shim_link_read (self);

  /* One that a former daemon started is not ours to wait for. */
  waitid (P_PIDFD, (id_t) pidfd, &ending, WEXITED | WNOHANG);
  g_clear_pointer (&self->end_source, g_source_unref);
  hw_shim_link_tell_end (self, NULL);

  return G_SOURCE_REMOVE;
}

static void
hw_shim_link_finalize (GObject *object)
{
  HwShimLink *self = HW_SHIM_LINK (object);

  drop_source (&self->end_source);
  hw_shim_link_close (self);
  g_clear_pointer (&self->process, hw_shim_process_free);

  G_OBJECT_CLASS (hw_shim_link_parent_class)->finalize (object);
}

static void
hw_shim_link_class_init (HwShimLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_shim_link_finalize;

  /**
   * HwShimLink::status:
   * @self: a link
   * @status: (type gpointer): the #HwShimStatus, gone after the signal
   *
   * The shim says how it goes, as it does to whoever connects.
   */
  signals[SIGNAL_STATUS] =
    g_signal_new ("status", HW_TYPE_SHIM_LINK, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);

  /**
   * HwShimLink::ended:
   * @self: a link
   * @end: (type gpointer) (nullable): the #HwShimEnd, gone after the signal; %NULL if the
   *   shim is gone and did not say
   *
   * The work has ended. Told exactly once, unless hw_shim_link_leave() was called.
   */
  signals[SIGNAL_ENDED] =
    g_signal_new ("ended", HW_TYPE_SHIM_LINK, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
hw_shim_link_init (HwShimLink *self)
{
}

static GSource *
add_fd_source (int               fd,
               const char       *name,
               GUnixFDSourceFunc callback,
               gpointer          user_data,
               GDestroyNotify    destroy)
{
  GSource *source = g_unix_fd_source_new (fd, G_IO_IN);

  g_source_set_static_name (source, name);
  g_source_set_callback (source, G_SOURCE_FUNC (callback), user_data, destroy);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

/**
 * hw_shim_link_new:
 * @process: (transfer full): the shim
 * @version: the newest version of the protocol to speak, %HW_SHIM_VERSION
 *
 * Creates a link to a shim that carries out an attempt.
 *
 * Returns: (transfer full): a new link
 */
HwShimLink *
hw_shim_link_new (HwShimProcess *process,
                  guint8         version)
{
  HwShimLink *self;

  g_return_val_if_fail (process != NULL, NULL);

  self = g_object_new (HW_TYPE_SHIM_LINK, NULL);
  self->process = process;
  self->newest_version = version;
  self->version = HW_SHIM_OLDEST_VERSION;
  self->link_source = add_fd_source (process->link_fd, "[headway] words of a shim",
                                     on_link_readable, self, NULL);
  self->end_source = add_fd_source (process->pidfd, "[headway] end of a shim", on_shim_ended,
                                    g_object_ref (self), g_object_unref);

  return self;
}

/* A shim takes what is said at once, or it is gone, and then its end tells. */
static void
hw_shim_link_say (HwShimLink   *self,
                  HwShimVerb    verb,
                  const guint8 *payload,
                  gsize         length)
{
  guint8 frame[HW_FRAME_HEAD + 4];

  g_return_if_fail (length <= 4);

  if (self->process->link_fd < 0)
    return;

  hw_shim_frame_write_head (frame, self->version, verb, length);
  if (length > 0)
    memcpy (frame + HW_FRAME_HEAD, payload, length);
  if (send (self->process->link_fd, frame, HW_FRAME_HEAD + length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_warning ("The shim %d hears nothing: %s", (int) self->process->pid, g_strerror (errno));
}

/**
 * hw_shim_link_stop:
 * @self: a link
 * @grace: how long the work may take before force is used, in µs
 *
 * Asks the work to end, all processes of it.
 */
void
hw_shim_link_stop (HwShimLink *self,
                   gint64      grace)
{
  guint8 payload[4];

  g_return_if_fail (HW_IS_SHIM_LINK (self));

  hw_shim_write_u32 (payload, (guint32) CLAMP (grace / 1000, 0, G_MAXINT32));
  hw_shim_link_say (self, HW_SHIM_STOP, payload, sizeof payload);
}

/**
 * hw_shim_link_kill:
 * @self: a link
 *
 * Ends the work by force, all processes of it.
 */
void
hw_shim_link_kill (HwShimLink *self)
{
  g_return_if_fail (HW_IS_SHIM_LINK (self));

  hw_shim_link_say (self, HW_SHIM_KILL, NULL, 0);
}

/**
 * hw_shim_link_ask:
 * @self: a link
 *
 * Asks the shim how it goes: #HwShimLink::status tells.
 */
void
hw_shim_link_ask (HwShimLink *self)
{
  g_return_if_fail (HW_IS_SHIM_LINK (self));

  hw_shim_link_say (self, HW_SHIM_STATUS, NULL, 0);
}

/**
 * hw_shim_link_break:
 * @self: a link
 *
 * Ends a shim that does not answer. #HwShimLink::ended tells when it is gone; what it
 * watched is then to be ended by others.
 */
void
hw_shim_link_break (HwShimLink *self)
{
  g_return_if_fail (HW_IS_SHIM_LINK (self));

  pidfd_send_signal (self->process->pidfd, SIGKILL, NULL, 0);
}

/**
 * hw_shim_link_leave:
 * @self: a link
 *
 * Says no more and tells no more: the work goes on without us.
 */
void
hw_shim_link_leave (HwShimLink *self)
{
  g_return_if_fail (HW_IS_SHIM_LINK (self));

  self->has_ended = TRUE;
  hw_shim_link_close (self);
}
