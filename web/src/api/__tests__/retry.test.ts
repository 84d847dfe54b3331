// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it } from 'vitest'
import { retryDelay } from '../retry'

describe('the pause before a try', () => {
  it('grows to ten seconds and no further', () => {
    const longest = [0, 1, 2, 5, 6, 1_000_000].map((tries) => retryDelay(tries, () => 1))

    expect(longest).toEqual([250, 500, 1_000, 8_000, 10_000, 10_000])
  })

  it('differs by up to a half, so that not all pages come at once', () => {
    expect(retryDelay(8, () => 0)).toBe(5_000)
    expect(retryDelay(8, () => 0.5)).toBe(7_500)
  })
})
