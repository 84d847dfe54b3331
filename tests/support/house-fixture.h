/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-test-house.h"

/* A queue with one place, open. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
} Fixture;

static inline void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  hw_test_house_open (fixture->house);
}

static inline void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
}
