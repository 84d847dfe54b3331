/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-descriptor-limit.h"

#include <sys/resource.h>

/**
 * hw_descriptor_limit_raise:
 *
 * Lets this process have as many files open as it wants, if whoever started it allows that.
 * The usual limit is for programs that call select(2), which cannot count further.
 */
void
hw_descriptor_limit_raise (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= HW_MAX_DESCRIPTORS)
    return;

  /* With less, fewer are let in. */
  limit.rlim_cur = MIN (limit.rlim_max, HW_MAX_DESCRIPTORS);
  setrlimit (RLIMIT_NOFILE, &limit);
}
