// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One of many who watch all tasks, as a process of its own: Microsoft's client as it comes. The
// parent starts it, tells it by 'finish' up to which transition to watch, and gets what it saw.

import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr'

/** @typedef {{ kind: string, seq?: number, task?: number, state?: string, at?: string, epoch: number }} HubEvent */

const url = process.env['HUB'] ?? ''
const token = process.env['TOKEN'] ?? ''

/** @type {[seq: number, task: number, kind: string, state: string][]} */
const lines = []
/** @type {number[]} from the commit to here, in ms */
const latencies = []
let last = Infinity

/** @param {unknown} message */
function tell(message) {
  process.send?.(message)
}

function finishWhenDone() {
  if ((lines.at(-1)?.[0] ?? 0) >= last) tell({ kind: 'done', lines, latencies })
}

/** @param {HubEvent} event */
function take(event) {
  if (event.kind === 'snapshot') {
    tell({ kind: 'ready', epoch: event.epoch, seq: event.seq })
    return
  }
  if (event.seq === undefined || event.kind === 'heartbeat') return
  lines.push([event.seq, event.task ?? -1, event.kind, event.state ?? ''])
  latencies.push(Date.now() - Date.parse(event.at ?? ''))
  finishWhenDone()
}

process.on('disconnect', () => process.exit())
process.on('message', (message) => {
  last = Number(message)
  finishWhenDone()
})

const hub = new HubConnectionBuilder()
  .withUrl(url, { accessTokenFactory: () => token })
  .configureLogging(LogLevel.None)
  .build()
hub.onclose((error) => {
  tell({ kind: 'broken', error: String(error) })
})
await hub.start()
hub.stream('WatchTasks', null, 0, 0).subscribe({
  next: take,
  complete: () => {
    tell({ kind: 'broken', error: 'The stream ended' })
  },
  error: (error) => {
    tell({ kind: 'broken', error: String(error) })
  },
})
