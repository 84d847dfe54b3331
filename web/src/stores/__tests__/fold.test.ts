// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it } from 'vitest'
import { added, changed, makeTask, progressed } from '@/testing/samples'
import { applyEvent, newerOf } from '../fold'

const running = makeTask({ state: 'Processing', attempt: 1, progress: 0.4, seq: 5 })

describe('a task and its events', () => {
  it('begins with the whole task', () => {
    expect(applyEvent(undefined, added(makeTask()))).toEqual(makeTask())
  })

  it('takes over what an event says has changed, and nothing else', () => {
    const event = changed('state', 6, { state: 'Failed', result: 'signal', signal: 'SIGKILL' })

    expect(applyEvent(running, event)).toEqual({
      ...running,
      state: 'Failed',
      result: 'signal',
      signal: 'SIGKILL',
      seq: 6,
    })
  })

  it('does not go back to an event that is older than it', () => {
    expect(applyEvent(running, changed('state', 5, { state: 'Pending' }))).toBe(running)
    expect(applyEvent(running, added(makeTask()))).toBe(running)
  })

  it('follows its progress', () => {
    const event = progressed(9, { progress: 0.5, done: 1, total: 2, unit: 'steps' })

    expect(applyEvent(running, event)).toMatchObject({ progress: 0.5, done: 1, total: 2, seq: 5 })
  })

  it('hears no progress of an attempt that is over', () => {
    const again = { ...running, attempt: 2 }
    const ended = { ...running, state: 'Failed' as const }

    expect(applyEvent(again, progressed(9, { progress: 0.9 }))).toBe(again)
    expect(applyEvent(ended, progressed(9, { progress: 0.9 }))).toBe(ended)
  })

  it('is busy with nothing once it has ended', () => {
    const event = changed('state', 8, { state: 'Failed', result: 'canceled' })

    expect(applyEvent({ ...running, activity: 'stopping' }, event)).toMatchObject({
      state: 'Failed',
      activity: null,
    })
  })

  it('begins a new attempt without the progress of the last', () => {
    const event = changed('state', 8, { state: 'Processing', attempt: 2 })

    expect(applyEvent(running, event)).toMatchObject({ attempt: 2, progress: null })
  })

  it('is all done when it is completed', () => {
    const event = changed('state', 8, { state: 'Completed', result: 'success' })

    expect(applyEvent(running, event)?.progress).toBe(1)
    expect(applyEvent({ ...running, progress: null }, event)?.progress).toBeNull()
  })

  it('is gone when it is removed', () => {
    const { epoch, seq, task, at } = changed('changed', 9, {})

    expect(applyEvent(running, { kind: 'removed', epoch, seq, task, at })).toBeUndefined()
  })

  it('is unknown as long as nobody told what it was', () => {
    expect(applyEvent(undefined, changed('message', 3, { message: 'half' }))).toBeUndefined()
  })

  it('keeps the newer of two views, and the one at hand when they are equally new', () => {
    expect(newerOf(running, { ...running, seq: 6 }).seq).toBe(6)
    expect(newerOf(running, { ...running, progress: 0 })).toBe(running)
  })
})
