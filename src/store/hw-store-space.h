/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"
#include "hw-store.h"

G_BEGIN_DECLS

/**
 * HwStoreSpace:
 * @HW_STORE_SPACE_PLENTY: nobody has to care
 * @HW_STORE_SPACE_SCARCE: the log must not grow
 * @HW_STORE_SPACE_RESERVED: what is left is for what is there already
 * @HW_STORE_SPACE_CRITICAL: what is left is for what runs
 *
 * How much space there is where the database is.
 */
typedef enum
{
  HW_STORE_SPACE_PLENTY,
  HW_STORE_SPACE_SCARCE,
  HW_STORE_SPACE_RESERVED,
  HW_STORE_SPACE_CRITICAL,
} HwStoreSpace;

HwStoreSpace hw_store_space_look (HwDb *db);
void         hw_store_space_survey (HwDb          *db,
                                    HwStoreSurvey *survey);
void         hw_store_space_set_error (HwDb    *db,
                                       GError **error);

G_END_DECLS
