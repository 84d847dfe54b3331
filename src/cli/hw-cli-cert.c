/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-text.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* Where the daemon looks, in its state folder. */
#define FOLDER "tls"
#define CERTIFICATE_NAME "certificate.pem"
#define KEY_NAME "key.pem"

/* What is not finished yet has this behind its name. */
#define NEW_SUFFIX ".new"

/* How long it is valid: browsers take a longer one for a mistake. */
#define DAYS "365"

/* The longest common name (RFC 5280, A.1). Nobody reads it any more. */
#define MAX_COMMON_NAME 64

/* What openssl is told, with the names behind it. It is for one server and can vouch for no
 * other: so its key is worth nothing beyond that, also where somebody trusts it.
 */
#define REQUEST \
  "[req]\nprompt=no\ndistinguished_name=name\nx509_extensions=extensions\n" \
  "[name]\nCN=%.*s\n" \
  "[extensions]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n" \
  "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nsubjectAltName=%s\n"

/* What `headway cert` is to do. */
typedef struct
{
  char *folder;          /* (owned) (nullable) */
  char **names;          /* (owned) (nullable) */
  gboolean is_forced;
  char *certificate;     /* (owned): where it goes */
  char *key;             /* (owned) */
  char *new_certificate; /* (owned): where it is made */
  char *new_key;         /* (owned) */
} Cert;

static void
cert_free (gpointer data)
{
  Cert *cert = data;

  g_clear_pointer (&cert->folder, g_free);
  g_clear_pointer (&cert->names, g_strfreev);
  g_clear_pointer (&cert->certificate, g_free);
  g_clear_pointer (&cert->key, g_free);
  g_clear_pointer (&cert->new_certificate, g_free);
  g_clear_pointer (&cert->new_key, g_free);
  g_free (cert);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cert, cert_free)

static gboolean
is_name (const char *text)
{
  if (g_hostname_is_ip_address (text))
    return strchr (text, '%') == NULL;

  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '.' && *c != '-')
      return FALSE;

  return *text != '\0';
}

static gboolean
check_names (char   **names,
             GError **error)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (!is_name (names[i]))
      {
        g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                     _("“%s” is neither the name of a machine nor an address."), names[i]);
        return FALSE;
      }

  return TRUE;
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  g_autoptr(Cert) cert = g_new0 (Cert, 1);
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING_ARRAY, &cert->names,
      N_("A further name or address of this machine; may be given several times"), N_("NAME") },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &cert->folder,
      N_("Write into DIR instead of where the daemon looks"), N_("DIR") },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &cert->is_forced,
      N_("Replace the certificate that is there"), NULL },
    { NULL }
  };

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error) ||
      !hw_cli_call_check_no_words (*arguments, error) ||
      !check_names (cert->names, error))
    return NULL;

  return g_steal_pointer (&cert);
}

/* Says where everything goes, and makes the folder. */
static gboolean
prepare (HwCliCall *call,
         Cert      *cert,
         GError   **error)
{
  g_autofree char *folder = cert->folder != NULL
    ? g_canonicalize_filename (cert->folder, NULL)
    : g_build_filename (hw_cli_call_get_state_folder (call), FOLDER, NULL);

  cert->certificate = g_build_filename (folder, CERTIFICATE_NAME, NULL);
  cert->key = g_build_filename (folder, KEY_NAME, NULL);
  cert->new_certificate = g_strconcat (cert->certificate, NEW_SUFFIX, NULL);
  cert->new_key = g_strconcat (cert->key, NEW_SUFFIX, NULL);

  if (!cert->is_forced && (g_file_test (cert->certificate, G_FILE_TEST_EXISTS) ||
                           g_file_test (cert->key, G_FILE_TEST_EXISTS)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   _("There is a certificate in “%s” already. Say --force to replace it."), folder);
      return FALSE;
    }

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _("The folder “%s” cannot be made: %s."), folder, g_strerror (errno));
  return FALSE;
}

static void
add_name (GString    *list,
          const char *name)
{
  g_string_append_printf (list, "%s%s:%s", list->len > 0 ? "," : "",
                          g_hostname_is_ip_address (name) ? "IP" : "DNS", name);
}

