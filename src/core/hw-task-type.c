/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-type-private.h"

#include "hw-parameter-private.h"
#include "hw-type-file-private.h"

/* Bytes of a file: hundreds of parameters with long descriptions. */
#define MAX_FILE_SIZE (64 * 1024)

/* More fields than anybody fills in. */
#define MAX_PARAMETERS 64

/* How many seconds work has to end by itself once it was asked to. Nobody waits for longer
 * than a day.
 */
#define STOP_TIMEOUT 10
#define STOP_TIMEOUT_MAX (24 * 60 * 60)

/* How many MiB of what a program prints are kept. Less is not worth its bookkeeping; of
 * more, a disk has no room for many.
 */
#define OUTPUT_LIMIT 64
#define OUTPUT_LIMIT_MIN 8
#define OUTPUT_LIMIT_MAX (64 * 1024)

#define TASK_GROUP "Task"

static const char *const known_keys[] = {
  "title", "description", "function", "task-title", "on-interrupt", "local-only", "timeout",
  "stop-timeout", "output-limit", NULL
};

static const char *const on_interrupt_names[] = {
  [HW_ON_INTERRUPT_FAIL] = "fail",
  [HW_ON_INTERRUPT_REQUEUE] = "requeue",
};

G_DEFINE_FINAL_TYPE (HwTaskType, hw_task_type, G_TYPE_OBJECT)

static void
hw_task_type_finalize (GObject *object)
{
  HwTaskType *self = HW_TASK_TYPE (object);

  g_clear_pointer (&self->name, g_ref_string_release);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->description, g_free);
  g_clear_pointer (&self->function, g_free);
  g_clear_pointer (&self->command, hw_command_template_free);
  g_clear_pointer (&self->task_title, hw_template_free);
  g_clear_pointer (&self->title_line, g_ref_string_release);
  g_clear_pointer (&self->parameters, g_ptr_array_unref);
  g_clear_pointer (&self->defaults, g_variant_unref);

  G_OBJECT_CLASS (hw_task_type_parent_class)->finalize (object);
}

static void
hw_task_type_class_init (HwTaskTypeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_task_type_finalize;
}

static void
hw_task_type_init (HwTaskType *self)
{
  self->parameters = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_parameter_free);
}

static gboolean
hw_task_type_read_parameters (HwTaskType *self,
                              GKeyFile   *file,
                              GError    **error)
{
  g_auto(GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      HwParameter *parameter;

      if (g_str_equal (groups[i], TASK_GROUP) || g_str_equal (groups[i], HW_COMMAND_GROUP))
        continue;

      if (!g_str_has_prefix (groups[i], HW_PARAMETER_GROUP_PREFIX))
        {
          hw_type_file_set_error (error, G_KEY_FILE_ERROR_PARSE, groups[i], NULL,
                                  "There is no such group. "
                                  "Write [Task], [Command] or [Parameter NAME].");
          return FALSE;
        }

      if (self->parameters->len == MAX_PARAMETERS)
        {
          hw_type_file_set_error (error, G_KEY_FILE_ERROR_PARSE, groups[i], NULL,
                                  "There are more than %d parameters. Remove some.",
                                  MAX_PARAMETERS);
          return FALSE;
        }

      parameter = hw_parameter_new_from_key_file (file, groups[i], error);
      if (parameter == NULL)
        return FALSE;

      g_ptr_array_add (self->parameters, parameter);
    }

  return TRUE;
}

/* Either a function or a [Command] group says what to run. */
static gboolean
hw_task_type_read_work (HwTaskType *self,
                        GKeyFile   *file,
                        GError    **error)
{
  gboolean has_command = g_key_file_has_group (file, HW_COMMAND_GROUP);

  if (!hw_type_file_get_text (file, TASK_GROUP, "function", &self->function, error))
    return FALSE;

  if ((self->function != NULL) == has_command)
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, TASK_GROUP, "function",
                              "A type has either this key or a group [Command]. %s one of them.",
                              has_command ? "Remove" : "Write");
      return FALSE;
    }

  if (!has_command)
    return TRUE;

  self->command = hw_command_template_new_from_key_file (file, self->parameters, error);

  return self->command != NULL;
}

