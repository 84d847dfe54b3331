// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { kill } from '../support/processes.ts'
import type { Rest } from '../support/rest.ts'
import { overSocket } from '../support/rest.ts'
import { report, scaled } from '../support/scale.ts'
import { TEST_TYPES } from '../support/task-types.ts'
import { until } from '../support/wait.ts'
import type { Task, TaskPage } from '../support/words.ts'
import { hasEnded } from '../support/words.ts'

/** Another number of kills: HEADWAY_KILLS=NUMBER ./check --tier stress */
const KILLS = Number(process.env['HEADWAY_KILLS'] ?? scaled(2_000, 24))
/** Every so many kills of the daemon, a shim is killed as well. */
const SHIM_KILL_EVERY = 6
const RUNNING = 8
const CLIENTS = 16
const LINES = 60
/** When a daemon is killed, in ms after it is ready; and for how long clients add tasks before. */
const LONGEST_LIFE = 250
const LONGEST_BURST = 40

/** The same kills again: HEADWAY_SEED=NUMBER ./check --tier stress */
const SEED = Number(process.env['HEADWAY_SEED'] ?? randomInt(2 ** 31))

/** A small generator of numbers from 0 to 1 that begins with a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Notes that it ran, and prints for a while. */
const SCRIPT =
  'echo "$HEADWAY_TASK" >> "$0"; ' +
  `for i in $(seq ${LINES}); do echo "$HEADWAY_TASK line $i"; sleep 0.03; done`

const TALK = `[Task]
title=Talk
on-interrupt=fail

[Command]
argv=/bin/sh;-c;${SCRIPT.replaceAll(';', '\\;')};{file}

[Parameter file]
type=path
required=true
`

/** Adds tasks until the daemon does not answer any more; gives those that it accepted. */
async function submitUntilItDies(daemon: Daemon, file: string): Promise<number[]> {
  const rest = overSocket(daemon)
  const accepted: number[] = []
  try {
    for (let i = 0; ; i++) {
      const type = i % 16 === 0 ? 'count' : 'noop'
      accepted.push((await rest.add(type, type === 'count' ? { file } : {})).id)
    }
  } catch {
    // It was killed: that is what this is about.
  } finally {
    rest.close()
  }
  return accepted
}

async function countOpen(rest: Rest): Promise<number> {
  const open = ['Pending', 'Processing'].map(async (state) => {
    const answer = await rest.get(`/api/v1/tasks?type=talk&state=${state}&limit=100`)
    return (answer.json as TaskPage).tasks.length
  })
  return (await Promise.all(open)).reduce((a, b) => a + b)
}

/** Sees to it that enough programs run. */
async function keepBusy(daemon: Daemon, talkers: Set<number>, file: string) {
  const rest = overSocket(daemon)
  try {
    await until('enough run', async () => {
      for (let i = await countOpen(rest); i < RUNNING + 2; i++) {
        talkers.add((await rest.add('talk', { file }, { priority: 1 })).id)
      }
      return daemon.shims.length >= RUNNING
    })
  } finally {
    rest.close()
  }
}

function taskOf(shim: number): number {
  try {
    const [, name] = readFileSync(`/proc/${shim}/cmdline`, 'utf8').split('\0')
    return Number(name?.split('/')[1])
  } catch {
    return -1
  }
}

function histogramOf(moments: readonly number[], width: number): string {
  const counts = new Map<number, number>()
  for (const moment of moments) {
    const slot = Math.floor(moment / width)
    counts.set(slot, (counts.get(slot) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([slot, count]) => `${slot * width}–${(slot + 1) * width} ms: ${count}`)
    .join(', ')
}

test(`over ${KILLS} kills of the daemon what runs goes on, nothing is lost, and nothing runs twice`, async () => {
  const random = randomFrom(SEED)
  const daemon = await startDaemon({
    taskTypes: { ...TEST_TYPES, talk: TALK },
    maxParallel: 2 * RUNNING,
  })
  const file = join(daemon.folder, 'runs')
  const talkers = new Set<number>()
  const accepted: number[] = []
  const victims = new Set<number>()
  const moments: number[] = []
  const running: number[] = []
  report('seed of the kills', String(SEED))

  for (let i = 0; i < KILLS; i++) {
    await keepBusy(daemon, talkers, file)
    const moment = Math.floor(random() * LONGEST_LIFE)
    moments.push(moment)
    await pause(moment)
    const clients = Array.from({ length: CLIENTS }, () => submitUntilItDies(daemon, file))
    await pause(Math.floor(random() * LONGEST_BURST))
    if (i % SHIM_KILL_EVERY === SHIM_KILL_EVERY - 1) {
      const shims = daemon.shims
      const shim = shims[Math.floor(random() * shims.length)]
      if (shim !== undefined) {
        victims.add(taskOf(shim))
        kill(shim)
      }
    }
    await daemon.crash()
    accepted.push(...(await Promise.all(clients)).flat())

    running.push(...daemon.shims.map(taskOf).filter((id) => talkers.has(id)))
    await daemon.start()
  }

  const rest = overSocket(daemon)
  const tasks = await until<false | Task[]>(
    'all tasks have ended',
    async () => {
      const all = await rest.tasks()
      return all.every(hasEnded) && all
    },
    scaled(1_200_000, 120_000),
  )
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const spared = running.filter((id) => !victims.has(id))
  const survived = spared.filter((id) => byId.get(id)?.state === 'Completed')
  report(`moments of the kills, before ${CLIENTS} clients add tasks`, histogramOf(moments, 50))
  report(
    'over the kills',
    `${KILLS} of the daemon, ${victims.size} of shims, ${accepted.length + talkers.size} tasks accepted, ` +
      `${spared.length} times a program ran at a kill, ${survived.length} times it went on`,
  )

  expect(survived.length).toBe(spared.length)
  const ids = [...accepted, ...talkers]
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !byId.has(id))).toEqual([])

  // Only what lost its shim has failed.
  const failed = tasks.filter(({ state }) => state !== 'Completed')
  expect(failed.filter(({ id }) => !victims.has(id))).toEqual([])
  expect(failed.filter(({ result }) => result !== 'lost')).toEqual([])

  // Each program ran once, and those that went on over a kill did so as the same attempt.
  const runs = readFileSync(file, 'utf8').trim().split('\n')
  const ran = runs.map((run) => Number(run.split('/')[1]))
  expect(new Set(ran).size).toBe(ran.length)
  const programs = tasks.filter(({ type }) => type !== 'noop')
  const missing = programs.filter(({ id }) => !ran.includes(id) && !victims.has(id))
  expect(missing).toEqual([])

  for (const id of talkers) {
    if (victims.has(id)) continue
    const mark = runs.find((run) => Number(run.split('/')[1]) === id)
    const whole = Array.from({ length: LINES }, (_, i) => `${mark} line ${i + 1}\n`).join('')
    expect((await rest.output(id)).toString(), `output of task ${id}`).toBe(whole)
  }
  expect(daemon.programs).toEqual([])
  await until('no shim is left', () => daemon.shims.length === 0)
})
