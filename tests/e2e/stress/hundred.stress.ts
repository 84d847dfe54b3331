// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { kill } from '../support/processes.ts'
import type { Rest } from '../support/rest.ts'
import { overSocket } from '../support/rest.ts'
import { quantile, report } from '../support/scale.ts'
import { until } from '../support/wait.ts'
import type { Task, TaskPage } from '../support/words.ts'

const TASKS = 100
const ROUNDS = 3

async function startTasks(daemon: Daemon) {
  const rest = overSocket(daemon)
  const argv = ['/bin/sleep', '3600']
  for (let i = 0; i < TASKS; i++) await rest.add('command', { argv })
  await until('all run', () => daemon.programs.length === TASKS)
  rest.close()
}

async function tasksOf(rest: Rest, state: string): Promise<Task[]> {
  const answer = await rest.get(`/api/v1/tasks?state=${state}&limit=200`)
  return (answer.json as TaskPage).tasks
}

function tell(what: string, times: readonly number[]) {
  report(what, `${quantile(times, 0.5).toFixed()} ms, the middle one of ${times.length}`)
}

test(`a daemon with ${TASKS} running tasks ends when it is told to, and the next one has them all`, async () => {
  const daemon = await startDaemon({ maxParallel: TASKS })
  await startTasks(daemon)
  const shims = daemon.shims.sort()
  const ends: number[] = []
  const starts: number[] = []

  for (let i = 0; i < ROUNDS; i++) {
    const { code, took } = await daemon.stop()
    expect(code).toBe(0)
    expect(daemon.shims.sort()).toEqual(shims)
    ends.push(took)

    const began = performance.now()
    await daemon.start()
    const rest = overSocket(daemon)
    expect(await tasksOf(rest, 'Processing')).toHaveLength(TASKS)
    starts.push(performance.now() - began)
    rest.close()
  }
  tell(`from SIGTERM to the end of a daemon with ${TASKS} running tasks`, ends)
  tell(`from the start of the next one until it shows them`, starts)

  const rest = overSocket(daemon)
  const tasks = await tasksOf(rest, 'Processing')
  expect(tasks.filter(({ attempt }) => attempt !== 1)).toEqual([])
  const began = performance.now()
  for (const { id } of tasks) expect((await rest.cancel(id)).status).toBe(202)
  await until('all have ended', async () => (await tasksOf(rest, 'Failed')).length === TASKS)
  tell(`from the first cancel of ${TASKS} until the last has ended`, [performance.now() - began])
  expect(daemon.programs).toEqual([])
})

test(`${TASKS} tasks whose shims died with the daemon are decided about as soon as it is there again`, async () => {
  const times: number[] = []
  const daemon = await startDaemon({ maxParallel: TASKS })
  for (let i = 0; i < ROUNDS; i++) {
    await startTasks(daemon)
    await daemon.crash()
    for (const pid of daemon.shims) kill(pid)
    await until('the programs died with them', () => daemon.programs.length === 0)

    const began = performance.now()
    await daemon.start()
    const rest = overSocket(daemon)
    await until('none is in progress', async () => (await tasksOf(rest, 'Processing')).length === 0)
    times.push(performance.now() - began)
    rest.close()
  }
  tell(`from the start until ${TASKS} orphans are decided`, times)

  const tasks = await overSocket(daemon).tasks()
  expect(tasks).toHaveLength(ROUNDS * TASKS)
  expect(tasks.filter(({ state, result }) => state !== 'Failed' || result !== 'lost')).toEqual([])
})
