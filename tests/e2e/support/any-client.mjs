// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a client of Microsoft's does, of any age: over each transport, in each protocol.
// Usage: node any-client.mjs URL TOKEN CLIENT PROTOCOL, in a folder that has the two packages

import assert from 'node:assert'
import { createRequire } from 'node:module'

const [url, token, clientName, protocolName] = process.argv.slice(2)
const requireHere = createRequire(`${process.cwd()}/`)
const signalr = requireHere(clientName)
const { MessagePackHubProtocol } = requireHere(protocolName)
const { HttpTransportType, HubConnectionBuilder, JsonHubProtocol, LogLevel } = signalr

/** Gathers a stream. */
function gather(hub, method, ...args) {
  return new Promise((resolve, reject) => {
    const items = []
    hub.stream(method, ...args).subscribe({
      next: (item) => items.push(item),
      error: reject,
      complete: () => resolve(items),
    })
  })
}

async function useHub(hub) {
  const states = []
  hub.on('TaskUpdated', (task) => states.push(task.state))
  const id = await hub.invoke('AddTask', 'demo', { steps: 3, delay: 0.05 }, { title: 'Näme' })
  await hub.invoke('Subscribe', id)
  const events = await gather(hub, 'WatchTask', id, 0, 0)
  assert.strictEqual(events[0].kind, 'added')
  assert.strictEqual(events[0].title, 'Näme')
  assert.strictEqual(events[events.length - 1].state, 'Completed')
  const { epoch, seq } = events[0]
  const rest = await gather(hub, 'WatchTask', id, epoch, seq)
  assert.strictEqual(rest[rest.length - 1]?.state, 'Completed')
  assert.ok(rest.every((event) => event.epoch === epoch && !(event.seq <= seq)))
  const printing = await hub.invoke('AddTask', 'print', {}, null)
  const output = await gather(hub, 'ReadLog', printing, 1, 0)
  const text = Buffer.concat(output.map(({ data }) => Buffer.from(data, 'base64'))).toString()
  assert.strictEqual(text, '1\n2\n3\n')
  await assert.rejects(hub.invoke('NoSuchMethod'), /Method does not exist/)
  await assert.rejects(gather(hub, 'WatchTask', 999999, 0, 0), /HubException/)
  while (states[states.length - 1] !== 'Completed') {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function useTransport(transport, protocol) {
  const hub = new HubConnectionBuilder()
    .withUrl(`${url}hub`, { transport, accessTokenFactory: () => token })
    .withHubProtocol(protocol)
    .configureLogging(LogLevel.None)
    .build()
  const ended = new Promise((resolve) => hub.onclose(resolve))
  await hub.start()
  await useHub(hub)
  await hub.stop()
  assert.strictEqual((await ended) || undefined, undefined)
}

async function main() {
  const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType
  let failures = 0
  for (const [way, transport, Protocol] of [
    ['WebSockets in JSON', WebSockets, JsonHubProtocol],
    ['ServerSentEvents in JSON', ServerSentEvents, JsonHubProtocol],
    ['LongPolling in JSON', LongPolling, JsonHubProtocol],
    ['WebSockets in MessagePack', WebSockets, MessagePackHubProtocol],
    ['LongPolling in MessagePack', LongPolling, MessagePackHubProtocol],
  ]) {
    try {
      await useTransport(transport, new Protocol())
      console.log(`ok - ${clientName} ${signalr.VERSION || ''} over ${way}`)
    } catch (error) {
      failures++
      console.log(`not ok - ${clientName} ${signalr.VERSION || ''} over ${way}: ${error.message}`)
    }
  }
  process.exit(failures)
}

await main()
