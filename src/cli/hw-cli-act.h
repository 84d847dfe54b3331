/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-call.h"

G_BEGIN_DECLS

gpointer hw_cli_act_new (char   **arguments,
                         gboolean now,
                         GError **error);
gpointer hw_cli_act_parse (HwCliCall *call,
                           char    ***arguments,
                           GError   **error);
void     hw_cli_act_free (gpointer data);
void     hw_cli_act_start (GTask      *gtask,
                           const char *verb);

G_END_DECLS
