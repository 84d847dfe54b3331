// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBus } from './support/bus.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { feedOverTcp } from './support/feed.ts'
import { connectHub, watchTask, watchTasks } from './support/hub.ts'
import { linesOf, run } from './support/programs.ts'
import { overTcp } from './support/rest.ts'
import { TEST_TYPES } from './support/task-types.ts'
import { readPoll } from './support/words.ts'

async function addMany(daemon: Daemon, count: number) {
  const rest = overTcp(daemon)
  for (let i = 0; i < count; i++) await rest.whenEnded((await rest.add('noop')).id)
}

/** What somebody on the bus is told who goes on from (epoch, after). */
async function askBus(address: string, epoch: number, after: number): Promise<string> {
  const busctl = run(
    [
      ...['busctl', '--user', '--json=short', 'call', 'org.headway.Headway1'],
      ...['/org/headway/Headway1', 'org.headway.Headway1.Queue', 'GetEvents', 'ttua{sv}'],
      ...[String(epoch), String(after), '0', '0'],
    ],
    { DBUS_SESSION_BUS_ADDRESS: address },
  )
  const said = linesOf(busctl.stdout)
  await once(busctl, 'close')
  return said.join('\n')
}

describe('after a backup was put back', () => {
  test('whoever watched the former database is told to begin anew, on every door', async () => {
    const bus = await startBus()
    const daemon = await startDaemon({ bus, taskTypes: TEST_TYPES })
    const live = await overTcp(daemon).add('hold', { file: join(daemon.folder, 'runs') })
    await overTcp(daemon).whenRunning(live.id)
    const file = join(daemon.folder, 'tasks.backup')
    await daemon.errand('--backup', file)
    await addMany(daemon, 3)
    const { epoch, seq } = await overTcp(daemon).head()
    await daemon.stop()
    await daemon.errand('--restore', file)
    await daemon.start(daemon.port)
    // So that the place they know is one that there is again.
    await addMany(daemon, 5)
    const now = await overTcp(daemon).head()
    expect(now.epoch).not.toBe(epoch)
    expect(now.seq).toBeGreaterThan(seq)

    const reset = { kind: 'snapshot', reset: true, epoch: now.epoch, seq: now.seq }
    const query = `epoch=${epoch}&after=${seq}`
    for (const path of ['/api/v1/events', `/api/v1/tasks/${live.id}/events`]) {
      const [first] = readPoll(await overTcp(daemon).get(`${path}?${query}&wait=10`)).events
      expect(first).toMatchObject(reset)
      expect(first?.tasks?.map(({ id }) => id)).toEqual([live.id])
    }
    for (const watcher of [
      feedOverTcp(daemon, '/api/v1/events', `${epoch}-${seq}`),
      feedOverTcp(daemon, `/api/v1/tasks/${live.id}/events`, `${epoch}-${seq}`),
      watchTasks(await connectHub(daemon), null, epoch, seq),
      watchTask(await connectHub(daemon), live.id, epoch, seq),
    ]) {
      const first = await watcher.item('anything', () => true)
      expect(first).toMatchObject(reset)
      expect(first.tasks?.map(({ id }) => id)).toEqual([live.id])
    }
    const told = await askBus(bus, epoch, seq)
    expect(told).toContain('"kind":{"type":"s","data":"snapshot"}')
    expect(told).toContain('"reset":{"type":"b","data":true}')
    expect(told).toContain(String(now.epoch))
    await overTcp(daemon).cancel(live.id)
  })

  test('somebody who begins anew sees the same on all that follows', async () => {
    const daemon = await startDaemon()
    await addMany(daemon, 2)
    const file = join(daemon.folder, 'tasks.backup')
    await daemon.errand('--backup', file)
    await daemon.stop()
    await daemon.errand('--restore', file)
    await daemon.start(daemon.port)
    const watcher = watchTasks(await connectHub(daemon))
    await watcher.item('a snapshot', ({ kind }) => kind === 'snapshot')
    await addMany(daemon, 2)
    const { epoch, seq } = await overTcp(daemon).head()
    await watcher.item('the newest', (event) => event.seq === seq)
    expect(new Set(watcher.items.map((event) => event.epoch))).toEqual(new Set([epoch]))
    const seqs = watcher.lines.map(([number]) => number)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  })
})
