/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void tls_fixture_write (const char *certificate_path,
                        const char *key_path);

G_END_DECLS
