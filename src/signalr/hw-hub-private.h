/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-tokens.h"
#include "hw-hub-transports.h"
#include "hw-hub.h"
#include "hw-places.h"

G_BEGIN_DECLS

/* What the files of the hub share. */
struct _HwHub
{
  GObject parent_instance;

  SoupServer *server;    /* (owned) (not nullable) */
  char *path;            /* (owned) (not nullable) */
  HwHubHandler *handler; /* (owned) (not nullable) */
  HwPlane *plane;        /* (owned) (not nullable) */
  HwClock *clock;        /* (owned) (not nullable) */
  const HwHubDoor *door; /* (unowned) */
  gpointer door_data;

  HwPrincipal *principal;     /* (owned) (nullable): who was let in last */
  HwHubTokens *tokens;        /* (owned) (not nullable) */
  HwHubTransports *transports; /* (owned) (not nullable) */
  HwPlaces *poll_places;       /* (owned) (not nullable): for those who poll */

  GTask *stopping; /* (owned) (nullable) */
  gboolean is_stopped;
};

#define HW_HUB_TEXT_UNKNOWN "No Connection with that ID"

gboolean hw_hub_is_for_upgrade (SoupServerMessage *message);
gboolean hw_hub_is_for_events (SoupServerMessage *message);
void     hw_hub_reply_stopped (SoupServerMessage *message);
void     hw_hub_forget_token (HwHub      *self,
                              const char *token);
void     hw_hub_open (HwHub             *self,
                      SoupServerMessage *message,
                      HwPrincipal       *principal,
                      const char        *token);

G_END_DECLS
