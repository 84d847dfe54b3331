// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Whether the daemon knows who asks. */
export type SessionState = 'checking' | 'open' | 'missing' | 'unreachable'

export const useSessionStore = defineStore('session', () => {
  const state = ref<SessionState>('checking')
  /** Once open, the pages stay as they are under the sign-in page: what was typed is not lost. */
  const wasOpen = ref(false)

  function set(next: SessionState) {
    state.value = next
    if (next === 'open') wasOpen.value = true
  }

  return { state, wasOpen, set }
})
