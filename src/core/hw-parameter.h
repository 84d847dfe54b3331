/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HwParameterKind:
 *
 * What a value of a parameter may be. A path is an absolute file name.
 */
typedef enum
{
  HW_PARAMETER_KIND_STRING,
  HW_PARAMETER_KIND_PATH,
  HW_PARAMETER_KIND_INTEGER,
  HW_PARAMETER_KIND_NUMBER,
  HW_PARAMETER_KIND_BOOLEAN,
  HW_PARAMETER_KIND_STRINGS,
  HW_PARAMETER_KIND_ENVIRONMENT,
} HwParameterKind;

#define HW_N_PARAMETER_KINDS (HW_PARAMETER_KIND_ENVIRONMENT + 1)

/**
 * HwParameter:
 * @name: the member's name in a request
 * @kind: what a value may be
 * @title: what a form calls it
 * @description: (nullable): what a form says about it
 * @is_required: whether a request must have it
 * @is_hidden: whether nobody is ever shown its value
 * @is_secret: whether its value is masked in what the program prints
 * @default_value: (nullable): what is taken if a request has none
 * @minimum: the least number, or -HUGE_VAL
 * @maximum: the greatest number, or HUGE_VAL
 * @min_length: the least length in characters, or number of strings
 * @max_length: the greatest length in characters, or number of strings
 * @choices: (nullable) (array zero-terminated=1): the only strings that may be
 * @may_begin_with_dash: whether a value may look like an option of the program
 *
 * One parameter of a task type, as its file says it. Immutable.
 */
typedef struct
{
  char *name;
  HwParameterKind kind;
  char *title;
  char *description;
  gboolean is_required;
  gboolean is_hidden;
  gboolean is_secret;
  GVariant *default_value;
  double minimum;
  double maximum;
  guint min_length;
  guint max_length;
  char **choices;
  gboolean may_begin_with_dash;
} HwParameter;

HwParameter *hw_parameter_new_from_key_file (GKeyFile   *file,
                                             const char *group,
                                             GError    **error);
void         hw_parameter_free (HwParameter *self);

GVariant    *hw_parameter_check (const HwParameter *self,
                                 GVariant          *value,
                                 GError           **error);

const char  *hw_parameter_kind_to_string (HwParameterKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwParameter, hw_parameter_free)

G_END_DECLS
