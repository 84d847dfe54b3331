// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { onScopeDispose, watch } from 'vue'
import { ApiError } from '@/api/problem'
import { takeToken } from '@/api/token'
import { useLinkStore } from '@/stores/link'
import { useSessionStore } from '@/stores/session'
import { useApi } from './api'

/** How soon a daemon that did not answer is asked again. */
const ASK_AGAIN_MS = 2_000

/**
 * Keeps the page known to the daemon: trades the token of the address for a cookie, and connects as
 * long as the cookie is good.
 */
export function useSession(firstToken: string | null) {
  const api = useApi()
  const session = useSessionStore()
  const link = useLinkStore()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function check(token: string | null) {
    clearTimeout(timer)
    try {
      if (token !== null) await api.openSession(token)
      let isOpen = await api.hasSession()
      if (!isOpen && token !== null) {
        // Another session was opened meanwhile, and this was asked with half of each.
        await api.openSession(token)
        isOpen = await api.hasSession()
      }
      session.set(isOpen ? 'open' : 'missing')
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) {
        session.set('missing')
        return
      }
      session.set('unreachable')
      timer = setTimeout(() => void check(token), ASK_AGAIN_MS)
    }
  }

  // An address with a fresh token, pasted into this tab, only changes the fragment.
  function onHashChange() {
    const token = takeToken(window)
    if (token !== null) void check(token)
  }

  function onVisible() {
    if (document.visibilityState === 'visible') api.link.wake()
  }

  window.addEventListener('hashchange', onHashChange)
  window.addEventListener('online', api.link.wake)
  document.addEventListener('visibilitychange', onVisible)
  const stopPhase = api.link.onPhase(link.set)

  watch(
    () => session.state,
    (state) => {
      if (state === 'open') api.link.open()
      if (state === 'missing') void api.link.close()
    },
  )

  onScopeDispose(() => {
    window.removeEventListener('hashchange', onHashChange)
    window.removeEventListener('online', api.link.wake)
    document.removeEventListener('visibilitychange', onVisible)
    stopPhase()
    clearTimeout(timer)
  })

  void check(firstToken)
  return { signIn: check }
}
