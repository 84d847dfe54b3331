// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, UnreachableError } from '@/api/problem'
import App from '@/App.vue'
import { useSessionStore } from '@/stores/session'
import { FakeApi } from '@/testing/fake-api'
import { byRole, mountPage } from '@/testing/mount'

const WRONG = new ApiError(401, 'unauthorized', 'That token is not ours')

function paste(root: HTMLElement, text: string) {
  const input = byRole(root, 'textbox', 'Address or token') as HTMLInputElement
  input.value = text
  input.dispatchEvent(new Event('input'))
  root.querySelector('form')?.dispatchEvent(new Event('submit'))
}

async function mountApp(api: FakeApi, token: string | null = null, path = '/new') {
  const { wrapper, router } = await mountPage(App, { api, path, props: { token } })
  await flushPromises()
  return { root: wrapper.element.parentElement ?? document.body, wrapper, router }
}

describe('the session', () => {
  afterEach(() => {
    window.history.replaceState(null, '', '/')
  })

  it('begins by trading the token of the address', async () => {
    const api = new FakeApi()

    await mountApp(api, 'secret')

    expect(api.openSession).toHaveBeenCalledWith('secret')
    expect(api.link.open).toHaveBeenCalledOnce()
    expect(useSessionStore().state).toBe('open')
  })

  it('is opened once more when another was opened in between', async () => {
    const api = new FakeApi()
    api.hasSession.mockResolvedValueOnce(false)

    await mountApp(api, 'secret')

    expect(api.openSession.mock.calls).toEqual([['secret'], ['secret']])
    expect(useSessionStore().state).toBe('open')
  })

  it('needs no token when the browser has a good cookie', async () => {
    const api = new FakeApi()

    await mountApp(api)

    expect(api.openSession).not.toHaveBeenCalled()
    expect(document.body.textContent).toContain('New task')
  })

  it('says how to get in without one, and asks nothing else of the daemon', async () => {
    const api = new FakeApi()
    api.hasSession.mockResolvedValue(false)

    const { root } = await mountApp(api)

    expect(byRole(root, 'heading', 'This browser is not signed in')).toBeTruthy()
    expect(root.textContent).toContain('Run ./run again')
    expect(api.listTaskTypes).not.toHaveBeenCalled()
    expect(api.link.open).not.toHaveBeenCalled()
  })

  it('takes a pasted address', async () => {
    const api = new FakeApi()
    api.hasSession.mockResolvedValueOnce(false)
    const { root } = await mountApp(api)

    paste(root, 'http://127.0.0.1:5031/#token=secret')
    await flushPromises()

    expect(api.openSession).toHaveBeenCalledWith('secret')
    expect(useSessionStore().state).toBe('open')
  })

  it('says so when the token is not the daemon’s', async () => {
    const api = new FakeApi()
    api.hasSession.mockResolvedValue(false)
    api.openSession.mockRejectedValue(WRONG)
    const { root } = await mountApp(api)

    paste(root, 'old')
    await flushPromises()

    expect(root.querySelector('[role=alert]')?.textContent).toContain('not the token')
  })

  it('takes a fresh token out of an address that is pasted into the open tab', async () => {
    const api = new FakeApi()
    api.hasSession.mockResolvedValueOnce(false)
    await mountApp(api)

    window.history.replaceState(null, '', '/new#token=fresh')
    window.dispatchEvent(new Event('hashchange'))
    await flushPromises()

    expect(api.openSession).toHaveBeenCalledWith('fresh')
    expect(window.location.hash).toBe('')
  })

  it('keeps the page as it was when the session ends in between', async () => {
    const api = new FakeApi()
    const { root } = await mountApp(api)
    const heading = byRole(root, 'heading', 'New task')

    useSessionStore().set('missing')
    await flushPromises()

    expect(api.link.close).toHaveBeenCalledOnce()
    expect(heading.isConnected).toBe(true)
    expect(heading.closest<HTMLElement>('[style]')?.style.display).toBe('none')
  })

  it('tries again, with the same token, when the daemon does not answer', async () => {
    vi.useFakeTimers()
    const api = new FakeApi()
    api.openSession.mockRejectedValueOnce(new UnreachableError(null))

    const { root } = await mountApp(api, 'secret')
    expect(root.textContent).toContain('Headway does not answer. Trying again')
    await vi.advanceTimersByTimeAsync(2_000)
    vi.useRealTimers()

    expect(api.openSession).toHaveBeenCalledTimes(2)
    expect(useSessionStore().state).toBe('open')
  })

  it('moves the focus to the heading of a new page', async () => {
    const { root, router } = await mountApp(new FakeApi())

    await router.push('/nowhere')
    await flushPromises()

    expect(document.activeElement).toBe(byRole(root, 'heading', 'There is no such page'))
  })
})
