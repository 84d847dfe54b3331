// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { SessionKey } from '../session-key'

beforeEach(() => {
  localStorage.clear()
})

describe('the half of the session', () => {
  it('is there for other tabs, and when the page is loaded again', () => {
    new SessionKey(() => localStorage).set('one')

    expect(new SessionKey(() => localStorage).get()).toBe('one')
  })

  it('is the newest, whichever tab signed in', () => {
    const key = new SessionKey(() => localStorage)
    key.set('one')
    new SessionKey(() => localStorage).set('two')

    expect(key.get()).toBe('two')
  })

  it('stays in the tab where nothing may be stored', () => {
    const refuse = () => {
      throw new DOMException('No', 'SecurityError')
    }
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(refuse)
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(refuse)
    const key = new SessionKey(() => localStorage)

    expect(key.get()).toBeNull()
    key.set('one')
    expect(key.get()).toBe('one')
  })
})
