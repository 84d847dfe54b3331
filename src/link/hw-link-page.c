/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-link-page.h"

#define PAGE_FILE "open.html"

/**
 * hw_link_page_write:
 * @folder: a folder that there is
 * @address: an address with the token in it
 * @error: return location for a #GError, or %NULL
 *
 * Writes a page that leads to an address, for a browser to open in its place. An argument of a
 * program can be read by every user of the machine, and the token in it; this file cannot.
 * Blocks until it is written.
 *
 * Returns: (transfer full): the page's path, or %NULL with an error of %G_FILE_ERROR
 */
char *
hw_link_page_write (const char *folder,
                    const char *address,
                    GError    **error)
{
  g_autofree char *path = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *page = NULL;

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (address != NULL, NULL);

  path = g_build_filename (folder, PAGE_FILE, NULL);
  escaped = g_markup_escape_text (address, -1);
  page = g_strdup_printf ("<!doctype html><meta http-equiv=\"refresh\" content=\"0; url=%s\">\n",
                          escaped);
  if (!g_file_set_contents_full (path, page, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;

  return g_steal_pointer (&path);
}
