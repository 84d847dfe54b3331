// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it } from 'vitest'
import { makeTask } from '@/testing/samples'
import { clockTime, duration, formatAmount } from '../numbers'
import { percentOf, shownState } from '../words'

describe('what a person is told', () => {
  it('calls a task that somebody canceled so, and not failed', () => {
    expect(shownState(makeTask({ state: 'Failed', result: 'canceled' }))).toBe('Canceled')
    expect(shownState(makeTask({ state: 'Failed', result: 'signal' }))).toBe('Failed')
  })

  it.each([
    ['paused', 'Paused'],
    ['stopping', 'Stopping'],
    ['starting', 'Processing'],
    ['dancing', 'Processing'],
    [null, 'Processing'],
  ] as const)('tells what a task that runs is about: %s', (activity, shown) => {
    expect(shownState(makeTask({ state: 'Processing', activity }))).toBe(shown)
    expect(shownState(makeTask({ state: 'Completed', activity }))).toBe('Completed')
  })

  it.each([
    ['Processing', 0.999, 99],
    ['Processing', 1, 99],
    ['Completed', 1, 100],
    ['Processing', 0.426, 42],
    ['Processing', -1, 0],
    ['Processing', null, null],
  ] as const)(
    'rounds percents down, and has 100 only at the end: %s %d',
    (state, progress, percent) => {
      expect(percentOf(makeTask({ state, progress }))).toBe(percent)
    },
  )

  it.each([
    [0, 'bytes', '0 B'],
    [1_023, 'bytes', '1,023 B'],
    [1_536, 'bytes', '1.5 KiB'],
    [536_870_912, 'bytes', '512 MiB'],
    [3, 'steps', '3 steps'],
    [12_345.67, null, '12,345.7'],
  ])('has units for people: %d %s', (amount, unit, text) => {
    expect(formatAmount(amount, unit, 'en')).toBe(text)
  })

  it.each([
    [0, '0 sec'],
    [1_250, '1.2 sec'],
    [59_900, '59 sec'],
    [185_000, '3 min 5 sec'],
    [7_800_000, '2 hr 10 min'],
    [90_000_000, '1 day 1 hr'],
    [-5, '0 sec'],
  ])('tells how long something took in two units: %d', (ms, text) => {
    expect(duration(ms, 'en')).toBe(text)
  })

  it('leaves out the date of a time of today', () => {
    const now = new Date(2026, 10, 22, 20, 0, 0)
    const today = new Date(2026, 10, 22, 19, 5, 3).toISOString()
    const before = new Date(2026, 10, 21, 20, 5, 3).toISOString()

    expect(clockTime(today, 'de', now.getTime())).toBe('19:05:03')
    expect(clockTime(before, 'de', now.getTime())).toBe('21.11.2026, 20:05:03')
    expect(clockTime('soon', 'de')).toBe('soon')
  })
})
