// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeHub } from '@/testing/fake-hub'
import { added, changed, EPOCH, makeTask, onTheWire, progressed } from '@/testing/samples'
import { FROM_THE_BEGINNING } from '../event-gate'
import { HubLink } from '../hub-link'
import type { TaskNews } from '../watch'
import { watchTask, watchTasks } from '../watch'

async function setUp() {
  const hub = new FakeHub()
  const link = new HubLink({ connection: hub, onFailure: vi.fn() })
  const news: TaskNews[] = []
  const listener = {
    onEvent: (event: TaskNews) => news.push(event),
    onReset: vi.fn(),
    onEnd: vi.fn(),
    onError: vi.fn(),
  }
  link.open()
  await vi.advanceTimersByTimeAsync(0)

  const numbers = () => news.map((event) => ('seq' in event ? event.seq : `rev ${event.rev}`))
  const reconnect = async () => {
    hub.break()
    await vi.advanceTimersByTimeAsync(10_000)
  }
  return { hub, link, listener, news, numbers, reconnect }
}

const isAdded = onTheWire(added(makeTask()))
const isProcessing = onTheWire(changed('state', 2, { state: 'Processing', attempt: 1 }))
const isCompleted = onTheWire(changed('state', 5, { state: 'Completed', result: 'success' }))
const at = (rev: number) => onTheWire(progressed(rev, { progress: rev / 10 }))
const heartbeat = (seq: number, epoch = EPOCH) => ({ kind: 'heartbeat', epoch, seq })

describe('a watch of one task', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  it('begins at the beginning', async () => {
    const { hub, link, listener } = await setUp()

    watchTask(link, 7, FROM_THE_BEGINNING, listener)

    expect(hub.last).toMatchObject({ method: 'WatchTask', args: [7, 0, 0] })
  })

  it('goes on after the last event it saw when the connection was broken', async () => {
    const { hub, link, listener, reconnect } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)
    hub.last.send(isAdded)
    hub.last.send(isProcessing)

    await reconnect()

    expect(hub.last.args).toEqual([7, EPOCH, 2])
  })

  it('tells an event that comes twice only once', async () => {
    const { hub, link, listener, numbers, reconnect } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)
    hub.last.send(isAdded)
    hub.last.send(isProcessing)

    await reconnect()
    hub.last.send(isProcessing)
    hub.last.send(isCompleted)

    expect(numbers()).toEqual([1, 2, 5])
  })

  it('drops a progress that comes after a newer one', async () => {
    const { hub, link, listener, numbers } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)

    for (const rev of [3, 2, 3, 4]) hub.last.send(at(rev))

    expect(numbers()).toEqual(['rev 3', 'rev 4'])
  })

  it('knows from a heartbeat how far the quiet reaches', async () => {
    const { hub, link, listener, numbers, reconnect } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)
    hub.last.send(isAdded)
    hub.last.send(heartbeat(90))

    await reconnect()

    expect(hub.last.args).toEqual([7, EPOCH, 90])
    expect(numbers()).toEqual([1])
  })

  it('reads the story anew when the daemon cannot go on from where it stopped', async () => {
    const { hub, link, listener, reconnect, news } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)
    hub.last.send(isProcessing)
    await reconnect()

    const other = { ...isAdded, epoch: 99 }
    const reset = { kind: 'snapshot', epoch: 99, seq: 50, reset: true, tasks: [makeTask()] }
    const refused = hub.last
    refused.send(reset)
    hub.last.send(other)

    expect(listener.onReset).toHaveBeenCalledOnce()
    expect(refused.isCanceled).toBe(true)
    expect(hub.last.args).toEqual([7, 0, 0])
    expect(news.at(-1)).toMatchObject({ kind: 'added', epoch: 99 })
  })

  it('ends with the task', async () => {
    const { hub, link, listener, reconnect } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)
    hub.last.send(isCompleted)

    hub.last.end()
    await reconnect()

    expect(listener.onEnd).toHaveBeenCalledExactlyOnceWith({ epoch: EPOCH, after: 5 })
    expect(hub.streams).toHaveLength(1)
  })

  it('leaves out a kind of event that it does not know', async () => {
    const { hub, link, listener, numbers } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)

    hub.last.send({ kind: 'held', epoch: EPOCH, seq: 3, task: 0, group: 'night' })
    hub.last.send(isCompleted)

    expect(numbers()).toEqual([5])
    expect(listener.onError).not.toHaveBeenCalled()
  })

  it.each([
    ['no object', 'hello'],
    ['no kind', {}],
    ['a number that is text', { ...isProcessing, seq: '2' }],
    ['a number beyond 2^53', { ...isProcessing, seq: 2 ** 60 }],
    ['a state that there is not', { ...isProcessing, state: 'Sleeping' }],
    ['a state change without a state', { ...isProcessing, state: undefined }],
  ])('says so when the daemon sends nonsense: %s', async (_what, item) => {
    const { hub, link, listener, news } = await setUp()
    watchTask(link, 7, FROM_THE_BEGINNING, listener)

    hub.last.send(item)

    expect(listener.onError).toHaveBeenCalledOnce()
    expect(news).toEqual([])
  })
})

describe('a watch of all tasks', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  const snapshot = (seq: number, epoch = EPOCH, reset = false) => ({
    kind: 'snapshot',
    epoch,
    seq,
    reset,
    tasks: [makeTask()],
  })

  it('goes on after its snapshot', async () => {
    const { hub, link, listener, reconnect } = await setUp()
    watchTasks(link, null, listener)
    hub.last.send(snapshot(40))

    await reconnect()

    expect(hub.last).toMatchObject({ method: 'WatchTasks', args: [null, EPOCH, 40] })
  })

  it('says first that all is void, then what there is, when the database is another one', async () => {
    const { hub, link, listener, numbers, reconnect } = await setUp()
    watchTasks(link, null, listener)
    hub.last.send(snapshot(40))
    await reconnect()

    listener.onReset.mockImplementation(() => {
      expect(numbers()).toEqual([40])
    })
    hub.last.send(snapshot(3, 99, true))
    hub.last.send({ ...isProcessing, epoch: 99, seq: 4 })
    await reconnect()

    expect(listener.onReset).toHaveBeenCalledOnce()
    expect(numbers()).toEqual([40, 3, 4])
    expect(hub.last.args).toEqual([null, 99, 4])
  })

  it('tells a progress again behind a snapshot, which may be older', async () => {
    const { hub, link, listener, numbers } = await setUp()
    watchTasks(link, null, listener)

    hub.last.send(snapshot(40))
    hub.last.send(at(5))
    hub.last.send(snapshot(41, EPOCH, true))
    hub.last.send(at(5))

    expect(numbers()).toEqual([40, 'rev 5', 41, 'rev 5'])
  })

  it('counts the progress of each task by itself', async () => {
    const { hub, link, listener, numbers } = await setUp()
    watchTasks(link, null, listener)

    hub.last.send(at(5))
    hub.last.send({ ...at(4), task: 8 })

    expect(numbers()).toEqual(['rev 5', 'rev 4'])
  })
})
