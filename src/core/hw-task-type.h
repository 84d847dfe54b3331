/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-parameter.h"

G_BEGIN_DECLS

/* The longest time in seconds that an attempt may be given: more than a month is a service,
 * not a task, and it is a number of milliseconds in 32 bits, too.
 */
#define HW_TIMEOUT_MAX (30 * 24 * 60 * 60)

/**
 * HwRunnerKind:
 * @HW_RUNNER_KIND_IN_PROCESS: C code on a thread of the daemon
 * @HW_RUNNER_KIND_COMMAND: a program
 */
typedef enum
{
  HW_RUNNER_KIND_IN_PROCESS,
  HW_RUNNER_KIND_COMMAND,
} HwRunnerKind;

#define HW_N_RUNNER_KINDS (HW_RUNNER_KIND_COMMAND + 1)

/**
 * HwOnInterrupt:
 *
 * What becomes of a task whose attempt went down with the daemon or the machine.
 */
typedef enum
{
  HW_ON_INTERRUPT_FAIL,
  HW_ON_INTERRUPT_REQUEUE,
} HwOnInterrupt;

#define HW_TYPE_TASK_TYPE (hw_task_type_get_type ())
G_DECLARE_FINAL_TYPE (HwTaskType, hw_task_type, HW, TASK_TYPE, GObject)

HwTaskType   *hw_task_type_new_from_data (const char *name,
                                          const char *data,
                                          gsize length,
                                          GError    **error);
HwTaskType   *hw_task_type_new_vanished (const char *name);

GRefString   *hw_task_type_get_name (HwTaskType *self);
const char   *hw_task_type_get_title (HwTaskType *self);
const char   *hw_task_type_get_description (HwTaskType *self);
HwRunnerKind  hw_task_type_get_runner_kind (HwTaskType *self);
HwOnInterrupt hw_task_type_get_on_interrupt (HwTaskType *self);
gboolean      hw_task_type_is_local_only (HwTaskType *self);
guint64       hw_task_type_get_timeout (HwTaskType *self);
gint64        hw_task_type_get_stop_timeout (HwTaskType *self);
guint64       hw_task_type_get_output_limit (HwTaskType *self);
const char   *hw_task_type_get_function (HwTaskType *self);
GPtrArray    *hw_task_type_get_parameters (HwTaskType *self);

GVariant     *hw_task_type_check_parameters (HwTaskType *self,
                                             GVariant   *parameters,
                                             GError    **error);
GRefString   *hw_task_type_make_title (HwTaskType *self,
                                       GVariant   *parameters);
GVariant     *hw_task_type_hide_parameters (HwTaskType *self,
                                            GVariant   *parameters);
char        **hw_task_type_list_secrets (HwTaskType *self,
                                         GVariant   *parameters);

char        **hw_task_type_make_argv (HwTaskType *self,
                                      GVariant   *parameters);
char         *hw_task_type_make_directory (HwTaskType *self,
                                           GVariant   *parameters);
GVariant     *hw_task_type_make_environment (HwTaskType *self,
                                             GVariant   *parameters);
int           hw_task_type_make_umask (HwTaskType *self,
                                       GVariant   *parameters);

G_END_DECLS
