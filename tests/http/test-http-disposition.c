/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-disposition.h"

/* A name, and the field that says it. */
static const struct
{
  const char *name;
  const char *field;
} rows[] = {
  { "report.pdf", "attachment; filename=\"report.pdf\"; filename*=UTF-8''report.pdf" },
  { "a b", "attachment; filename=\"a b\"; filename*=UTF-8''a%20b" },
  { "a\"; x=\"b", "attachment; filename=\"a_; x=_b\"; filename*=UTF-8''a%22%3B%20x%3D%22b" },
  { "a\\b", "attachment; filename=\"a_b\"; filename*=UTF-8''a%5Cb" },
  { "100%41", "attachment; filename=\"100_41\"; filename*=UTF-8''100%2541" },
  { "é日", "attachment; filename=\"__\"; filename*=UTF-8''%C3%A9%E6%97%A5" },
  { "it's*(1)", "attachment; filename=\"it's*(1)\"; filename*=UTF-8''it%27s%2A%281%29" },
  { "!#$&+^`|~", "attachment; filename=\"!#$&+^`|~\"; filename*=UTF-8''!#$&+^`|~" },
};

static void
test_http_disposition_row (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *field = hw_http_disposition_build (rows[i].name);

      g_assert_cmpstr (field, ==, rows[i].field);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-disposition/says-any-name-and-nothing-else", test_http_disposition_row);

  return g_test_run ();
}
