/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-agent-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define HW_TYPE_AGENT (hw_agent_get_type ())
G_DECLARE_FINAL_TYPE (HwAgent, hw_agent, HW, AGENT, GObject)

HwAgent *hw_agent_new (HwAgentConfig *config);

void     hw_agent_set_connection (HwAgent         *self,
                                  GDBusConnection *connection);

G_END_DECLS
