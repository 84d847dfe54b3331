/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane.h"

#include "hw-places.h"
#include "hw-plane-feed.h"
#include "hw-plane-loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

/* A connection costs its file descriptor, two thirds of a kilobyte here and some more in the
 * kernel: that many take 13 MiB of ours and 90 of its own, and are what one machine's watchers may be.
 */
#define MAX_LINES 20000

/* Descriptors that watchers leave to others: to those who ask, who are never more than half as
 * many, to tasks and the store. Where there are few, it is of eight so many.
 */
#define N_RESERVED 976
#define RESERVED_SHARE 3

/* How close the time is that is told to those who watch. In microseconds. */
#define TICK_INTERVAL G_USEC_PER_SEC

/**
 * HwPlane:
 *
 * The watcher plane: all who watch, over WebSockets or as a stream of events, in one thread
 * of their own that waits for them in the kernel. The main context, whose every turn costs
 * something for each descriptor it waits for, has none of theirs.
 *
 * Both sides only leave letters for each other: orders to the plane, news from it, each in
 * order, and all that lie there are taken at once. Nobody waits for anybody. The thread is
 * begun with the first connection.
 *
 * This is the main context's side.
 */
struct _HwPlane
{
  GObject parent_instance;

  HwClock *clock;    /* (owned) (not nullable) */
  guint timer_id;    /* or 0: none while there are no lines */

  HwPlaneDesk desk;
  GHashTable *lines; /* (owned) (element-type HwPlaneLine): that are not over */
  HwPlaces *places;  /* (owned): for lines */
  HwPlaneTraffic traffic;
  GThread *thread;   /* (owned) (nullable) */
  gboolean is_closed;
  gboolean is_telling;

  HwPlaneFeed *feed; /* (owned) (nullable): none while nobody watches */
  guint last_watch;
};

typedef enum
{
  SIGNAL_TICK,
} HwPlaneSignal;

static guint signals[SIGNAL_TICK + 1];

/* The source of the news in the main context. */
typedef struct
{
  GSource parent_instance;

  HwPlane *plane; /* (unowned): outlives the source */
} NewsSource;

G_DEFINE_FINAL_TYPE (HwPlane, hw_plane, G_TYPE_OBJECT)

/**
 * hw_plane_order:
 * @self: a plane
 * @subject: what is to be done
 * @line: (nullable): with which connection
 * @enclosed: (transfer full) (nullable): with what, see #HwPlaneSubject
 * @number: and with which number
 *
 * Tells the thread what to do.
 */
void
hw_plane_order (HwPlane       *self,
                HwPlaneSubject subject,
                HwPlaneLine   *line,
                gpointer       enclosed,
                guint64        number)
{
  HwPlaneOrder order = { subject, line, enclosed, number };
  const guint64 once = 1;

  /* Nobody is left to read it. */
  if (self->is_closed)
    hw_plane_order_clear (&order);
  else if (hw_plane_box_put (&self->desk.orders, &order) &&
           write (self->desk.wake_fd, &once, sizeof (once)) != sizeof (once))
    g_assert_not_reached ();
}

static void on_timer (gpointer user_data);

static void
hw_plane_forget (HwPlane     *self,
                 HwPlaneLine *line)
{
  hw_places_give_back (self->places, line->holder);
  self->traffic.n_open[hw_plane_socket_get_transport (line->socket)]--;
  g_clear_pointer (&line->holder, g_ref_string_release);
  g_hash_table_remove (self->lines, line);
}

/* While there is nobody, it wakes nobody. */
static void
hw_plane_check_timer (HwPlane *self)
{
  gboolean is_empty = g_hash_table_size (self->lines) == 0;

  if (is_empty && self->timer_id != 0)
    {
      hw_clock_remove_timer (self->clock, self->timer_id);
      self->timer_id = 0;
    }
  else if (!is_empty && self->timer_id == 0)
    {
      self->timer_id = hw_clock_add_timer (self->clock, TICK_INTERVAL, on_timer, self);
    }
}

static void
on_timer (gpointer user_data)
{
  g_autoptr(HwPlane) self = g_object_ref (HW_PLANE (user_data));

  self->timer_id = 0;
  if (self->feed != NULL)
    hw_plane_order (self, HW_PLANE_SUBJECT_TICK, NULL, NULL,
                    (guint64) hw_clock_get_monotonic_time (self->clock));
  g_signal_emit (self, signals[SIGNAL_TICK], 0);

  hw_plane_check_timer (self);
}

