/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-buffers.h"

#include <string.h>

static void
test_comes_back_when_nobody_reads (void)
{
  HwOutputBuffers *buffers = hw_output_buffers_new ();
  char *buffer = hw_output_buffers_take (buffers);
  char *other;
  g_autoptr(GBytes) bytes = hw_output_buffers_wrap (buffers, buffer, HW_OUTPUT_BUFFER_SIZE);

  other = hw_output_buffers_take (buffers);
  g_assert_true (other != buffer);
  g_clear_pointer (&bytes, g_bytes_unref);
  g_assert_true (hw_output_buffers_take (buffers) == buffer);

  hw_output_buffers_give_back (buffers, buffer);
  hw_output_buffers_give_back (buffers, other);
  hw_output_buffers_unref (buffers);
}

/* Test that few bytes do not hold much memory. */
static void
test_few_bytes_are_copied (void)
{
  HwOutputBuffers *buffers = hw_output_buffers_new ();
  char *buffer = hw_output_buffers_take (buffers);
  g_autoptr(GBytes) bytes = NULL;

  memcpy (buffer, "Hello", 5);
  bytes = hw_output_buffers_wrap (buffers, buffer, 5);
  g_assert_true (g_bytes_get_data (bytes, NULL) != buffer);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "Hello", 5);

  hw_output_buffers_unref (buffers);
}

/* Test that whoever still reads may do so when all else is gone. */
static void
test_bytes_outlive_the_buffers (void)
{
  HwOutputBuffers *buffers = hw_output_buffers_new ();
  char *buffer = hw_output_buffers_take (buffers);
  g_autoptr(GBytes) bytes = NULL;

  memset (buffer, 'x', HW_OUTPUT_BUFFER_SIZE);
  bytes = hw_output_buffers_wrap (buffers, buffer, HW_OUTPUT_BUFFER_SIZE);
  hw_output_buffers_unref (buffers);

  g_assert_cmpint (((const char *) g_bytes_get_data (bytes, NULL))[1000], ==, 'x');
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-buffers/comes-back-when-nobody-reads",
                   test_comes_back_when_nobody_reads);
  g_test_add_func ("/output-buffers/few-bytes-are-copied", test_few_bytes_are_copied);
  g_test_add_func ("/output-buffers/bytes-outlive-the-buffers", test_bytes_outlive_the_buffers);

  return g_test_run ();
}
