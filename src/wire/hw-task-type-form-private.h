/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-offered-type.h"

G_BEGIN_DECLS

/* The members that a task type is written and read by. */
#define HW_TYPE_FORM_TYPES "taskTypes"
#define HW_TYPE_FORM_NAME "name"
#define HW_TYPE_FORM_TITLE "title"
#define HW_TYPE_FORM_DESCRIPTION "description"
#define HW_TYPE_FORM_LOCAL_ONLY "localOnly"
#define HW_TYPE_FORM_ON_INTERRUPT "onInterrupt"
#define HW_TYPE_FORM_REQUEUE "requeue"
#define HW_TYPE_FORM_SCHEMA "schema"

/* And those of JSON Schema (2020-12: Core, section 10.3, and Validation, sections 6, 7 and 9). */
#define HW_SCHEMA_TYPE "type"
#define HW_SCHEMA_FORMAT "format"
#define HW_SCHEMA_PROPERTIES "properties"
#define HW_SCHEMA_REQUIRED "required"
#define HW_SCHEMA_MINIMUM "minimum"
#define HW_SCHEMA_MAXIMUM "maximum"
#define HW_SCHEMA_ENUM "enum"
#define HW_SCHEMA_DEFAULT "default"
#define HW_SCHEMA_WRITE_ONLY "writeOnly"

/* What a parameter's kind is in JSON Schema, and what the length of its values is called
 * there. */
typedef struct
{
  const char *type;
  const char *format;     /* (nullable) */
  const char *items;      /* (nullable): the member that says what is inside */
  const char *min_length; /* (nullable) */
  const char *max_length; /* (nullable) */
} HwKindForm;

const HwKindForm *hw_kind_form_get (HwParameterKind kind);

gboolean          hw_offered_type_read (GVariant  *members,
                                        GPtrArray *types);

G_END_DECLS
