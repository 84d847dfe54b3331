/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output.h"
#include "hw-task-spec.h"
#include "hw-watcher.h"

G_BEGIN_DECLS

/**
 * HwDBusLogRequest:
 * @query: what to read
 * @follow: whether to go on until the attempt has ended
 *
 * What somebody wants to read of what a program printed.
 */
typedef struct
{
  HwOutputQuery query;
  gboolean follow;
} HwDBusLogRequest;

gboolean    hw_dbus_request_check_none (GVariant *options,
                                        GError  **error);
gboolean    hw_dbus_request_check_limit (guint    limit,
                                         GError **error);
HwTaskSpec *hw_dbus_request_read_spec (const char *type,
                                       GVariant   *parameters,
                                       GVariant   *options,
                                       GError    **error);
GPtrArray  *hw_dbus_request_read_specs (GVariant *tasks,
                                        GVariant *options,
                                        char    **key,
                                        GError  **error);
gboolean    hw_dbus_request_read_cancel (GVariant *options,
                                         gboolean *now,
                                         GError  **error);
GArray     *hw_dbus_request_read_ids (GVariant *ids,
                                      GError  **error);
gboolean    hw_dbus_request_read_list (GVariant     *members,
                                       const char   *cursor,
                                       guint         limit,
                                       HwTaskFilter *filter,
                                       GError      **error);
gboolean    hw_dbus_request_read_watch (GVariant      *options,
                                        HwWatchFilter *filter,
                                        GError       **error);
gboolean    hw_dbus_request_read_log (GVariant         *options,
                                      HwDBusLogRequest *request,
                                      GError          **error);

G_END_DECLS
