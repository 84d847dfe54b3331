/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-notifier.h"

G_BEGIN_DECLS

#define HW_TYPE_AGENT_CONFIG (hw_agent_config_get_type ())
G_DECLARE_FINAL_TYPE (HwAgentConfig, hw_agent_config, HW, AGENT_CONFIG, GObject)

HwAgentConfig  *hw_agent_config_new_from_arguments (char  ***arguments,
                                                    GError **error);

gboolean        hw_agent_config_get_wants_version (HwAgentConfig *self);
gint64          hw_agent_config_get_minimum_duration (HwAgentConfig *self);
HwNotifierWants hw_agent_config_get_wants (HwAgentConfig *self);
gboolean        hw_agent_config_has_display (HwAgentConfig *self);
const char     *hw_agent_config_get_bus_address (HwAgentConfig *self);

G_END_DECLS
