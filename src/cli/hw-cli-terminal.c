/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-terminal.h"

#include "hw-cli-text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What a terminal has that does not say. */
#define DEFAULT_WIDTH 80

/* The eye sees no more, and a slow line has better to do. In milliseconds. */
#define REDRAW_INTERVAL 100

/* What a terminal shows of Ctrl-C must find room behind the line, or it is not taken away
 * with it; and in the last column, some terminals begin a new line.
 */
#define ECHO_WIDTH (sizeof ("^C"))

/* What two signs of something cut grow by where they are written in ASCII. */
#define ELLIPSIS_WIDTH 4

#define CLEAR_LINE "\r\033[K"

/**
 * HwCliTerminal:
 *
 * Standard output and standard error, which often are one terminal. What was asked for
 * goes to the one, words about it to the other; and where that is a terminal, one line
 * about what goes on stands at its end. That line is taken away before anything else is
 * written there, and is never put behind the beginning of a line that is not ours.
 *
 * What it prints must be clean, see hw_cli_text_clean(); only hw_cli_terminal_write()
 * passes on whatever it is given. Main context only.
 */
struct _HwCliTerminal
{
  GObject parent_instance;

  HwCliSink *output; /* (owned) (not nullable) */
  gboolean is_output_terminal;
  gboolean is_error_terminal;
  gboolean is_dumb;
  gboolean has_colour;
  gboolean is_at_line_start; /* of standard output */

  HwCliLineFunc line_func; /* (nullable) */
  gpointer line_data;      /* (unowned) */
  char *shown;             /* (owned) (nullable): the line that stands there */
  guint timer;
};

G_DEFINE_FINAL_TYPE (HwCliTerminal, hw_cli_terminal, G_TYPE_OBJECT)

static void
hw_cli_terminal_dispose (GObject *object)
{
  HwCliTerminal *self = HW_CLI_TERMINAL (object);

  hw_cli_terminal_set_line (self, NULL, NULL);

  G_OBJECT_CLASS (hw_cli_terminal_parent_class)->dispose (object);
}

static void
hw_cli_terminal_finalize (GObject *object)
{
  HwCliTerminal *self = HW_CLI_TERMINAL (object);

  g_clear_object (&self->output);
  g_clear_pointer (&self->shown, g_free);

  G_OBJECT_CLASS (hw_cli_terminal_parent_class)->finalize (object);
}

static void
hw_cli_terminal_class_init (HwCliTerminalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_cli_terminal_dispose;
  object_class->finalize = hw_cli_terminal_finalize;
}

static void
hw_cli_terminal_init (HwCliTerminal *self)
{
  const char *term = g_getenv ("TERM");
  const char *no_colour = g_getenv ("NO_COLOR");

  self->output = hw_cli_sink_new (STDOUT_FILENO);
  self->is_output_terminal = isatty (STDOUT_FILENO) == 1;
  self->is_error_terminal = isatty (STDERR_FILENO) == 1;
  self->is_dumb = term == NULL || *term == '\0' || g_str_equal (term, "dumb");
  self->has_colour = !self->is_dumb && (no_colour == NULL || *no_colour == '\0');
  self->is_at_line_start = TRUE;
}

/**
 * hw_cli_terminal_new:
 *
 * Creates what writes to standard output and standard error.
 *
 * Returns: (transfer full): it
 */
HwCliTerminal *
hw_cli_terminal_new (void)
{
  return g_object_new (HW_TYPE_CLI_TERMINAL, NULL);
}

