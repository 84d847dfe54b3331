/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwJsonWriter:
 *
 * Writes JSON at the end of a string that the caller owns. It puts the commas;
 * that what is begun is ended, and that each member has a name and a value, is
 * the caller's part. Lives on the stack and needs no clearing.
 */
typedef struct
{
  /*< private >*/
  GString *text; /* (unowned) */
  gboolean needs_comma;
} HwJsonWriter;

void hw_json_writer_init (HwJsonWriter *self,
                          GString      *text);

void hw_json_writer_begin_object (HwJsonWriter *self);
void hw_json_writer_end_object (HwJsonWriter *self);
void hw_json_writer_begin_array (HwJsonWriter *self);
void hw_json_writer_end_array (HwJsonWriter *self);
void hw_json_writer_name (HwJsonWriter *self,
                          const char   *name);

void hw_json_writer_add_null (HwJsonWriter *self);
void hw_json_writer_add_boolean (HwJsonWriter *self,
                                 gboolean      value);
void hw_json_writer_add_int (HwJsonWriter *self,
                             gint64        value);
void hw_json_writer_add_uint (HwJsonWriter *self,
                              guint64       value);
void hw_json_writer_add_double (HwJsonWriter *self,
                                double        value);
void hw_json_writer_write_string (HwJsonWriter *self,
                                  const char   *name,
                                  const char   *value);
void hw_json_writer_add_string (HwJsonWriter *self,
                                const char   *value);
void hw_json_writer_add_base64 (HwJsonWriter *self,
                                GBytes       *bytes);
void hw_json_writer_add_time (HwJsonWriter *self,
                              gint64        microseconds);
void hw_json_writer_add_variant (HwJsonWriter *self,
                                 GVariant     *value);
void hw_json_writer_add_json (HwJsonWriter *self,
                              const char   *json,
                              gsize         length);
void hw_json_writer_add_name (HwJsonWriter *self,
                              const char   *json,
                              gsize         length);

G_END_DECLS
