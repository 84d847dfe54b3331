/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-checkup.h"

#include "hw-cli-i18n.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Looking at what the daemon stands on, without the daemon. Nothing is changed. */

/* With less, the next task may not be able to write down what it does. */
#define MIN_FREE_SPACE (G_GUINT64_CONSTANT (100) * 1000 * 1000)

/* How many days before its end a certificate is to be replaced: whoever looks now and then does
 * so in time.
 */
#define MIN_CERTIFICATE_DAYS 14

/**
 * hw_cli_finding_new:
 * @name: what was looked at, one word
 * @is_good: whether all is well with it
 * @format: what was found
 * @...: arguments of @format
 *
 * Makes a finding.
 *
 * Returns: (transfer full): it
 */
HwCliFinding *
hw_cli_finding_new (const char *name,
                    gboolean    is_good,
                    const char *format,
                    ...)
{
  HwCliFinding *self = g_new0 (HwCliFinding, 1);
  va_list arguments;

  self->name = g_strdup (name);
  self->is_good = is_good;
  va_start (arguments, format);
  self->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return self;
}

void
hw_cli_finding_free (HwCliFinding *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->text, g_free);
  g_free (self);
}

/**
 * hw_cli_finding_to_variant:
 * @self: a finding
 *
 * Gets a finding as a program reads it.
 *
 * Returns: (transfer floating): an `a{sv}`
 */
GVariant *
hw_cli_finding_to_variant (const HwCliFinding *self)
{
  g_auto(GVariantDict) members = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&members, "name", "s", self->name);
  g_variant_dict_insert (&members, "good", "b", self->is_good);
  g_variant_dict_insert (&members, "text", "s", self->text);

  return g_variant_dict_end (&members);
}

/**
 * hw_cli_checkup_look_at_socket:
 * @path: where the daemon should listen
 * @daemon: (out): the process that listens, or 0
 *
 * Looks whether somebody listens.
 *
 * Returns: (transfer full): what was found
 */
HwCliFinding *
hw_cli_checkup_look_at_socket (const char *path,
                               GPid       *daemon)
{
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr(GCredentials) credentials = NULL;
  g_autoptr(GError) error = NULL;

  *daemon = 0;
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                         &error);
  if (socket != NULL)
    g_socket_set_blocking (socket, FALSE);

  if (socket != NULL && g_socket_connect (socket, address, NULL, &error))
    {
      credentials = g_socket_get_credentials (socket, NULL);
      *daemon = credentials != NULL ? MAX (g_credentials_get_unix_pid (credentials, NULL), 0) : 0;
      return hw_cli_finding_new ("socket", TRUE, _("A daemon listens at “%s”."), path);
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return hw_cli_finding_new ("socket", FALSE,
                               _("“%s” is left over from a daemon that died. The next one takes "
                                 "its place: start headwayd, or any task."), path);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return hw_cli_finding_new ("socket", FALSE,
                               _("No daemon listens at “%s”. Start headwayd, or any task."),
                               path);

  return hw_cli_finding_new ("socket", FALSE, _("“%s” cannot be opened: %s."), path,
                             error->message);
}

static HwCliFinding *
look_at_room (const char *path)
{
  struct statvfs file_system;
  guint64 n_free;
  g_autofree char *size = NULL;

  if (statvfs (path, &file_system) < 0)
    return hw_cli_finding_new ("state", FALSE, _("“%s” cannot be looked at: %s."), path,
                               g_strerror (errno));

  n_free = (guint64) file_system.f_bavail * file_system.f_frsize;
  size = g_format_size (n_free);
  if (n_free < MIN_FREE_SPACE)
    return hw_cli_finding_new ("state", FALSE,
                               _("Only %s are free at “%s”. Make room, or tasks cannot be "
                                 "written down."), size, path);

  return hw_cli_finding_new ("state", TRUE, _("Tasks are kept in “%s”, with %s free."), path, size);
}

/**
 * hw_cli_checkup_look_at_folder:
 * @path: the state folder
 *
 * Looks whether the state folder is there, is nobody else's, and has room.
 *
 * Returns: (transfer full): what was found
 */
HwCliFinding *
hw_cli_checkup_look_at_folder (const char *path)
{
  struct stat status;

  if (stat (path, &status) < 0)
    return hw_cli_finding_new ("state", errno == ENOENT,
                               errno == ENOENT ? _("There is no “%s” yet; the daemon makes it.")
                                               : _("“%s” cannot be looked at."), path);

  if (!S_ISDIR (status.st_mode))
    return hw_cli_finding_new ("state", FALSE, _("“%s” is not a folder. Move it away."), path);
  if (status.st_uid != geteuid ())
    return hw_cli_finding_new ("state", FALSE,
                               _("“%s” belongs to another user. Give it back by chown."), path);
  if ((status.st_mode & 0077) != 0)
    return hw_cli_finding_new ("state", FALSE,
                               _("Other users may look into “%s”, where the token is. Change that "
                                 "by “chmod 700”."), path);

  return look_at_room (path);
}

