/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-config.h"

#include "hw-bus-address.h"
#include "hw-retention.h"
#include "hw-settings-file.h"

#include <unistd.h>

/* The seed's port. */
#define HTTP_PORT 5031

/* More at once than any machine can do good with: a slip of the finger. */
#define MAX_PARALLEL_MAX 1024

/* How much output to keep, in MiB: what a disk has to spare, the output of one task that
 * printed a lot, and more than disks have.
 */
#define OUTPUT_TOTAL 4096
#define OUTPUT_TOTAL_MIN 64
#define OUTPUT_TOTAL_MAX (1024 * 1024 * 1024)
#define MIB (G_GUINT64_CONSTANT (1024) * 1024)

#define GROUP HW_SETTINGS_GROUP_DAEMON

static const char *const known_keys[] = {
  "http-port", HW_ENTRANCE_KEYS, "max-parallel", "dbus", "containment", "cgroup-root", "output-total", "keep-days",
  "keep-tasks",
  NULL,
};

/* What may hold the processes of a task together, at most: the words of hw-enclosure.h, and one
 * for the best that there is.
 */
static const char *const containments[] = { "auto", "scope", "cgroup", "session", NULL };

/* Where the system's bus is, unless the environment says so (D-Bus Specification). */
#define SYSTEM_BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"

/* Longer than anybody has run this, and more than anybody's disk has room for. */
#define KEEP_DAYS_MAX 36500
#define KEEP_TASKS_MAX 100000000

/**
 * HwConfig:
 *
 * What the daemon was told: by the options it was called with, then by the user's
 * configuration file, then by the system's. Immutable. It alone reads options,
 * environment and configuration files.
 */
struct _HwConfig
{
  GObject parent_instance;

  gboolean wants_version;
  char *backup_path;   /* (owned) (nullable) */
  char *restore_path;  /* (owned) (nullable) */
  gboolean may_replace;
  char *state_folder;  /* (owned) (not nullable) */
  char *run_folder;    /* (owned) (not nullable) */
  char *socket_path;   /* (owned) (not nullable) */
  gboolean wants_bus;
  char *bus_address;   /* (owned) (nullable) */
  char **type_folders; /* (owned) (array zero-terminated=1), the first wins */
  guint16 http_port;
  HwEntranceSettings entrances;
  guint max_parallel;
  guint64 output_total; /* in bytes */
  char *containment;       /* (owned) (not nullable) */
  char *cgroup_root;       /* (owned) (nullable) */
  char *manager_address;   /* (owned) (nullable) */
  pid_t session_manager;   /* or 0 */
  HwStoreLimits limits;
  HwServiceEnvironment *service; /* (owned) (not nullable) */
};

G_DEFINE_FINAL_TYPE (HwConfig, hw_config, G_TYPE_OBJECT)

/* What stands on the command line. */
typedef struct
{
  char *config;
  char *state_folder;
  char *socket_path;
  char **type_folders;
  char *backup_path;
  char *restore_path;
  int http_port;
  gboolean may_replace;
  int https_port;
  gboolean wants_no_bus;
  gboolean wants_version;
} Options;

