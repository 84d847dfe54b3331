// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { afterEach, describe, expect, it } from 'vitest'
import { takeToken, tokenFrom } from '../token'

describe('the token in the address', () => {
  afterEach(() => {
    window.history.replaceState(null, '', '/')
  })

  it('is taken out of the address and of the history', () => {
    window.history.replaceState(null, '', '/tasks/7?a=b#token=secret')
    const { length } = window.history

    expect(takeToken(window)).toBe('secret')
    expect(window.location.href).toBe('http://127.0.0.1:5031/tasks/7?a=b')
    expect(window.history.length).toBe(length)
  })

  it('leaves an address alone that has none', () => {
    window.history.replaceState(null, '', '/tasks/7#L20')

    expect(takeToken(window)).toBeNull()
    expect(window.location.hash).toBe('#L20')
  })

  it.each([
    ['the bare token', ' secret\n', 'secret'],
    ['the whole address', 'http://127.0.0.1:5031/#token=secret', 'secret'],
    ['nothing', '  ', ''],
  ])('is found in what was pasted: %s', (_what, pasted, token) => {
    expect(tokenFrom(pasted)).toBe(token)
  })
})