/* All that this machine may be called, as openssl writes it. */
static char *
make_name_list (const Cert *cert)
{
  static const char *const own[] = { "localhost", "127.0.0.1", "::1" };
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    add_name (list, own[i]);
  if (is_name (g_get_host_name ()) && !g_str_equal (g_get_host_name (), "localhost"))
    add_name (list, g_get_host_name ());
  for (guint i = 0; cert->names != NULL && cert->names[i] != NULL; i++)
    add_name (list, cert->names[i]);

  return g_string_free (list, FALSE);
}

/* The key first: who sees one of the two that does not go with the other waits for that. */
static gboolean
put_in_place (const Cert *cert,
              GError    **error)
{
  if (g_rename (cert->new_key, cert->key) == 0 &&
      g_rename (cert->new_certificate, cert->certificate) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _("The certificate cannot be put at “%s”: %s."), cert->certificate,
               g_strerror (errno));
  return FALSE;
}

static void
report (HwCliCall  *call,
        const Cert *cert)
{
  g_autofree char *clean = hw_cli_text_clean (cert->certificate);
  g_autofree char *line = g_strconcat (clean, "\n", NULL);
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);

  hw_cli_terminal_print (terminal, line);
  if (cert->folder == NULL)
    hw_cli_terminal_say (terminal, _("It is valid for a year. A daemon that speaks HTTPS takes it "
                                     "at once, and any other when it starts anew."));
}

static void
on_request_done (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Cert *cert = g_task_get_task_data (gtask);
  g_autofree char *complaint = NULL;
  GError *error = NULL;

  if (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, NULL, &complaint,
                                            &error) &&
      !g_subprocess_get_successful (G_SUBPROCESS (source)))
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, _("openssl made no certificate: %s"),
                         complaint != NULL ? g_strstrip (complaint) : "");

  if (error == NULL)
    put_in_place (cert, &error);

  if (error != NULL)
    {
      g_unlink (cert->new_key);
      g_unlink (cert->new_certificate);
      g_task_return_error (gtask, error);
      return;
    }

  report (g_task_get_source_object (gtask), cert);
  g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
}

/* The key is its owner's alone from the first moment: openssl sees to that, and the folder. */
static GSubprocess *
start_openssl (const Cert *cert,
               GError    **error)
{
  const char *argv[] = {
    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    "-sha256", "-days", DAYS, "-config", "/dev/stdin", "-keyout", cert->new_key, "-out",
    cert->new_certificate, NULL,
  };
  g_autoptr(GError) cause = NULL;
  GSubprocess *process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                            G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                            G_SUBPROCESS_FLAGS_STDERR_PIPE, &cause);

  if (process == NULL)
    g_set_error (error, cause->domain, cause->code,
                 _("openssl, which makes certificates, cannot be started: %s. Install it, as with "
                   "“apt install openssl”."), cause->message);

  return process;
}

static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Cert *cert = g_task_get_task_data (gtask);
  g_autoptr(GSubprocess) process = NULL;
  g_autofree char *names = make_name_list (cert);
  g_autofree char *request = g_strdup_printf (REQUEST, MAX_COMMON_NAME, g_get_host_name (), names);
  GError *error = NULL;

  if (prepare (call, cert, &error))
    process = start_openssl (cert, &error);

  if (process == NULL)
    {
      g_task_return_error (gtask, error);
      g_object_unref (gtask);
      return;
    }

  g_subprocess_communicate_utf8_async (process, request, hw_cli_call_get_cancellable (call),
                                       on_request_done, gtask);
}

const HwCliCommand hw_cli_cert = {
  .name = "cert",
  .synopsis = N_("[OPTION…]"),
  .summary = N_("Make a certificate, so that the daemon speaks HTTPS"),
  .details = N_("It vouches for itself, so that browsers ask whether to trust it: it is for "
                "trying things out and for your own machines. For all others, name a "
                "certificate that somebody vouches for in headway.conf(5)."),
  .examples =
    "  headway cert\n"
    "  headway cert --name nas.local --name 192.168.1.5 --force\n",
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = cert_free,
  .run = start,
};
