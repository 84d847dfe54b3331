/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-ws-frame.h"

#include <string.h>

/* What a client sends, and what is read out of it: data as they are, control frames
 * as `<ping TEXT>`, `<pong TEXT>` and `<close CODE>`. `!CODE` is where it is refused.
 */
typedef struct
{
  const char *claim;
  const char *bytes;
  gsize length;
  const char *parts;
} Row;

#define BYTES(bytes) bytes, sizeof (bytes) - 1

/* The mask of all frames here is 1 2 3 4, so that `HELLO` becomes `IGOHN`. */
#define MASK "\001\002\003\004"

static const Row rows[] = {
  { "text", BYTES ("\x81\x85" MASK "IGOHN"), "HELLO" },
  { "binary", BYTES ("\x82\x85" MASK "IGOHN"), "HELLO" },
  { "empty-text", BYTES ("\x81\x80" MASK), "" },
  { "two-messages", BYTES ("\x81\x81" MASK "I" "\x81\x81" MASK "H"), "HI" },
  { "fragments", BYTES ("\x01\x82" MASK "IG" "\x00\x81" MASK "M" "\x80\x82" MASK "MM"), "HELLO" },
  { "empty-fragment", BYTES ("\x01\x82" MASK "IG" "\x80\x80" MASK), "HE" },
  { "ping-between-fragments",
    BYTES ("\x01\x82" MASK "IG" "\x89\x81" MASK "`" "\x80\x82" MASK "IG"), "HE<ping a>HE" },
  { "message-after-fragments", BYTES ("\x01\x81" MASK "I" "\x80\x81" MASK "I" "\x81\x81" MASK "I"),
    "HHH" },
  { "ping", BYTES ("\x89\x85" MASK "IGOHN"), "<ping HELLO>" },
  { "empty-ping", BYTES ("\x89\x80" MASK), "<ping >" },
  { "pong", BYTES ("\x8a\x80" MASK), "<pong >" },
  { "close", BYTES ("\x88\x82" MASK "\x02\xea"), "<close 1000>" },
  { "close-without-code", BYTES ("\x88\x80" MASK), "<close 1000>" },
  { "close-with-reason", BYTES ("\x88\x85" MASK "\x02\xeb" "OHN"), "<close 1001>" },
  { "close-of-an-application", BYTES ("\x88\x82" MASK "\x0e\xa2"), "<close 4000>" },
  { "length-in-2-bytes", BYTES ("\x81\xfe\x00\x7e" MASK "IG"), "HE" },
  { "length-in-8-bytes", BYTES ("\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00" MASK "IG"), "HE" },
  { "length-that-never-comes", BYTES ("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" MASK "IG"), "HE" },
  { "not-masked", BYTES ("\x81\x05" "HELLO"), "!1002" },
  { "not-masked-and-empty", BYTES ("\x81\x00"), "!1002" },
  { "first-reserved-bit", BYTES ("\xc1\x80" MASK), "!1002" },
  { "second-reserved-bit", BYTES ("\xa1\x80" MASK), "!1002" },
  { "third-reserved-bit", BYTES ("\x91\x80" MASK), "!1002" },
  { "reserved-data-opcode", BYTES ("\x83\x80" MASK), "!1002" },
  { "reserved-control-opcode", BYTES ("\x8b\x80" MASK), "!1002" },
  { "continuation-of-nothing", BYTES ("\x80\x80" MASK), "!1002" },
  { "continuation-after-the-last", BYTES ("\x81\x81" MASK "I" "\x80\x81" MASK "I"), "H!1002" },
  { "message-inside-a-message", BYTES ("\x01\x81" MASK "I" "\x81\x81" MASK "I"), "H!1002" },
  { "ping-in-fragments", BYTES ("\x09\x80" MASK), "!1002" },
  { "close-in-fragments", BYTES ("\x08\x80" MASK), "!1002" },
  { "ping-of-126-bytes", BYTES ("\x89\xfe\x00\x7e" MASK), "!1002" },
  { "close-of-one-byte", BYTES ("\x88\x81" MASK "\x02"), "!1002" },
  { "close-code-999", BYTES ("\x88\x82" MASK "\x02\xe5"), "!1002" },
  { "close-code-1004", BYTES ("\x88\x82" MASK "\x02\xee"), "!1002" },
  { "close-code-1005", BYTES ("\x88\x82" MASK "\x02\xef"), "!1002" },
  { "close-code-1006", BYTES ("\x88\x82" MASK "\x02\xec"), "!1002" },
  { "close-code-1015", BYTES ("\x88\x82" MASK "\x02\xf5"), "!1002" },
  { "close-code-2999", BYTES ("\x88\x82" MASK "\x0a\xb5"), "!1002" },
  { "close-code-5000", BYTES ("\x88\x82" MASK "\x12\x8a"), "!1002" },
  { "length-in-2-bytes-for-one", BYTES ("\x81\xfe\x00\x7d" MASK), "!1002" },
  { "length-in-8-bytes-for-two", BYTES ("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff" MASK), "!1002" },
  { "no-text", BYTES ("\x81\x83" MASK "I\xfdO"), "H!1007" },
  { "no-text-at-once", BYTES ("\x01\xff\x00\x00\x00\x00\x00\x01\x00\x00" MASK "I\xfd"), "H!1007" },
  { "no-text-but-binary", BYTES ("\x82\x83" MASK "I\xfdO"), "H\xffL" },
  { "text-after-binary", BYTES ("\x82\x81" MASK "\xc2" "\x81\x81" MASK "I"), "\xc3H" },
  { "torn-text", BYTES ("\x81\x82" MASK "I\xc1"), "H\xc3!1007" },
  { "torn-text-in-fragments", BYTES ("\x01\x81" MASK "\xc2" "\x80\x80" MASK), "\xc3!1007" },
  { "text-over-fragments", BYTES ("\x01\x81" MASK "\xc2" "\x89\x80" MASK "\x80\x81" MASK "\xa5"),
    "\xc3<ping >\xa4" },
  { "close-with-no-text", BYTES ("\x88\x83" MASK "\x02\xea\xfc"), "!1007" },
  { "close-with-torn-text", BYTES ("\x88\x83" MASK "\x02\xea\xc0"), "!1007" },
  { "length-beyond-63-bits", BYTES ("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00" MASK), "!1002" },
};

