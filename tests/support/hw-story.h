/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"

G_BEGIN_DECLS

char *hw_story_tell (GPtrArray *events);
char *hw_story_tell_event (HwEvent *event);

G_END_DECLS
