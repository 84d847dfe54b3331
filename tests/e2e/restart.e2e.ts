// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { connectHub, watchTask, watchTasks } from './support/hub.ts'
import { kill } from './support/processes.ts'
import type { Rest } from './support/rest.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { TEST_TYPES } from './support/task-types.ts'
import { until } from './support/wait.ts'
import type { Line, Task } from './support/words.ts'
import { hasEnded } from './support/words.ts'

const WAITING = 100

const INTERRUPTED =
  'The machine went down while the task ran. Read its output to see how far it got, ' +
  'and retry it if it has to be done.'

/** Which attempts ran, as the programs themselves wrote it down: [task, attempt]. */
function runsIn(file: string): [id: number, attempt: number][] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, id, attempt] = line.split('/').map(Number)
      return [id ?? -1, attempt ?? -1]
    })
}

function byNumber(a: readonly number[], b: readonly number[]): number {
  return (a[0] ?? 0) - (b[0] ?? 0)
}

async function addMany(rest: Rest, count: number, type: string, file: string): Promise<number[]> {
  const added = await Promise.all(Array.from({ length: count }, () => rest.add(type, { file })))
  return added.map(({ id }) => id).sort((a, b) => a - b)
}

async function whenAllEnded(rest: Rest): Promise<Task[]> {
  return until(
    'all tasks have ended',
    async () => {
      const tasks = await rest.tasks()
      return tasks.every(hasEnded) && tasks
    },
    60_000,
  )
}

function expectRising(lines: readonly Line[]) {
  const seqs = lines.map(([seq]) => seq)
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
}

/** Has the daemon end and start again, and holds it to what the database promises. */
async function restart(daemon: Daemon, rest: Rest, end: () => Promise<unknown>) {
  const before = await rest.head()
  await end()
  rest.close()
  await daemon.start(daemon.port)
  const after = await overTcp(daemon).head()
  expect(after.epoch).toBe(before.epoch)
  expect(after.seq).toBeGreaterThanOrEqual(before.seq)
}

