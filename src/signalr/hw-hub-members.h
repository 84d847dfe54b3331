/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is looked at in messages. */
typedef enum
{
  HW_HUB_MEMBER_NONE,
  HW_HUB_MEMBER_TYPE,
  HW_HUB_MEMBER_ID,
  HW_HUB_MEMBER_TARGET,
  HW_HUB_MEMBER_ARGUMENTS,
  HW_HUB_MEMBER_STREAM_IDS,
  HW_HUB_MEMBER_ITEM,
  HW_HUB_MEMBER_RESULT,
  HW_HUB_MEMBER_ERROR,
  HW_HUB_MEMBER_PROTOCOL,
  HW_HUB_MEMBER_VERSION,
} HwHubMember;

#define HW_N_HUB_MEMBERS (HW_HUB_MEMBER_VERSION + 1)

/**
 * HwHubMembers:
 * @values: (array) (owned) (nullable): what a record has of that; arrays are `av`
 *
 * A record taken apart, whatever protocol it is of.
 */
typedef struct
{
  GVariant *values[HW_N_HUB_MEMBERS];
} HwHubMembers;

void          hw_hub_members_clear (HwHubMembers *self);
void          hw_hub_members_take (HwHubMembers *self,
                                   HwHubMember   member,
                                   GVariant     *value);

const char   *hw_hub_member_get_name (HwHubMember member);
HwHubMember   hw_hub_member_find (const char *name);

GVariant     *hw_hub_members_get_string (const HwHubMembers *self,
                                         HwHubMember         member,
                                         GError            **error);
GVariant     *hw_hub_members_get_number (const HwHubMembers *self,
                                         HwHubMember         member,
                                         GError            **error);
GVariant     *hw_hub_members_get_array (const HwHubMembers *self,
                                        HwHubMember         member,
                                        GError            **error);
gboolean      hw_hub_members_have (const HwHubMembers *self,
                                   HwHubMember         member);

gboolean      hw_hub_refuse (GError    **error,
                             const char *format,
                             ...) G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HwHubMembers, hw_hub_members_clear)

G_END_DECLS
