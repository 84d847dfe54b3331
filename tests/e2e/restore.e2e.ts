// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBus } from './support/bus.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { feedOverTcp } from './support/feed.ts'
import { connectHub, watchTask, watchTasks } from './support/hub.ts'
import { linesOf, run } from './support/programs.ts'
import type { Rest } from './support/rest.ts'
import { overSocket, overTcp } from './support/rest.ts'
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

/** Has a task tried again, which prints what is in a file and leaves it as a result. */
async function tryAgain(rest: Rest, id: number, file: string, word: string) {
  writeFileSync(file, word)
  const { attempt } = await rest.task(id)
  await rest.post(`/api/v1/tasks/${id}/retry`)
  await rest.when(
    id,
    'has failed again',
    (task) => task.attempt === attempt + 1 && task.state === 'Failed',
  )
}

/** What an attempt printed, and what it left as a result, if it is still there. */
async function leftBy(rest: Rest, id: number, attempt: number): Promise<string[]> {
  const result = await rest.get(`/api/v1/tasks/${id}/files/result?attempt=${attempt}`)
  const files = await rest.get(`/api/v1/tasks/${id}/files?attempt=${attempt}`)
  const names = (files.json as { files: { name: string }[] }).files.map(({ name }) => name)
  const printed = (await rest.output(id, attempt)).toString()
  return result.status === 200 ? [printed, ...names, result.text] : [printed, ...names]
}

describe('after a backup was put back', () => {
  test('past attempts have what they left, and nothing of the future that was given up', async () => {
    const daemon = await startDaemon()
    const former = overSocket(daemon)
    const word = join(daemon.folder, 'word')
    writeFileSync(word, 'first')
    const script = 'cat "$0"; cp "$0" "$HEADWAY_RESULT_DIR/result"; exit 1'
    const { id } = await former.add('command', { argv: ['/bin/sh', '-c', script, word] })
    await former.whenEnded(id)
    const file = join(daemon.folder, 'tasks.backup')
    await daemon.errand('--backup', file)
    await tryAgain(former, id, word, 'given up')
    former.close()
    await daemon.stop()
    await daemon.errand('--restore', file)
    await daemon.start(daemon.port)

    const rest = overSocket(daemon)
    const { epoch } = await rest.head()
    await tryAgain(rest, id, word, 'second')
    await tryAgain(rest, id, word, 'third')
    expect(await leftBy(rest, id, 1)).toEqual(['first', 'result', 'first'])
    expect(await leftBy(rest, id, 2)).toEqual(['second', 'result', 'second'])
    expect(await leftBy(rest, id, 3)).toEqual(['third', 'result', 'third'])
    rmSync(join(daemon.stateFolder, 'output', String(epoch), String(id), '2'), { recursive: true })
    expect(await leftBy(rest, id, 2)).toEqual([''])
    rest.close()
  })

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
