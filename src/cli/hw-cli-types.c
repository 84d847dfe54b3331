/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-types.h"

#include "hw-cli-i18n.h"
#include "hw-cli-suggestion.h"
#include "hw-error.h"
#include "hw-quote.h"

/* What is shown of a word that is no type. In characters. */
#define MAX_SHOWN 32

/**
 * hw_cli_types_find:
 * @types: (element-type HwOfferedType): the types there are
 * @name: what somebody wrote
 * @error: return location for a #GError, or %NULL
 *
 * Finds a task type by its name.
 *
 * Returns: (transfer none): the type, or %NULL with %HW_ERROR_UNKNOWN_TYPE, which names
 *   the one that may have been meant
 */
HwOfferedType *
hw_cli_types_find (GPtrArray  *types,
                   const char *name,
                   GError    **error)
{
  g_autofree const char **names = g_new0 (const char *, types->len + 1);
  g_autofree char *valid = NULL;
  g_autofree char *shown = NULL;
  const char *nearest;

  for (guint i = 0; i < types->len; i++)
    {
      HwOfferedType *type = g_ptr_array_index (types, i);

      if (g_str_equal (type->name, name))
        return type;

      names[i] = type->name;
    }

  valid = g_utf8_make_valid (name, -1);
  shown = hw_quote (valid, MAX_SHOWN);
  nearest = hw_cli_suggestion_find (name, names);
  if (nearest != NULL)
    g_set_error (error, HW_ERROR, HW_ERROR_UNKNOWN_TYPE,
                 _("There is no task type %s. Did you mean “%s”?"), shown, nearest);
  else
    g_set_error (error, HW_ERROR, HW_ERROR_UNKNOWN_TYPE,
                 _("There is no task type %s. “headway type” lists them."), shown);

  return NULL;
}

/**
 * hw_cli_types_has_parameter:
 * @type: a type
 * @name: the name of a parameter
 *
 * Tells whether tasks of a type have a parameter.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_cli_types_has_parameter (HwOfferedType *type,
                            const char    *name)
{
  for (guint i = 0; i < type->parameters->len; i++)
    if (g_str_equal (((const HwParameter *) g_ptr_array_index (type->parameters, i))->name, name))
      return TRUE;

  return FALSE;
}
