/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tests/support/command-fixture.h"

/* Puts another runner in the place of the first, as if that one's daemon had died. */
static inline void
replace_runner (CommandFixture *fixture,
                RunProbe       *probe)
{
  run_probe_control (probe, fixture->runner, HW_CONTROL_LEAVE, 0);
  drop_object (g_steal_pointer (&fixture->runner));
  fixture->runner = HW_RUNNER (make_runner (fixture));
}

/* Adopts the attempt, which the runner takes. */
static inline void
adopt (CommandFixture *fixture,
       RunProbe       *probe)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  hw_runner_adopt_async (fixture->runner, probe->run, NULL, on_probe_result, &result);

  /* Its end may be told in the same turn of the main context. */
  probe->is_started = TRUE;
  wait_until (result != NULL);
  hw_runner_adopt_finish (fixture->runner, result, &error);
  g_assert_no_error (error);
}
