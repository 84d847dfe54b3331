/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-field.h"
#include "hw-task-state.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _HwTaskFields HwTaskFields;

#define HW_TYPE_TASK_FIELDS (hw_task_fields_get_type ())

GType         hw_task_fields_get_type (void);
HwTaskFields *hw_task_fields_new (void);
HwTaskFields *hw_task_fields_new_from_variant (GVariant *dictionary);
HwTaskFields *hw_task_fields_copy (const HwTaskFields *self);
HwTaskFields *hw_task_fields_ref (HwTaskFields *self);
void          hw_task_fields_unref (HwTaskFields *self);

/* While they are being made. */
void          hw_task_fields_set_string (HwTaskFields *self,
                                         HwTaskField   field,
                                         const char   *value);
void          hw_task_fields_set_constant (HwTaskFields *self,
                                           HwTaskField   field,
                                           const char   *value);
void          hw_task_fields_share_string (HwTaskFields *self,
                                           HwTaskField   field,
                                           GRefString   *value);
void          hw_task_fields_set_number (HwTaskFields *self,
                                         HwTaskField   field,
                                         gint64        value);
void          hw_task_fields_set_real (HwTaskFields *self,
                                       HwTaskField   field,
                                       double        value);
void          hw_task_fields_set_dictionary (HwTaskFields *self,
                                             HwTaskField   field,
                                             GVariant     *value);
void          hw_task_fields_set_state (HwTaskFields *self,
                                        HwTaskState   state);
void          hw_task_fields_set_value (HwTaskFields *self,
                                        HwTaskField   field,
                                        GVariant     *value);
void          hw_task_fields_unset (HwTaskFields *self,
                                    HwTaskField   field);
void          hw_task_fields_update (HwTaskFields       *self,
                                     const HwTaskFields *newer);
HwTaskFields *hw_task_fields_split_hidden (HwTaskFields *self);

gboolean      hw_task_fields_is_shared (const HwTaskFields *self);
gboolean      hw_task_fields_is_empty (const HwTaskFields *self);
guint64       hw_task_fields_get_set (const HwTaskFields *self);
gboolean      hw_task_fields_has (const HwTaskFields *self,
                                  HwTaskField         field);
gboolean      hw_task_fields_has_hidden (const HwTaskFields *self);
const char   *hw_task_fields_get_string (const HwTaskFields *self,
                                         HwTaskField         field);
GRefString   *hw_task_fields_dup_string (const HwTaskFields *self,
                                         HwTaskField         field);
gint64        hw_task_fields_get_number (const HwTaskFields *self,
                                         HwTaskField         field);
double        hw_task_fields_get_real (const HwTaskFields *self,
                                       HwTaskField         field);
GVariant     *hw_task_fields_get_dictionary (const HwTaskFields *self,
                                             HwTaskField         field);
gboolean      hw_task_fields_get_state (const HwTaskFields *self,
                                        HwTaskState        *state);
GVariant     *hw_task_fields_dup_value (const HwTaskFields *self,
                                        HwTaskField         field);
GVariant     *hw_task_fields_dup_visible (const HwTaskFields *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTaskFields, hw_task_fields_unref)

G_END_DECLS
