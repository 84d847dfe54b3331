/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-ws-frame.h"

/* Tells what frames say, and with which code they are refused, or 0. */
static guint
read_frames (const guint8 *bytes,
             gsize         size,
             gsize         piece_size,
             GString      *told)
{
  HwWsReader reader = { 0 };

  for (gsize start = 0; start < size; start += piece_size)
    {
      gsize length = MIN (piece_size, size - start);
      g_autofree char *piece = g_memdup2 (bytes + start, length);
      char *data = piece;

      while (length > 0)
        {
          HwWsPart part;
          gboolean is_valid = hw_ws_reader_read (&reader, &data, &length, &part, NULL);

          if (part.opcode != HW_WS_OPCODE_BINARY)
            g_assert_cmpuint (part.length, <=, HW_WS_MAX_CONTROL_LENGTH);
          if (part.data != NULL)
            g_string_append_len (told, part.data, (gssize) part.length);
          if (!is_valid)
            return part.close_code;
        }
    }

  return 0;
}

/* Reads a number, the most significant byte first. */
static guint64
read_number (const guint8 *bytes,
             gsize         size)
{
  guint64 number = 0;

  for (gsize i = 0; i < size; i++)
    number = number << 8 | bytes[i];

  return number;
}

/* A header says how long its frame is, in as few bytes as it takes. */
static void
check_header (gsize length)
{
  guint8 header[HW_WS_MAX_HEADER_LENGTH];
  gsize size = hw_ws_frame_make_header (header, HW_WS_OPCODE_TEXT, length) - 2;

  g_assert_cmpuint (size, ==, length < 126 ? 0 : length < 65536 ? 2 : 8);
  if (size == 0)
    g_assert_cmpuint (header[1], ==, length);
  else
    g_assert_cmpuint (read_number (header + 2, size), ==, length);
}

/* It makes no difference where frames are torn. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(GString) whole = g_string_new (NULL);
  g_autoptr(GString) pieces = g_string_new (NULL);
  guint code = read_frames (data, size, MAX (size, 1), whole);

  g_assert_cmpuint (read_frames (data, size, 3, pieces), ==, code);
  g_assert_cmpmem (whole->str, whole->len, pieces->str, pieces->len);
  check_header ((gsize) read_number (data, MIN (size, 4)));

  return 0;
}
