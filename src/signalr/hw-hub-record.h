/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every record of JSON ends in this byte, which valid JSON never has in it unescaped. */
#define HW_HUB_RECORD_SEPARATOR '\036'

/* What .NET's server takes, so that whatever works there works here; a call with
 * all the parameters that a task may have fits. It bounds what a client can make
 * us keep that never ends its record.
 */
#define HW_HUB_MAX_RECORD_LENGTH 32768

/* What stands before a record that is not text: its length, seven bits in a byte, the low ones
 * first. .NET's server takes no more bytes.
 */
#define HW_HUB_MAX_COUNT_LENGTH 5

/**
 * HwHubRecordReader:
 *
 * Cuts a stream of bytes, however it was torn, into records. It keeps no more than
 * one unfinished record, and nothing between records.
 */
typedef struct
{
  /*< private >*/
  GString *part; /* (owned) (nullable) */
  gboolean is_complete;
} HwHubRecordReader;

gsize    hw_hub_record_make_count (char *count,
                                   gsize length);

void     hw_hub_record_append (GString *output,
                               GBytes  *bytes);

void     hw_hub_record_reader_clear (HwHubRecordReader *self);
gboolean hw_hub_record_reader_read (HwHubRecordReader *self,
                                    const char       **data,
                                    gsize             *length,
                                    const char       **record,
                                    gsize             *record_length,
                                    GError           **error);
gboolean hw_hub_record_reader_read_counted (HwHubRecordReader *self,
                                            const char       **data,
                                            gsize             *length,
                                            const char       **record,
                                            gsize             *record_length,
                                            GError           **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HwHubRecordReader, hw_hub_record_reader_clear)

G_END_DECLS