static gboolean
hw_task_type_read_task_title (HwTaskType *self,
                              GKeyFile   *file,
                              GError    **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) problem = NULL;

  if (!hw_type_file_get_text (file, TASK_GROUP, "task-title", &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;

  self->task_title = hw_template_new (text, self->parameters, &problem);
  if (self->task_title == NULL)
    {
      hw_type_file_set_error (error, problem->code, TASK_GROUP, "task-title",
                              "%s", problem->message);
      return FALSE;
    }

  for (guint i = 0; i < hw_template_get_n_pieces (self->task_title); i++)
    {
      const HwParameter *parameter = hw_template_get_parameter (self->task_title, i);

      if (parameter != NULL && parameter->is_hidden)
        {
          hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, TASK_GROUP, "task-title",
                                  "“{%s}” is hidden, and a title is shown. Leave it out.",
                                  parameter->name);
          return FALSE;
        }
    }

  return TRUE;
}

/* Reads how long things may take, and how much they may print. */
static gboolean
hw_task_type_read_limits (HwTaskType *self,
                          GKeyFile   *file,
                          GError    **error)
{
  self->stop_timeout = STOP_TIMEOUT;
  self->output_limit = OUTPUT_LIMIT;

  return hw_type_file_get_count (file, TASK_GROUP, "timeout", 0, HW_TIMEOUT_MAX,
                                 &self->timeout, error) &&
         hw_type_file_get_count (file, TASK_GROUP, "stop-timeout", 0, STOP_TIMEOUT_MAX,
                                 &self->stop_timeout, error) &&
         hw_type_file_get_count (file, TASK_GROUP, "output-limit", OUTPUT_LIMIT_MIN,
                                 OUTPUT_LIMIT_MAX, &self->output_limit, error);
}

static gboolean
hw_task_type_read (HwTaskType *self,
                   GKeyFile   *file,
                   GError    **error)
{
  guint on_interrupt = HW_ON_INTERRUPT_FAIL;

  if (!g_key_file_has_group (file, TASK_GROUP))
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_GROUP_NOT_FOUND, TASK_GROUP, NULL,
                              "The group is missing. Write it.");
      return FALSE;
    }

  if (!hw_type_file_check_keys (file, TASK_GROUP, known_keys, error) ||
      !hw_type_file_get_text (file, TASK_GROUP, "title", &self->title, error) ||
      !hw_type_file_get_text (file, TASK_GROUP, "description", &self->description, error) ||
      !hw_type_file_get_boolean (file, TASK_GROUP, "local-only", &self->is_local_only, error) ||
      !hw_type_file_get_choice (file, TASK_GROUP, "on-interrupt", on_interrupt_names,
                                G_N_ELEMENTS (on_interrupt_names), &on_interrupt, error) ||
      !hw_task_type_read_limits (self, file, error))
    return FALSE;

  self->on_interrupt = (HwOnInterrupt) on_interrupt;

  if (self->title == NULL || self->title[0] == '\0')
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_KEY_NOT_FOUND, TASK_GROUP, "title",
                              "The key is missing. Write what a person calls such a task.");
      return FALSE;
    }

  return hw_task_type_read_parameters (self, file, error) &&
         hw_task_type_read_work (self, file, error) &&
         hw_task_type_read_task_title (self, file, error);
}

static GKeyFile *
parse (const char *data,
       gsize       length,
       GError    **error)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();

  if (length > MAX_FILE_SIZE)
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
                   "The file has more than %d bytes. Shorten it.", MAX_FILE_SIZE);
      return NULL;
    }

  /* GKeyFile passes over some of these; a NUL is not UTF-8 either. */
  if (!g_utf8_validate_len (data, length, NULL))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_UNKNOWN_ENCODING,
                   "The file is not UTF-8 text. Save it in that encoding.");
      return NULL;
    }

  if (!g_key_file_load_from_data (file, data, length, G_KEY_FILE_NONE, error))
    return NULL;

  return g_steal_pointer (&file);
}

/**
 * hw_task_type_new_from_data:
 * @name: what to call the type: its file's name without `.task`
 * @data: (array length=length): what is in the file
 * @length: how many bytes that is
 * @error: return location for a #GError, or %NULL
 *
 * Reads a task type out of its file.
 *
 * Returns: (transfer full): a type, or %NULL with an error of %G_KEY_FILE_ERROR
 *   that names the file, the key and what to write there
 */
