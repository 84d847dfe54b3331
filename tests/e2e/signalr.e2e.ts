// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { HubConnection } from '@microsoft/signalr'
import { describe, expect, test } from 'vitest'
import { startDaemon } from './support/daemon.ts'
import { connectHub, Follower, watchTask, watchTasks, WITHOUT_NEGOTIATION } from './support/hub.ts'
import type { Negotiation } from './support/raw-hub.ts'
import { negotiate, openRawHub, RawHub } from './support/raw-hub.ts'
import { overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'

const CLOSED = 'Connection closed with an error.'

describe('negotiation', () => {
  test('version 1 tells a token apart from the public number, and the transports', async () => {
    const daemon = await startDaemon()
    const answer = await negotiate(daemon)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    const { connectionId, connectionToken, ...others } = answer.json as Negotiation
    expect(others).toEqual({
      negotiateVersion: 1,
      availableTransports: [
        { transport: 'WebSockets', transferFormats: ['Text', 'Binary'] },
        { transport: 'ServerSentEvents', transferFormats: ['Text'] },
        { transport: 'LongPolling', transferFormats: ['Text', 'Binary'] },
      ],
    })
    expect(connectionId).toMatch(/^[\w-]{20,}$/)
    expect(connectionToken).toMatch(/^[\w-]{20,}$/)
    expect(connectionToken).not.toBe(connectionId)
  })

  test('version 0, or none, has one number for both', async () => {
    const daemon = await startDaemon()
    for (const query of ['', '?negotiateVersion=0']) {
      const answer = (await negotiate(daemon, query)).json as Negotiation
      expect(answer.negotiateVersion).toBe(0)
      expect(answer.connectionToken).toBeUndefined()
      const hub = await new RawHub(daemon, `?id=${answer.connectionId}`).opened()
      hub.send({ protocol: 'json', version: 1 })
      await until('the handshake is answered', () => hub.messages.length > 0)
      expect(hub.messages).toEqual([{}])
    }
  })

  test('a version of the future is answered with what there is', async () => {
    const daemon = await startDaemon()
    const answer = (await negotiate(daemon, '?negotiateVersion=7')).json as Negotiation
    expect(answer.negotiateVersion).toBe(1)
  })

  test('a version that is no number is an error in .NET’s words', async () => {
    const daemon = await startDaemon()
    const answer = await negotiate(daemon, '?negotiateVersion=one')
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ error: 'The client requested a non-integer protocol version.' })
  })

  test('is a POST and nothing else', async () => {
    const daemon = await startDaemon()
    expect((await overTcp(daemon).get('/hub/negotiate')).status).toBe(405)
  })

  test('a connection that nobody negotiated is not there', async () => {
    const daemon = await startDaemon()
    const hub = new RawHub(daemon, '?id=AAAAAAAAAAAAAAAAAAAAAA')
    expect(await until('it is refused', () => hub.refusal)).toBe(404)
  })

  test('a connection is used once', async () => {
    const daemon = await startDaemon()
    const { connectionToken } = (await negotiate(daemon)).json as Negotiation
    await new RawHub(daemon, `?id=${connectionToken ?? ''}`).opened()
    const second = new RawHub(daemon, `?id=${connectionToken ?? ''}`)
    expect(await until('it is refused', () => second.refusal)).toBe(409)
  })

  test('a client that skips it is served', async () => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon, { connection: WITHOUT_NEGOTIATION })
    const id = await hub.invoke<number>('AddTask', 'noop', {}, null)
    expect((await overTcp(daemon).whenEnded(id)).state).toBe('Completed')
  })
})

describe('the handshake', () => {
  test.each([
    [{ protocol: 'nonsense', version: 1 }, "The protocol 'nonsense' is not supported."],
    [
      { protocol: 'json', version: 9 },
      "The server does not support version 9 of the 'json' protocol.",
    ],
  ])('%j is refused in .NET’s words', async (request, error) => {
    const daemon = await startDaemon()
    const hub = await new RawHub(daemon, '').opened()
    hub.send(request)
    await hub.whenClosed()
    expect(hub.messages).toEqual([{ error }])
  })

  test.each(['{"protocol":', '[]', '', '{"type":6}', 'x'.repeat(40_000)])(
    'what is no handshake (case %#) is refused, and the connection ends',
    async (text) => {
      const daemon = await startDaemon()
      const hub = await new RawHub(daemon, '').opened()
      hub.sendText(`${text}\u001e`)
      await hub.whenClosed()
      expect(hub.messages.length).toBeLessThanOrEqual(1)
      expect(hub.messages.every(({ error }) => typeof error === 'string')).toBe(true)
    },
  )

  test('may come in pieces, and with the first call behind it', async () => {
    const daemon = await startDaemon()
    const hub = await new RawHub(daemon, '').opened()
    hub.sendText('{"protocol":"js')
    hub.sendText('on","version":1}\u001e{"type":1,"target":"AddTask",')
    hub.sendText('"arguments":["noop",{},null],"invocationId":"0"}\u001e')
    const answer = await hub.message('the call is answered', ({ type }) => type === 3)
    expect(answer).toEqual({ type: 3, invocationId: '0', result: 1 })
    expect(hub.messages[0]).toEqual({})
  })
})

