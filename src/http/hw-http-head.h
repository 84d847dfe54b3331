/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_HTTP_MAX_HEAD:
 *
 * How long the head of a request may be, with the empty line at its end. A browser's with
 * all its cookies of this machine has less than half of it.
 */
#define HW_HTTP_MAX_HEAD 8192

/**
 * HW_HTTP_MAX_FIELDS:
 *
 * How many fields a head may have. Browsers send about twenty.
 */
#define HW_HTTP_MAX_FIELDS 64

/**
 * HwHttpHeadState:
 * @HW_HTTP_HEAD_INCOMPLETE: more has to come
 * @HW_HTTP_HEAD_COMPLETE: it is there, and good
 * @HW_HTTP_HEAD_REFUSED: it is not to be read on
 *
 * What has come of the head of a request.
 */
typedef enum
{
  HW_HTTP_HEAD_INCOMPLETE,
  HW_HTTP_HEAD_COMPLETE,
  HW_HTTP_HEAD_REFUSED,
} HwHttpHeadState;

/**
 * HwHttpHead:
 * @method: (nullable): its method, a static string; %NULL while it is not known
 * @path: where its path begins, without the query, in the bytes that were read
 * @path_length: how long that is
 * @length: how many bytes it has, with the empty line
 * @body_length: how many bytes come behind it
 * @is_asking: whether those come only when they are asked for (`Expect: 100-continue`)
 * @status: what it is refused with
 * @allow: (nullable): the methods there are, if its method is not one of them
 *
 * The head of a request, as far as somebody has to know it who lets requests in.
 */
typedef struct
{
  const char *method;
  const char *path;
  gsize path_length;
  gsize length;
  guint64 body_length;
  gboolean is_asking;
  guint status;
  const char *allow;
} HwHttpHead;

HwHttpHeadState hw_http_head_read (char              *bytes,
                                   gsize              size,
                                   const char *const *hosts,
                                   HwHttpHead        *head,
                                   GError           **error);
gboolean        hw_http_head_check_body (HwHttpHead *head,
                                         GError    **error);

gboolean        hw_http_head_is_host (const char *text,
                                      gsize       length);

G_END_DECLS
