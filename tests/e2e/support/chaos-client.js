// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Watchers in a process of their own, which others stop and whose connections they break. The
// parent asks how far they are, and at the end for all that they were told.

import { Watcher, watchFeed, watchHub } from './watchers.js'

const door = {
  port: Number(process.env['PORT']),
  headers: {
    Host: process.env['HOST_FIELD'] ?? '',
    Authorization: `Bearer ${process.env['TOKEN'] ?? ''}`,
  },
  // Under load nobody is silent for so long, even on a machine that has much else to do.
  silence: 4_000,
}

const watchers = ['WebSocket', 'WebSocket, of a type', 'SSE', 'SSE, of a type'].map(
  (name) => new Watcher(name),
)
const [hub, hubOfType, feed, feedOfType] = /** @type {[Watcher, Watcher, Watcher, Watcher]} */ (
  watchers
)
await watchHub(hub, door)
await watchHub(hubOfType, door, { type: 'noop' })
watchFeed(feed, door)
watchFeed(feedOfType, door, '/api/v1/events?type=noop')

process.on('disconnect', () => process.exit())
process.on('message', (message) => {
  if (message === 'places') {
    const places = watchers.map(({ name, start, seq, connections, faults }) => ({
      ...{ name, start, seq, connections, faults },
    }))
    process.send?.({ kind: 'places', places })
  } else {
    process.send?.({ kind: 'told', watchers })
  }
})
process.send?.({ kind: 'ready' })
