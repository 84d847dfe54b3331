// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeHub } from '@/testing/fake-hub'
import type { LinkPhase } from '../hub-link'
import { HubLink } from '../hub-link'

function setUp() {
  const hub = new FakeHub()
  const onFailure = vi.fn()
  const link = new HubLink({ connection: hub, onFailure })
  const phases: LinkPhase['name'][] = []
  link.onPhase((phase) => phases.push(phase.name))
  return { hub, link, onFailure, phases }
}

function request(onItem = vi.fn()) {
  return { method: 'Watch', args: () => [], onItem, onEnd: vi.fn(), onError: vi.fn() }
}

describe('the link to the hub', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  it('tries on until the daemon is there, however long that takes', async () => {
    const { hub, link } = setUp()
    hub.isDown = true

    link.open()
    await vi.advanceTimersByTimeAsync(3_600_000)
    hub.isDown = false
    await vi.advanceTimersByTimeAsync(10_000)

    expect(link.isConnected).toBe(true)
  })

  it('never waits longer than ten seconds for a try', async () => {
    const { hub, link } = setUp()
    hub.isDown = true

    link.open()
    await vi.advanceTimersByTimeAsync(600_000)

    expect(hub.starts).toBeGreaterThan(60)
  })

  it('does not run hot when each connection breaks at once', async () => {
    const { hub, link } = setUp()
    const start = hub.start.bind(hub)
    vi.spyOn(hub, 'start').mockImplementation(async () => {
      await start()
      queueMicrotask(() => {
        hub.break()
      })
    })

    link.open()
    await vi.advanceTimersByTimeAsync(60_000)

    expect(hub.starts).toBeLessThan(30)
  })

  it('says that it is live only after what was missed has begun to come', async () => {
    const { hub, link, phases } = setUp()
    link.stream(request())

    link.open()
    await vi.advanceTimersByTimeAsync(0)
    expect(phases).toEqual(['catching-up'])

    hub.last.send({})
    expect(phases).toEqual(['catching-up', 'live'])
  })

  it('takes a watch that stays silent for one that is up to date', async () => {
    const { link, phases } = setUp()
    link.stream(request())

    link.open()
    await vi.advanceTimersByTimeAsync(1_000)

    expect(phases).toEqual(['catching-up', 'live'])
  })

  it('tells since when it is offline, counted from the first failure', async () => {
    const { hub, link } = setUp()
    link.open()
    await vi.advanceTimersByTimeAsync(2_000)
    const since = new Date()
    hub.isDown = true

    hub.break()
    await vi.advanceTimersByTimeAsync(60_000)

    expect(link.phase).toEqual({ name: 'offline', since })
  })

  it('comes back at once when it is woken', async () => {
    const { hub, link } = setUp()
    hub.isDown = true
    link.open()
    await vi.advanceTimersByTimeAsync(60_000)
    hub.isDown = false
    const { starts } = hub

    link.wake()
    await vi.advanceTimersByTimeAsync(0)

    expect(hub.starts).toBe(starts + 1)
  })

  it('asks whether the session is over after a try that failed', async () => {
    const { hub, link, onFailure } = setUp()
    hub.isDown = true

    link.open()
    await vi.advanceTimersByTimeAsync(0)

    expect(onFailure).toHaveBeenCalledOnce()
  })

  it('stops trying when it is closed, and takes up its streams when it is opened again', async () => {
    const { hub, link } = setUp()
    link.stream(request())
    link.open()
    await vi.advanceTimersByTimeAsync(0)

    await link.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(hub.starts).toBe(1)

    link.open()
    await vi.advanceTimersByTimeAsync(0)
    expect(hub.streams).toHaveLength(2)
  })

  it('asks again for a stream that the daemon refused', async () => {
    const { hub, link } = setUp()
    const wanted = request()
    link.stream(wanted)
    link.open()
    await vi.advanceTimersByTimeAsync(0)

    hub.last.fail("An unexpected error occurred invoking 'Watch' on the server. HubException: Busy")
    await vi.advanceTimersByTimeAsync(10_000)

    expect(wanted.onError.mock.calls[0]?.[0]).toMatchObject({ message: 'Busy' })
    expect(hub.streams).toHaveLength(2)
  })

  it('does not take a broken connection for a refusal', async () => {
    const { hub, link } = setUp()
    const wanted = request()
    link.stream(wanted)
    link.open()
    await vi.advanceTimersByTimeAsync(0)

    hub.break()
    await vi.advanceTimersByTimeAsync(10_000)

    expect(wanted.onError).not.toHaveBeenCalled()
  })

  it('tells the daemon when nobody listens to a stream any more', async () => {
    const { hub, link } = setUp()
    const stream = link.stream(request())
    link.open()
    await vi.advanceTimersByTimeAsync(0)

    stream.close()

    expect(hub.last.isCanceled).toBe(true)
  })

  it('does not ask again for a stream that has ended', async () => {
    const { hub, link } = setUp()
    const wanted = request()
    link.stream(wanted)
    link.open()
    await vi.advanceTimersByTimeAsync(0)

    hub.last.end()
    hub.break()
    await vi.advanceTimersByTimeAsync(10_000)

    expect(wanted.onEnd).toHaveBeenCalledOnce()
    expect(hub.streams).toHaveLength(1)
  })
})
