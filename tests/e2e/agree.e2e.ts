// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BusWatcher, startBus } from './support/bus.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { feedOverSocket } from './support/feed.ts'
import { writeNoise } from './support/files.ts'
import { connectHub, watchTask, watchTasks } from './support/hub.ts'
import { overTcp } from './support/rest.ts'
import { ShellWatcher } from './support/shell.ts'
import { until } from './support/wait.ts'
import type { Line } from './support/words.ts'

/** In MiB: enough for the daemon to read for a while. */
const FILE_SIZE = 512

/** Somebody who follows all tasks through a door of their own. */
interface Watcher {
  readonly lines: readonly Line[]
}

/** Everybody who is to agree, by the door that they came through. */
async function startWatchers(daemon: Daemon, bus: string): Promise<Record<string, Watcher>> {
  const hub = watchTasks(await connectHub(daemon))
  await hub.item('a snapshot', ({ kind }) => kind === 'snapshot')
  const feed = feedOverSocket(daemon, '/api/v1/events')
  await feed.item('a snapshot', ({ kind }) => kind === 'snapshot')
  return {
    SignalR: hub,
    SSE: feed,
    'D-Bus': await BusWatcher.start(bus),
    'headway watch': await ShellWatcher.start(daemon),
  }
}

function endings(lines: readonly Line[]): number {
  return lines.filter(([, , , state]) => state === 'Completed' || state === 'Failed').length
}

describe('those who watch the same', () => {
  test('a checksum of a large file is told alike, to the number, through every door', async () => {
    const bus = await startBus()
    const daemon = await startDaemon({ bus })
    const path = join(daemon.folder, 'big.bin')
    writeNoise(path, FILE_SIZE)
    const watchers = await startWatchers(daemon, bus)

    const { id } = await overTcp(daemon).add('checksum', { path })
    const follower = watchTask(await connectHub(daemon), id)
    await follower.whole()

    const expected = follower.lines
    expect(expected.map(([, , kind, state]) => `${kind} ${state}`.trim())).toEqual([
      'added Pending',
      'state Processing',
      'state Completed',
    ])
    for (const [door, watcher] of Object.entries(watchers)) {
      await until(`${door} tells the end`, () => endings(watcher.lines) === 1)
      expect(watcher.lines, door).toEqual(expected)
    }
  })

  test('many tasks that say something are told alike as long as nobody is in a hurry', async () => {
    const bus = await startBus()
    const daemon = await startDaemon({ bus, maxParallel: 3 })
    const watchers = await startWatchers(daemon, bus)

    for (let i = 0; i < 6; i++) {
      await overTcp(daemon).add('demo', { steps: 5, delay: 0.05, fail: i === 3 })
    }

    for (const [door, watcher] of Object.entries(watchers)) {
      await until(`${door} tells the ends`, () => endings(watcher.lines) === 6)
    }
    const { SignalR: expected, ...others } = watchers
    expect(expected?.lines).toHaveLength(6 * 3 + 6 * 5)
    for (const [door, watcher] of Object.entries(others)) {
      expect(watcher.lines, door).toEqual(expected?.lines)
    }
  })
})
