/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-encoding.h"
#include "hw-hub-members.h"
#include "hw-hub-message.h"
#include "hw-hub-record.h"

G_BEGIN_DECLS

/**
 * HwHubProtocol:
 * @name: what clients call it
 * @encoding: in which form items, arguments and results are
 * @is_binary: whether its records are no text
 * @read_record: cuts a record out of what came, see hw_hub_record_reader_read()
 * @read_members: takes a record apart; %FALSE with %HW_ERROR_INVALID_REQUEST
 * @make_call_head: makes the part of a call of a client's method that is the same each time.
 *   No answer is wanted
 * @make_item_head: makes the part of a stream's items that is the same each time
 * @write_call: writes a call of a client's method, with one argument
 * @write_item: writes an item of a stream; it may be shared by many and is copied once
 * @write_event: writes an event as an item, see #HwWatchWriteFunc
 * @write_result: writes the completion of a call that went well
 * @write_error: writes the completion of a call or stream that went wrong
 * @write_stream_end: writes the completion of a stream, which has no result
 * @write_ping: writes a sign of life
 * @write_close: writes the end of a connection: why, or %NULL if nothing is wrong, and whether
 *   the client may come again by itself
 *
 * A hub protocol: how messages are records, both ways. Each function that writes appends one
 * whole record, so that many fit into one piece for the network. All are pure functions on
 * bytes.
 */
typedef struct
{
  const char *name;
  HwEncoding encoding;
  gboolean is_binary;

  gboolean (*read_record)(HwHubRecordReader *reader,
                          const char       **data,
                          gsize             *length,
                          const char       **record,
                          gsize             *record_length,
                          GError           **error);
  gboolean (*read_members)(const char   *record,
                           gsize         length,
                           HwHubMembers *members,
                           GError      **error);

  GBytes *(*make_call_head)(const char *target);
  GBytes *(*make_item_head)(const char *invocation_id);
  void (*write_call)(GString *output,
                     GBytes  *head,
                     GBytes  *argument);
  void (*write_item)(GString *output,
                     GBytes  *head,
                     GBytes  *item);
  void (*write_event)(GString *output,
                      GBytes  *head,
                      HwEvent *event);
  void (*write_result)(GString    *output,
                       const char *invocation_id,
                       GBytes     *result);
  void (*write_error)(GString    *output,
                      const char *invocation_id,
                      const char *error);
  void (*write_stream_end)(GString    *output,
                           const char *invocation_id);
  void (*write_ping)(GString *output);
  void (*write_close)(GString    *output,
                      const char *error,
                      gboolean    allow_reconnect);
} HwHubProtocol;

/* The protocols that there are. Each is in a file of its own. */
extern const HwHubProtocol hw_hub_json;
extern const HwHubProtocol hw_hub_msgpack;

const HwHubProtocol *hw_hub_protocol_get (HwEncoding encoding);

HwHubMessage        *hw_hub_protocol_parse (const HwHubProtocol *self,
                                            const char          *record,
                                            gsize                length,
                                            GError             **error);

const HwHubProtocol *hw_hub_handshake_parse (const char *record,
                                             gsize       length,
                                             gboolean    may_be_binary,
                                             GError    **error);
void                 hw_hub_handshake_write (GString    *output,
                                             const char *error);

G_END_DECLS