describe('calls', () => {
  const UNKNOWN =
    "Failed to invoke 'NoSuchMethod' due to an error on the server. " +
    'HubException: Method does not exist.'

  test('a method that there is not', async () => {
    const hub = await connectHub(await startDaemon())
    await expect(hub.invoke('NoSuchMethod')).rejects.toThrow(UNKNOWN)
    await expect(new Follower(hub, 'NoSuchMethod').whole()).rejects.toThrow(UNKNOWN)
  })

  test('a stream that is called, and a call that is streamed', async () => {
    const hub = await connectHub(await startDaemon())
    await expect(hub.invoke('WatchTasks', null, 0, 0)).rejects.toThrow(
      "The client attempted to invoke the streaming 'WatchTasks' method with a non-streaming invocation.",
    )
    await expect(new Follower(hub, 'AddTask', 'noop', {}, null).whole()).rejects.toThrow(
      "The client attempted to invoke the non-streaming 'AddTask' method with a streaming invocation.",
    )
  })

  test.each<[string, unknown[]]>([
    ['AddTask', []],
    ['AddTask', [5, {}, null]],
    ['AddTask', ['noop', {}, null, 'more']],
    ['CancelTask', ['one']],
    ['CancelTask', [-1]],
    ['CancelTask', [1.5]],
    ['Subscribe', []],
  ])('%s with %j is refused with a sentence', async (method, arguments_) => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon)
    await expect(hub.invoke(method, ...arguments_)).rejects.toThrow(
      new RegExp(`'${method}'.* HubException: .+\\.$`),
    )
    expect(await overTcp(daemon).tasks()).toEqual([])
  })

  test.each<[string, unknown[]]>([
    ['WatchTask', []],
    ['WatchTask', ['1', 0, 0]],
    ['WatchTasks', ['noop', 0, 0]],
    ['WatchTasks', [{ state: 'Pending' }, 0, 0]],
    ['WatchTasks', [null, -1, 0]],
    ['WatchTask', [77, 0, 0]],
    ['ReadLog', [77, 1, 0]],
  ])('%s of %j is refused with a sentence', async (method, arguments_) => {
    const hub = await connectHub(await startDaemon())
    await expect(new Follower(hub, method, ...arguments_).whole()).rejects.toThrow(
      /HubException: .+\.$/,
    )
  })

  test('the names of methods are the same in any case', async () => {
    const hub = await connectHub(await startDaemon())
    expect(await hub.invoke('addtask', 'noop', {}, null)).toBe(1)
  })

  test('options give a title and a priority', async () => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon)
    const options = { title: 'Named', priority: -5 }
    const id = await hub.invoke<number>('AddTask', 'noop', {}, options)
    expect(await overTcp(daemon).task(id)).toMatchObject(options)
  })

  test('a call that wants no answer gets none, and is carried out', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.send({ type: 1, target: 'AddTask', arguments: ['noop', {}, null] })
    hub.send({ type: 1, target: 'AddTask', arguments: ['noop', {}, null], invocationId: '9' })
    const answer = await hub.message('the second is answered', ({ type }) => type === 3)
    expect(answer).toEqual({ type: 3, invocationId: '9', result: 2 })
    expect(hub.messages.filter(({ type }) => type === 3)).toHaveLength(1)
  })

  test('many calls at once are answered, each with its own number', async () => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon)
    const calls = Array.from({ length: 200 }, () => hub.invoke<number>('AddTask', 'noop', {}, null))
    const ids = await Promise.all(calls)
    expect([...ids].sort((a, b) => a - b)).toEqual(ids.map((_, i) => i + 1))
  })
})

