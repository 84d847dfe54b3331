// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Ref } from 'vue'
import { onScopeDispose, readonly, ref } from 'vue'

/** The time in ms, a second at a time. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 1_000)
  onScopeDispose(() => {
    clearInterval(timer)
  })
  return readonly(now)
}
