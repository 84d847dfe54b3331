/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-stream.h"

G_BEGIN_DECLS

/**
 * HW_HTTP_PATIENCE:
 *
 * How long whoever was let in may take to begin before they make room for others. Those who
 * come meanwhile wait in the kernel. Who comes over the Unix socket does not wait for those
 * who came over TCP: they are this user's, and the others may be anybody's.
 */
#define HW_HTTP_PATIENCE (G_USEC_PER_SEC / 20)

/**
 * HW_HTTP_LONG_SILENCE:
 *
 * How long somebody may say nothing before those are preferred who say something, however
 * slowly. A program on a busy machine asks sooner.
 */
#define HW_HTTP_LONG_SILENCE G_USEC_PER_SEC

/**
 * HwHttpRoom:
 * @HW_HTTP_ROOM_MADE: somebody has gone, or there was room
 * @HW_HTTP_ROOM_SOON: somebody will have to go, but has only just come
 * @HW_HTTP_ROOM_NONE: all wait for us
 *
 * Whether there is room for one more.
 */
typedef enum
{
  HW_HTTP_ROOM_MADE,
  HW_HTTP_ROOM_SOON,
  HW_HTTP_ROOM_NONE,
} HwHttpRoom;

typedef struct _HwHttpCrowd HwHttpCrowd;

HwHttpCrowd *hw_http_crowd_new (HwClock *clock);
void         hw_http_crowd_free (HwHttpCrowd *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHttpCrowd, hw_http_crowd_free)

void         hw_http_crowd_add (HwHttpCrowd  *self,
                                HwHttpStream *stream);
void         hw_http_crowd_remove (HwHttpCrowd  *self,
                                   HwHttpStream *stream);
GPtrArray   *hw_http_crowd_list (HwHttpCrowd *self);
guint        hw_http_crowd_get_size (HwHttpCrowd *self);
guint        hw_http_crowd_count (HwHttpCrowd *self,
                                  const char  *peer);

HwHttpRoom   hw_http_crowd_make_room (HwHttpCrowd *self,
                                      const char  *peer,
                                      gboolean     for_local);
gboolean     hw_http_crowd_limit_strangers (HwHttpCrowd *self,
                                            guint        max_strangers);

G_END_DECLS