static void
options_clear (Options *options)
{
  g_clear_pointer (&options->config, g_free);
  g_clear_pointer (&options->state_folder, g_free);
  g_clear_pointer (&options->socket_path, g_free);
  g_clear_pointer (&options->type_folders, g_strfreev);
  g_clear_pointer (&options->backup_path, g_free);
  g_clear_pointer (&options->restore_path, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
hw_config_finalize (GObject *object)
{
  HwConfig *self = HW_CONFIG (object);

  g_clear_pointer (&self->backup_path, g_free);
  g_clear_pointer (&self->restore_path, g_free);
  g_clear_pointer (&self->state_folder, g_free);
  g_clear_pointer (&self->run_folder, g_free);
  g_clear_pointer (&self->socket_path, g_free);
  g_clear_pointer (&self->bus_address, g_free);
  g_clear_pointer (&self->type_folders, g_strfreev);
  hw_entrance_settings_clear (&self->entrances);
  g_clear_pointer (&self->containment, g_free);
  g_clear_pointer (&self->cgroup_root, g_free);
  g_clear_pointer (&self->manager_address, g_free);
  g_clear_pointer (&self->service, hw_service_environment_free);

  G_OBJECT_CLASS (hw_config_parent_class)->finalize (object);
}

static void
hw_config_class_init (HwConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_config_finalize;
}

static void
hw_config_init (HwConfig *self)
{
  hw_entrance_settings_init (&self->entrances);
}

static gboolean
parse_options (char  ***arguments,
               Options *options,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config,
      "Read FILE instead of the usual configuration files", "FILE" },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->state_folder,
      "Keep tasks, output and the token in DIR", "DIR" },
    { "socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket_path,
      "Listen on the Unix socket PATH", "PATH" },
    { "http-port", 0, 0, G_OPTION_ARG_INT, &options->http_port,
      "Listen on port N of this machine; 0 takes a free one", "N" },
    { "https-port", 0, 0, G_OPTION_ARG_INT, &options->https_port,
      "Speak TLS on port N, if there is a certificate; 0 takes a free one", "N" },
    { "task-types", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->type_folders,
      "Look for task types in DIR first; may be given several times", "DIR" },
    { "no-dbus", 0, 0, G_OPTION_ARG_NONE, &options->wants_no_bus,
      "Stay away from the session bus", NULL },
    { "backup", 0, 0, G_OPTION_ARG_FILENAME, &options->backup_path,
      "Copy the tasks into FILE, of a daemon that runs, too, and exit", "FILE" },
    { "restore", 0, 0, G_OPTION_ARG_FILENAME, &options->restore_path,
      "Put the backup FILE in the place of the tasks, and exit", "FILE" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &options->may_replace,
      "Let --backup replace a file that is there", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->wants_version,
      "Print the version", NULL },
    { NULL }
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Runs long work in the background and tells everyone "
                                "who cares how it is going.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, arguments, error))
    return FALSE;

  if (g_strv_length (*arguments) > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "“%s” is not an option. See headwayd --help.", (*arguments)[1]);
      return FALSE;
    }

  if (options->backup_path != NULL && options->restore_path != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--backup and --restore do not go together. Say one of them.");
      return FALSE;
    }

  return TRUE;
}

/* An #HwSettingsFunc: takes our group of a file over what was read before it. */
static gboolean
read_file (GKeyFile *file,
           gpointer  user_data,
           GError  **error)
{
  HwConfig *self = HW_CONFIG (user_data);
  gint64 http_port = self->http_port;
  gint64 max_parallel = self->max_parallel;
  gint64 output_total = (gint64) (self->output_total / MIB);
  gint64 keep_days = self->limits.max_age / G_TIME_SPAN_DAY;
  gint64 keep_tasks = (gint64) self->limits.max_tasks;

  if (!hw_settings_file_check_keys (file, GROUP, known_keys, error) ||
      !hw_settings_file_read_number (file, GROUP, "http-port", 0, G_MAXUINT16, &http_port,
                                     error) ||
      !hw_entrance_settings_read (&self->entrances, file, GROUP, error) ||
      !hw_settings_file_read_number (file, GROUP, "max-parallel", 1, MAX_PARALLEL_MAX,
                                     &max_parallel, error) ||
      !hw_settings_file_read_number (file, GROUP, "output-total", OUTPUT_TOTAL_MIN,
                                     OUTPUT_TOTAL_MAX, &output_total, error) ||
      !hw_settings_file_read_boolean (file, GROUP, "dbus", &self->wants_bus, error) ||
      !hw_settings_file_read_word (file, GROUP, "containment", containments, &self->containment,
                                   error) ||
      !hw_settings_file_read_path (file, GROUP, "cgroup-root", &self->cgroup_root, error) ||
      !hw_settings_file_read_number (file, GROUP, "keep-days", 0, KEEP_DAYS_MAX, &keep_days,
                                     error) ||
      !hw_settings_file_read_number (file, GROUP, "keep-tasks", 0, KEEP_TASKS_MAX, &keep_tasks,
                                     error))
    return FALSE;

  self->http_port = (guint16) http_port;
  self->max_parallel = (guint) max_parallel;
  self->output_total = (guint64) output_total * MIB;
  self->limits.max_age = keep_days * G_TIME_SPAN_DAY;
  self->limits.max_tasks = (guint64) keep_tasks;

  return TRUE;
}

/* Whether this program was not installed: then what belongs to it is beside it. */
static gboolean
is_in_build_tree (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL && g_str_has_prefix (program, HW_BUILD_DIR "/");
}

/* Where task types are, the first to have one wins: what was asked for, the user's,
 * the system's, and those that came with the daemon.
 */
