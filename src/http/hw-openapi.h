/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-types.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define HW_TYPE_OPENAPI (hw_openapi_get_type ())
G_DECLARE_FINAL_TYPE (HwOpenapi, hw_openapi, HW, OPENAPI, GObject)

HwOpenapi *hw_openapi_new (HwTaskTypes *types);

void       hw_openapi_answer (HwOpenapi         *self,
                              SoupServerMessage *message);

G_END_DECLS
