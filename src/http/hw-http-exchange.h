/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-rides.h"

G_BEGIN_DECLS

typedef struct _HwHttpExchange HwHttpExchange;

HwHttpExchange    *hw_http_exchange_new (SoupServerMessage *message);
void               hw_http_exchange_watch (HwHttpExchange *self);
void               hw_http_exchange_ride (HwHttpExchange *self,
                                          HwHttpRides    *rides,
                                          HwPrincipal    *principal);
void               hw_http_exchange_end (HwHttpExchange *self);

SoupServerMessage *hw_http_exchange_get_message (HwHttpExchange *self);
GCancellable      *hw_http_exchange_get_cancellable (HwHttpExchange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHttpExchange, hw_http_exchange_end)

G_END_DECLS
