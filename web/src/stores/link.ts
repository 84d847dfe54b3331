// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { LinkPhase } from '@/api/hub-link'

/** How fresh what the pages show is. */
export const useLinkStore = defineStore('link', () => {
  const phase = shallowRef<LinkPhase>({ name: 'connecting' })

  function set(next: LinkPhase) {
    phase.value = next
  }

  return { phase, set }
})