describe('after a crash', () => {
  test(`${WAITING} tasks that were waiting all run, once each, and a watcher sees each transition once`, async () => {
    const daemon = await startDaemon({ maxParallel: 2, taskTypes: TEST_TYPES })
    const file = join(daemon.folder, 'runs')
    const rest = overTcp(daemon)
    const before = watchTasks(await connectHub(daemon))
    await before.item('a snapshot', ({ kind }) => kind === 'snapshot')
    const holds = [
      await rest.add('hold', { file: join(daemon.folder, 'holds') }),
      await rest.add('hold', { file: join(daemon.folder, 'holds') }),
    ]
    for (const { id } of holds) await rest.whenRunning(id)
    const ids = await addMany(rest, WAITING, 'count', file)
    await until('the watcher has seen them', () => before.lines.length === 2 * 2 + WAITING)
    expect((await rest.tasks()).filter(({ state }) => state === 'Pending')).toHaveLength(WAITING)
    const orphans = daemon.programs
    expect(orphans).toHaveLength(2)

    await restart(daemon, rest, () => daemon.crash())
    expect(daemon.programs.sort()).toEqual(orphans.sort())
    const [last] = before.lines.at(-1) ?? [0]
    const { epoch } = before.items[0] ?? { epoch: 0 }
    const after = watchTasks(await connectHub(daemon), null, epoch, last)
    for (const { id } of holds) await overTcp(daemon).cancel(id)
    await after.endings(WAITING + holds.length)

    const tasks = await whenAllEnded(overTcp(daemon))
    expect(runsIn(file).sort(byNumber)).toEqual(ids.map((id) => [id, 1]))
    for (const task of tasks.filter(({ id }) => ids.includes(id))) {
      expect(task).toMatchObject({ state: 'Completed', result: 'success', attempt: 1 })
    }
    expect(runsIn(join(daemon.folder, 'holds'))).toHaveLength(holds.length)
    for (const { id } of holds) {
      expect(tasks.find((task) => task.id === id)).toMatchObject({
        state: 'Failed',
        result: 'canceled',
        attempt: 1,
      })
    }
    expect(daemon.programs).toEqual([])

    const seen = [...before.lines, ...after.lines]
    expectRising(seen)
    expect(seen.filter(([, , kind]) => kind === 'added')).toHaveLength(WAITING + holds.length)
    for (const id of [...holds.map((task) => task.id), ...ids]) {
      const states = seen.filter(([, task]) => task === id).map(([, , , state]) => state)
      const end = ids.includes(id) ? 'Completed' : 'Failed'
      expect(states, `of task ${id}`).toEqual(['Pending', 'Processing', end])
    }
  })

  test('tasks in the midst of it go on, and each runs once', async () => {
    const daemon = await startDaemon({ maxParallel: 2, taskTypes: TEST_TYPES })
    const file = join(daemon.folder, 'runs')
    const rest = overTcp(daemon)
    const before = watchTasks(await connectHub(daemon))
    await before.item('a snapshot', ({ kind }) => kind === 'snapshot')
    const ids = await addMany(rest, WAITING, 'count-slowly', file)
    await before.endings(20)
    await daemon.crash()
    await daemon.start(daemon.port)

    const [last] = before.lines.at(-1) ?? [0]
    const { epoch } = before.items[0] ?? { epoch: 0 }
    const after = watchTasks(await connectHub(daemon), null, epoch, last)
    const tasks = await whenAllEnded(overTcp(daemon))
    const newest = Math.max(...tasks.map(({ seq }) => seq))
    await until('the watcher has caught up', () => after.lines.at(-1)?.[0] === newest)

    expect(
      runsIn(file)
        .map(([id]) => id)
        .sort((a, b) => a - b),
    ).toEqual(ids)
    for (const task of tasks) expect(task.state, `of task ${task.id}`).toBe('Completed')
    // Only what was claimed at that moment, and had not begun, is claimed again.
    expect(tasks.filter(({ attempt }) => attempt > 1).length).toBeLessThanOrEqual(2)

    const seen = [...before.lines, ...after.lines]
    expectRising(seen)
    const hub = await connectHub(daemon)
    for (const id of ids) {
      const told = watchTask(hub, id)
      await told.whole()
      expect(seen.filter(([, task]) => task === id)).toEqual(told.lines)
    }
  })

  test('a task that was claimed and whose program was never started waits again, whatever its rule', async () => {
    const daemon = await startDaemon({ maxParallel: 1, taskTypes: TEST_TYPES })
    const file = join(daemon.folder, 'runs')
    const rest = overTcp(daemon)
    const { id } = await rest.add('hold', { file })
    await rest.whenRunning(id)
    await until('it has begun', () => runsIn(file).length === 1)
    const { epoch } = await rest.head()
    await daemon.crash()

    // As if the crash had come before its start was written down, and so before its start.
    for (const pid of [...daemon.shims, ...daemon.programs]) kill(pid)
    rmSync(join(daemon.stateFolder, 'output', String(epoch), String(id)), { recursive: true })
    rmSync(file)
    await daemon.start()

    const rest2 = overTcp(daemon)
    await rest2.when(id, 'runs again', ({ attempt }) => attempt === 2)
    await until('it has begun', () => runsIn(file).length === 1)
    expect(runsIn(file)).toEqual([[id, 2]])
    const told = watchTask(await connectHub(daemon), id)
    await rest2.cancel(id)
    await told.whole()
    expect(told.lines.map(([, , , state]) => state)).toEqual([
      'Pending',
      'Processing',
      'Pending',
      'Processing',
      'Failed',
    ])
  })
})

