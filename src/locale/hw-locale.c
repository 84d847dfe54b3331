/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-locale.h"

#include <libintl.h>
#include <locale.h>

/**
 * hw_locale_init:
 *
 * Has the program speak the language of its user. To be called first in a program that people
 * read. One that runs where it was built finds the translations that were built with it.
 */
void
hw_locale_init (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  gboolean is_installed = program == NULL || !g_str_has_prefix (program, HW_BUILD_DIR "/");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, is_installed ? HW_LOCALE_DIR : HW_BUILD_DIR "/po");
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
