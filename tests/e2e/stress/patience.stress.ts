// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { connectHub, watchTask, watchTasks } from '../support/hub.ts'
import { openRawHub, RawHub } from '../support/raw-hub.ts'
import { overSocket, overTcp } from '../support/rest.ts'
import { report } from '../support/scale.ts'
import { until } from '../support/wait.ts'

const MIB = 1024 * 1024

function memoryOf(daemon: Daemon): number {
  const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / MIB
}

test('a command that does not listen is killed when its time is up', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const script = 'trap "" TERM INT HUP; sleep 300 & while kill -0 $!; do wait; done'
  const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', script] })
  await until('it runs', () => daemon.programs.length === 2)
  const story = watchTask(await connectHub(daemon), id)

  const began = performance.now()
  await rest.cancel(id)
  await rest.when(id, 'is being stopped', ({ activity }) => activity === 'stopping')
  const task = await rest.whenEnded(id, 20_000)
  const took = performance.now() - began
  expect(task).toMatchObject({ state: 'Failed', result: 'canceled', signal: 'SIGKILL' })
  expect(took).toBeGreaterThan(8_000)
  expect(took).toBeLessThan(14_000)
  expect(daemon.programs).toEqual([])
  await story.whole()
})

test('a quiet connection is pinged, and one that is silent for too long is ended', async () => {
  const daemon = await startDaemon()
  const quiet = await openRawHub(daemon)
  // What a watcher is told in its silence is as good as a ping.
  const hub = await openRawHub(daemon)
  hub.send({ type: 4, target: 'WatchTasks', arguments: [null, 0, 0], invocationId: 'a' })
  // Who has pinged once must go on to do so.
  hub.send({ type: 6 })
  const began = performance.now()
  const client = watchTasks(await connectHub(daemon))

  await quiet.message('a ping', ({ type }) => type === 6, 20_000)
  const beat = await hub.message(
    'a heartbeat',
    ({ item }) => (item as { kind?: string } | undefined)?.kind === 'heartbeat',
    20_000,
  )
  expect(beat.item).toMatchObject({ kind: 'heartbeat', seq: 0 })
  await hub.whenClosed(40_000)
  const took = performance.now() - began
  expect(took).toBeGreaterThan(28_000)
  expect(took).toBeLessThan(36_000)
  // Microsoft's client pings, and stays.
  expect(client.ending).toBe('')
})

test('who opens a connection and says nothing is not waited for', async () => {
  const daemon = await startDaemon()
  const hub = await new RawHub(daemon, '').opened()
  const began = performance.now()
  await hub.whenClosed(30_000)
  expect(performance.now() - began).toBeLessThan(20_000)
})

test('a client that does not read costs no memory, holds up nobody, and is cut', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const { id } = await rest.add('command', { argv: ['/usr/bin/head', '-c', '200M', '/dev/zero'] })
  await rest.whenEnded(id, 60_000)
  const before = memoryOf(daemon)
  const hubs = [await openRawHub(daemon), await openRawHub(daemon), await openRawHub(daemon)]
  for (const hub of hubs) {
    hub.pause()
    hub.send({ type: 4, target: 'ReadLog', arguments: [id, 1, 0], invocationId: 'a' })
  }

  const other = watchTasks(await connectHub(daemon))
  await other.item('a snapshot', () => true)
  const sockets = daemon.socketCount
  const began = performance.now()
  await overTcp(daemon).add('noop')
  await other.endings(1)
  expect(performance.now() - began).toBeLessThan(2_000)

  await until('they are cut', () => daemon.socketCount <= sockets - hubs.length, 40_000)
  report(
    'clients that do not read',
    `cut after ${Math.round((performance.now() - began) / 1000)} s`,
  )
  const after = memoryOf(daemon)
  report('memory for them', `${Math.round(after - before)} MiB`)
  expect(after - before).toBeLessThan(60)
})
