/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-error.h"

#include "hw-error.h"

#define ERROR_PREFIX HW_BUS_NAME ".Error."

/* What each error is called on the bus. */
static const char *const names[] = {
  [HW_ERROR_INVALID_REQUEST] = ERROR_PREFIX "InvalidRequest",
  [HW_ERROR_INVALID_PARAMETER] = ERROR_PREFIX "InvalidParameter",
  [HW_ERROR_UNKNOWN_TYPE] = ERROR_PREFIX "UnknownType",
  [HW_ERROR_NOT_FOUND] = ERROR_PREFIX "NotFound",
  [HW_ERROR_WRONG_STATE] = ERROR_PREFIX "WrongState",
  [HW_ERROR_NOT_ALLOWED] = ERROR_PREFIX "NotAllowed",
  [HW_ERROR_UNAUTHORIZED] = ERROR_PREFIX "Unauthorized",
  [HW_ERROR_TOO_LARGE] = ERROR_PREFIX "TooLarge",
  [HW_ERROR_CONFLICT] = ERROR_PREFIX "Conflict",
  [HW_ERROR_NOT_STARTED] = ERROR_PREFIX "NotStarted",
  [HW_ERROR_INTERRUPTED] = ERROR_PREFIX "Interrupted",
  [HW_ERROR_NO_SPACE] = ERROR_PREFIX "NoSpace",
  [HW_ERROR_FAILED] = ERROR_PREFIX "Failed",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == HW_N_ERRORS);

/**
 * hw_dbus_error_get_name:
 * @error: an error of any domain
 *
 * Gets what an error is called on the bus. Errors of other domains are `Failed`:
 * nobody outside can act on them.
 *
 * Returns: a static string
 */
const char *
hw_dbus_error_get_name (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != HW_ERROR || error->code < 0 || error->code >= HW_N_ERRORS)
    return names[HW_ERROR_FAILED];

  return names[error->code];
}

/**
 * hw_dbus_error_return:
 * @invocation: (transfer full): a call
 * @error: why it fails
 *
 * Answers a call with an error.
 */
void
hw_dbus_error_return (GDBusMethodInvocation *invocation,
                      const GError          *error)
{
  g_return_if_fail (G_IS_DBUS_METHOD_INVOCATION (invocation));
  g_return_if_fail (error != NULL);

  g_dbus_method_invocation_return_dbus_error (invocation, hw_dbus_error_get_name (error),
                                              error->message);
}
