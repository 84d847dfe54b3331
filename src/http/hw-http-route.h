/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwHttpRoute:
 * @HW_HTTP_ROUTE_NONE: nothing stands there
 * @HW_HTTP_ROUTE_HEALTH: `/healthz`
 * @HW_HTTP_ROUTE_READINESS: `/readyz`
 * @HW_HTTP_ROUTE_METRICS: `/metrics`
 * @HW_HTTP_ROUTE_SESSION: `/api/v1/session`
 * @HW_HTTP_ROUTE_ADD_TASK: `/add-task`
 * @HW_HTTP_ROUTE_TASKS: `/api/v1/tasks`
 * @HW_HTTP_ROUTE_TASK: `/api/v1/tasks/7`
 * @HW_HTTP_ROUTE_CANCEL: `/api/v1/tasks/7/cancel`
 * @HW_HTTP_ROUTE_RETRY: `/api/v1/tasks/7/retry`
 * @HW_HTTP_ROUTE_PAUSE: `/api/v1/tasks/7/pause`
 * @HW_HTTP_ROUTE_RESUME: `/api/v1/tasks/7/resume`
 * @HW_HTTP_ROUTE_TASK_EVENTS: `/api/v1/tasks/7/events`
 * @HW_HTTP_ROUTE_LOG: `/api/v1/tasks/7/log`
 * @HW_HTTP_ROUTE_FILES: `/api/v1/tasks/7/files`
 * @HW_HTTP_ROUTE_FILE: `/api/v1/tasks/7/files/NAME`
 * @HW_HTTP_ROUTE_EVENTS: `/api/v1/events`
 * @HW_HTTP_ROUTE_TASK_TYPES: `/api/v1/task-types`
 * @HW_HTTP_ROUTE_ABOUT: `/api/v1/about`
 * @HW_HTTP_ROUTE_LINK: `/api/v1/link`
 * @HW_HTTP_ROUTE_OPENAPI: `/openapi.json`
 * @HW_HTTP_ROUTE_HUB: `/hub` and what is below it: somebody else answers
 * @HW_HTTP_ROUTE_WEB: everything else: a file or a page of the web client
 *
 * What a path leads to.
 */
typedef enum
{
  HW_HTTP_ROUTE_NONE,
  HW_HTTP_ROUTE_HEALTH,
  HW_HTTP_ROUTE_READINESS,
  HW_HTTP_ROUTE_METRICS,
  HW_HTTP_ROUTE_SESSION,
  HW_HTTP_ROUTE_ADD_TASK,
  HW_HTTP_ROUTE_TASKS,
  HW_HTTP_ROUTE_TASK,
  HW_HTTP_ROUTE_CANCEL,
  HW_HTTP_ROUTE_RETRY,
  HW_HTTP_ROUTE_PAUSE,
  HW_HTTP_ROUTE_RESUME,
  HW_HTTP_ROUTE_TASK_EVENTS,
  HW_HTTP_ROUTE_LOG,
  HW_HTTP_ROUTE_FILES,
  HW_HTTP_ROUTE_FILE,
  HW_HTTP_ROUTE_EVENTS,
  HW_HTTP_ROUTE_TASK_TYPES,
  HW_HTTP_ROUTE_ABOUT,
  HW_HTTP_ROUTE_LINK,
  HW_HTTP_ROUTE_OPENAPI,
  HW_HTTP_ROUTE_HUB,
  HW_HTTP_ROUTE_WEB,
} HwHttpRoute;

#define HW_N_HTTP_ROUTES (HW_HTTP_ROUTE_WEB + 1)

HwHttpRoute hw_http_route_parse (const char *path,
                                 guint64    *task_id);
char       *hw_http_route_get_file_name (const char *path);

const char *hw_http_route_get_methods (HwHttpRoute route);
gboolean    hw_http_route_has_method (HwHttpRoute route,
                                      const char *method);
gboolean    hw_http_route_is_public (HwHttpRoute route,
                                     const char *method);
gsize       hw_http_route_get_max_body (HwHttpRoute route,
                                        const char *method);

gboolean    hw_http_parse_number (const char *text,
                                  guint64     maximum,
                                  guint64    *number);

G_END_DECLS