describe('streams', () => {
  test('a stream that is canceled ends, and the connection serves on', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.send({ type: 4, target: 'WatchTasks', arguments: [null, 0, 0], invocationId: 'a' })
    await hub.message(
      'the snapshot',
      ({ type, invocationId }) => type === 2 && invocationId === 'a',
    )
    hub.send({ type: 5, invocationId: 'a' })
    const end = await hub.message('its end', ({ type }) => type === 3)
    expect(end).toEqual({ type: 3, invocationId: 'a' })
    const count = hub.messages.length
    hub.send({ type: 1, target: 'AddTask', arguments: ['noop', {}, null], invocationId: 'b' })
    await hub.message('a call is answered', ({ invocationId }) => invocationId === 'b')
    await overTcp(daemon).whenEnded(1)
    expect(hub.messages.slice(count).filter(({ invocationId }) => invocationId === 'a')).toEqual([])
  })

  test('a number in use is refused for a second stream, and the first goes on', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    const watch = { type: 4, target: 'WatchTasks', arguments: [null, 0, 0], invocationId: 'a' }
    hub.send(watch)
    await hub.message('the snapshot', ({ type }) => type === 2)
    hub.send(watch)
    const refusal = await hub.message('the refusal', ({ type }) => type === 3)
    expect(refusal.error).toBe("Invocation ID 'a' is already in use.")
    const count = hub.messages.length
    await overTcp(daemon).add('noop')
    await until('the first goes on', () => hub.messages.length > count)
  })

  test('a watch of one task ends with the task, from any place to go on from', async () => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon)
    const { id } = await overTcp(daemon).add('demo', { steps: 3, delay: 0 })
    const whole = await watchTask(hub, id).whole()
    const epoch = whole[0]?.epoch ?? 0
    const all = watchTask(hub, id).lines
    expect(all).toEqual([])
    const told = watchTask(hub, id)
    await told.whole()
    for (const [i, [seq]] of told.lines.entries()) {
      const rest = watchTask(hub, id, epoch, seq)
      await rest.whole()
      expect(rest.lines).toEqual(told.lines.slice(i + 1))
    }
  })

  test('a watch of one type sees no other', async () => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon)
    const demos = watchTasks(hub, { type: 'demo' })
    const owned = watchTasks(hub, { owner: 'uid:12345' })
    await demos.item('a snapshot', ({ kind }) => kind === 'snapshot')
    await owned.item('a snapshot', ({ kind }) => kind === 'snapshot')
    await overTcp(daemon).add('noop')
    await overTcp(daemon).add('demo', { steps: 1, delay: 0 })
    await demos.endings(1)
    expect(new Set(demos.lines.map(([, task]) => task))).toEqual(new Set([2]))
    expect(owned.lines).toEqual([])
  })

  test('who comes in the middle gets a snapshot of the live tasks, then what happens', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const rest = overTcp(daemon)
    const done = await rest.add('noop')
    await rest.whenEnded(done.id)
    const running = await rest.add('demo', { steps: 1, delay: 3600 })
    const waiting = await rest.add('noop')
    await rest.whenRunning(running.id)
    const watcher = watchTasks(await connectHub(daemon))
    const first = await watcher.item('a snapshot', ({ kind }) => kind === 'snapshot')
    expect(first.reset).toBe(false)
    const live = first.tasks ?? []
    expect(live.map(({ id, state }) => [id, state]).sort()).toEqual([
      [running.id, 'Processing'],
      [waiting.id, 'Pending'],
    ])
    await rest.cancel(running.id)
    await watcher.endings(2)
    expect(watcher.lines.map(([, task, , state]) => [task, state])).toEqual([
      [running.id, 'Failed'],
      [waiting.id, 'Processing'],
      [waiting.id, 'Completed'],
    ])
    expect(watcher.lines[0]?.[0]).toBe((first.seq ?? 0) + 1)
  })

  test('two clients see the same', async () => {
    const daemon = await startDaemon()
    const hubs = [await connectHub(daemon), await connectHub(daemon)]
    const watchers = hubs.map((hub) => watchTasks(hub))
    for (const watcher of watchers) await watcher.item('a snapshot', () => true)
    const [first, second] = hubs as [HubConnection, HubConnection]
    await first.invoke('AddTask', 'demo', { steps: 3, delay: 0 }, null)
    await second.invoke('AddTask', 'noop', {}, null)
    for (const watcher of watchers) await watcher.endings(2)
    expect(watchers[0]?.lines).toEqual(watchers[1]?.lines)
    expect(watchers[0]?.lines.length).toBe(3 + 3 + 3)
  })

  test('more streams than a client needs are refused, and the others go on', async () => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon)
    const watchers = Array.from({ length: 64 }, () => watchTasks(hub))
    await until('all are open', () => watchers.every(({ items }) => items.length > 0))
    await expect(watchTasks(hub).whole()).rejects.toThrow(
      'There are 64 open streams. Cancel one first.',
    )
    await overTcp(daemon).add('noop')
    for (const watcher of watchers) await watcher.endings(1)
    watchers[0]?.cancel()
    // The client sends the next call before the cancellation.
    await until('there is room for another', async () => {
      const another = watchTasks(hub)
      await until('it is answered', () => another.items.length > 0 || another.ending !== '')
      return another.ending === ''
    })
  })
})