static gboolean
has_systemd (const char *root)
{
  g_autofree char *manager = g_build_filename (root, "run", "systemd", "system", NULL);

  return g_file_test (manager, G_FILE_TEST_IS_DIR);
}

/**
 * hw_cli_checkup_look_at_certificate:
 * @state_folder: where the daemon keeps what is its own
 *
 * Looks at the certificate of `headway cert`, and whether this program can speak HTTPS itself.
 *
 * Returns: (transfer full) (nullable): what was found, or %NULL if there is no certificate
 */
HwCliFinding *
hw_cli_checkup_look_at_certificate (const char *state_folder)
{
  g_autofree char *path = g_build_filename (state_folder, "tls", "certificate.pem", NULL);
  g_autoptr(GTlsCertificate) certificate = NULL;
  g_autoptr(GDateTime) end = NULL;
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *day = NULL;
  g_autoptr(GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;

  certificate = g_tls_certificate_new_from_file (path, &error);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE))
    return hw_cli_finding_new ("https", FALSE,
                               _("HTTPS cannot be spoken here: %s. Install glib-networking."),
                               error->message);
  if (certificate != NULL)
    end = g_tls_certificate_get_not_valid_after (certificate);
  if (end == NULL)
    return hw_cli_finding_new ("https", FALSE,
                               _("“%s” is no certificate. Make one by “headway cert --force”."),
                               path);

  day = g_date_time_format (end, "%Y-%m-%d");
  if (g_date_time_difference (end, now) < MIN_CERTIFICATE_DAYS * G_TIME_SPAN_DAY)
    return hw_cli_finding_new ("https", FALSE,
                               _("The certificate is valid until %s. Make a new one by “headway "
                                 "cert --force”."), day);

  return hw_cli_finding_new ("https", TRUE, _("The certificate is valid until %s."), day);
}

/**
 * hw_cli_checkup_look_at_lingering:
 * @root: the root of the file system
 * @user: the name of the user
 *
 * Looks whether the user's services go on after the user has logged out, where there is
 * somebody who ends them.
 *
 * Returns: (transfer full) (nullable): what was found, %NULL if there is no systemd
 */
HwCliFinding *
hw_cli_checkup_look_at_lingering (const char *root,
                                  const char *user)
{
  g_autofree char *mark = g_build_filename (root, "var", "lib", "systemd", "linger", user, NULL);

  if (!has_systemd (root))
    return NULL;

  if (g_file_test (mark, G_FILE_TEST_EXISTS))
    return hw_cli_finding_new ("lingering", TRUE, _("Tasks go on when you log out."));

  return hw_cli_finding_new ("lingering", FALSE,
                             _("Tasks end when you log out. Run “loginctl enable-linger” to have "
                               "them go on."));
}

/**
 * hw_cli_checkup_look_at_containment:
 * @root: the root of the file system
 * @containment: how the daemon holds programs together, as it says
 *
 * Tells what may outlive a cancel, and how to have nothing do so. It is well even then where
 * there is no systemd, which alone makes better cheap.
 *
 * Returns: (transfer full) (nullable): what was found, %NULL if the daemon says what this
 *   program does not know
 */
HwCliFinding *
hw_cli_checkup_look_at_containment (const char *root,
                                    const char *containment)
{
  if (g_str_equal (containment, "scope"))
    return hw_cli_finding_new ("programs", TRUE,
                               _("Each program is in a scope of systemd's (“scope”): nothing that "
                                 "it starts escapes a cancel."));
  if (g_str_equal (containment, "cgroup"))
    return hw_cli_finding_new ("programs", TRUE,
                               _("Each program is in a control group of its own (“cgroup”): "
                                 "nothing that it starts escapes a cancel."));
  if (!g_str_equal (containment, "session"))
    return NULL;

  if (has_systemd (root))
    {
      return hw_cli_finding_new ("programs", FALSE,
                                 _("Each program is held by its headway-shim alone (“session”): if "
                                   "somebody kills that, what has cleared its environment escapes. "
                                   "Start the daemon by “systemctl --user start headwayd”, and see "
                                   "“containment” in headway.conf."));
    }

  return hw_cli_finding_new ("programs", TRUE,
                             _("Each program is held by its headway-shim alone (“session”): if "
                               "somebody kills that, what has cleared its environment escapes. To "
                               "have nothing escape, give the daemon a control group that it may "
                               "write to, by “cgroup-root” in headway.conf."));
}

