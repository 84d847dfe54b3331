/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-principal.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

char *hw_http_link_make (guint       port,
                         const char *token,
                         guint64     task_id);
void  hw_http_link_answer (SoupServerMessage *message,
                           HwPrincipal       *principal,
                           guint              port,
                           const char        *token);

G_END_DECLS
