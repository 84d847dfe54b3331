/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-ws-text.h"

G_BEGIN_DECLS

/* RFC 6455, section 5.5: a control frame carries no more. */
#define HW_WS_MAX_CONTROL_LENGTH 125

/* RFC 6455, section 5.2: two bytes, and a length of eight. A server masks nothing. */
#define HW_WS_MAX_HEADER_LENGTH 10

/**
 * HwWsOpcode:
 *
 * What a frame is, by the numbers of RFC 6455, section 5.2.
 */
typedef enum
{
  HW_WS_OPCODE_CONTINUATION = 0x0,
  HW_WS_OPCODE_TEXT = 0x1,
  HW_WS_OPCODE_BINARY = 0x2,
  HW_WS_OPCODE_CLOSE = 0x8,
  HW_WS_OPCODE_PING = 0x9,
  HW_WS_OPCODE_PONG = 0xA,
} HwWsOpcode;

/**
 * HwWsCloseCode:
 *
 * Why a connection ends, by the numbers of RFC 6455, section 7.4.1: those that we
 * send.
 */
typedef enum
{
  HW_WS_CLOSE_CODE_NORMAL = 1000,
  HW_WS_CLOSE_CODE_PROTOCOL_ERROR = 1002,
  HW_WS_CLOSE_CODE_INVALID_TEXT = 1007,
} HwWsCloseCode;

/**
 * HwWsPart:
 * @opcode: %HW_WS_OPCODE_BINARY for any data, or what control frame it is
 * @data: (array length=length): the bytes, unmasked
 * @length: how many bytes; a control frame comes whole
 * @close_code: of %HW_WS_OPCODE_CLOSE, and of what is refused: the code to answer with
 *
 * Something that a client sent: a control frame, or as much of its data as has come.
 */
typedef struct
{
  HwWsOpcode opcode;
  const char *data;
  gsize length;
  guint close_code;
} HwWsPart;

/**
 * HwWsReader:
 *
 * Reads the frames of a WebSocket's client (RFC 6455). Data are given out as they
 * come: where a message or a fragment ends says nothing to a hub, whose records end
 * in a byte of their own. So no message is ever put together here, and no length
 * that a client names costs anything.
 */
typedef struct
{
  /*< private >*/
  guint8 header[14]; /* as much of it as has come: with a length of 8 and a mask */
  guint n_header;
  guint64 n_left; /* of the payload of the present frame */
  guint mask_offset;
  gboolean is_in_frame;
  gboolean is_fragmented; /* the data message is not at its end */
  gboolean is_text;       /* the data message is */
  HwWsText text;
  char control[HW_WS_MAX_CONTROL_LENGTH];
  guint n_control;
} HwWsReader;

gboolean hw_ws_reader_read (HwWsReader *self,
                            char      **data,
                            gsize      *length,
                            HwWsPart   *part,
                            GError    **error);

gboolean hw_ws_reader_is_at_rest (const HwWsReader *self);

gsize    hw_ws_frame_make_header (guint8    *header,
                                  HwWsOpcode opcode,
                                  gsize      length);

G_END_DECLS
