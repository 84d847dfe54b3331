// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { Footprint } from '../support/flood.ts'
import { Load } from '../support/load.ts'
import type { Place } from '../support/rest.ts'
import { overSocket } from '../support/rest.ts'
import { quantile, report, scaled } from '../support/scale.ts'
import { until, within } from '../support/wait.ts'

const GOOD = scaled(500, 40)
const SLOW = scaled(500, 100)

/** How many of each follow by SSE; the others by the hub. */
const FEEDS = 0.2

/** In events a second, and for how many seconds: longer than the daemon waits for anybody. */
const RATE = scaled(1_000, 500)
const SECONDS = scaled(30, 12)

/** What all of it may cost, in MiB: what src/README.md says of each who is behind, as on a busy
 *  machine the good ones are, too; and the rest. */
const MEMORY_OF_ONE = 1 / 16
const MEMORY_OF_ALL = 18

interface Told {
  faults: string[]
  connections: number
}

/** A process of readers. */
class Readers {
  readonly #child: ChildProcess
  readonly ready: Promise<unknown>

  constructor(daemon: Daemon, { epoch, seq }: Place, count: number, pace: 'fast' | 'slow') {
    const values = { PORT: daemon.port, EPOCH: epoch, START: seq, COUNT: count }
    this.#child = fork(fileURLToPath(new URL('../support/readers.js', import.meta.url)), {
      execArgv: [],
      env: {
        PATH: process.env['PATH'],
        TOKEN: daemon.token,
        PACE: pace,
        FEEDS: String(Math.floor(count * FEEDS)),
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `${value}`])),
      },
    })
    onTestFinished(() => {
      this.#child.kill('SIGKILL')
    })
    this.ready = once(this.#child, 'message')
  }

  /** Has all read on until they know a transition. */
  async finish(seq: number): Promise<Told> {
    this.#child.send(seq)
    const [told] = (await within('all know all', 300_000, once(this.#child, 'message'))) as [Told]
    return told
  }
}

function ms(waits: readonly number[], part: number): string {
  return quantile(waits, part).toFixed(1)
}

test(`${SLOW} who read slowly or not at all beside ${GOOD} who do, under ${RATE} events a second: nobody misses anything, nobody is waited for, and memory is bounded`, async () => {
  const daemon = await startDaemon({ maxParallel: 64 })
  const rest = overSocket(daemon)
  const start = await rest.head()
  const before = new Footprint(daemon)
  const good = new Readers(daemon, start, GOOD, 'fast')
  const slow = new Readers(daemon, start, SLOW, 'slow')
  await within('all watch', 60_000, Promise.all([good.ready, slow.ready]))
  report('memory of all who watch', `${before.growth.toFixed(1)} MiB`)

  const load = new Load(daemon, RATE)
  const waits: number[] = []
  const end = performance.now() + SECONDS * 1_000
  while (performance.now() < end) {
    const began = performance.now()
    expect((await rest.get('/api/v1/tasks?limit=1')).status).toBe(200)
    waits.push(performance.now() - began)
    await pause(100)
  }
  const seconds = await load.stop()
  const head = await until(
    'all tasks have ended',
    async () => {
      const { tasks } = (await rest.get('/api/v1/tasks?limit=1&state=Pending')).json as {
        tasks: unknown[]
      }
      return tasks.length === 0 && rest.head()
    },
    60_000,
  )
  // The good ones get there while the slow ones do not read.
  const ofGood = await good.finish(head.seq)
  const growth = before.peakGrowth
  report('memory', `${growth.toFixed(1)} MiB more at most`)
  const ofSlow = await slow.finish(head.seq)
  const count = head.seq - start.seq
  report('events', `${count}, ${Math.round(count / seconds)} a second`)
  report('a request meanwhile', `p50 ${ms(waits, 0.5)} ms, p99 ${ms(waits, 0.99)} ms`)
  report('slow ones that were cut off', `${ofSlow.connections - SLOW} times`)

  expect(ofGood.faults).toEqual([])
  expect(ofSlow.faults).toEqual([])
  expect(ofGood.connections).toBe(GOOD)
  expect(ofSlow.connections).toBeGreaterThan(SLOW)
  expect(growth).toBeLessThan((SLOW + GOOD) * MEMORY_OF_ONE + MEMORY_OF_ALL)
})
