/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-link.h"

#include "hw-cgroup-files.h"
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
 * ended, or that the shim is gone without having said so. To a shim of a version that we do
 * not know, nothing is said.
 *
 * It knows no task. It stays until the shim has ended, to wait for it if it is our child,
 * though everybody else has let go of it. Main context only.
 */
struct _HwShimLink
{
  GObject parent_instance;

  HwShimProcess *process; /* (owned) */
  guint8 newest_version;  /* that we know */
  guint8 version;         /* that we speak: both know it; 0 until the shim has said its own */
  gboolean is_foreign;    /* it speaks none that we know */
  HwWatch *link_watch;    /* (owned) (nullable): of what it says */
  GSource *room_source;   /* (owned) (nullable): of room for what we say */
  HwWatch *end_watch;     /* (owned) (nullable): of its end; there is a reference to us with it */
  char *place;            /* (owned) (nullable): to be removed when it has ended */
  gboolean has_ended;     /* and that was told, or nobody wants to know */

  GByteArray *words;      /* (owned): frames that were not sent yet */

  guint8 buffer[HW_FRAME_HEAD + HW_FRAME_MAX];
  gsize filled;
};

typedef enum
{
  SIGNAL_ANSWERED,
  SIGNAL_STATUS,
  SIGNAL_REPORT,
  SIGNAL_REFUSED,
  SIGNAL_FOREIGN,
  SIGNAL_ENDED,
} HwShimLinkSignal;

static guint signals[SIGNAL_ENDED + 1];

G_DEFINE_FINAL_TYPE (HwShimLink, hw_shim_link, G_TYPE_OBJECT)

static void
hw_shim_link_drop_room_source (HwShimLink *self)
{
  if (self->room_source != NULL)
    g_source_destroy (self->room_source);
  g_clear_pointer (&self->room_source, g_source_unref);
}

