// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { onScopeDispose } from 'vue'

/** Often enough for the eye; a thousand events a second must not draw the page a thousand times. */
const BATCH_MS = 50

export interface Batch<T> {
  add: (item: T) => void
  /** Forgets what was not handed on yet. */
  clear: () => void
}

/** Gathers what comes in quick succession and hands it on together. What comes alone goes at once. */
export function useBatch<T>(handOn: (items: T[]) => void): Batch<T> {
  let waiting: T[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush() {
    timer = undefined
    if (waiting.length === 0) return
    const items = waiting
    waiting = []
    timer = setTimeout(flush, BATCH_MS)
    handOn(items)
  }

  function clear() {
    waiting = []
  }

  onScopeDispose(() => {
    clearTimeout(timer)
    clear()
  })

  return {
    add(item) {
      waiting.push(item)
      // The rest of what came in the same frame is still to come.
      timer ??= setTimeout(flush, 0)
    },
    clear,
  }
}
