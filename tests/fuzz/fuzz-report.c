/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-report.h"

/* Whatever a program tells of itself, what is taken for something can be shown. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = size > 0 ? g_memdup2 (data, size) : g_strdup ("");
  HwReport report = { 0 };
  gsize n_bytes = 0;

  /* In two pieces, as it may come. */
  hw_report_read (&report, text, size / 2, messages);
  hw_report_read (&report, text + size / 2, size - size / 2, messages);

  g_assert_true (report.share >= 0 && report.share <= 1);
  g_assert_cmpuint (report.done, <=, G_GUINT64_CONSTANT (1) << 53);
  g_assert_cmpuint (report.total, <=, G_GUINT64_CONSTANT (1) << 53);
  for (guint i = 0; i < messages->len; i++)
    {
      const char *message = g_ptr_array_index (messages, i);

      g_assert_true (g_utf8_validate (message, -1, NULL));
      g_assert_cmpuint (*message, !=, '\0');
      for (; *message != '\0'; message = g_utf8_next_char (message), n_bytes++)
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (message)));
    }
  g_assert_cmpuint (n_bytes, <=, size);

  return 0;
}
