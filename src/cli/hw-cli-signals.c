/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-signals.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

/**
 * HwCliSignals:
 *
 * The signals that a terminal and its user send, as signals of an object. GLib's own
 * sources do not know those by which a job is stopped and goes on, and a bar must be
 * taken away before the one and drawn again after the other.
 *
 * Made before there is any other thread, so that all of them leave these signals to it.
 */
struct _HwCliSignals
{
  GObject parent_instance;

  int fd;
  guint source;
};

typedef enum
{
  SIGNAL_RECEIVED,
} HwCliSignalsSignal;

static guint signals[SIGNAL_RECEIVED + 1];

G_DEFINE_FINAL_TYPE (HwCliSignals, hw_cli_signals, G_TYPE_OBJECT)

static const int heeded[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH };

static void
hw_cli_signals_finalize (GObject *object)
{
  HwCliSignals *self = HW_CLI_SIGNALS (object);

  g_clear_handle_id (&self->source, g_source_remove);
  if (self->fd >= 0)
    close (self->fd);

  G_OBJECT_CLASS (hw_cli_signals_parent_class)->finalize (object);
}

static void
hw_cli_signals_class_init (HwCliSignalsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_cli_signals_finalize;

  /**
   * HwCliSignals::received:
   * @self: the signals
   * @number: which one
   *
   * The process was sent a signal.
   */
  signals[SIGNAL_RECEIVED] =
    g_signal_new ("received", HW_TYPE_CLI_SIGNALS, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
hw_cli_signals_init (HwCliSignals *self)
{
  self->fd = -1;
}

static gboolean
on_readable (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  g_autoptr(HwCliSignals) self = g_object_ref (HW_CLI_SIGNALS (user_data));
  struct signalfd_siginfo received;

  while (read (fd, &received, sizeof (received)) == (gssize) sizeof (received))
    g_signal_emit (self, signals[SIGNAL_RECEIVED], 0, (int) received.ssi_signo);

  return G_SOURCE_CONTINUE;
}

/* What our parent wants us to ignore, as nohup(1) and a shell in the background do, stays
 * ignored.
 */
static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/**
 * hw_cli_signals_new:
 * @error: return location for a #GError, or %NULL
 *
 * Takes the signals. A program that is started later has to be given an empty mask.
 *
 * Returns: (transfer full): what tells of them, or %NULL
 */
HwCliSignals *
hw_cli_signals_new (GError **error)
{
  g_autoptr(HwCliSignals) self = g_object_new (HW_TYPE_CLI_SIGNALS, NULL);
  sigset_t set;

  sigemptyset (&set);
  for (guint i = 0; i < G_N_ELEMENTS (heeded); i++)
    if (!is_ignored (heeded[i]))
      sigaddset (&set, heeded[i]);

  self->fd = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self->fd < 0 || sigprocmask (SIG_BLOCK, &set, NULL) < 0)
    {
      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errno), "%s",
                   g_strerror (errno));
      return NULL;
    }

  self->source = g_unix_fd_add (self->fd, G_IO_IN, on_readable, self);

  return g_steal_pointer (&self);
}