static void
hw_plane_tell (HwPlane     *self,
               HwPlaneNews *news)
{
  HwPlaneLine *line = news->line;
  g_autoptr(GBytes) data = news->data;

  if (news->watch.id != 0)
    {
      line->funcs->watch_news (line, &news->watch, line->user_data);
      hw_watch_place_clear (&news->watch.place);
      return;
    }

  line->funcs->news (line, news->kind, data, line->user_data);
  if (news->kind != HW_PLANE_NEWS_OVER)
    return;

  hw_plane_forget (self, line);
  hw_plane_check_timer (self);
  if (self->is_closed)
    hw_plane_line_free (line);
  else
    hw_plane_order (self, HW_PLANE_SUBJECT_FREE, line, NULL, 0);
}

/* Who is told may close the plane: what is left then is told here, after what came before. */
static void
hw_plane_tell_all (HwPlane *self)
{
  GArray *news;

  if (self->is_telling)
    return;

  self->is_telling = TRUE;
  while ((news = hw_plane_box_take (&self->desk.news)) != NULL)
    {
      for (guint i = 0; i < news->len; i++)
        hw_plane_tell (self, &g_array_index (news, HwPlaneNews, i));
      g_array_unref (news);
    }
  self->is_telling = FALSE;
}

static gboolean
news_source_dispatch (GSource    *source,
                      GSourceFunc callback,
                      gpointer    user_data)
{
  g_autoptr(HwPlane) self = g_object_ref (((NewsSource *) source)->plane);

  /* Before they are taken: what comes later rings again. */
  g_source_set_ready_time (source, -1);
  hw_plane_tell_all (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs news_source_funcs = {
  .dispatch = news_source_dispatch,
};

static gpointer
run_loop (gpointer desk)
{
  hw_plane_loop_run (desk);

  return NULL;
}

static void
hw_plane_begin (HwPlane *self)
{
  HwPlaneDesk *desk = &self->desk;
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

  if (self->thread != NULL)
    return;

  epoll_ctl (desk->epoll_fd, EPOLL_CTL_ADD, desk->wake_fd, &event);
  self->thread = g_thread_new ("watchers", run_loop, desk);
}

static void
hw_plane_dispose (GObject *object)
{
  hw_plane_close (HW_PLANE (object));

  G_OBJECT_CLASS (hw_plane_parent_class)->dispose (object);
}

static void
hw_plane_finalize (GObject *object)
{
  HwPlane *self = HW_PLANE (object);
  HwPlaneDesk *desk = &self->desk;

  g_source_unref (desk->source);
  hw_plane_box_clear (&desk->orders);
  hw_plane_box_clear (&desk->news);
  pthread_cond_destroy (&desk->settled);
  pthread_mutex_destroy (&desk->lock);
  close (desk->epoll_fd);
  close (desk->wake_fd);
  g_clear_pointer (&self->places, hw_places_free);
  g_clear_pointer (&self->lines, g_hash_table_unref);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_plane_parent_class)->finalize (object);
}

static void
hw_plane_class_init (HwPlaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_plane_dispose;
  object_class->finalize = hw_plane_finalize;

  /**
   * HwPlane::tick:
   * @self: a plane
   *
   * Tells, while there are connections, that a second has passed.
   */
  signals[SIGNAL_TICK] = g_signal_new ("tick", HW_TYPE_PLANE, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static guint
count_places (void)
{
  struct rlimit limit;
  rlim_t n_reserved;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return MAX_LINES;

  n_reserved = MIN (limit.rlim_cur / 8 * RESERVED_SHARE, N_RESERVED);

  return (guint) CLAMP (limit.rlim_cur - n_reserved, 1, MAX_LINES);
}

static void
hw_plane_init (HwPlane *self)
{
  HwPlaneDesk *desk = &self->desk;

  self->places = hw_places_new (count_places ());
  self->lines = g_hash_table_new (NULL, NULL);
  hw_plane_box_init (&desk->orders, sizeof (HwPlaneOrder));
  hw_plane_box_init (&desk->news, sizeof (HwPlaneNews));
  pthread_mutex_init (&desk->lock, NULL);
  pthread_cond_init (&desk->settled, NULL);
  desk->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  desk->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  desk->source = g_source_new (&news_source_funcs, sizeof (NewsSource));
  ((NewsSource *) desk->source)->plane = self;
  g_source_set_static_name (desk->source, "watcher plane");
  g_source_attach (desk->source, g_main_context_get_thread_default ());
}

/**
 * hw_plane_new:
 * @clock: what time it is
 *
 * Makes a plane without connections.
 *
 * Returns: (transfer full): the plane
 */
HwPlane *
hw_plane_new (HwClock *clock)
{
  HwPlane *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_PLANE, NULL);
  self->clock = g_object_ref (clock);

  return self;
}

/**
 * hw_plane_close:
 * @self: a plane
 *
 * Cuts all connections, ends the thread and tells what is left to be told. Nothing in the
 * thread waits, so neither does this.
 */
void
hw_plane_close (HwPlane *self)
{
  GHashTableIter iter;
  gpointer line;

  g_return_if_fail (HW_IS_PLANE (self));

  if (self->is_closed)
    return;

  g_hash_table_iter_init (&iter, self->lines);
  while (g_hash_table_iter_next (&iter, &line, NULL))
    hw_plane_cut (self, line);

  hw_plane_order (self, HW_PLANE_SUBJECT_STOP, NULL, NULL, 0);
  g_clear_pointer (&self->thread, g_thread_join);
  self->is_closed = TRUE;
  g_clear_pointer (&self->feed, hw_plane_feed_free);
  g_source_destroy (self->desk.source);
  hw_plane_tell_all (self);
}

/**
 * hw_plane_settle:
 * @self: a plane
 *
 * Waits until the thread has done all that it was told, and has taken all that came. For
 * tests.
 */
void
hw_plane_settle (HwPlane *self)
{
  HwPlaneDesk *desk = &self->desk;

  g_return_if_fail (HW_IS_PLANE (self));

  if (self->thread == NULL)
    return;

  desk->is_settled = FALSE;
  hw_plane_order (self, HW_PLANE_SUBJECT_SETTLE, NULL, NULL, 0);
  pthread_mutex_lock (&desk->lock);
  while (!desk->is_settled)
    pthread_cond_wait (&desk->settled, &desk->lock);
  pthread_mutex_unlock (&desk->lock);
}

/**
 * hw_plane_set_time:
 * @self: a plane without connections
 * @get_time: tells what time it is, in any thread
 * @user_data: for @get_time
 *
 * Says by which time those who watch are told. For tests: else it is the machine's.
 */
void
hw_plane_set_time (HwPlane        *self,
                   HwPlaneTimeFunc get_time,
                   gpointer        user_data)
{
  g_return_if_fail (HW_IS_PLANE (self) && self->thread == NULL);

  self->desk.get_time = get_time;
  self->desk.time_data = user_data;
}

/**
 * hw_plane_set_max_lines:
 * @self: a plane
 * @max_lines: how many connections there may be
 *
 * Says when there is no more room. For tests: else it is as many as a machine can have.
 */
void
hw_plane_set_max_lines (HwPlane *self,
                        guint    max_lines)
{
  g_return_if_fail (HW_IS_PLANE (self));

  hw_places_set_size (self->places, max_lines);
}

/**
 * hw_plane_get_max_lines:
 * @self: a plane
 *
 * Gets how many connections there may be.
 *
 * Returns: the number
 */
guint
hw_plane_get_max_lines (HwPlane *self)
{
  g_return_val_if_fail (HW_IS_PLANE (self), 0);

  return hw_places_get_size (self->places);
}

/**
 * hw_plane_get_traffic:
 * @self: a plane
 * @traffic: (out): who is there, and was
 *
 * Tells who comes and goes. All but who is there now only grows.
 */
void
hw_plane_get_traffic (HwPlane        *self,
                      HwPlaneTraffic *traffic)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (traffic != NULL);

  *traffic = self->traffic;
  traffic->n_most = hw_places_get_size (self->places);
}

/**
 * hw_plane_has_room:
 * @self: a plane
 * @principal: who wants to watch
 *
 * Tells whether one more may watch. The last places are for those who have few.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_plane_has_room (HwPlane     *self,
                   HwPrincipal *principal)
{
  g_return_val_if_fail (HW_IS_PLANE (self) && principal != NULL, FALSE);

  return hw_places_have_room (self->places, principal);
}

/**
 * hw_plane_add:
 * @self: a plane
 * @principal: who watches
 * @make_socket: makes the kind of socket that it is
 * @wire: where the bytes come and go; it is the plane's from now on
 * @early: (nullable): what the client has sent already
 * @funcs: is told what happens
 * @user_data: for @funcs
 *
 * Adds a connection. It is read at once.
 *
 * Returns: (transfer none): the connection, until %HW_PLANE_NEWS_OVER is told
 */
HwPlaneLine *
hw_plane_add (HwPlane             *self,
              HwPrincipal         *principal,
              HwPlaneSocketNewFunc make_socket,
              const HwPlaneWire   *wire,
              GBytes              *early,
              const HwPlaneFuncs  *funcs,
              gpointer             user_data)
{
  HwPlaneTransport transport;
  HwPlaneLine *line;

  g_return_val_if_fail (HW_IS_PLANE (self) && !self->is_closed, NULL);
  g_return_val_if_fail (principal != NULL, NULL);
  g_return_val_if_fail (make_socket != NULL && wire != NULL && funcs != NULL, NULL);

  hw_plane_begin (self);
  line = hw_plane_line_new (&self->desk, make_socket, wire, funcs, user_data);
  line->holder = g_ref_string_acquire (hw_principal_get_name (principal));
  hw_places_take (self->places, line->holder);
  transport = hw_plane_socket_get_transport (line->socket);
  self->traffic.n_open[transport]++;
  self->traffic.n_ever[transport]++;
  g_hash_table_add (self->lines, line);
  hw_plane_check_timer (self);
  hw_plane_order (self, HW_PLANE_SUBJECT_ADD, line, early != NULL ? g_bytes_ref (early) : NULL, 0);

  return line;
}

/**
 * hw_plane_send:
 * @self: a plane
 * @line: a connection
 * @message: what to send, as text
 *
 * Sends a message. Its bytes are not copied.
 */
void
hw_plane_send (HwPlane     *self,
               HwPlaneLine *line,
               GBytes      *message)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (line != NULL && message != NULL);

  hw_plane_order (self, HW_PLANE_SUBJECT_SEND, line, g_bytes_ref (message), 0);
}

