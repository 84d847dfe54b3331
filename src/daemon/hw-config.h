/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-entrance-settings.h"
#include "hw-service-environment.h"
#include "hw-store.h"

#include <glib-object.h>
#include <sys/types.h>

G_BEGIN_DECLS

#define HW_TYPE_CONFIG (hw_config_get_type ())
G_DECLARE_FINAL_TYPE (HwConfig, hw_config, HW, CONFIG, GObject)

HwConfig                   *hw_config_new_from_arguments (char  ***arguments,
                                                          GError **error);

gboolean                    hw_config_get_wants_version (HwConfig *self);
const char                 *hw_config_get_backup_path (HwConfig *self);
const char                 *hw_config_get_restore_path (HwConfig *self);
gboolean                    hw_config_get_may_replace (HwConfig *self);
const char                 *hw_config_get_state_folder (HwConfig *self);
const char                 *hw_config_get_run_folder (HwConfig *self);
const char                 *hw_config_get_socket_path (HwConfig *self);
const char                 *hw_config_get_shim_path (HwConfig *self);
guint16                     hw_config_get_http_port (HwConfig *self);
const HwEntranceSettings   *hw_config_get_entrances (HwConfig *self);
guint                       hw_config_get_max_parallel (HwConfig *self);
guint64                     hw_config_get_output_total (HwConfig *self);
const HwStoreLimits        *hw_config_get_limits (HwConfig *self);
const char                 *hw_config_get_bus_address (HwConfig *self);
const char                 *hw_config_get_containment (HwConfig *self);
const char                 *hw_config_get_cgroup_root (HwConfig *self);
const char                 *hw_config_get_manager_address (HwConfig *self);
pid_t                       hw_config_get_session_manager (HwConfig *self);
const char *const          *hw_config_get_type_folders (HwConfig *self);
const HwServiceEnvironment *hw_config_get_service (HwConfig *self);

G_END_DECLS
