/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HwTestLog HwTestLog;

HwTestLog *hw_test_log_install (void);

void       hw_test_log_expect_warning (HwTestLog  *self,
                                       const char *pattern);
void       hw_test_log_await_expected (HwTestLog *self,
                                       gint64     timeout);
void       hw_test_log_assert_expected (HwTestLog *self);

G_END_DECLS
