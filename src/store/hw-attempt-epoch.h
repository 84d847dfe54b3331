/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-attempt-folder.h"

G_BEGIN_DECLS

guint64 hw_attempt_epoch_find (const char         *root,
                               const HwAttemptKey *key);

G_END_DECLS
