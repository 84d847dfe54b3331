/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-parameter.h"

G_BEGIN_DECLS

typedef struct _HwTemplate HwTemplate;

/* Writes the value of a parameter for its template. Returns (transfer full). */
typedef char *(*HwTemplateWriter) (const HwParameter *parameter,
                                   GVariant          *value);

HwTemplate        *hw_template_new (const char *text,
                                    GPtrArray  *parameters,
                                    GError    **error);
void               hw_template_free (HwTemplate *self);

guint              hw_template_get_n_pieces (const HwTemplate *self);
const HwParameter *hw_template_get_parameter (const HwTemplate *self,
                                              guint             i);
const HwParameter *hw_template_get_only_parameter (const HwTemplate *self);
const HwParameter *hw_template_get_leading_parameter (const HwTemplate *self,
                                                      GVariant         *values);

char              *hw_template_fill (const HwTemplate *self,
                                     GVariant         *values,
                                     HwTemplateWriter  write);

char              *hw_template_write_argument (const HwParameter *parameter,
                                               GVariant          *value);
char              *hw_template_write_title (const HwParameter *parameter,
                                            GVariant          *value);

const HwParameter *hw_parameters_find (GPtrArray  *parameters,
                                       const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTemplate, hw_template_free)

G_END_DECLS
