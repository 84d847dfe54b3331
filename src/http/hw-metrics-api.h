/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-listener.h"
#include "hw-plane.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

/**
 * HwMetricsSizeFunc:
 * @user_data: what was given with it
 *
 * Tells how large something is that this folder knows nothing of.
 *
 * Returns: bytes
 */
typedef guint64 (*HwMetricsSizeFunc) (gpointer user_data);

#define HW_TYPE_METRICS_API (hw_metrics_api_get_type ())
G_DECLARE_FINAL_TYPE (HwMetricsApi, hw_metrics_api, HW, METRICS_API, GObject)

HwMetricsApi *hw_metrics_api_new (HwTaskQueue    *queue,
                                  HwClock        *clock,
                                  HwPlane        *plane,
                                  HwHttpListener *listener);
void          hw_metrics_api_set_output_size (HwMetricsApi     *self,
                                              HwMetricsSizeFunc function,
                                              gpointer          user_data);
void          hw_metrics_api_answer (HwMetricsApi      *self,
                                     SoupServerMessage *message,
                                     HwPrincipal       *principal);

G_END_DECLS
