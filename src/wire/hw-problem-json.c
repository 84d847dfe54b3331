/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-problem-json.h"

#include "hw-answer-json-private.h"
#include "hw-error.h"
#include "hw-json-writer.h"

#define MEMBER_ERROR "error"
#define MEMBER_DETAIL "detail"
#define MEMBER_FIELD "field"

/**
 * hw_problem_json_encode:
 * @error: what went wrong
 * @status: the status of the HTTP answer
 * @title: the status in words
 *
 * Gets an error as problem details (RFC 9457), with the error's one name, its
 * sentence, and the field that it is about if it knows one. There is no page about each
 * kind, so its `type` says that the status tells it (section 4.2.1).
 *
 * Returns: (transfer full): the bytes, of type %HW_PROBLEM_JSON_CONTENT_TYPE
 */
GBytes *
hw_problem_json_encode (const GError *error,
                        guint         status,
                        const char   *title)
{
  GString *text = NULL;
  const char *field;
  HwJsonWriter writer;

  g_return_val_if_fail (error != NULL, NULL);
  g_return_val_if_fail (title != NULL, NULL);

  text = g_string_new (NULL);
  field = hw_error_get_field (error);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_write_string (&writer, "type", "about:blank");
  hw_json_writer_write_string (&writer, "title", title);
  hw_json_writer_name (&writer, "status");
  hw_json_writer_add_uint (&writer, status);
  hw_json_writer_write_string (&writer, MEMBER_ERROR, hw_error_get_name (error));
  hw_json_writer_write_string (&writer, MEMBER_DETAIL, error->message);
  if (field != NULL)
    hw_json_writer_write_string (&writer, MEMBER_FIELD, field);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_problem_json_parse:
 * @json: what the daemon answered to a request that it refused
 *
 * Reads what hw_problem_json_encode() writes: the error as it was in the daemon, with
 * its sentence and its field. One whose name is not known here is %HW_ERROR_FAILED, and
 * so is an answer that is no problem at all, which then says so.
 *
 * Returns: (transfer full): an error of #HW_ERROR
 */
GError *
hw_problem_json_parse (GBytes *json)
{
  g_autoptr(GVariant) members = NULL;
  GError *error = NULL;
  const char *name = NULL;
  const char *detail = NULL;
  const char *field = NULL;
  HwError code = HW_ERROR_FAILED;

  g_return_val_if_fail (json != NULL, NULL);

  members = hw_answer_json_parse_members (json, &error);
  if (members == NULL)
    return error;

  if (!g_variant_lookup (members, MEMBER_DETAIL, "&s", &detail))
    detail = "The daemon refused this and did not say why. Look into its log.";
  g_variant_lookup (members, MEMBER_ERROR, "&s", &name);
  g_variant_lookup (members, MEMBER_FIELD, "&s", &field);
  hw_error_from_name (name, &code);
  hw_error_set_field (&error, code, field, "%s", detail);

  return error;
}