describe('what the protocol does not have', () => {
  test.each([
    '{"type":',
    '[]',
    '{}',
    '{"type":"1"}',
    '{"type":1}',
    '{"type":1,"target":"AddTask"}',
    '{"type":1,"target":5,"arguments":[]}',
    '{"type":4,"target":"WatchTasks","arguments":[null,0,0]}',
    '{"type":5}',
    '{"type":5,"invocationId":""}',
    '{"type":1,"target":"AddTask","arguments":["\\ud800"]}',
    `{"type":1,"target":"AddTask","arguments":[${'['.repeat(5000)}${']'.repeat(5000)}]}`,
  ])('the record %j ends the connection, and says so', async (record) => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.sendText(`${record}\u001e`)
    const close = await hub.message('a Close', ({ type }) => type === 7)
    expect(close.error).toContain(CLOSED)
    expect((await hub.whenClosed()).code).toBe(1000)
  })

  test('a message of 33 KiB ends the connection, and says so', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.send({ type: 1, target: 'AddTask', arguments: ['x'.repeat(33 * 1024)], invocationId: '0' })
    const close = await hub.message('a Close', ({ type }) => type === 7)
    expect(close.error).toContain(CLOSED)
    expect((await hub.whenClosed()).code).toBe(1000)
    expect((await overTcp(daemon).get('/api/v1/tasks')).status).toBe(200)
  })

  test('so does a megabyte without an end, before it is all there', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    for (let i = 0; i < 64; i++) hub.sendText('x'.repeat(16 * 1024))
    await hub.whenClosed()
    expect((await overTcp(daemon).get('/api/v1/tasks')).status).toBe(200)
  })

  test('bytes instead of text end the connection', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.sendBytes(Buffer.from([0xff, 0xfe, 0x1e]))
    await hub.whenClosed()
    expect((await overTcp(daemon).get('/api/v1/tasks')).status).toBe(200)
  })

  test('what it will have some day is ignored', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.send({ type: 99, anything: {} })
    hub.send({ type: 5, invocationId: 'unknown' })
    hub.send({ type: 6 })
    hub.send({
      type: 1,
      target: 'AddTask',
      arguments: ['noop', {}, null],
      invocationId: '0',
      headers: { a: 'b' },
      extra: [1],
    })
    expect(await hub.message('an answer', ({ type }) => type === 3)).toMatchObject({ result: 1 })
  })
})

describe('the end', () => {
  test('a client that says goodbye gets a clean end', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.send({ type: 7 })
    hub.close()
    await hub.whenClosed()
    const client = await connectHub(daemon)
    let reason: Error | undefined
    client.onclose((error) => (reason = error))
    await client.stop()
    expect(reason).toBeUndefined()
  })

  test('a daemon that ends says so, and that one may come back', async () => {
    const daemon = await startDaemon()
    const hub = await openRawHub(daemon)
    hub.send({ type: 4, target: 'WatchTasks', arguments: [null, 0, 0], invocationId: 'a' })
    await hub.message('the snapshot', ({ type }) => type === 2)
    await daemon.stop()
    const close = await hub.message('a Close', ({ type }) => type === 7)
    expect(close.allowReconnect).toBe(true)
    expect((await hub.whenClosed()).code).toBe(1000)
  })

  test('a client that vanishes costs nothing: its watches end', async () => {
    const daemon = await startDaemon()
    for (let i = 0; i < 50; i++) {
      const hub = await openRawHub(daemon)
      hub.send({ type: 4, target: 'WatchTasks', arguments: [null, 0, 0], invocationId: 'a' })
      await hub.message('the snapshot', ({ type }) => type === 2)
      hub.vanish()
    }
    const { id } = await overTcp(daemon).add('demo', { steps: 3, delay: 0 })
    await overTcp(daemon).whenEnded(id)
    await until('their sockets are gone', () => daemon.socketCount < 12)
    expect(daemon.isRunning).toBe(true)
  })
})
