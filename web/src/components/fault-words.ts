// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { useGettext } from 'vue3-gettext'
import type { FieldFault } from './schema-values'

/** Says what is wrong with a field, and what to do. */
export function useFaultWords(): (fault: FieldFault) => string {
  const { $gettext, $ngettext } = useGettext()

  return (fault) => {
    switch (fault.kind) {
      case 'missing':
        return $gettext('Fill this in.')
      case 'not-a-number':
        return $gettext('Type a number here.')
      case 'not-whole':
        return $gettext('Type a whole number here.')
      case 'too-small':
        return $gettext('Type %{limit} or more.', { limit: fault.limit })
      case 'too-large':
        return $gettext('Type %{limit} or less.', { limit: fault.limit })
      case 'too-short':
        return $ngettext(
          'Type at least %{limit} character.',
          'Type at least %{limit} characters.',
          fault.limit,
          { limit: fault.limit },
        )
      case 'too-long':
        return $ngettext(
          'Type at most %{limit} character.',
          'Type at most %{limit} characters.',
          fault.limit,
          { limit: fault.limit },
        )
    }
  }
}