static char **
make_type_folders (char **asked)
{
  g_autoptr(GStrvBuilder) folders = g_strv_builder_new ();
  const char *const *data_folders = g_get_system_data_dirs ();

  if (asked != NULL)
    g_strv_builder_addv (folders, (const char **) asked);

#define ADD(folder) \
  G_STMT_START { \
    g_autofree char *types = g_build_filename (folder, "headway", "task-types", NULL); \
    g_strv_builder_add (folders, types); \
  } G_STMT_END

  ADD (g_get_user_data_dir ());
  for (guint i = 0; data_folders[i] != NULL; i++)
    ADD (data_folders[i]);
#undef ADD

  if (is_in_build_tree ())
    g_strv_builder_add (folders, HW_SOURCE_DATA_DIR "/task-types");
  else
    g_strv_builder_add (folders, HW_DATA_DIR "/task-types");

  return g_strv_builder_end (folders);
}

static void
hw_config_set_folders (HwConfig      *self,
                       const Options *options)
{
  const char *runtime_folder = g_getenv ("XDG_RUNTIME_DIR");

  if (options->state_folder != NULL)
    self->state_folder = g_canonicalize_filename (options->state_folder, NULL);
  else
    self->state_folder = g_build_filename (g_get_user_state_dir (), "headway", NULL);

  if (options->state_folder == NULL && runtime_folder != NULL && *runtime_folder == '/')
    self->run_folder = g_build_filename (runtime_folder, "headway", NULL);
  else
    self->run_folder = g_build_filename (self->state_folder, "run", NULL);

  if (options->backup_path != NULL)
    self->backup_path = g_canonicalize_filename (options->backup_path, NULL);
  if (options->restore_path != NULL)
    self->restore_path = g_canonicalize_filename (options->restore_path, NULL);
  self->may_replace = options->may_replace;

  if (options->socket_path != NULL)
    self->socket_path = g_canonicalize_filename (options->socket_path, NULL);
  else
    self->socket_path = g_build_filename (self->run_folder, "api.sock", NULL);
}

/* Where the manager is that makes scopes for us: root's is that of the system. */
static char *
make_manager_address (const char *bus_address)
{
  const char *address = g_getenv ("DBUS_SYSTEM_BUS_ADDRESS");

  if (geteuid () != 0)
    return g_strdup (bus_address);

  return g_strdup (address != NULL && *address != '\0' ? address : SYSTEM_BUS_ADDRESS);
}

/* The manager of the user's session says its number to all that it starts (systemd.exec(5)). */
static pid_t
read_session_manager (void)
{
  const char *text = g_getenv ("MANAGERPID");
  guint64 number = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL);

  return (pid_t) number;
}

/**
 * hw_config_new_from_arguments:
 * @arguments: (inout) (array zero-terminated=1): the program's arguments
 * @error: return location for an error: a sentence for whoever called the program
 *
 * Reads what the daemon was told, and takes out of the environment what was meant for it
 * alone. Once, before there are threads.
 *
 * Returns: (transfer full): the configuration, or %NULL
 */
HwConfig *
hw_config_new_from_arguments (char  ***arguments,
                              GError **error)
{
  g_autoptr(HwConfig) self = g_object_new (HW_TYPE_CONFIG, NULL);
  g_auto(Options) options = { .http_port = -1, .https_port = -1 };

  g_return_val_if_fail (arguments != NULL, NULL);

  self->service = hw_service_environment_take ();
  if (!parse_options (arguments, &options, error))
    return NULL;

  self->wants_version = options.wants_version;
  self->http_port = HTTP_PORT;
  self->wants_bus = TRUE;
  self->containment = g_strdup (containments[0]);
  self->limits.max_age = HW_RETENTION_DEFAULT_AGE;
  self->limits.max_tasks = HW_RETENTION_DEFAULT_TASKS;
  self->limits.max_events = HW_RETENTION_EVENTS;
  self->max_parallel = MIN (g_get_num_processors (), MAX_PARALLEL_MAX);
  self->output_total = OUTPUT_TOTAL * MIB;
  if (!hw_settings_file_read_all (options.config, read_file, self, error))
    return NULL;

  if (options.http_port != -1)
    {
      if (!hw_settings_check_number (options.http_port, 0, G_MAXUINT16, "--http-port", error))
        return NULL;

      self->http_port = (guint16) options.http_port;
    }

  if (options.https_port != -1)
    {
      if (!hw_settings_check_number (options.https_port, 0, G_MAXUINT16, "--https-port", error))
        return NULL;

      self->entrances.https_port = options.https_port;
    }

  hw_config_set_folders (self, &options);
  if (self->wants_bus && !options.wants_no_bus)
    {
      self->bus_address = hw_bus_address_find ();
      self->manager_address = make_manager_address (self->bus_address);
    }
  self->session_manager = read_session_manager ();
  self->type_folders = make_type_folders (options.type_folders);

  return g_steal_pointer (&self);
}

gboolean
hw_config_get_wants_version (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), FALSE);

  return self->wants_version;
}

