/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-service-manager.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A person who looks sees no more than this, and the manager is spared a busy queue. */
#define STATUS_INTERVAL G_USEC_PER_SEC

/* systemd takes 4,096 bytes (PIPE_BUF) as one message. A line that a person reads is
 * shorter by far.
 */
#define MAX_STATUS_SIZE 1024

/* Twice as often as it asks for, as sd_watchdog_enabled(3) advises. */
#define WATCHDOG_SHARE 2

/* What has to be told. */
typedef enum
{
  NEWS_READY = 1 << 0,
  NEWS_STOPPING = 1 << 1,
  NEWS_STATUS = 1 << 2,
  NEWS_ALIVE = 1 << 3,
} News;

/**
 * HwServiceManager:
 *
 * Tells the service manager that started us, if one did, how we are: the protocol of
 * sd_notify(3), one datagram a message. Nothing here waits for the manager: what its
 * queue has no room for is told later, the newest status only. Main context only.
 */
struct _HwServiceManager
{
  GObject parent_instance;

  HwClock *clock; /* (owned) (not nullable) */

  struct sockaddr_un address;
  socklen_t address_length; /* 0 if there is nobody to tell */
  gint64 watchdog_time;     /* µs, 0 if nobody watches */

  News news;
  gboolean is_deaf;  /* whether the last message reached nobody */
  char *status;      /* (owned) (nullable) */
  gint64 told_at;    /* when something was last told */
  guint tell_timer;  /* when the rest of the news is told */
  guint alive_timer;
};

G_DEFINE_FINAL_TYPE (HwServiceManager, hw_service_manager, G_TYPE_OBJECT)

static void
hw_service_manager_finalize (GObject *object)
{
  HwServiceManager *self = HW_SERVICE_MANAGER (object);

  if (self->tell_timer != 0)
    hw_clock_remove_timer (self->clock, self->tell_timer);
  if (self->alive_timer != 0)
    hw_clock_remove_timer (self->clock, self->alive_timer);
  g_clear_pointer (&self->status, g_free);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_service_manager_parent_class)->finalize (object);
}

static void
hw_service_manager_class_init (HwServiceManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_service_manager_finalize;
}

static void
hw_service_manager_init (HwServiceManager *self)
{
}

/* A path, or a name in the abstract namespace, which is written with an “@”. */
static void
hw_service_manager_set_address (HwServiceManager *self,
                                const char       *text)
{
  gsize length = strlen (text);

  if ((*text != '/' && *text != '@') || length >= sizeof (self->address.sun_path))
    {
      g_warning ("Cannot tell the service manager how it goes: “%s” in NOTIFY_SOCKET is not the "
                 "address of a Unix socket.", text);
      return;
    }

  self->address.sun_family = AF_UNIX;
  memcpy (self->address.sun_path, text, length);
  self->address_length = (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length);

  if (*text == '@')
    self->address.sun_path[0] = '\0';
  else
    self->address_length += 1;
}

/* Gives errno's number, 0 if it was sent. */
static int
hw_service_manager_send (HwServiceManager *self,
                         const char       *message)
{
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int number = 0;

  if (fd < 0)
    return errno;

  if (sendto (fd, message, strlen (message), MSG_NOSIGNAL,
              (const struct sockaddr *) &self->address, self->address_length) < 0)
    number = errno;
  close (fd);

  return number;
}

static char *
hw_service_manager_word_news (HwServiceManager *self)
{
  g_autoptr(GString) message = g_string_new (NULL);

  if ((self->news & NEWS_READY) != 0)
    g_string_append (message, "READY=1\n");
  if ((self->news & NEWS_STOPPING) != 0)
    g_string_append (message, "STOPPING=1\n");
  if ((self->news & NEWS_ALIVE) != 0)
    g_string_append (message, "WATCHDOG=1\n");
  if ((self->news & NEWS_STATUS) != 0)
    g_string_append_printf (message, "STATUS=%s\n", self->status);

  return g_string_free (g_steal_pointer (&message), FALSE);
}

static void on_tell_timer (gpointer user_data);

/* Tells all news there are. */
static void
hw_service_manager_tell (HwServiceManager *self)
{
  g_autofree char *message = hw_service_manager_word_news (self);
  int number = hw_service_manager_send (self, message);

  self->told_at = hw_clock_get_monotonic_time (self->clock);

  if (number == EAGAIN || number == ENOBUFS)
    {
      if (self->tell_timer == 0)
        self->tell_timer = hw_clock_add_timer (self->clock, STATUS_INTERVAL, on_tell_timer, self);
      return;
    }

  /* Once, not with every change. */
  if (number != 0 && !self->is_deaf)
    g_warning ("Could not tell the service manager how it goes: %s", g_strerror (number));
  self->is_deaf = number != 0;
  self->news = 0;
}

static void
on_tell_timer (gpointer user_data)
{
  HwServiceManager *self = HW_SERVICE_MANAGER (user_data);

  self->tell_timer = 0;
  if (self->news != 0)
    hw_service_manager_tell (self);
}

static void
hw_service_manager_add_news (HwServiceManager *self,
                             News              news)
{
  if (self->address_length == 0)
    return;

  self->news |= news;
  hw_service_manager_tell (self);
}

