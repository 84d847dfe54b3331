/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-principal.h"

G_BEGIN_DECLS

/* .NET's; a client connects as soon as it has its token. In microseconds. */
#define HW_HUB_TOKEN_LIFETIME (15 * G_USEC_PER_SEC)

/* As many clients may come at once, as after a restart, when none of them waits. The last of them
 * are for those who have few.
 */
#define HW_HUB_MAX_TOKENS 1024

/**
 * HwHubTokenState:
 * @HW_HUB_TOKEN_STATE_UNKNOWN: there is no such token, or it is somebody else's
 * @HW_HUB_TOKEN_STATE_NEW: it was not used
 * @HW_HUB_TOKEN_STATE_USED: its connection lives
 */
typedef enum
{
  HW_HUB_TOKEN_STATE_UNKNOWN,
  HW_HUB_TOKEN_STATE_NEW,
  HW_HUB_TOKEN_STATE_USED,
} HwHubTokenState;

typedef struct _HwHubTokens HwHubTokens;

char           *hw_hub_make_token (GError **error);

HwHubTokens    *hw_hub_tokens_new (void);
void            hw_hub_tokens_free (HwHubTokens *self);

char           *hw_hub_tokens_add (HwHubTokens *self,
                                   HwPrincipal *principal,
                                   gint64       now,
                                   GError     **error);
HwHubTokenState hw_hub_tokens_look_up (HwHubTokens *self,
                                       const char  *token,
                                       HwPrincipal *principal,
                                       gint64       now);
void            hw_hub_tokens_use (HwHubTokens *self,
                                   const char  *token);
void            hw_hub_tokens_remove (HwHubTokens *self,
                                      const char  *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHubTokens, hw_hub_tokens_free)

G_END_DECLS
