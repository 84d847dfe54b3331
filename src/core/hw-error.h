/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwError:
 * @HW_ERROR_INVALID_REQUEST: the request is not of the form it must have
 * @HW_ERROR_INVALID_PARAMETER: a parameter has a value that its task type refuses
 * @HW_ERROR_UNKNOWN_TYPE: there is no such task type
 * @HW_ERROR_NOT_FOUND: there is no such task, or the asker may not know of it
 * @HW_ERROR_WRONG_STATE: the task's state does not let this happen
 * @HW_ERROR_NOT_ALLOWED: this asker may not do this
 * @HW_ERROR_UNAUTHORIZED: nobody knows who asks
 * @HW_ERROR_TOO_LARGE: a limit of size or number was passed
 * @HW_ERROR_CONFLICT: the task changed meanwhile: a precondition did not hold
 * @HW_ERROR_NOT_STARTED: the attempt was claimed, but its work never began
 * @HW_ERROR_INTERRUPTED: the attempt's work went down with the daemon or the machine
 * @HW_ERROR_NO_SPACE: the disk is full, or what is left is kept for what runs
 * @HW_ERROR_FAILED: anything else that the asker cannot act on
 *
 * What a caller can usefully tell apart. Every door has one table from these
 * to its own language.
 */
typedef enum
{
  HW_ERROR_INVALID_REQUEST,
  HW_ERROR_INVALID_PARAMETER,
  HW_ERROR_UNKNOWN_TYPE,
  HW_ERROR_NOT_FOUND,
  HW_ERROR_WRONG_STATE,
  HW_ERROR_NOT_ALLOWED,
  HW_ERROR_UNAUTHORIZED,
  HW_ERROR_TOO_LARGE,
  HW_ERROR_CONFLICT,
  HW_ERROR_NOT_STARTED,
  HW_ERROR_INTERRUPTED,
  HW_ERROR_NO_SPACE,
  HW_ERROR_FAILED,
} HwError;

#define HW_N_ERRORS (HW_ERROR_FAILED + 1)

#define HW_ERROR (hw_error_quark ())
GQuark      hw_error_quark (void);

void        hw_error_set_field (GError    **error,
                                HwError     code,
                                const char *field,
                                const char *format,
                                ...) G_GNUC_PRINTF (4, 5);
void        hw_error_prefix_field (GError    **error,
                                   const char *prefix);
const char *hw_error_get_field (const GError *error);
const char *hw_error_get_name (const GError *error);
gboolean    hw_error_from_name (const char *name,
                                HwError    *code);

G_END_DECLS
