/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-json-scan.h"
#include "hw-task-type-json.h"

#define MAX_LENGTH (4 * 1024 * 1024)

/* Where nothing was given there still has to be a program. */
static void
check_argv (HwTaskType *type,
            GVariant   *parameters)
{
  g_auto(GStrv) argv = hw_task_type_make_argv (type, parameters);
  g_autofree char *directory = hw_task_type_make_directory (type, parameters);
  g_autoptr(GVariant) environment = hw_task_type_make_environment (type, parameters);
  int mask = hw_task_type_make_umask (type, parameters);

  g_assert_nonnull (argv[0]);
  g_assert_cmpint (mask, >=, -1);
  g_assert_cmpint (mask, <=, 0777);
}

static void
use (HwTaskType *type)
{
  g_autoptr(GVariant) nothing = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr(GVariant) parameters = hw_task_type_check_parameters (type, nothing, NULL);
  g_autoptr(GRefString) title = NULL;
  g_auto(GStrv) secrets = NULL;

  if (parameters == NULL)
    return;

  title = hw_task_type_make_title (type, parameters);
  secrets = hw_task_type_list_secrets (type, parameters);
  g_assert_true (g_utf8_validate (title, -1, NULL));
  if (hw_task_type_get_runner_kind (type) == HW_RUNNER_KIND_COMMAND)
    check_argv (type, parameters);
}

/* Whatever is taken for a task type keeps within all limits, can be told in JSON, and can
 * be used.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(HwTaskType) type = hw_task_type_new_from_data ("fuzzed", (const char *) data, size,
                                                           NULL);
  g_autoptr(GPtrArray) types = g_ptr_array_new ();
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GError) error = NULL;

  if (type == NULL)
    return 0;

  g_assert_cmpuint (hw_task_type_get_timeout (type), <=,
                    (guint64) HW_TIMEOUT_MAX * G_USEC_PER_SEC);
  g_ptr_array_add (types, type);
  json = hw_task_type_json_encode_list (types);
  hw_json_scan (g_bytes_get_data (json, NULL), g_bytes_get_size (json), MAX_LENGTH, &error);
  g_assert_no_error (error);

  use (type);

  return 0;
}
