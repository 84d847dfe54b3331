/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-principal.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HwHttpExchange:
 *
 * A request that is answered later. What it is, only whoever speaks HTTP knows.
 */
typedef struct _HwHttpExchange HwHttpExchange;

/**
 * HwHubDoor:
 * @authenticate: finds out who asks, with what was given to hw_hub_new(); %NULL with
 *   %HW_ERROR_UNAUTHORIZED or %HW_ERROR_NOT_ALLOWED
 * @take: takes a connection out of the hands of all who speak HTTP on it; gives the descriptor,
 *   the caller's own if there is no @stream, or -1 if the connection is gone. What the bytes
 *   have to go through is @stream, %NULL if they go over the descriptor as they are; @early is
 *   what the client has sent behind the request
 * @begin_events: writes the head of an answer of events, for a connection that is taken before
 *   it is answered, with what was given to hw_hub_new()
 * @reply_empty: answers with a status that never has a body
 * @hold: lets a request wait for its answer
 * @watch: has one that waits be cancelled when its client leaves
 * @get_cancellable: gets what is cancelled then
 * @answer: sends the answer; takes the exchange
 *
 * What a hub has of whoever speaks HTTP.
 */
typedef struct
{
  HwPrincipal *(*authenticate)(SoupServerMessage *message,
                               gpointer user_data,
                               GError           **error);
  int (*take)(SoupServerMessage *message,
              GIOStream        **stream,
              GBytes           **early);
  GBytes *(*begin_events)(SoupServerMessage *message,
                          gpointer user_data);
  void (*reply_empty)(SoupServerMessage *message,
                      guint              status);
  HwHttpExchange *(*hold)(SoupServerMessage *message);
  void (*watch)(HwHttpExchange *exchange);
  GCancellable *(*get_cancellable)(HwHttpExchange *exchange);
  void (*answer)(HwHttpExchange *exchange);
} HwHubDoor;

G_END_DECLS
