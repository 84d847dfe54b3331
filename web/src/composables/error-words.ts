// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { useGettext } from 'vue3-gettext'
import { MalformedError } from '@/api/json'
import { UnreachableError } from '@/api/problem'

/** Says what went wrong. What the daemon itself said stands as it said it. */
export function useErrorWords(): (error: unknown) => string {
  const { $gettext } = useGettext()

  return (error) => {
    if (error instanceof UnreachableError) {
      return $gettext('Headway does not answer. See whether it still runs, and try again.')
    }
    if (error instanceof MalformedError) {
      return $gettext('Headway said something that this page does not know. Load the page again.')
    }
    return error instanceof Error ? error.message : String(error)
  }
}