static void
hw_shim_link_close (HwShimLink *self)
{
  g_clear_pointer (&self->link_watch, hw_watch_free);
  hw_shim_link_drop_room_source (self);
  g_byte_array_set_size (self->words, 0);
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

static gboolean
on_link_writable (int          fd,
                  GIOCondition condition,
                  gpointer     user_data);

static void
hw_shim_link_add_room_source (HwShimLink *self)
{
  self->room_source = g_unix_fd_source_new (self->process->link_fd, G_IO_OUT);
  g_source_set_static_name (self->room_source, "[headway] room for words to a shim");
  g_source_set_callback (self->room_source, G_SOURCE_FUNC (on_link_writable), self, NULL);
  g_source_attach (self->room_source, g_main_context_get_thread_default ());
}

/* Sends what there is room for. A shim that is gone takes nothing, and its end tells. */
static void
hw_shim_link_flush (HwShimLink *self)
{
  guint n_sent = 0;

  while (self->process->link_fd >= 0 && n_sent < self->words->len)
    {
      gssize n = send (self->process->link_fd, self->words->data + n_sent,
                       self->words->len - n_sent, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno != EAGAIN)
        n_sent = self->words->len;
      if (n <= 0)
        break;
      n_sent += (guint) n;
    }

  if (n_sent > 0)
    g_byte_array_remove_range (self->words, 0, n_sent);

  if (self->words->len == 0)
    hw_shim_link_drop_room_source (self);
  else if (self->room_source == NULL)
    hw_shim_link_add_room_source (self);
}

static gboolean
on_link_writable (int          fd,
                  GIOCondition condition,
                  gpointer     user_data)
{
  HwShimLink *self = HW_SHIM_LINK (user_data);

  hw_shim_link_flush (self);

  return self->room_source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* What was said before the version was known is said in that one. */
static void
hw_shim_link_set_version (HwShimLink *self,
                          guint8      version)
{
  gsize start = 0;

  self->version = version;
  while (start + HW_FRAME_HEAD <= self->words->len)
    {
      self->words->data[start] = version;
      start += HW_FRAME_HEAD + hw_shim_read_u32 (self->words->data + start + 4);
    }

  hw_shim_link_flush (self);
}

/* A shim that is older than we are hears nothing that it does not understand. One that is
 * newer, or older than all that we know, may mean something else by the same words.
 */
static void
hw_shim_link_hear_hello (HwShimLink        *self,
                         const HwShimFrame *frame)
{
  HwShimStatus status;

  if (frame->version > self->newest_version || frame->version < HW_SHIM_OLDEST_VERSION)
    {
      self->is_foreign = TRUE;
      g_byte_array_set_size (self->words, 0);
      g_signal_emit (self, signals[SIGNAL_FOREIGN], 0, (guint) frame->version);
      return;
    }

  if (self->version == 0)
    hw_shim_link_set_version (self, frame->version);
  if (hw_shim_status_read (frame->payload, frame->length, &status))
    g_signal_emit (self, signals[SIGNAL_STATUS], 0, &status);
}

/* Hears whether the program runs. */
static void
hw_shim_link_hear_answer (HwShimLink        *self,
                          const HwShimFrame *frame)
{
  HwShimStage stage = HW_SHIM_STAGE_NONE;
  int number = 0;

  if (frame->verb == HW_SHIM_NOT_STARTED)
    {
      stage = HW_SHIM_STAGE_SETUP;
      number = EPROTO;
    }
  if (frame->verb == HW_SHIM_NOT_STARTED && frame->length >= 8)
    {
      stage = (HwShimStage) hw_shim_read_u32 (frame->payload);
      number = (int) hw_shim_read_u32 (frame->payload + 4);
    }

  g_signal_emit (self, signals[SIGNAL_ANSWERED], 0, (guint) stage, number);
}

static void
hw_shim_link_hear (HwShimLink        *self,
                   const HwShimFrame *frame)
{
  HwShimEnd end;

  if (self->is_foreign || self->has_ended)
    return;

  if (frame->verb == HW_SHIM_HELLO)
    hw_shim_link_hear_hello (self, frame);
  else if (frame->verb == HW_SHIM_STARTED || frame->verb == HW_SHIM_NOT_STARTED)
    hw_shim_link_hear_answer (self, frame);
  else if (frame->verb == HW_SHIM_ENDED &&
           hw_shim_end_parse ((const char *) frame->payload, frame->length, &end))
    hw_shim_link_tell_end (self, &end);
  else if (frame->verb == HW_SHIM_REPORT)
    g_signal_emit (self, signals[SIGNAL_REPORT], 0, frame->payload, (guint) frame->length);
  else if (frame->verb == HW_SHIM_REFUSED && frame->length >= 4)
    g_signal_emit (self, signals[SIGNAL_REFUSED], 0, hw_shim_read_u32 (frame->payload));
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

static void
on_link_readable (gpointer user_data)
{
  g_autoptr(HwShimLink) self = g_object_ref (user_data);

  hw_shim_link_read (self);
}

static void
remove_in_thread (GTask        *gtask,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  hw_cgroup_files_remove_place (task_data);
}

/* Removes what held it and its work together, if nothing of it is left. */
static void
hw_shim_link_remove_place (HwShimLink *self)
{
  g_autoptr(GTask) gtask = NULL;

  if (self->place == NULL)
    return;

  gtask = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (gtask, hw_shim_link_remove_place);
  g_task_set_task_data (gtask, g_steal_pointer (&self->place), g_free);
  g_task_run_in_thread (gtask, remove_in_thread);
}

/* @user_data is (transfer full). */
static void
on_shim_ended (gpointer user_data)
{
  g_autoptr(HwShimLink) self = user_data;
  siginfo_t ending;

  /* Its last words may still be in the connection. */
  hw_shim_link_read (self);

  /* One that a former daemon started is not ours to wait for. */
  waitid (P_PIDFD, (id_t) self->process->pidfd, &ending, WEXITED | WNOHANG);
  hw_shim_link_remove_place (self);
  g_clear_pointer (&self->end_watch, hw_watch_free);
  hw_shim_link_tell_end (self, NULL);
}

static void
hw_shim_link_finalize (GObject *object)
{
  HwShimLink *self = HW_SHIM_LINK (object);

  hw_shim_link_close (self);
  g_clear_pointer (&self->process, hw_shim_process_free);
  g_clear_pointer (&self->words, g_byte_array_unref);
  g_clear_pointer (&self->place, g_free);

  G_OBJECT_CLASS (hw_shim_link_parent_class)->finalize (object);
}

/* What a shim says by itself. */
static void
add_signals_of_news (void)
{
  /**
   * HwShimLink::answered:
   * @self: a link
   * @stage: where the beginning failed, a #HwShimStage: %HW_SHIM_STAGE_NONE if the program runs
   * @number: why, of `errno`
   *
   * The shim says whether it has begun.
   */
  signals[SIGNAL_ANSWERED] =
    g_signal_new ("answered", HW_TYPE_SHIM_LINK, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_INT);

  /**
   * HwShimLink::status:
   * @self: a link
   * @status: (type gpointer): the #HwShimStatus, gone after the signal
   *
   * The shim says how it goes, as it does to whoever connects, and when that changes.
   */
  signals[SIGNAL_STATUS] =
    g_signal_new ("status", HW_TYPE_SHIM_LINK, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);

  /**
   * HwShimLink::report:
   * @self: a link
   * @text: (type gpointer): bytes, gone after the signal
   * @length: how many
   *
   * The program tells of itself, see hw_report_read().
   */
  signals[SIGNAL_REPORT] =
    g_signal_new ("report", HW_TYPE_SHIM_LINK, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
}

/* What a shim says of what it was asked, and its end. */
static void
add_signals_of_answers (void)
{
  /**
   * HwShimLink::refused:
   * @self: a link
   * @verb: the #HwShimVerb
   *
   * The shim does not do what was asked of it.
   */
  signals[SIGNAL_REFUSED] =
    g_signal_new ("refused", HW_TYPE_SHIM_LINK, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  /**
   * HwShimLink::foreign:
   * @self: a link
   * @version: which one it speaks
   *
   * The shim speaks a version that we do not know. Nothing that is asked of it from now on,
   * or was asked before, is passed on; only its end is told.
   */
  signals[SIGNAL_FOREIGN] =
    g_signal_new ("foreign", HW_TYPE_SHIM_LINK, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

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
hw_shim_link_class_init (HwShimLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_shim_link_finalize;

  add_signals_of_news ();
  add_signals_of_answers ();
}

static void
hw_shim_link_init (HwShimLink *self)
{
  self->words = g_byte_array_new ();
}

/**
 * hw_shim_link_new:
 * @process: (transfer full): the shim
 * @version: the newest version of the protocol to speak, %HW_SHIM_VERSION
 * @watches: what its descriptors are watched in
 *
 * Creates a link to a shim that carries out an attempt, or that is about to be told to:
 * see hw_shim_link_start().
 *
 * Returns: (transfer full): a new link
 */
HwShimLink *
hw_shim_link_new (HwShimProcess *process,
                  guint8         version,
                  HwWatchSet    *watches)
{
  HwShimLink *self;

  g_return_val_if_fail (process != NULL, NULL);
  g_return_val_if_fail (watches != NULL, NULL);

  self = g_object_new (HW_TYPE_SHIM_LINK, NULL);
  self->process = process;
  self->newest_version = version;
  self->link_watch = hw_watch_set_add (watches, process->link_fd, on_link_readable, self);
  self->end_watch = hw_watch_set_add (watches, process->pidfd, on_shim_ended, g_object_ref (self));

  return self;
}

/* Says it as soon as there is room, and it is known how. */
static void
hw_shim_link_say (HwShimLink   *self,
                  HwShimVerb    verb,
                  const guint8 *payload,
                  gsize         length)
{
  guint8 head[HW_FRAME_HEAD];

  /* A few words wait at most, until the shim has said who it is. */
  if (self->process->link_fd < 0 || self->is_foreign ||
      (self->version == 0 && self->words->len >= HW_FRAME_MAX))
    return;

  hw_shim_frame_write_head (head, self->version, verb, length);
  g_byte_array_append (self->words, head, sizeof head);
  if (length > 0)
    g_byte_array_append (self->words, payload, (guint) length);
  if (self->version != 0)
    hw_shim_link_flush (self);
}

/**
 * hw_shim_link_start:
 * @self: a link to a shim that was just born
 * @order: (transfer full): what it is to do: a frame of the newest version that we know
 *
 * Tells the shim what to do. #HwShimLink::answered tells whether it does.
 */
void
hw_shim_link_start (HwShimLink *self,
                    GByteArray *order)
{
  g_return_if_fail (HW_IS_SHIM_LINK (self));

  g_byte_array_unref (self->words);
  self->words = order;
  self->version = self->newest_version;
  hw_shim_link_flush (self);
}

/**
 * hw_shim_link_set_place:
 * @self: a link
 * @place: (nullable) (type filename): the place that was made for the shim and its work
 *
 * Says what is to be removed when the shim has ended, whoever still cares for it then.
 */
void
hw_shim_link_set_place (HwShimLink *self,
                        const char *place)
{
  g_return_if_fail (HW_IS_SHIM_LINK (self));

  g_free (self->place);
  self->place = g_strdup (place);
}

/**
 * hw_shim_link_get_is_foreign:
 * @self: a link
 *
 * Gets whether the shim speaks a version that we do not know.
 *
 * Returns: %TRUE if it is left alone
 */
gboolean
hw_shim_link_get_is_foreign (HwShimLink *self)
{
  g_return_val_if_fail (HW_IS_SHIM_LINK (self), FALSE);

  return self->is_foreign;
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
 * hw_shim_link_set_paused:
 * @self: a link
 * @is_paused: whether the work is to stand still
 *
 * Has the work stand still, or go on: #HwShimLink::status tells when it does.
 */
void
hw_shim_link_set_paused (HwShimLink *self,
                         gboolean    is_paused)
{
  g_return_if_fail (HW_IS_SHIM_LINK (self));

  hw_shim_link_say (self, is_paused ? HW_SHIM_PAUSE : HW_SHIM_RESUME, NULL, 0);
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
