/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"

/* What an error knows besides its sentence. */
typedef struct
{
  char *field; /* (owned) (nullable) */
} HwErrorPrivate;

static void
hw_error_private_init (HwErrorPrivate *private)
{
}

static void
hw_error_private_copy (const HwErrorPrivate *source,
                       HwErrorPrivate       *target)
{
  target->field = g_strdup (source->field);
}

static void
hw_error_private_clear (HwErrorPrivate *private)
{
  g_clear_pointer (&private->field, g_free);
}

/* GLib itself aligns what its macro casts, which clang cannot see. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-align"
G_DEFINE_EXTENDED_ERROR (HwError, hw_error)
#pragma GCC diagnostic pop

static const char *const names[HW_N_ERRORS] = {
  [HW_ERROR_INVALID_REQUEST] = "invalid-request",
  [HW_ERROR_INVALID_PARAMETER] = "invalid-parameter",
  [HW_ERROR_UNKNOWN_TYPE] = "unknown-type",
  [HW_ERROR_NOT_FOUND] = "not-found",
  [HW_ERROR_WRONG_STATE] = "wrong-state",
  [HW_ERROR_NOT_ALLOWED] = "not-allowed",
  [HW_ERROR_UNAUTHORIZED] = "unauthorized",
  [HW_ERROR_TOO_LARGE] = "too-large",
  [HW_ERROR_CONFLICT] = "conflict",
  [HW_ERROR_NOT_STARTED] = "not-started",
  [HW_ERROR_INTERRUPTED] = "interrupted",
  [HW_ERROR_NO_SPACE] = "no-space",
  [HW_ERROR_FAILED] = "failed",
};

/**
 * hw_error_set_field:
 * @error: (out) (optional): where to put the error
 * @code: what went wrong
 * @field: (nullable): the JSON pointer of the field that is wrong, such as
 *   `/parameters/path` (RFC 6901)
 * @format: a sentence that says what is wrong and what to do
 * @...: arguments of @format
 *
 * Makes an error that names the field that it is about.
 */
void
hw_error_set_field (GError    **error,
                    HwError     code,
                    const char *field,
                    const char *format,
                    ...)
{
  va_list arguments;

  if (error == NULL)
    return;

  va_start (arguments, format);
  *error = g_error_new_valist (HW_ERROR, (int) code, format, arguments);
  va_end (arguments);

  hw_error_get_private (*error)->field = g_strdup (field);
}

/**
 * hw_error_prefix_field:
 * @error: (inout) (optional) (nullable): an error of any domain
 * @prefix: a JSON pointer
 *
 * Says of what the field is a part, where a request has many parts alike: `/path` in
 * `/3` is `/3/path`. An error without a field is then about @prefix. Errors of other
 * domains are about no field, and stay as they are.
 */
void
hw_error_prefix_field (GError    **error,
                       const char *prefix)
{
  HwErrorPrivate *private;
  g_autofree char *field = NULL;

  g_return_if_fail (prefix != NULL);

  if (error == NULL || *error == NULL || (*error)->domain != HW_ERROR)
    return;

  private = hw_error_get_private (*error);
  field = g_steal_pointer (&private->field);
  private->field = g_strconcat (prefix, field, NULL);
}

/**
 * hw_error_get_field:
 * @error: an error of any domain
 *
 * Gets the field that @error is about.
 *
 * Returns: (nullable): a JSON pointer, or %NULL if @error names no field
 */
const char *
hw_error_get_field (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != HW_ERROR)
    return NULL;

  return hw_error_get_private (error)->field;
}

/**
 * hw_error_get_name:
 * @error: an error of any domain
 *
 * Gets the one name that an error has on every door. Errors of other domains
 * are `failed`: nobody outside can act on them.
 *
 * Returns: a static string
 */
const char *
hw_error_get_name (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != HW_ERROR || error->code < 0 || error->code >= HW_N_ERRORS)
    return names[HW_ERROR_FAILED];

  return names[error->code];
}

/**
 * hw_error_from_name:
 * @name: (nullable): a name
 * @code: (out): where to put the error, which stays as it is if there is none
 *
 * Finds the error that has a name on every door.
 *
 * Returns: whether there is one
 */
gboolean
hw_error_from_name (const char *name,
                    HwError    *code)
{
  for (guint i = 0; i < HW_N_ERRORS; i++)
    if (g_strcmp0 (names[i], name) == 0)
      {
        *code = (HwError) i;
        return TRUE;
      }

  return FALSE;
}