/**
 * hw_plane_go_binary:
 * @self: a plane
 * @line: a connection
 *
 * Says that what hw_plane_send() is called with from now on is no text, nor what watches write.
 */
void
hw_plane_go_binary (HwPlane     *self,
                    HwPlaneLine *line)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (line != NULL);

  hw_plane_order (self, HW_PLANE_SUBJECT_BINARY, line, NULL, 0);
}

/**
 * hw_plane_ask:
 * @self: a plane
 * @line: a connection
 *
 * Asks for %HW_PLANE_NEWS_DRAINED, when all is sent that hw_plane_send() was called with.
 */
void
hw_plane_ask (HwPlane     *self,
              HwPlaneLine *line)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (line != NULL);

  hw_plane_order (self, HW_PLANE_SUBJECT_ASK, line, NULL, 0);
}

/**
 * hw_plane_go_on:
 * @self: a plane
 * @line: a connection
 * @n_taken: how many bytes
 *
 * Says that data that were told were taken. There are never more than
 * %HW_PLANE_MAX_UNTAKEN that were not, and what is read once beside.
 */
void
hw_plane_go_on (HwPlane     *self,
                HwPlaneLine *line,
                gsize        n_taken)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (line != NULL);

  hw_plane_order (self, HW_PLANE_SUBJECT_GO_ON, line, NULL, n_taken);
}