static void
tell_part (const HwWsPart *part,
           GString        *told)
{
  if (part->opcode == HW_WS_OPCODE_CLOSE)
    {
      g_string_append_printf (told, "<close %u>", part->close_code);
      return;
    }

  if (part->opcode != HW_WS_OPCODE_BINARY)
    g_string_append (told, part->opcode == HW_WS_OPCODE_PING ? "<ping " : "<pong ");
  g_string_append_len (told, part->data, (gssize) part->length);
  if (part->opcode != HW_WS_OPCODE_BINARY)
    g_string_append_c (told, '>');
}

/* Reads @length bytes of a copy of its own, so that reading too far is seen. */
static gboolean
read_bytes (HwWsReader *reader,
            const char *bytes,
            gsize       length,
            GString    *told)
{
  g_autofree char *copy = g_memdup2 (bytes, length);
  char *data = copy;

  while (length > 0)
    {
      HwWsPart part;
      g_autoptr(GError) error = NULL;

      if (!hw_ws_reader_read (reader, &data, &length, &part, &error))
        {
          g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
          if (part.data != NULL)
            tell_part (&part, told);
          g_string_append_printf (told, "!%u", part.close_code);
          return FALSE;
        }

      if (part.data != NULL)
        tell_part (&part, told);
    }

  return TRUE;
}

static void
test_ws_frame_row (gconstpointer test_data)
{
  const Row *row = test_data;
  HwWsReader reader = { 0 };
  g_autoptr(GString) told = g_string_new (NULL);

  read_bytes (&reader, row->bytes, row->length, told);

  g_assert_cmpstr (told->str, ==, row->parts);
}

/* Test that it makes no difference where the bytes were torn. */
static void
test_ws_frame_torn_at_every_byte (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize at = 0; at <= rows[i].length; at++)
      {
        HwWsReader reader = { 0 };
        g_autoptr(GString) told = g_string_new (NULL);

        if (read_bytes (&reader, rows[i].bytes, at, told))
          read_bytes (&reader, rows[i].bytes + at, rows[i].length - at, told);

        g_assert_cmpstr (told->str, ==, rows[i].parts);
      }
}

static void
test_ws_frame_byte_by_byte (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HwWsReader reader = { 0 };
      g_autoptr(GString) told = g_string_new (NULL);
      gboolean is_valid = TRUE;

      for (gsize j = 0; j < rows[i].length && is_valid; j++)
        is_valid = read_bytes (&reader, rows[i].bytes + j, 1, told);

      g_assert_cmpstr (told->str, ==, rows[i].parts);
    }
}

/* A length, and the header that says it. */
typedef struct
{
  const char *claim;
  gsize length;
  const char *header;
  gsize header_length;
} HeaderRow;

static const HeaderRow headers[] = {
  { "none", 0, BYTES ("\x81\x00") },
  { "most-of-one-byte", 125, BYTES ("\x81\x7d") },
  { "least-of-two-bytes", 126, BYTES ("\x81\x7e\x00\x7e") },
  { "most-of-two-bytes", 65535, BYTES ("\x81\x7e\xff\xff") },
  { "least-of-eight-bytes", 65536, BYTES ("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00") },
};

static void
test_ws_frame_header (gconstpointer test_data)
{
  const HeaderRow *row = test_data;
  guint8 header[HW_WS_MAX_HEADER_LENGTH];
  gsize length;

  length = hw_ws_frame_make_header (header, HW_WS_OPCODE_TEXT, row->length);

  g_assert_cmpmem (header, length, row->header, row->header_length);
}

#define ADD_ROWS(folder, rows, function) \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/ws-frame/" folder "/%s", rows[i].claim); \
      g_test_add_data_func (path, &rows[i], function); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_ROWS ("reads", rows, test_ws_frame_row);
  ADD_ROWS ("header", headers, test_ws_frame_header);
  g_test_add_func ("/ws-frame/torn-at-every-byte", test_ws_frame_torn_at_every_byte);
  g_test_add_func ("/ws-frame/byte-by-byte", test_ws_frame_byte_by_byte);

  return g_test_run ();
}
