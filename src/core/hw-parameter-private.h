/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-parameter.h"

G_BEGIN_DECLS

/* How the group of a parameter begins; its name follows. */
#define HW_PARAMETER_GROUP_PREFIX "Parameter "

/* Bytes of a path: PATH_MAX without its NUL. */
#define HW_MAX_PATH_SIZE 4095

/* Bytes of all strings of one value, with the NUL that each ends with: what the kernel
 * takes as one argument, and a small part of the 2 MiB that it takes in all (execve(2)).
 */
#define HW_MAX_STRINGS_SIZE (128 * 1024)

/* The greatest whole number that passes through JavaScript unharmed, 2⁵³ − 1. */
#define HW_MAX_INTEGER 9007199254740991.0

/* Characters of a value that an error repeats: enough to find it again, and too
 * few to fill a log with.
 */
#define HW_MAX_QUOTED_LENGTH 64

char       *hw_parameter_build_field (const char *name);
const char *hw_parameter_kind_describe (HwParameterKind kind);

G_END_DECLS
