/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-members.h"

G_BEGIN_DECLS

/**
 * HwHubMessageType:
 * @HW_HUB_MESSAGE_TYPE_UNKNOWN: a type that newer clients may send; ignored
 *
 * The types of messages, by their numbers in the hub protocol.
 */
typedef enum
{
  HW_HUB_MESSAGE_TYPE_UNKNOWN = 0,
  HW_HUB_MESSAGE_TYPE_INVOCATION = 1,
  HW_HUB_MESSAGE_TYPE_STREAM_ITEM = 2,
  HW_HUB_MESSAGE_TYPE_COMPLETION = 3,
  HW_HUB_MESSAGE_TYPE_STREAM_INVOCATION = 4,
  HW_HUB_MESSAGE_TYPE_CANCEL_INVOCATION = 5,
  HW_HUB_MESSAGE_TYPE_PING = 6,
  HW_HUB_MESSAGE_TYPE_CLOSE = 7,
} HwHubMessageType;

#define HW_N_HUB_MESSAGE_TYPES (HW_HUB_MESSAGE_TYPE_CLOSE + 1)

/**
 * HwHubMessage:
 * @type: what it is
 * @invocation_id: (nullable): the number of the call or stream that it is about,
 *   which is a text; %NULL in a call that wants no answer
 * @target: (nullable): the method that is called
 * @arguments: (nullable): what the method is called with, an `av`
 * @n_stream_ids: how many streams of its own the client wants to send
 * @size: how many bytes its target and its arguments take, which may be many more than the record
 *   had
 *
 * What a client sent. Immutable.
 */
typedef struct
{
  HwHubMessageType type;
  char *invocation_id;
  char *target;
  GVariant *arguments;
  guint n_stream_ids;
  gsize size;
} HwHubMessage;

HwHubMessage *hw_hub_message_new (const HwHubMembers *members,
                                  GError            **error);
void          hw_hub_message_free (HwHubMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHubMessage, hw_hub_message_free)

G_END_DECLS
