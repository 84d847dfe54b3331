/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-message.h"
#include "hw-hub-outlet.h"
#include "hw-hub-stream.h"
#include "hw-hub-watch.h"
#include "hw-principal.h"

G_BEGIN_DECLS

typedef struct _HwHubHandler HwHubHandler;

/**
 * HwHubClientFunc:
 * @user_data: what was given to hw_hub_client_new()
 *
 * Tells what has become of a client: that it is full no more, see hw_hub_client_is_full(), or
 * may be left, see hw_hub_client_is_left().
 */
typedef void (*HwHubClientFunc) (gpointer user_data);

#define HW_TYPE_HUB_CLIENT (hw_hub_client_get_type ())
G_DECLARE_FINAL_TYPE (HwHubClient, hw_hub_client, HW, HUB_CLIENT, GObject)

HwHubClient *hw_hub_client_new (HwHubHandler   *handler,
                                HwPrincipal    *principal,
                                HwHubOutlet    *outlet,
                                HwHubClientFunc drained,
                                HwHubClientFunc left,
                                gpointer user_data);

HwPrincipal *hw_hub_client_get_principal (HwHubClient *self);
HwEncoding   hw_hub_client_get_encoding (HwHubClient *self);
gboolean     hw_hub_client_may_leave (HwHubClient *self);
gboolean     hw_hub_client_is_left (HwHubClient *self);
HwHubWatch  *hw_hub_client_leave (HwHubClient *self);
void         hw_hub_client_take_watches (HwHubClient *self,
                                         HwHubWatch  *watches);

gboolean     hw_hub_client_open_push (HwHubClient *self,
                                      const char  *key,
                                      const char  *target,
                                      HwHubStream *stream,
                                      GError     **error);
void         hw_hub_client_close_push (HwHubClient *self,
                                       const char  *key);

void         hw_hub_client_take_message (HwHubClient  *self,
                                         HwHubMessage *message);
gboolean     hw_hub_client_is_full (HwHubClient *self);
void         hw_hub_client_go_on (HwHubClient *self);
void         hw_hub_client_hear (HwHubClient  *self,
                                 guint         watch,
                                 HwWatchState  state,
                                 HwWatchPlace *place);
void         hw_hub_client_stop (HwHubClient *self);

G_END_DECLS
