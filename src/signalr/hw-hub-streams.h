/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-outlet.h"
#include "hw-hub-stream.h"
#include "hw-hub-watch.h"

G_BEGIN_DECLS

/* Enough for a page that follows each task it shows; each one costs a watcher. */
#define HW_HUB_MAX_STREAMS 64

#define HW_TYPE_HUB_STREAMS (hw_hub_streams_get_type ())
G_DECLARE_FINAL_TYPE (HwHubStreams, hw_hub_streams, HW, HUB_STREAMS, GObject)

/**
 * HwHubStreamsFunc:
 * @user_data: what was given to hw_hub_streams_new()
 *
 * Is told something about a set of streams.
 */
typedef void (*HwHubStreamsFunc) (gpointer user_data);

HwHubStreams *hw_hub_streams_new (HwHubOutlet     *outlet,
                                  HwHubStreamsFunc left,
                                  gpointer         user_data);

gboolean      hw_hub_streams_add (HwHubStreams *self,
                                  const char   *key,
                                  const char   *target,
                                  HwHubStream  *stream);
gboolean      hw_hub_streams_is_full (HwHubStreams *self);
gboolean      hw_hub_streams_contains (HwHubStreams *self,
                                       const char   *key,
                                       gboolean      is_push);
gboolean      hw_hub_streams_remove (HwHubStreams *self,
                                     const char   *key,
                                     gboolean      is_push);
gboolean      hw_hub_streams_are_left (HwHubStreams *self);
void          hw_hub_streams_hear (HwHubStreams *self,
                                   guint         watch,
                                   HwWatchState  state,
                                   HwWatchPlace *place);
void          hw_hub_streams_take (HwHubStreams *self,
                                   HwHubWatch   *watches);
HwHubWatch   *hw_hub_streams_leave (HwHubStreams *self);
void          hw_hub_streams_pump (HwHubStreams *self);
void          hw_hub_streams_stop (HwHubStreams *self);

G_END_DECLS
