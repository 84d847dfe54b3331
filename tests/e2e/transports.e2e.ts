// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { HubConnection } from '@microsoft/signalr'
import { HttpTransportType, JsonHubProtocol } from '@microsoft/signalr'
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack'
import { describe, expect, test } from 'vitest'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { connectHub, Follower, joinLog, readLog, watchTask, watchTasks } from './support/hub.ts'
import { overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType

const ways = [
  ['WebSockets', 'JSON', WebSockets, JsonHubProtocol],
  ['ServerSentEvents', 'JSON', ServerSentEvents, JsonHubProtocol],
  ['LongPolling', 'JSON', LongPolling, JsonHubProtocol],
  ['WebSockets', 'MessagePack', WebSockets, MessagePackHubProtocol],
  ['LongPolling', 'MessagePack', LongPolling, MessagePackHubProtocol],
] as const

describe.each(ways)('Microsoft’s client over %s in %s', (_, __, transport, Protocol) => {
  const connect = (daemon: Daemon, reconnect?: number[]): Promise<HubConnection> =>
    connectHub(daemon, {
      connection: { transport },
      protocol: new Protocol(),
      ...(reconnect && { reconnect }),
    })

  test('calls, and is answered or refused as it should be', async () => {
    const daemon = await startDaemon()
    const hub = await connect(daemon)
    const path = '/nothing\n\r\n\u2028\u001edata: “there”'
    const id = await hub.invoke<number>('AddTask', 'checksum', { path }, null)
    const added = await watchTask(hub, id).item('the task', ({ kind }) => kind === 'added')
    expect(added.parameters).toEqual({ path })
    await expect(hub.invoke('AddTask', 'nothing', {}, null)).rejects.toThrow(/HubException: .+\.$/)
    await expect(new Follower(hub, 'NoSuchMethod').whole()).rejects.toThrow(
      'Method does not exist.',
    )
  })

  test('has many calls at once answered, each with its own', async () => {
    const hub = await connect(await startDaemon())
    const calls = Array.from({ length: 200 }, () => hub.invoke<number>('AddTask', 'noop', {}, null))
    const ids = await Promise.all(calls)
    expect(ids).toEqual(ids.map((_, i) => i + 1))
  })

  test('sees what a WebSocket sees', async () => {
    const daemon = await startDaemon()
    const watcher = watchTasks(await connect(daemon))
    const other = watchTasks(await connectHub(daemon))
    for (const one of [watcher, other]) await one.item('a snapshot', () => true)
    for (let i = 0; i < 20; i++) await overTcp(daemon).add('demo', { steps: 2, delay: 0 })
    for (const one of [watcher, other]) await one.endings(20)
    expect(watcher.lines).toEqual(other.lines)
  })

  test('sees one task to its end, and what it printed', async () => {
    const daemon = await startDaemon()
    const hub = await connect(daemon)
    const { id } = await overTcp(daemon).add('demo', { steps: 3, delay: 0 })
    const watcher = watchTask(hub, id)
    await watcher.whole()
    expect(watcher.lines.at(-1)?.[3]).toBe('Completed')
    expect(joinLog(await readLog(hub, id, 1).whole()).toString()).toBe(
      (await overTcp(daemon).get(`/api/v1/tasks/${id}/log`)).text,
    )
  })

  test('is called with what a task it subscribed to comes to', async () => {
    const daemon = await startDaemon()
    const hub = await connect(daemon)
    const states: string[] = []
    hub.on('TaskUpdated', (task: { state: string }) => states.push(task.state))
    const id = await hub.invoke<number>('AddTask', 'demo', { steps: 3, delay: 0 }, null)
    await hub.invoke('Subscribe', id)
    const last = await until('it is told of the end', () => states.at(-1) === 'Completed' && states)
    expect(last.at(-1)).toBe('Completed')
  })

  test('comes again by itself after a restart, and goes on where it was', async () => {
    const daemon = await startDaemon()
    const hub = await connect(daemon, Array<number>(200).fill(100))
    const first = watchTasks(hub)
    const { epoch, seq } = await first.item('a snapshot', () => true)
    let isBack = false
    hub.onreconnected(() => (isBack = true))
    await daemon.stop()
    await daemon.start(daemon.port)
    await until('it is back', () => isBack)
    const { id } = await overTcp(daemon).add('noop')
    const second = watchTasks(hub, null, epoch, seq)
    await second.endings(1)
    expect(second.lines.map(([, task]) => task)).toEqual([id, id, id])
    expect(second.items.some(({ kind }) => kind === 'snapshot')).toBe(false)
  })

  test('says goodbye in the middle of a stream', async () => {
    const daemon = await startDaemon()
    const hub = await connect(daemon)
    const { id } = await overTcp(daemon).add('demo', { steps: 1, delay: 3600 })
    await watchTask(hub, id).item('it runs', ({ state }) => state === 'Processing')
    let reason: Error | undefined
    hub.onclose((error) => (reason = error))
    await hub.stop()
    expect(reason).toBeUndefined()
  })
})

describe('MessagePack', () => {
  const protocol = (): MessagePackHubProtocol => new MessagePackHubProtocol()

  test('says what JSON says, to the last value', async () => {
    const daemon = await startDaemon()
    const hubs = [await connectHub(daemon), await connectHub(daemon, { protocol: protocol() })]
    const parameters = { steps: 3, delay: 0 }
    const options = { title: 'Näme “\\” 🙂', priority: -7 }
    const id = await hubs[1]?.invoke<number>('AddTask', 'demo', parameters, options)
    await overTcp(daemon).whenEnded(id ?? 0)
    const [inJson, inMessagePack] = await Promise.all(
      hubs.map(async (hub) => {
        const watched = await watchTask(hub, id ?? 0).whole()
        const output = await readLog(hub, id ?? 0, 1).whole()
        const snapshot = await watchTasks(hub).item('a snapshot', () => true)
        return { watched, output, snapshot }
      }),
    )
    expect(inMessagePack).toEqual(inJson)
    expect(inJson?.watched[0]).toMatchObject({ ...options, parameters })
  })

  test('takes a date for what it is in JSON', async () => {
    const daemon = await startDaemon()
    const title = new Date('2099-12-31T23:59:59.500Z')
    for (const one of [new JsonHubProtocol(), protocol()]) {
      const hub = await connectHub(daemon, { protocol: one })
      const id = await hub.invoke<number>('AddTask', 'noop', {}, { title })
      expect(new Date((await overTcp(daemon).task(id)).title)).toEqual(title)
    }
  })

  test('is no text: it is refused where there is nothing else', async () => {
    const daemon = await startDaemon()
    const connecting = connectHub(daemon, {
      connection: { transport: ServerSentEvents },
      protocol: protocol(),
    })
    await expect(connecting).rejects.toThrow(/does not support Binary/)
  })

  test('follows what happens beside JSON, many to one event', async () => {
    const daemon = await startDaemon()
    const hubs = [
      await connectHub(daemon),
      await connectHub(daemon, { protocol: protocol() }),
      await connectHub(daemon, { protocol: protocol() }),
    ]
    const watchers = hubs.map((hub) => watchTasks(hub))
    for (const watcher of watchers) await watcher.item('a snapshot', () => true)
    for (let i = 0; i < 20; i++) await overTcp(daemon).add('demo', { steps: 2, delay: 0 })
    for (const watcher of watchers) await watcher.endings(20)
    expect(watchers[1]?.lines).toEqual(watchers[0]?.lines)
    expect(watchers[2]?.lines).toEqual(watchers[0]?.lines)
  })

  test('refuses bytes with a sentence, and goes', async () => {
    const daemon = await startDaemon()
    const hub = await connectHub(daemon, { protocol: protocol() })
    let reason: Error | undefined
    hub.onclose((error) => (reason = error))
    const call = hub.invoke('AddTask', new Uint8Array(3), {}, null)
    await expect(call).rejects.toThrow('there is no place for bytes, only for texts')
    await until('it is told', () => reason !== undefined)
  })
})
