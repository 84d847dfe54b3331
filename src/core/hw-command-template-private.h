/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-parameter.h"

G_BEGIN_DECLS

typedef struct _HwCommandTemplate HwCommandTemplate;

#define HW_COMMAND_GROUP "Command"

HwCommandTemplate *hw_command_template_new_from_key_file (GKeyFile  *file,
                                                          GPtrArray *parameters,
                                                          GError   **error);
void               hw_command_template_free (HwCommandTemplate *self);

gboolean           hw_command_template_check (const HwCommandTemplate *self,
                                              GVariant                *values,
                                              GError                 **error);

char             **hw_command_template_make_argv (const HwCommandTemplate *self,
                                                  GVariant                *values);
char              *hw_command_template_make_directory (const HwCommandTemplate *self,
                                                       GVariant                *values);
GVariant          *hw_command_template_make_environment (const HwCommandTemplate *self,
                                                         GVariant                *values);
int                hw_command_template_make_umask (const HwCommandTemplate *self,
                                                   GVariant                *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCommandTemplate, hw_command_template_free)

G_END_DECLS
