/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-set.h"

#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

/* News that are taken at once; more come in the next turn. */
#define MAX_EVENTS 64

/**
 * HwWatchSet:
 *
 * Descriptors that come and go by the hundreds, which the main context waits for as if they
 * were one: it looks at each of its own in every turn, and is woken whenever one is added or
 * removed.
 *
 * It stays as long as one is watched. Main context only.
 */
struct _HwWatchSet
{
  int epoll_fd;    /* (owned) or -1: then each has a source of its own */
  GSource *source; /* (owned) (nullable) */

  struct epoll_event events[MAX_EVENTS]; /* that are being told */
  int n_events;
};

struct _HwWatch
{
  HwWatchSet *set; /* (owned) */
  int fd;
  HwWatchFunc func;
  gpointer user_data;
  GSource *source; /* (owned) (nullable): if the kernel has no room for it in the set */
};

static gboolean
on_news (int          fd,
         GIOCondition condition,
         gpointer     user_data)
{
  g_autoptr(HwWatchSet) self = hw_watch_set_ref (user_data);

  self->n_events = epoll_wait (fd, self->events, MAX_EVENTS, 0);
  for (int i = 0; i < self->n_events; i++)
    {
      HwWatch *watch = self->events[i].data.ptr;

      if (watch != NULL)
        watch->func (watch->user_data);
    }
  self->n_events = 0;

  return G_SOURCE_CONTINUE;
}

static GSource *
add_source (int               fd,
            const char       *name,
            GUnixFDSourceFunc callback,
            gpointer          user_data)
{
  GSource *source = g_unix_fd_source_new (fd, G_IO_IN);

  g_source_set_static_name (source, name);
  g_source_set_callback (source, G_SOURCE_FUNC (callback), user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

static void
drop_source (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/**
 * hw_watch_set_new:
 *
 * Creates a set in which nothing is watched yet.
 *
 * Returns: (transfer full): a new set
 */
HwWatchSet *
hw_watch_set_new (void)
{
  HwWatchSet *self = g_rc_box_new0 (HwWatchSet);

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd >= 0)
    self->source = add_source (self->epoll_fd, "[headway] watched descriptors", on_news, self);

  return self;
}

HwWatchSet *
hw_watch_set_ref (HwWatchSet *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer box)
{
  HwWatchSet *self = box;

  g_clear_pointer (&self->source, drop_source);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
}

void
hw_watch_set_unref (HwWatchSet *self)
{
  g_rc_box_release_full (self, clear);
}

static gboolean
on_news_of_one (int          fd,
                GIOCondition condition,
                gpointer     user_data)
{
  HwWatch *watch = user_data;

  watch->func (watch->user_data);

  return G_SOURCE_CONTINUE;
}

/**
 * hw_watch_set_add:
 * @self: a set
 * @fd: a descriptor, which stays as long as it is watched
 * @func: what to call
 * @user_data: data for @func
 *
 * Watches a descriptor, until hw_watch_free() is called, which may be from any @func of the set.
 *
 * Returns: (transfer full): a watch
 */
HwWatch *
hw_watch_set_add (HwWatchSet *self,
                  int         fd,
                  HwWatchFunc func,
                  gpointer    user_data)
{
  HwWatch *watch = g_new0 (HwWatch, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = watch };

  watch->set = hw_watch_set_ref (self);
  watch->fd = fd;
  watch->func = func;
  watch->user_data = user_data;

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    watch->source = add_source (fd, "[headway] watched descriptor", on_news_of_one, watch);

  return watch;
}

/**
 * hw_watch_free:
 * @watch: a watch, whose descriptor is still open
 *
 * Watches no more. What was about to be told is not.
 */
void
hw_watch_free (HwWatch *watch)
{
  HwWatchSet *set = watch->set;

  if (watch->source != NULL)
    drop_source (watch->source);
  else
    epoll_ctl (set->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);

  for (int i = 0; i < set->n_events; i++)
    if (set->events[i].data.ptr == watch)
      set->events[i].data.ptr = NULL;

  g_free (watch);
  hw_watch_set_unref (set);
}