static void
on_alive_timer (gpointer user_data)
{
  HwServiceManager *self = HW_SERVICE_MANAGER (user_data);

  self->alive_timer = hw_clock_add_timer (self->clock, self->watchdog_time / WATCHDOG_SHARE,
                                          on_alive_timer, self);
  hw_service_manager_add_news (self, NEWS_ALIVE);
}

/**
 * hw_service_manager_new:
 * @clock: what time it is
 * @address: (nullable): where the service manager listens, as it stands in
 *   `NOTIFY_SOCKET`; %NULL if none started us, and then nothing is told
 * @watchdog_time: within how many microseconds it wants to hear of us, or 0
 *
 * Creates what tells a service manager how we are.
 *
 * Returns: (transfer full): it
 */
HwServiceManager *
hw_service_manager_new (HwClock    *clock,
                        const char *address,
                        gint64      watchdog_time)
{
  HwServiceManager *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (watchdog_time >= 0, NULL);

  self = g_object_new (HW_TYPE_SERVICE_MANAGER, NULL);
  self->clock = g_object_ref (clock);
  self->watchdog_time = watchdog_time;
  self->told_at = G_MININT64;
  if (address != NULL)
    hw_service_manager_set_address (self, address);

  return self;
}

/**
 * hw_service_manager_tell_ready:
 * @self: what tells a service manager how we are
 *
 * Tells that whoever waits for us may come. From now on it is told that we live, if it
 * asked for that: by the main context, so that one that hangs is found out.
 */
void
hw_service_manager_tell_ready (HwServiceManager *self)
{
  g_return_if_fail (HW_IS_SERVICE_MANAGER (self));

  hw_service_manager_add_news (self, NEWS_READY);

  if (self->address_length > 0 && self->watchdog_time > 0 && self->alive_timer == 0)
    on_alive_timer (self);
}

/**
 * hw_service_manager_tell_stopping:
 * @self: what tells a service manager how we are
 *
 * Tells that we are about to end.
 */
void
hw_service_manager_tell_stopping (HwServiceManager *self)
{
  g_return_if_fail (HW_IS_SERVICE_MANAGER (self));

  hw_service_manager_add_news (self, NEWS_STOPPING);
}

/* Makes one line of @text, cut between two characters if it is too long. */
static char *
make_line (const char *text)
{
  g_autofree char *line = g_utf8_make_valid (text, -1);
  const char *end;

  g_strdelimit (line, "\r\n", ' ');
  if (strlen (line) <= MAX_STATUS_SIZE)
    return g_steal_pointer (&line);

  end = g_utf8_find_prev_char (line, line + MAX_STATUS_SIZE);

  return g_strdup_printf ("%.*s…", (int) (end - line), line);
}

/**
 * hw_service_manager_set_status:
 * @self: what tells a service manager how we are
 * @status: some words for a person
 *
 * Tells what we do, at most once a second: of more, the newest.
 */
void
hw_service_manager_set_status (HwServiceManager *self,
                               const char       *status)
{
  g_autofree char *line = NULL;
  gint64 now;

  g_return_if_fail (HW_IS_SERVICE_MANAGER (self));
  g_return_if_fail (status != NULL);

  line = make_line (status);
  if (self->address_length == 0 || g_strcmp0 (line, self->status) == 0)
    return;

  g_free (self->status);
  self->status = g_steal_pointer (&line);
  self->news |= NEWS_STATUS;

  now = hw_clock_get_monotonic_time (self->clock);
  if (self->tell_timer != 0)
    return;
  if (now >= self->told_at + STATUS_INTERVAL)
    hw_service_manager_tell (self);
  else
    self->tell_timer = hw_clock_add_timer (self->clock, self->told_at + STATUS_INTERVAL - now,
                                           on_tell_timer, self);
}

static void
hw_service_manager_tell_of_queue (HwServiceManager *self,
                                  HwTaskQueue      *queue)
{
  guint n_processing = hw_task_queue_get_n_processing (queue);
  guint64 n_pending = hw_task_queue_get_n_pending (queue);
  g_autofree char *status = NULL;

  if (n_processing == 0 && n_pending == 0)
    status = g_strdup ("Nothing to do");
  else
    status = g_strdup_printf ("%u running, %" G_GUINT64_FORMAT " waiting",
                              n_processing, n_pending);

  hw_service_manager_set_status (self, status);
}

static void
on_queue_event (HwTaskQueue      *queue,
                HwEvent          *event,
                HwServiceManager *self)
{
  hw_service_manager_tell_of_queue (self, queue);
}

/**
 * hw_service_manager_follow_queue:
 * @self: what tells a service manager how we are
 * @queue: an open queue
 *
 * Tells from now on how many tasks run and wait, such as `3 running, 12 waiting`.
 */
void
hw_service_manager_follow_queue (HwServiceManager *self,
                                 HwTaskQueue      *queue)
{
  g_return_if_fail (HW_IS_SERVICE_MANAGER (self));
  g_return_if_fail (HW_IS_TASK_QUEUE (queue));

  /* Nobody is to count for nobody. */
  if (self->address_length == 0)
    return;

  g_signal_connect_object (queue, "event", G_CALLBACK (on_queue_event), self,
                           G_CONNECT_DEFAULT);
  hw_service_manager_tell_of_queue (self, queue);
}
