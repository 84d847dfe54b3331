// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { expect, test } from 'vitest'
import { Crowd } from '../support/crowd.ts'
import { startDaemon } from '../support/daemon.ts'
import { connectHub, watchTasks } from '../support/hub.ts'
import { overTcp } from '../support/rest.ts'
import { quantile, report, scaled } from '../support/scale.ts'
import { until } from '../support/wait.ts'
import type { Line } from '../support/words.ts'

const TASKS = scaled(10_000, 1_000)
const SOCKETS = 32
const CLIENTS = 20
const LIMIT = scaled(1_200_000, 120_000)

test(`${TASKS} tasks over ${SOCKETS} sockets while ${CLIENTS} client processes watch: each sees every transition of each task once and in order`, async () => {
  const daemon = await startDaemon()
  const crowd = new Crowd(daemon, CLIENTS)
  const { epoch, seq } = await crowd.ready()

  const doors = Array.from({ length: SOCKETS }, () => overTcp(daemon))
  const began = performance.now()
  let left = TASKS
  const submit = async (door: (typeof doors)[number]) => {
    const ids: number[] = []
    while (left-- > 0) ids.push((await door.add('noop')).id)
    return ids
  }
  const ids = (await Promise.all(doors.map(submit))).flat()
  const submitted = performance.now()
  expect(new Set(doors.flatMap(({ ports }) => [...ports])).size).toBeGreaterThanOrEqual(SOCKETS)
  expect(new Set(ids).size).toBe(TASKS)

  const log = watchTasks(await connectHub(daemon), null, epoch, seq)
  await log.endings(TASKS, LIMIT)
  const seconds = (performance.now() - began) / 1000
  const last = log.lines.at(-1)?.[0] ?? 0
  const sightings = await crowd.sightings(last, LIMIT)

  const latencies = sightings.flatMap((sighting) => sighting.latencies)
  report('submitting', `${Math.round((TASKS / (submitted - began)) * 1000)} tasks/s`)
  report('submitted to completed', `${Math.round(TASKS / seconds)} tasks/s, ${CLIENTS} watching`)
  report(
    'commit to client',
    `p50 ${quantile(latencies, 0.5)} ms, p99 ${quantile(latencies, 0.99)} ms`,
  )

  const stories = new Map<number, string[]>()
  for (const [, task, , state] of log.lines) {
    stories.set(task, [...(stories.get(task) ?? []), state])
  }
  expect([...stories.keys()].sort((a, b) => a - b)).toEqual([...ids].sort((a, b) => a - b))
  expect(new Set([...stories.values()].map(String))).toEqual(
    new Set(['Pending,Processing,Completed']),
  )
  expect(log.lines.map((line) => line[0])).toEqual(log.lines.map((_, i) => seq + 1 + i))
  for (const [i, { lines }] of sightings.entries()) {
    expect(firstDifference(lines, log.lines), `of client ${i}`).toBeNull()
  }
  await until('nothing is left to do', async () =>
    (await doors[0]?.tasks())?.every(({ state }) => state === 'Completed'),
  )
})

/** Where two who watched the same differ; a list of them all would be too long to read. */
function firstDifference(a: readonly Line[], b: readonly Line[]): unknown {
  const length = Math.max(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (String(a[i]) !== String(b[i])) return { at: i, got: a[i], expected: b[i] }
  }
  return null
}