/**
 * hw_cli_checkup_look_at_readiness:
 * @about: what the daemon says of itself
 *
 * Tells whether the daemon takes tasks and runs them, in the words of its door for probes.
 *
 * Returns: (transfer full) (nullable): what was found, %NULL if the daemon does not say
 */
HwCliFinding *
hw_cli_checkup_look_at_readiness (const HwAnswerAbout *about)
{
  g_return_val_if_fail (about != NULL, NULL);

  if (!about->has_readiness)
    return NULL;
  if (about->hindrance != NULL)
    return hw_cli_finding_new ("ready", FALSE, "%s", about->hindrance);

  return hw_cli_finding_new ("ready", TRUE, _("The daemon takes tasks and runs them."));
}

/* What is kept of tasks that have ended, in a sentence. */
static char *
describe_limits (const HwAnswerAbout *about)
{
  guint days = (guint) MIN (about->keep_days, G_MAXUINT);
  guint tasks = (guint) MIN (about->keep_tasks, G_MAXUINT);
  g_autofree char *time = NULL;

  if (days == 0 && tasks == 0)
    return g_strdup (_("Tasks that have ended are kept for ever."));
  if (days == 0)
    return g_strdup_printf (_("Of each type, the newest %u tasks that have ended are kept."), tasks);

  time = g_strdup_printf (ngettext ("Tasks are kept for %u day after their end",
                                    "Tasks are kept for %u days after their end", days), days);
  if (tasks == 0)
    return g_strdup_printf ("%s.", time);

  return g_strdup_printf (_("%s, the newest %u of each type."), time, tasks);
}

/* How many there ever were, and are, in a sentence or two. */
static char *
describe_counts (const HwAnswerAbout *about)
{
  const guint64 counts[] = {
    about->ever.n_added, about->n_there, about->ever.n_completed, about->ever.n_failed,
    about->ever.n_canceled,
  };
  char *texts[G_N_ELEMENTS (counts)];
  char *text;

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    texts[i] = g_strdup_printf ("%" G_GUINT64_FORMAT, counts[i]);

  text = g_strdup_printf (_("Of %s tasks that were ever added, %s are there. Ends so far: %s "
                            "completed, %s failed, %s canceled."),
                          texts[0], texts[1], texts[2], texts[3], texts[4]);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_free (texts[i]);

  return text;
}

/**
 * hw_cli_checkup_look_at_retention:
 * @about: what the daemon says of itself
 *
 * Tells how long tasks are kept, so that nobody is surprised when one is gone.
 *
 * Returns: (transfer full) (nullable): what was found, %NULL if the daemon does not say
 */
HwCliFinding *
hw_cli_checkup_look_at_retention (const HwAnswerAbout *about)
{
  g_autofree char *limits = NULL;
  g_autofree char *counts = NULL;

  g_return_val_if_fail (about != NULL, NULL);

  if (!about->has_counts)
    return NULL;

  limits = describe_limits (about);
  counts = describe_counts (about);

  return hw_cli_finding_new ("kept", TRUE,
                             _("%s %s See “keep-days” and “keep-tasks” in headway.conf."),
                             limits, counts);
}

/**
 * hw_cli_checkup_look_at_traffic:
 * @about: what the daemon says of itself
 *
 * Tells what comes and goes at the daemon's door, and whether anybody found it full.
 *
 * Returns: (transfer full) (nullable): what was found, %NULL if the daemon does not say
 */
HwCliFinding *
hw_cli_checkup_look_at_traffic (const HwAnswerAbout *about)
{
  const HwTraffic *traffic;
  g_autofree char *received = NULL;
  g_autofree char *sent = NULL;

  g_return_val_if_fail (about != NULL, NULL);

  if (!about->has_traffic)
    return NULL;

  traffic = &about->traffic;
  received = g_format_size (traffic->n_received);
  sent = g_format_size (traffic->n_sent);

  return hw_cli_finding_new ("connections", TRUE,
                             _("Connections that speak HTTP: %" PRIu64 " now, of at most %" PRIu64
                               ". Since the daemon was started there were %" PRIu64 "; %" PRIu64
                               " found no room, and %" PRIu64 " were closed to make some. They "
                               "sent %s and were sent %s."),
                             traffic->n_open, traffic->n_most, traffic->n_ever,
                             traffic->n_refused, traffic->n_displaced, received, sent);
}
