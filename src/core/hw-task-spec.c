/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-spec.h"

#include "hw-error.h"
#include "hw-quote.h"

/* What a list of tasks can show, and more than a person writes. In characters. */
#define TITLE_LENGTH_MAX 200

/* What a sentence shows of a type that there is not. In characters. */
#define TYPE_LENGTH_SHOWN 64

/* Enough to order anything by hand, and far from the ends of an int. */
#define PRIORITY_MAX 1000

/* How many times a task is begun before it has failed for good. */
#define MAX_ATTEMPTS 1

HwTaskSpec *
hw_task_spec_new (void)
{
  return g_new0 (HwTaskSpec, 1);
}

void
hw_task_spec_free (HwTaskSpec *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->type);
  g_free (self->title);
  g_free (self->key);
  g_clear_pointer (&self->parameters, g_variant_unref);
  g_free (self);
}

static HwTaskType *
find_type (const HwTaskSpec  *self,
           HwTaskTypes       *types,
           const HwPrincipal *principal,
           GError           **error)
{
  const char *name = self->type != NULL ? self->type : HW_TASK_DEFAULT_TYPE;
  HwTaskType *type = hw_task_types_lookup (types, name);

  if (type == NULL)
    {
      g_autofree char *quoted = hw_quote (name, TYPE_LENGTH_SHOWN);

      hw_error_set_field (error, HW_ERROR_UNKNOWN_TYPE, "/type",
                          "There is no task type %s. Ask for the list of task types, "
                          "and take one of those.", quoted);
      return NULL;
    }

  if (hw_task_type_is_local_only (type) && !hw_may (principal, HW_VERB_SUBMIT_LOCAL_ONLY, NULL))
    {
      hw_error_set_field (error, HW_ERROR_NOT_ALLOWED, "/type",
                          "“%s” runs any program, so it is taken over the Unix socket and the bus "
                          "only. Add the task from a shell on this machine, or take another type.",
                          name);
      return NULL;
    }

  return type;
}

static gboolean
check_title (const char *title,
             GError    **error)
{
  if (title == NULL)
    return TRUE;

  if (*title == '\0' || g_utf8_strlen (title, -1) > TITLE_LENGTH_MAX)
    {
      hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/title",
                          "The title must have 1 to %d characters. Shorten it, or leave it out.",
                          TITLE_LENGTH_MAX);
      return FALSE;
    }

  for (const char *p = title; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      {
        hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/title",
                            "The title must be one line without control characters. "
                            "Take them out.");
        return FALSE;
      }

  return TRUE;
}

static gboolean
check_priority (int      priority,
                GError **error)
{
  if (priority >= -PRIORITY_MAX && priority <= PRIORITY_MAX)
    return TRUE;

  hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/priority",
                      "The priority must be from -%d to %d. Take a smaller one.",
                      PRIORITY_MAX, PRIORITY_MAX);

  return FALSE;
}

/* Whoever asks may give an attempt less time than its type does, but not more. */
static gboolean
check_timeout (guint64     timeout,
               HwTaskType *type,
               GError    **error)
{
  guint64 limit = hw_task_type_get_timeout (type);

  if (limit == 0)
    limit = HW_TIMEOUT_MAX;
  if (timeout <= limit)
    return TRUE;

  hw_error_set_field (error, HW_ERROR_INVALID_REQUEST, "/timeout",
                      "An attempt at “%s” may take %" G_GUINT64_FORMAT " seconds at most. "
                      "Take a smaller timeout, or leave it out.",
                      hw_task_type_get_name (type), limit);

  return FALSE;
}

static void
set_parameters (HwTaskFields *fields,
                HwTaskType   *type,
                GVariant     *parameters)
{
  g_autoptr(GVariant) visible = hw_task_type_hide_parameters (type, parameters);
  g_auto(GVariantDict) hidden = G_VARIANT_DICT_INIT (NULL);
  gboolean has_hidden = FALSE;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  hw_task_fields_set_dictionary (fields, HW_TASK_FIELD_PARAMETERS, visible);
  if (visible == parameters)
    return;

  g_variant_iter_init (&iter, parameters);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!g_variant_lookup (visible, name, "*", NULL))
      {
        g_variant_dict_insert_value (&hidden, name, value);
        has_hidden = TRUE;
      }

  if (has_hidden)
    hw_task_fields_set_dictionary (fields, HW_TASK_FIELD_HIDDEN_PARAMETERS,
                                   g_variant_dict_end (&hidden));
}

/**
 * hw_task_spec_make_change:
 * @self: what somebody asks for
 * @types: the task types that there are
 * @principal: who asks
 * @at: when, in microseconds since the Unix epoch
 * @error: return location for an error: %HW_ERROR_UNKNOWN_TYPE,
 *   %HW_ERROR_NOT_ALLOWED, %HW_ERROR_INVALID_PARAMETER or %HW_ERROR_INVALID_REQUEST,
 *   each with the field that is wrong
 *
 * Checks a request, and makes a new task of it.
 *
 * Returns: (transfer full): the change that adds the task, or %NULL
 */
HwChange *
hw_task_spec_make_change (const HwTaskSpec  *self,
                          HwTaskTypes       *types,
                          const HwPrincipal *principal,
                          gint64             at,
                          GError           **error)
{
  HwTaskType *type = find_type (self, types, principal, error);
  GRefString *owner = hw_principal_get_name (principal);
  g_autoptr(GVariant) parameters = NULL;
  g_autoptr(GRefString) title = NULL;
  HwTaskFields *fields;
  guint64 timeout;

  if (type == NULL || !check_title (self->title, error) ||
      !check_priority (self->priority, error) || !check_timeout (self->timeout, type, error))
    return NULL;

  parameters = hw_task_type_check_parameters (type, self->parameters, error);
  if (parameters == NULL)
    return NULL;

  timeout = self->timeout > 0 ? self->timeout : hw_task_type_get_timeout (type);
  title = self->title != NULL ? g_ref_string_new (self->title)
                              : hw_task_type_make_title (type, parameters);

  fields = hw_task_fields_new ();
  hw_task_fields_share_string (fields, HW_TASK_FIELD_TYPE, hw_task_type_get_name (type));
  hw_task_fields_share_string (fields, HW_TASK_FIELD_TITLE, title);
  hw_task_fields_set_state (fields, HW_TASK_STATE_PENDING);
  hw_task_fields_set_constant (fields, HW_TASK_FIELD_GROUP, "");
  hw_task_fields_set_number (fields, HW_TASK_FIELD_PRIORITY, self->priority);
  hw_task_fields_share_string (fields, HW_TASK_FIELD_OWNER, owner);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_ATTEMPT, 0);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_MAX_ATTEMPTS, MAX_ATTEMPTS);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_CREATED_AT, at);
  if (timeout > 0)
    hw_task_fields_set_number (fields, HW_TASK_FIELD_TIMEOUT, (gint64) timeout);
  set_parameters (fields, type, parameters);

  return hw_change_new_add (owner, at, fields);
}
