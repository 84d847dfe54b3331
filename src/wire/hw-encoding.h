/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"

G_BEGIN_DECLS

/**
 * HwEncoding:
 * @HW_ENCODING_JSON: JSON (RFC 8259)
 * @HW_ENCODING_MSGPACK: MessagePack
 *
 * In which form values go out. They are the same in each: whatever is a text in JSON, such as
 * a time, is one.
 */
typedef enum
{
  HW_ENCODING_JSON,
  HW_ENCODING_MSGPACK,
} HwEncoding;

#define HW_N_ENCODINGS (HW_ENCODING_MSGPACK + 1)

GBytes *hw_encoding_take_json (HwEncoding self,
                               GBytes    *json);
GBytes *hw_encoding_encode_event (HwEncoding self,
                                  HwEvent   *event);

G_END_DECLS
