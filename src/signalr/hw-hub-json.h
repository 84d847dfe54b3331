/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-members.h"

G_BEGIN_DECLS

gboolean hw_hub_json_read_members (const char   *record,
                                   gsize         length,
                                   HwHubMembers *members,
                                   GError      **error);

G_END_DECLS
