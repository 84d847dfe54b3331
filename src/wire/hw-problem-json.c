/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-problem-json.h"

#include "hw-error.h"
#include "hw-json-writer.h"

static void
write_string (HwJsonWriter *writer,
              const char   *name,
              const char   *value)
{
  hw_json_writer_name (writer, name);
  hw_json_writer_add_string (writer, value);
}

/**
 * hw_problem_json_encode:
 * @error: what went wrong
 * @status: the status of the HTTP answer
 * @title: the status in words
 *
 * Gets an error as problem details (RFC 9457), with the error's one name, its
 * sentence, and the field that it is about if it knows one.
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
  write_string (&writer, "type", "about:blank");
  write_string (&writer, "title", title);
  hw_json_writer_name (&writer, "status");
  hw_json_writer_add_uint (&writer, status);
  write_string (&writer, "error", hw_error_get_name (error));
  write_string (&writer, "detail", error->message);
  if (field != NULL)
    write_string (&writer, "field", field);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}
