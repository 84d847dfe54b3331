// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { overTcp } from '../support/rest.ts'
import { report, scaled } from '../support/scale.ts'
import { TEST_TYPES } from '../support/task-types.ts'
import { until } from '../support/wait.ts'
import { hasEnded } from '../support/words.ts'

const CRASHES = scaled(100, 8)
const CLIENTS = 8

/** Adds tasks until the daemon does not answer any more; gives those that it accepted. */
async function submitUntilItDies(daemon: Daemon, file: string): Promise<number[]> {
  const rest = overTcp(daemon)
  const accepted: number[] = []
  try {
    for (;;) accepted.push((await rest.add('count', { file })).id)
  } catch {
    return accepted
  } finally {
    rest.close()
  }
}

test(`over ${CRASHES} crashes in the midst of work nothing accepted is lost, and no attempt runs twice`, async () => {
  const daemon = await startDaemon({ taskTypes: TEST_TYPES, maxParallel: 4 })
  const file = join(daemon.folder, 'runs')
  const accepted: number[] = []

  for (let i = 0; i < CRASHES; i++) {
    const clients = Array.from({ length: CLIENTS }, () => submitUntilItDies(daemon, file))
    await pause(randomInt(50, 400))
    await daemon.crash()
    accepted.push(...(await Promise.all(clients)).flat())
    await daemon.start()
  }

  const rest = overTcp(daemon)
  const tasks = await until(
    'all tasks have ended',
    async () => {
      const all = await rest.tasks()
      return all.every(hasEnded) && all
    },
    scaled(600_000, 90_000),
  )
  report('accepted over the crashes', `${accepted.length} tasks in ${CRASHES} crashes`)

  expect(new Set(accepted).size).toBe(accepted.length)
  const known = new Set(tasks.map(({ id }) => id))
  expect(accepted.filter((id) => !known.has(id))).toEqual([])
  expect(tasks.filter(({ state }) => state !== 'Completed')).toEqual([])

  const runs = readFileSync(file, 'utf8').trim().split('\n')
  expect(new Set(runs).size).toBe(runs.length)
  const ran = new Set(runs.map((run) => Number(run.split('/')[1])))
  expect(tasks.filter(({ id }) => !ran.has(id))).toEqual([])
  expect(daemon.programs).toEqual([])
})
