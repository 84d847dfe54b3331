/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-key.h"

#include "hw-error.h"

#include <string.h>

/* What somebody calls a request, so that it counts once however often it is made. */

/* More than any random number has in any notation. In characters. */
#define KEY_LENGTH_MAX 255

/**
 * hw_task_key_check:
 * @key: what somebody calls a request
 * @error: return location for an error: %HW_ERROR_INVALID_REQUEST
 *
 * Checks whether a key is one.
 *
 * Returns: whether it is
 */
gboolean
hw_task_key_check (const char *key,
                   GError    **error)
{
  gsize length;

  g_return_val_if_fail (key != NULL, FALSE);

  length = strlen (key);
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isprint (key[i]))
      length = 0;
  if (length > 0 && length <= KEY_LENGTH_MAX)
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
               "An idempotency key has 1 to %d printable ASCII characters. Take a random number, "
               "such as a UUID, and the same one when you ask again.", KEY_LENGTH_MAX);

  return FALSE;
}

static void append_value (GString  *text,
                          GVariant *value);

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char **) a, *(const char **) b);
}

/* In the order of the names: in which order they are sent means nothing. */
static void
append_dictionary (GString  *text,
                   GVariant *value)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  char *name;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{sv}", &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);

  g_string_append_c (text, '{');
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr(GVariant) member = g_variant_lookup_value (value, g_ptr_array_index (names, i),
                                                           NULL);

      g_string_append_printf (text, "%" G_GSIZE_FORMAT ":%s=",
                              strlen (g_ptr_array_index (names, i)),
                              (char *) g_ptr_array_index (names, i));
      append_value (text, member);
    }
  g_string_append_c (text, '}');
}

static void
append_value (GString  *text,
              GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    append_dictionary (text, value);
  else
    g_variant_print_string (value, text, TRUE);
  g_string_append_c (text, ';');
}

static void
append_text (GString    *text,
             const char *part)
{
  if (part != NULL)
    g_string_append_printf (text, "%" G_GSIZE_FORMAT ":%s", strlen (part), part);
  g_string_append_c (text, ';');
}

/**
 * hw_task_key_make_digest:
 * @specs: (element-type HwTaskSpec): what a request asks for
 * @is_batch: whether it came as several, though it may be one
 *
 * Says in short what a request asks for. Two that ask for the same have the same
 * digest, in whichever order they name it; no others have.
 *
 * Returns: (transfer full): the digest
 */
char *
hw_task_key_make_digest (GPtrArray *specs,
                         gboolean   is_batch)
{
  g_autoptr(GString) text = g_string_new (is_batch ? "many;" : "one;");

  g_return_val_if_fail (specs != NULL, NULL);

  for (guint i = 0; i < specs->len; i++)
    {
      const HwTaskSpec *spec = g_ptr_array_index (specs, i);

      append_text (text, spec->type);
      append_text (text, spec->title);
      if (spec->parameters != NULL && g_variant_n_children (spec->parameters) > 0)
        append_value (text, spec->parameters);
      g_string_append_printf (text, "/%d/%" G_GUINT64_FORMAT "\n", spec->priority, spec->timeout);
    }

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}