/**
 * hw_config_get_backup_path:
 * @self: a configuration
 *
 * Gets where a backup is to be made, instead of starting.
 *
 * Returns: (nullable): an absolute path
 */
const char *
hw_config_get_backup_path (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->backup_path;
}

/**
 * hw_config_get_restore_path:
 * @self: a configuration
 *
 * Gets which backup is to be put back, instead of starting.
 *
 * Returns: (nullable): an absolute path
 */
const char *
hw_config_get_restore_path (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->restore_path;
}

gboolean
hw_config_get_may_replace (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), FALSE);

  return self->may_replace;
}

/**
 * hw_config_get_state_folder:
 * @self: a configuration
 *
 * Gets where everything is kept that outlives the daemon.
 *
 * Returns: an absolute path
 */
const char *
hw_config_get_state_folder (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->state_folder;
}

/**
 * hw_config_get_run_folder:
 * @self: a configuration
 *
 * Gets where is what others find the running daemon by.
 *
 * Returns: an absolute path
 */
const char *
hw_config_get_run_folder (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->run_folder;
}

/**
 * hw_config_get_shim_path:
 * @self: a configuration
 *
 * Gets where the program is that watches a task's program.
 *
 * Returns: an absolute path
 */
const char *
hw_config_get_shim_path (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return is_in_build_tree () ? HW_BUILD_DIR "/src/shim/headway-shim"
         : HW_LIBEXEC_DIR "/headway-shim";
}

const char *
hw_config_get_socket_path (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->socket_path;
}

/**
 * hw_config_get_http_port:
 * @self: a configuration
 *
 * Gets on which port to listen.
 *
 * Returns: the port, or 0 for any that is free
 */
guint16
hw_config_get_http_port (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), 0);

  return self->http_port;
}

/**
 * hw_config_get_entrances:
 * @self: a configuration
 *
 * Gets where others than this machine may come in.
 *
 * Returns: (transfer none): what was said
 */
const HwEntranceSettings *
hw_config_get_entrances (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return &self->entrances;
}

guint
hw_config_get_max_parallel (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), 0);

  return self->max_parallel;
}

/**
 * hw_config_get_output_total:
 * @self: a configuration
 *
 * Gets how much output of attempts that have ended to keep.
 *
 * Returns: bytes
 */
guint64
hw_config_get_output_total (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), 0);

  return self->output_total;
}

/**
 * hw_config_get_limits:
 * @self: a configuration
 *
 * Gets what of tasks that have ended is kept.
 *
 * Returns: (transfer none): the limits
 */
const HwStoreLimits *
hw_config_get_limits (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return &self->limits;
}

/**
 * hw_config_get_bus_address:
 * @self: a configuration
 *
 * Gets where the session bus is, which may not be there yet.
 *
 * Returns: (nullable): its address, or %NULL if the daemon stays away from it
 */
const char *
hw_config_get_bus_address (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->bus_address;
}

/**
 * hw_config_get_containment:
 * @self: a configuration
 *
 * Gets what may hold the processes of a task together at most.
 *
 * Returns: `auto`, `scope`, `cgroup` or `session`
 */
const char *
hw_config_get_containment (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->containment;
}

/**
 * hw_config_get_cgroup_root:
 * @self: a configuration
 *
 * Gets which cgroup to make others in.
 *
 * Returns: (nullable): a folder, or %NULL for the one that the daemon is in
 */
const char *
hw_config_get_cgroup_root (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->cgroup_root;
}

/**
 * hw_config_get_manager_address:
 * @self: a configuration
 *
 * Gets where the bus is on which a service manager may be.
 *
 * Returns: (nullable): its address, or %NULL if the daemon stays away from it
 */
const char *
hw_config_get_manager_address (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->manager_address;
}

/**
 * hw_config_get_session_manager:
 * @self: a configuration
 *
 * Gets the manager of the user's session.
 *
 * Returns: a process, or 0 if there is none
 */
pid_t
hw_config_get_session_manager (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), 0);

  return self->session_manager;
}

/**
 * hw_config_get_type_folders:
 * @self: a configuration
 *
 * Gets where to look for task types.
 *
 * Returns: (transfer none) (array zero-terminated=1): the folders; the first that
 *   has a type wins
 */
const char *const *
hw_config_get_type_folders (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return (const char *const *) self->type_folders;
}

/**
 * hw_config_get_service:
 * @self: a configuration
 *
 * Gets what the service manager said that started us.
 *
 * Returns: (transfer none): it
 */
const HwServiceEnvironment *
hw_config_get_service (HwConfig *self)
{
  g_return_val_if_fail (HW_IS_CONFIG (self), NULL);

  return self->service;
}
