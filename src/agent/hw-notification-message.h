/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-notice.h"

G_BEGIN_DECLS

/* The actions that a notification can have. */
#define HW_NOTIFICATION_ACTION_SHOW "default"
#define HW_NOTIFICATION_ACTION_RETRY "retry"

/**
 * HwNotificationAbilities:
 * @HW_NOTIFICATION_ABILITIES_NONE: one line of text
 * @HW_NOTIFICATION_ABILITIES_ACTIONS: buttons
 * @HW_NOTIFICATION_ABILITIES_BODY: a text below the first line
 * @HW_NOTIFICATION_ABILITIES_MARKUP: markup in that text
 *
 * What a notification server can show.
 */
typedef enum
{
  HW_NOTIFICATION_ABILITIES_NONE = 0,
  HW_NOTIFICATION_ABILITIES_ACTIONS = 1 << 0,
  HW_NOTIFICATION_ABILITIES_BODY = 1 << 1,
  HW_NOTIFICATION_ABILITIES_MARKUP = 1 << 2,
} HwNotificationAbilities;

HwNotificationAbilities hw_notification_abilities_read (const char *const *names);

GVariant               *hw_notification_message_new (HwNotice               *notice,
                                                     HwNotificationAbilities abilities,
                                                     guint32                 replaces);

G_END_DECLS