/**
 * hw_plane_say_goodbye:
 * @self: a plane
 * @line: a connection
 * @code: why
 *
 * Closes a connection after all that was sent. A WebSocket is over when the client has
 * answered, who may take its time: see hw_plane_cut().
 */
void
hw_plane_say_goodbye (HwPlane     *self,
                      HwPlaneLine *line,
                      guint        code)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (line != NULL);

  hw_plane_order (self, HW_PLANE_SUBJECT_GOODBYE, line, NULL, code);
}

/**
 * hw_plane_cut:
 * @self: a plane
 * @line: a connection
 *
 * Closes a connection without a word.
 */
void
hw_plane_cut (HwPlane     *self,
              HwPlaneLine *line)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (line != NULL);

  self->traffic.n_cut++;
  hw_plane_order (self, HW_PLANE_SUBJECT_CUT, line, NULL, 0);
}

/**
 * hw_plane_watch:
 * @self: a plane
 * @line: a connection
 * @place: who watches what, from where on; its contents are taken
 * @write: writes what the client is told
 * @head: (nullable): what it is written behind
 *
 * Has the plane tell a client what happens. All planes' watches are of the same queue.
 *
 * Returns: an ID for hw_plane_unwatch(), never 0; when it has ended, that is told
 */
guint
hw_plane_watch (HwPlane         *self,
                HwPlaneLine     *line,
                HwWatchPlace    *place,
                HwWatchWriteFunc write,
                GBytes          *head)
{
  HwPlaneWatch *watch;

  g_return_val_if_fail (HW_IS_PLANE (self) && !self->is_closed, 0);
  g_return_val_if_fail (line != NULL && place != NULL && write != NULL, 0);

  if (self->feed == NULL)
    self->feed = hw_plane_feed_new (self, place->queue);

  watch = g_new0 (HwPlaneWatch, 1);
  hw_watch_place_move (place, &watch->place);
  watch->write = write;
  watch->head = head != NULL ? g_bytes_ref (head) : NULL;
  self->last_watch++;
  hw_plane_order (self, HW_PLANE_SUBJECT_WATCH, line, watch, self->last_watch);

  return self->last_watch;
}

/**
 * hw_plane_unwatch:
 * @self: a plane
 * @line: a connection
 * @id: what hw_plane_watch() gave
 *
 * Has the plane tell no more, at the latest before what hw_plane_send() sends after this.
 */
void
hw_plane_unwatch (HwPlane     *self,
                  HwPlaneLine *line,
                  guint        id)
{
  g_return_if_fail (HW_IS_PLANE (self));
  g_return_if_fail (line != NULL);

  hw_plane_order (self, HW_PLANE_SUBJECT_UNWATCH, line, NULL, id);
}
