// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Watchers in a process of their own, which others stop and whose connections they break:
// Microsoft's client, and one that does as a browser's EventSource does. Each goes on where it
// was, and keeps all that it is told, as it is told. The parent asks for that at the end.

import {
  HttpTransportType,
  HubConnectionBuilder,
  HubConnectionState,
  LogLevel,
} from '@microsoft/signalr'
import { EventReader } from './event-reader.js'

/** @typedef {{ kind: string, seq?: number, task?: number, state?: string, epoch: number, reset?: boolean }} HubEvent */

const port = Number(process.env['PORT'])
const headers = {
  Host: process.env['HOST_FIELD'] ?? '',
  Authorization: `Bearer ${process.env['TOKEN'] ?? ''}`,
}

/** The pause before somebody comes again, in ms. */
const RETRY = 20

/** After how long a connection that is silent is taken for dead, in ms: under load none is. */
const SILENCE = 1_500

class Watcher {
  /** @param {string} name */
  constructor(name) {
    this.name = name
    /** @type {string[]} */
    this.lines = []
    /** @type {string[]} what nobody may be told who goes on where they were */
    this.faults = []
    this.epoch = 0
    this.seq = 0
    this.start = -1
    this.connections = 0
  }

  /** @param {HubEvent} event */
  take(event) {
    if (event.kind === 'progress') return
    if (event.kind === 'snapshot') this.begin(event)
    else if (event.kind !== 'heartbeat')
      this.lines.push(`${event.seq ?? -1} ${event.task ?? -1} ${event.kind} ${event.state ?? ''}`)
    this.epoch = event.epoch
    this.seq = event.seq ?? -1
  }

  /** @param {HubEvent} event */
  begin(event) {
    if (this.start >= 0) this.faults.push(`a second snapshot at ${event.seq ?? -1}`)
    this.start = event.seq ?? -1
  }
}

/**
 * @param {string} name
 * @param {{ type: string } | null} filter
 */
async function watchHub(name, filter) {
  const watcher = new Watcher(name)
  const hub = new HubConnectionBuilder()
    .withUrl(`http://127.0.0.1:${port}/hub`, {
      skipNegotiation: true,
      transport: HttpTransportType.WebSockets,
      headers,
    })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => RETRY })
    .configureLogging(LogLevel.None)
    .build()
  hub.serverTimeoutInMilliseconds = SILENCE
  const watch = () => {
    watcher.connections++
    hub.stream('WatchTasks', filter, watcher.epoch, watcher.seq).subscribe({
      next: (/** @type {HubEvent} */ event) => {
        watcher.take(event)
      },
      complete: () => watcher.faults.push('the stream ended'),
      // It goes on when the connection is back, unless there is another reason.
      error: () => {
        if (hub.state === HubConnectionState.Connected) setTimeout(watch, RETRY)
      },
    })
  }
  hub.onreconnected(watch)
  hub.onclose((error) => watcher.faults.push(`it was told not to come again: ${String(error)}`))
  await hub.start()
  watch()
  return watcher
}

/**
 * @param {string} name
 * @param {string} path
 */
function watchFeed(name, path) {
  const watcher = new Watcher(name)
  new EventReader(
    { host: '127.0.0.1', port, path, headers },
    {
      retry: RETRY,
      silence: SILENCE,
      take: (data) => {
        watcher.take(/** @type {HubEvent} */ (JSON.parse(data)))
      },
      opened: () => watcher.connections++,
      ended: (status) => watcher.faults.push(`it was answered ${status}`),
    },
  )
  return watcher
}

const watchers = [
  await watchHub('WebSocket', null),
  await watchHub('WebSocket, of a type', { type: 'noop' }),
  watchFeed('SSE', '/api/v1/events'),
  watchFeed('SSE, of a type', '/api/v1/events?type=noop'),
]

process.on('disconnect', () => process.exit())
process.on('message', (message) => {
  if (message === 'places')
    process.send?.({
      kind: 'places',
      places: watchers.map(({ start, seq }) => ({ start, seq })),
    })
  else process.send?.({ kind: 'told', watchers })
})
process.send?.({ kind: 'ready' })