static guint
get_columns (int fd)
{
  struct winsize size;
  guint64 columns;

  if (ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;

  if (g_getenv ("COLUMNS") != NULL &&
      g_ascii_string_to_unsigned (g_getenv ("COLUMNS"), 10, 1, G_MAXINT16, &columns, NULL))
    return (guint) columns;

  return DEFAULT_WIDTH;
}

/**
 * hw_cli_terminal_get_width:
 * @self: a terminal
 *
 * Gets how many columns a line of standard output has.
 *
 * Returns: the number of columns, or 0 if it is no terminal
 */
guint
hw_cli_terminal_get_width (HwCliTerminal *self)
{
  g_return_val_if_fail (HW_IS_CLI_TERMINAL (self), 0);

  return self->is_output_terminal ? get_columns (STDOUT_FILENO) : 0;
}

/**
 * hw_cli_terminal_has_colour:
 * @self: a terminal
 *
 * Tells whether standard output shows colours, and its user wants any.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_cli_terminal_has_colour (HwCliTerminal *self)
{
  g_return_val_if_fail (HW_IS_CLI_TERMINAL (self), FALSE);

  return self->is_output_terminal && self->has_colour;
}

gboolean
hw_cli_terminal_is_output_terminal (HwCliTerminal *self)
{
  g_return_val_if_fail (HW_IS_CLI_TERMINAL (self), FALSE);

  return self->is_output_terminal;
}

/**
 * hw_cli_terminal_has_bar:
 * @self: a terminal
 *
 * Tells whether the line about what goes on can be shown.
 *
 * Returns: %TRUE if there is somebody to look at it
 */
gboolean
hw_cli_terminal_has_bar (HwCliTerminal *self)
{
  g_return_val_if_fail (HW_IS_CLI_TERMINAL (self), FALSE);

  return self->is_error_terminal && !self->is_dumb;
}

/* Whoever shares the descriptor may have made it one that does not block. */
static void
write_error (const char *text)
{
  struct pollfd poll_fd = { .fd = STDERR_FILENO, .events = POLLOUT };
  gsize length = strlen (text);

  for (gsize n_written = 0; n_written < length;)
    {
      gssize n = write (STDERR_FILENO, text + n_written, length - n_written);

      /* Of what else goes wrong nobody could be told. */
      if (n >= 0)
        n_written += (gsize) n;
      else if (errno == EAGAIN)
        poll (&poll_fd, 1, -1);
      else if (errno != EINTR)
        return;
    }
}

/* A terminal that its user stopped, or that is another job's, is left alone. */
static gboolean
may_draw (void)
{
  struct pollfd poll_fd = { .fd = STDERR_FILENO, .events = POLLOUT };
  pid_t foreground = tcgetpgrp (STDERR_FILENO);

  return poll (&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLOUT) != 0 &&
         (foreground < 0 || foreground == getpgrp ());
}

static void
hw_cli_terminal_clear (HwCliTerminal *self)
{
  if (self->shown != NULL)
    write_error (CLEAR_LINE);
  g_clear_pointer (&self->shown, g_free);
}

static char *
hw_cli_terminal_make_line (HwCliTerminal *self)
{
  gboolean has_unicode = g_get_charset (NULL);
  guint margin = ECHO_WIDTH + (has_unicode ? 0 : ELLIPSIS_WIDTH);
  const HwCliBarStyle style = {
    .width = MAX (get_columns (STDERR_FILENO), margin + 1) - margin,
    .has_unicode = has_unicode,
    .has_colour = self->has_colour,
  };

  return self->line_func (&style, self->line_data);
}

/* Returns: (transfer full): @text as the user's locale has it */
static char *
to_locale (const char *text)
{
  const char *charset;
  g_autofree char *target = NULL;
  char *converted;

  if (g_get_charset (&charset))
    return g_strdup (text);

  target = g_strconcat (charset, "//TRANSLIT", NULL);
  converted = g_convert_with_fallback (text, -1, target, "UTF-8", "?", NULL, NULL, NULL);

  return converted != NULL ? converted : g_str_to_ascii (text, NULL);
}

static void
hw_cli_terminal_draw (HwCliTerminal *self)
{
  gboolean is_in_the_way = self->is_output_terminal &&
                           (!self->is_at_line_start || !hw_cli_sink_is_idle (self->output));
  g_autofree char *line = NULL;
  g_autofree char *converted = NULL;
  g_autofree char *text = NULL;

  if (is_in_the_way || !may_draw ())
    return;

  line = hw_cli_terminal_make_line (self);
  if (line == NULL)
    hw_cli_terminal_clear (self);
  if (line == NULL || g_strcmp0 (line, self->shown) == 0)
    return;

  converted = to_locale (line);
  text = g_strconcat ("\r", converted, "\033[K", NULL);
  write_error (text);
  g_free (self->shown);
  self->shown = g_steal_pointer (&line);
}

static gboolean
on_timeout (gpointer user_data)
{
  hw_cli_terminal_draw (HW_CLI_TERMINAL (user_data));

  return G_SOURCE_CONTINUE;
}

/**
 * hw_cli_terminal_set_line:
 * @self: a terminal
 * @function: (nullable): what writes the line about what goes on
 * @user_data: data for @function
 *
 * Shows a line about what goes on, and asks for it anew ten times a second, if standard
 * error is a terminal that can take it away again. Without @function it goes away.
 */
void
hw_cli_terminal_set_line (HwCliTerminal *self,
                          HwCliLineFunc  function,
                          gpointer       user_data)
{
  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  hw_cli_terminal_clear (self);
  g_clear_handle_id (&self->timer, g_source_remove);

  self->line_func = function;
  self->line_data = user_data;
  if (function == NULL || !hw_cli_terminal_has_bar (self))
    return;

  self->timer = g_timeout_add (REDRAW_INTERVAL, on_timeout, self);
  hw_cli_terminal_draw (self);
}

/**
 * hw_cli_terminal_write:
 * @self: a terminal
 * @bytes: what to write
 *
 * Writes to standard output, byte for byte.
 */
void
hw_cli_terminal_write (HwCliTerminal *self,
                       GBytes        *bytes)
{
  gsize length;
  const char *data;

  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  data = g_bytes_get_data (bytes, &length);
  if (length == 0)
    return;

  if (self->is_output_terminal)
    hw_cli_terminal_clear (self);
  self->is_at_line_start = data[length - 1] == '\n';
  hw_cli_sink_add (self->output, bytes);
}

/**
 * hw_cli_terminal_print:
 * @self: a terminal
 * @text: a clean text with the ends of its lines
 *
 * Writes a text to standard output.
 */
void
hw_cli_terminal_print (HwCliTerminal *self,
                       const char    *text)
{
  g_autoptr(GBytes) bytes = NULL;
  char *converted;

  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  converted = to_locale (text);
  bytes = g_bytes_new_take (converted, strlen (converted));
  hw_cli_terminal_write (self, bytes);
}

/**
 * hw_cli_terminal_print_json:
 * @self: a terminal
 * @json: a value
 *
 * Writes JSON to standard output, in one line. Programs get it as it is; what a terminal
 * would obey is escaped for one.
 */
void
hw_cli_terminal_print_json (HwCliTerminal *self,
                            GBytes        *json)
{
  gsize length;
  const char *data = g_bytes_get_data (json, &length);
  g_autofree char *text = g_strndup (data, length);
  g_autofree char *clean = self->is_output_terminal ? hw_cli_text_clean_json (text)
                                                    : g_steal_pointer (&text);
  char *line = g_strconcat (clean, "\n", NULL);
  g_autoptr(GBytes) bytes = g_bytes_new_take (line, strlen (line));

  hw_cli_terminal_write (self, bytes);
}

/**
 * hw_cli_terminal_flush_async:
 * @self: a terminal
 * @cancellable: (nullable): not heeded
 * @callback: called when all is written, or nothing can be
 * @user_data: data for @callback
 *
 * Waits until standard output has all that was written to it.
 */
void
hw_cli_terminal_flush_async (HwCliTerminal      *self,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  hw_cli_sink_flush_async (self->output, cancellable, callback, user_data);
}

/**
 * hw_cli_terminal_flush_finish:
 * @self: a terminal
 * @result: what the callback was given
 * @error: return location for why not: %G_IO_ERROR_BROKEN_PIPE if nobody reads any more
 *
 * Ends hw_cli_terminal_flush_async().
 *
 * Returns: whether all was written
 */
gboolean
hw_cli_terminal_flush_finish (HwCliTerminal *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  return hw_cli_sink_flush_finish (self->output, result, error);
}

/* Makes a line for standard error of a sentence. A line that the program did not end is not
 * ours to go on with. Returns (transfer full).
 */
G_GNUC_PRINTF (2, 0)
static char *
hw_cli_terminal_make_sentence (HwCliTerminal *self,
                               const char    *format,
                               va_list arguments)
{
  g_autofree char *sentence = g_strdup_vprintf (format, arguments);
  g_autofree char *clean = hw_cli_text_clean (sentence);
  g_autofree char *line = NULL;

  line = g_strconcat (self->is_output_terminal && !self->is_at_line_start ? "\n" : "",
                      "headway: ", clean, "\n", NULL);
  if (self->is_output_terminal)
    self->is_at_line_start = TRUE;

  return to_locale (line);
}

/**
 * hw_cli_terminal_say:
 * @self: a terminal
 * @format: a sentence
 * @...: arguments of @format
 *
 * Tells the user something on standard error, behind what goes to standard output before
 * it. What stands in it from elsewhere need not be clean.
 */
void
hw_cli_terminal_say (HwCliTerminal *self,
                     const char    *format,
                     ...)
{
  g_autoptr(GBytes) bytes = NULL;
  va_list arguments;
  char *line;

  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  hw_cli_terminal_clear (self);
  va_start (arguments, format);
  line = hw_cli_terminal_make_sentence (self, format, arguments);
  va_end (arguments);

  bytes = g_bytes_new_take (line, strlen (line));
  if (hw_cli_sink_is_idle (self->output))
    write_error (line);
  else
    hw_cli_sink_add_aside (self->output, STDERR_FILENO, bytes);
}

/**
 * hw_cli_terminal_say_at_once:
 * @self: a terminal
 * @format: a sentence
 * @...: arguments of @format
 *
 * Tells the user something on standard error, even if standard output is still busy: for
 * whoever presses Ctrl-C because of that.
 */
void
hw_cli_terminal_say_at_once (HwCliTerminal *self,
                             const char    *format,
                             ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  hw_cli_terminal_clear (self);
  va_start (arguments, format);
  line = hw_cli_terminal_make_sentence (self, format, arguments);
  va_end (arguments);

  write_error (line);
}

/**
 * hw_cli_terminal_forget_keys:
 * @self: a terminal
 *
 * Takes away what the terminal showed of a key that was pressed, such as `^C`, where it
 * stands in a line of its own.
 */
void
hw_cli_terminal_forget_keys (HwCliTerminal *self)
{
  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  if (hw_cli_terminal_has_bar (self) && (self->is_at_line_start || !self->is_output_terminal))
    write_error (CLEAR_LINE);
  g_clear_pointer (&self->shown, g_free);
}

/* Stops as a job of a shell does, without leaving the line behind. */
static void
hw_cli_terminal_suspend (HwCliTerminal *self)
{
  hw_cli_terminal_clear (self);
  kill (getpid (), SIGSTOP);
}

/**
 * hw_cli_terminal_heed:
 * @self: a terminal
 * @signal_number: a signal that the process got
 *
 * Does what a signal asks of a program on a terminal: stop, go on, have another width.
 */
void
hw_cli_terminal_heed (HwCliTerminal *self,
                      int            signal_number)
{
  g_return_if_fail (HW_IS_CLI_TERMINAL (self));

  if (signal_number == SIGTSTP)
    hw_cli_terminal_suspend (self);
  else if (signal_number == SIGWINCH || signal_number == SIGCONT)
    g_clear_pointer (&self->shown, g_free);
}
