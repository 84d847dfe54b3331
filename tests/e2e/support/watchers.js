// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Watchers that go on where they were, whatever becomes of their connections: Microsoft's client,
// one that does as a browser's EventSource does, and one that asks again and again. Each keeps all
// that it is told, as it is told. Not in TypeScript, as processes of their own use them, too.

import { request } from 'node:http'
import {
  HttpTransportType,
  HubConnectionBuilder,
  HubConnectionState,
  LogLevel,
} from '@microsoft/signalr'
import { EventReader } from './event-reader.js'

/** @typedef {{ kind: string, seq?: number, task?: number, state?: string, epoch: number, reset?: boolean }} HubEvent */

/**
 * @typedef {object} Door
 * @property {number} port
 * @property {Readonly<Record<string, string>>} headers
 * @property {number} silence after how many ms without a word a connection is taken for dead
 */

/** The pause before somebody comes again, in ms. */
const RETRY = 20

/** What a watcher was told. */
export class Watcher {
  /**
   * @param {string} name
   * @param {{ epoch: number, seq: number }} [place] where it begins
   */
  constructor(name, { epoch, seq } = { epoch: 0, seq: 0 }) {
    this.name = name
    /** @type {string[]} */
    this.lines = []
    /** @type {string[]} what nobody may be told who goes on where they were */
    this.faults = []
    this.epoch = epoch
    this.seq = seq
    this.rev = 0
    /** Behind which event its lines begin. */
    this.start = epoch === 0 ? -1 : seq
    this.resets = 0
    this.connections = 0
    this.isOver = false
    /** @type {() => unknown} */
    this.close = () => undefined
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
    if (this.start >= 0) this.resets++
    this.lines = []
    this.start = event.seq ?? -1
  }
}

/**
 * @param {Watcher} watcher
 * @param {Door} door
 * @param {{ type: string } | null} filter
 */
export async function watchHub(watcher, { port, headers, silence }, filter = null) {
  const hub = new HubConnectionBuilder()
    .withUrl(`http://127.0.0.1:${port}/hub`, {
      skipNegotiation: true,
      transport: HttpTransportType.WebSockets,
      headers,
    })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => RETRY })
    .configureLogging(LogLevel.None)
    .build()
  hub.serverTimeoutInMilliseconds = silence
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const watch = () => {
    clearTimeout(timer)
    watcher.connections++
    hub.stream('WatchTasks', filter, watcher.epoch, watcher.seq).subscribe({
      next: (/** @type {HubEvent} */ event) => {
        watcher.take(event)
      },
      complete: () => watcher.faults.push('the stream ended'),
      // It goes on when the connection is back, unless there is another reason.
      error: () => {
        if (hub.state === HubConnectionState.Connected) timer = setTimeout(watch, RETRY)
      },
    })
  }
  hub.onreconnected(watch)
  hub.onclose((error) => {
    if (!watcher.isOver) watcher.faults.push(`it was told not to come again: ${String(error)}`)
  })
  watcher.close = () => {
    watcher.isOver = true
    return hub.stop()
  }
  await hub.start()
  watch()
}

/** @param {{ epoch: number, seq: number }} place */
function idOf({ epoch, seq }) {
  return epoch === 0 ? '' : `${epoch}-${seq}`
}

/**
 * @param {Watcher} watcher
 * @param {Door} door
 * @param {string} path
 */
export function watchFeed(watcher, { port, headers, silence }, path = '/api/v1/events') {
  const reader = new EventReader(
    { host: '127.0.0.1', port, path, headers },
    {
      lastId: idOf(watcher),
      retry: RETRY,
      silence,
      take: (data) => {
        watcher.take(/** @type {HubEvent} */ (JSON.parse(data)))
      },
      opened: () => watcher.connections++,
      ended: (status) => watcher.faults.push(`it was answered ${status}`),
    },
  )
  watcher.close = () => {
    reader.close()
  }
}

/**
 * @param {Door} door
 * @param {string} path
 * @returns {Promise<{ status: number, body: string }>}
 */
function ask({ port, headers, silence }, path) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (/** @type {string} */ text) => (body += text))
      answer.on('error', reject).on('end', () => {
        if (answer.complete) resolve({ status: answer.statusCode ?? 0, body })
        else reject(new Error('It was cut off'))
      })
    })
    sent.on('error', reject)
    sent.setTimeout(silence, () => sent.destroy(new Error('It was silent')))
    sent.end()
  })
}

/**
 * @param {Watcher} watcher
 * @param {Door} door
 */
export async function watchPolls(watcher, door) {
  watcher.close = () => (watcher.isOver = true)
  while (!watcher.isOver) {
    const query = `epoch=${watcher.epoch}&after=${watcher.seq}&wait=1`
    try {
      const { status, body } = await ask(door, `/api/v1/events?${query}`)
      watcher.connections++
      if (status !== 200) watcher.faults.push(`it was answered ${status}`)
      const poll = /** @type {{ seq: number, events: HubEvent[] }} */ (JSON.parse(body))
      for (const event of poll.events) watcher.take(event)
      watcher.seq = poll.seq
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY))
    }
  }
}
