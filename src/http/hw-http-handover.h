/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

int hw_http_handover_take (SoupServerMessage *message,
                           GIOStream        **stream,
                           GBytes           **early);

G_END_DECLS
