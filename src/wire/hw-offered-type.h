/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-parameter.h"

G_BEGIN_DECLS

/**
 * HwOfferedType:
 * @name: what a request calls it
 * @title: what a form calls it
 * @description: (nullable): what a form says about it
 * @is_local_only: whether it is taken from this machine only
 * @is_requeued: whether its tasks begin again after an interruption
 * @parameters: (element-type HwParameter): what it takes
 *
 * A task type as a client is told of it: what it takes, and not how it is run.
 */
typedef struct
{
  char *name;
  char *title;
  char *description;
  gboolean is_local_only;
  gboolean is_requeued;
  GPtrArray *parameters;
} HwOfferedType;

void hw_offered_type_free (HwOfferedType *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwOfferedType, hw_offered_type_free)

G_END_DECLS