describe('after a power failure', () => {
  test('a task whose type says requeue runs again, and one whose type says fail has failed as interrupted', async () => {
    const daemon = await startDaemon({ maxParallel: 2, taskTypes: TEST_TYPES })
    const file = join(daemon.folder, 'runs')
    const rest = overTcp(daemon)
    const again = await rest.add('hold-requeue', { file })
    const never = await rest.add('hold', { file })
    await rest.whenRunning(again.id)
    await rest.whenRunning(never.id)
    await until('both have begun', () => runsIn(file).length === 2)
    const orphans = daemon.programs

    await restart(daemon, rest, () => daemon.losePower())
    const rest2 = overTcp(daemon)
    const failed = await rest2.whenEnded(never.id)
    expect(failed).toMatchObject({ state: 'Failed', result: 'interrupted', error: INTERRUPTED })
    await rest2.when(again.id, 'runs again', ({ attempt }) => attempt === 2)
    await until('it has begun again', () => runsIn(file).length === 3)
    expect(runsIn(file).sort()).toEqual(
      [
        [again.id, 1],
        [again.id, 2],
        [never.id, 1],
      ].sort(),
    )
    // What ran before does not run beside it.
    expect(daemon.programs.filter((pid) => orphans.includes(pid))).toEqual([])
    await rest2.cancel(again.id)
    await rest2.whenEnded(again.id)
  })

  test('a SignalR client that reconnects by itself goes on where it was', async () => {
    const daemon = await startDaemon({ maxParallel: 1, taskTypes: TEST_TYPES })
    const rest = overTcp(daemon)
    const hub = await connectHub(daemon, { reconnect: Array.from({ length: 100 }, () => 100) })
    const before = watchTasks(hub)
    await before.item('a snapshot', ({ kind }) => kind === 'snapshot')
    const { id } = await rest.add('hold-requeue', { file: join(daemon.folder, 'runs') })
    await rest.whenRunning(id)
    await until('it is seen', () => before.lines.length === 2)
    let isBack = false
    hub.onreconnected(() => (isBack = true))

    await daemon.losePower()
    rest.close()
    await daemon.start(daemon.port)
    await until('the client is back', () => isBack)
    const { epoch } = before.items[0] ?? { epoch: 0 }
    const after = watchTasks(hub, null, epoch, before.lines.at(-1)?.[0])
    await until('it runs again', () => after.lines.length === 2)
    expect(after.lines.map(([, task, , state]) => [task, state])).toEqual([
      [id, 'Pending'],
      [id, 'Processing'],
    ])
    expectRising([...before.lines, ...after.lines])
  })
})

describe('after a good end', () => {
  test('what ran has gone on, and what waited runs', async () => {
    const daemon = await startDaemon({ maxParallel: 1, taskTypes: TEST_TYPES })
    const file = join(daemon.folder, 'runs')
    const rest = overSocket(daemon)
    const held = await rest.add('hold', { file: join(daemon.folder, 'holds') })
    await until('it has begun', () => runsIn(join(daemon.folder, 'holds')).length === 1)
    const ids = await addMany(rest, 10, 'count', file)
    rest.close()
    const { code } = await daemon.stop()
    expect(code).toBe(0)
    expect(daemon.programs).toHaveLength(1)
    expect(runsIn(file)).toEqual([])

    await daemon.start()
    const rest2 = overSocket(daemon)
    expect(await rest2.task(held.id)).toMatchObject({ state: 'Processing', attempt: 1 })
    await rest2.cancel(held.id)
    const tasks = await whenAllEnded(rest2)
    expect(runsIn(file).sort(byNumber)).toEqual(ids.map((id) => [id, 1]))
    expect(runsIn(join(daemon.folder, 'holds'))).toEqual([[held.id, 1]])
    expect(tasks.find(({ id }) => id === held.id)).toMatchObject({
      state: 'Failed',
      result: 'canceled',
    })
  })
})

describe('a place to go on from', () => {
  test.each([
    ['of another database', (epoch: number, seq: number) => [epoch - 1, seq] as const],
    ['beyond the head', (epoch: number, seq: number) => [epoch, seq + 1000] as const],
  ])('that is %s is answered with a snapshot that says reset', async (_name, spoil) => {
    const daemon = await startDaemon({ maxParallel: 1, taskTypes: TEST_TYPES })
    const rest = overTcp(daemon)
    const live = await rest.add('hold', { file: join(daemon.folder, 'runs') })
    await rest.whenRunning(live.id)
    const { epoch, seq } = await rest.head()
    const watcher = watchTasks(await connectHub(daemon), null, ...spoil(epoch, seq))
    const first = await watcher.item('anything', () => true)
    expect(first).toMatchObject({ kind: 'snapshot', reset: true, epoch, seq })
    expect(first.tasks?.map(({ id }) => id)).toEqual([live.id])
  })
})
