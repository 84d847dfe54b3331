/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-encoding.h"
#include "hw-hub-stream.h"
#include "hw-watcher.h"

G_BEGIN_DECLS

#define HW_TYPE_WATCH_STREAM (hw_watch_stream_get_type ())
G_DECLARE_FINAL_TYPE (HwWatchStream, hw_watch_stream, HW, WATCH_STREAM, GObject)

HwHubStream *hw_watch_stream_new (HwTaskQueue         *queue,
                                  HwPrincipal         *principal,
                                  const HwWatchFilter *filter,
                                  guint64 epoch,
                                  guint64 after,
                                  HwEncoding encoding,
                                  gboolean may_leave);
HwHubStream *hw_watch_stream_new_at (const HwWatchPlace *place,
                                     HwEncoding          encoding);

G_END_DECLS