HwTaskType *
hw_task_type_new_from_data (const char *name,
                            const char *data,
                            gsize       length,
                            GError    **error)
{
  g_autoptr(HwTaskType) self = NULL;
  g_autoptr(GKeyFile) file = NULL;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (data != NULL || length == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!hw_name_is_valid (name))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
                   "%s.task: The name of a type has lower-case letters, digits and dashes, "
                   "begins with a letter, and is at most %d long. Rename the file.",
                   name, HW_MAX_NAME_LENGTH);
      return NULL;
    }

  self = g_object_new (HW_TYPE_TASK_TYPE, NULL);
  self->name = g_ref_string_new (name);

  file = parse (data, length, error);
  if (file == NULL || !hw_task_type_read (self, file, error))
    {
      g_prefix_error (error, "%s.task: ", name);
      return NULL;
    }

  hw_task_type_prepare (self);

  return g_steal_pointer (&self);
}

/**
 * hw_task_type_new_vanished:
 * @name: what the type was called
 *
 * Makes a type whose file is gone, for a program that was begun when it was there: it may
 * still run. Nothing but its name is known, which stands for all else.
 *
 * Returns: (transfer full) (nullable): a type, or %NULL if no type is called so
 */
HwTaskType *
hw_task_type_new_vanished (const char *name)
{
  g_autofree char *data = g_strdup_printf ("[Task]\ntitle=%s\n[Command]\nargv=%s\n", name, name);

  return hw_task_type_new_from_data (name, data, strlen (data), NULL);
}

/**
 * hw_task_type_get_name:
 * @self: a task type
 *
 * Gets the name by which tasks ask for the type.
 *
 * Returns: (transfer none): the name
 */
GRefString *
hw_task_type_get_name (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);

  return self->name;
}

/**
 * hw_task_type_get_title:
 * @self: a task type
 *
 * Gets what a person calls such tasks, in the daemon's language.
 *
 * Returns: (transfer none): the title
 */
const char *
hw_task_type_get_title (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);

  return self->title;
}

/**
 * hw_task_type_get_description:
 * @self: a task type
 *
 * Gets what such a task does, in the daemon's language.
 *
 * Returns: (transfer none) (nullable): some sentences, or %NULL
 */
const char *
hw_task_type_get_description (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);

  return self->description;
}

/**
 * hw_task_type_get_runner_kind:
 * @self: a task type
 *
 * Gets what carries such tasks out.
 *
 * Returns: the kind of runner
 */
HwRunnerKind
hw_task_type_get_runner_kind (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), HW_RUNNER_KIND_IN_PROCESS);

  return self->command != NULL ? HW_RUNNER_KIND_COMMAND : HW_RUNNER_KIND_IN_PROCESS;
}

/**
 * hw_task_type_get_on_interrupt:
 * @self: a task type
 *
 * Gets what becomes of a task that went down with the daemon or the machine. Only
 * work that can safely be done twice is for %HW_ON_INTERRUPT_REQUEUE.
 *
 * Returns: the rule
 */
HwOnInterrupt
hw_task_type_get_on_interrupt (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), HW_ON_INTERRUPT_FAIL);

  return self->on_interrupt;
}

/**
 * hw_task_type_is_local_only:
 * @self: a task type
 *
 * Tells whether only those may submit such tasks whom the kernel knows.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_task_type_is_local_only (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), TRUE);

  return self->is_local_only;
}

/**
 * hw_task_type_get_timeout:
 * @self: a task type
 *
 * Gets how long an attempt may take.
 *
 * Returns: the time in seconds, at most %HW_TIMEOUT_MAX, or 0 for any
 */
guint64
hw_task_type_get_timeout (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), 0);

  return self->timeout;
}

/**
 * hw_task_type_get_stop_timeout:
 * @self: a task type
 *
 * Gets how long work has to end by itself once it was asked to, before force is used.
 *
 * Returns: the time in microseconds
 */
gint64
hw_task_type_get_stop_timeout (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), 0);

  return self->stop_timeout * G_USEC_PER_SEC;
}

/**
 * hw_task_type_get_output_limit:
 * @self: a task type
 *
 * Gets how much is kept of what a program prints. Of more, the middle is left out.
 *
 * Returns: the limit in bytes
 */
guint64
hw_task_type_get_output_limit (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), 0);

  return (guint64) self->output_limit * 1024 * 1024;
}

/**
 * hw_task_type_get_function:
 * @self: a task type
 *
 * Gets the name of the in-process runner's function.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL if it is a command
 */
const char *
hw_task_type_get_function (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);

  return self->function;
}

/**
 * hw_task_type_get_parameters:
 * @self: a task type
 *
 * Gets the parameters in the order of the file.
 *
 * Returns: (transfer none) (element-type HwParameter): the parameters, perhaps none
 */
GPtrArray *
hw_task_type_get_parameters (HwTaskType *self)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);

  return self->parameters;
}
