// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Fault } from '../support/chaos-proxy.ts'
import { ChaosProxy, FAULTS } from '../support/chaos-proxy.ts'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { Load } from '../support/load.ts'
import { Random } from '../support/random.ts'
import { overSocket } from '../support/rest.ts'
import { report, scaled } from '../support/scale.ts'
import { until, within } from '../support/wait.ts'
import type { TaskPage } from '../support/words.ts'

/** The same faults again: HEADWAY_SEED=NUMBER ./check --tier stress */
const SEED = Number(process.env['HEADWAY_SEED'] ?? randomInt(2 ** 31))

const DISCONNECTS = Number(process.env['HEADWAY_DISCONNECTS'] ?? scaled(10_000, 500))
const KILLS = scaled(200, 5)

/** How often the daemon stands still for so long that all give it up. */
const STANDSTILLS = scaled(20, 1)
const STANDSTILL = 4_500

/** In events a second. */
const RATE = 500

/** Each has four watchers: two doors, all tasks and those of a type. */
const PROCESSES = 4

/** Nobody waits so long for an event, or to be let in again, in ms. */
const PATIENCE = 30_000

/** Of twenty connections that are broken, how many are in which way. */
const SHARES: readonly Fault[] = [
  ...Array<Fault>(10).fill('reset'),
  ...Array<Fault>(9).fill('cut'),
  'half-open',
]

interface Told {
  name: string
  lines: string[]
  faults: string[]
  start: number
  resets: number
  connections: number
}

/** How far a watcher is, and how it fares. */
type Place = Omit<Told, 'lines' | 'resets'> & { seq: number }

type Message =
  { kind: 'ready' } | { kind: 'places'; places: Place[] } | { kind: 'told'; watchers: Told[] }

/** A process of watchers, with a proxy of its own between them and the daemon. */
class Company {
  readonly proxy: ChaosProxy
  readonly #child: ChildProcess

  constructor(daemon: Daemon, proxy: ChaosProxy) {
    this.proxy = proxy
    this.#child = fork(fileURLToPath(new URL('../support/chaos-client.js', import.meta.url)), {
      execArgv: [],
      env: {
        PATH: process.env['PATH'],
        PORT: String(proxy.port),
        HOST_FIELD: `127.0.0.1:${daemon.port}`,
        TOKEN: daemon.token,
      },
    })
    onTestFinished(() => {
      this.#child.kill('SIGKILL')
    })
  }

  static async start(daemon: Daemon): Promise<Company> {
    const company = new Company(daemon, await ChaosProxy.start(daemon.port))
    await within('a process watches', 30_000, once(company.#child, 'message'))
    return company
  }

  async #ask<K extends Message['kind']>(kind: K): Promise<Extract<Message, { kind: K }>> {
    this.#child.send(kind)
    const [message] = (await within(
      `an answer to ${kind}`,
      60_000,
      once(this.#child, 'message'),
    )) as [Extract<Message, { kind: K }>]
    return message
  }

  /** Waits until all of its watchers have come to a place. */
  async whenAt(isThere: (place: Place) => boolean) {
    await until('all watchers are there', async () => (await this.places()).every(isThere), 60_000)
  }

  async places(): Promise<Place[]> {
    return (await this.#ask('places')).places
  }

  async told(): Promise<Told[]> {
    return (await this.#ask('told')).watchers
  }

  stop() {
    this.#child.kill('SIGSTOP')
  }

  goOn() {
    this.#child.kill('SIGCONT')
  }
}

/** Breaks connections one by one, each while there is something that its client was not told. */
class Chaos {
  readonly counts: Record<Fault | 'stopped', number> = {
    reset: 0,
    'half-open': 0,
    cut: 0,
    stopped: 0,
  }
  readonly #random: Random
  readonly #companies: readonly Company[]
  #begun = 0

  constructor(companies: readonly Company[], random: Random) {
    this.#companies = companies
    this.#random = random
  }

  get total(): number {
    return Object.values(this.counts).reduce((a, b) => a + b)
  }

  /** Has so many connections been broken, several at a time. */
  async until(total: number) {
    this.#begun = this.total
    await Promise.all(this.#companies.map((company) => this.#harass(company, total)))
  }

  async #harass(company: Company, total: number) {
    while (this.#begun < total) {
      if (this.#random.below(20) === 0) await this.#breakStopped(company, total)
      else await this.#breakOne(company, total)
    }
  }

  async #breakOne(company: Company, total: number) {
    const watching = await until(
      'somebody watches again',
      () => company.proxy.watching.length > 0 && company.proxy.watching,
      PATIENCE,
    ).catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await company.places()), { cause: error })
    })
    const passage = this.#random.one(watching)
    if (passage === undefined) return
    passage.hold()
    await until('an event is held', () => passage.hasUndelivered || passage.isOver, PATIENCE)
    if (passage.isOver || this.#begun >= total) return
    this.#begun++
    const fault = this.#random.one(SHARES) ?? 'reset'
    if (fault === 'half-open') company.proxy.keep(passage)
    passage.break(fault, this.#random)
    this.counts[fault]++
  }

  /** Breaks all connections of a process that stands still. */
  async #breakStopped(company: Company, total: number) {
    company.stop()
    try {
      const passages = company.proxy.watching
      for (const passage of passages) passage.hold()
      await until(
        'events are held',
        () => passages.every((passage) => passage.hasUndelivered || passage.isOver),
        PATIENCE,
      )
      for (const passage of passages) {
        if (passage.isOver || this.#begun >= total) continue
        this.#begun++
        passage.break('reset', this.#random)
        this.counts.stopped++
      }
    } finally {
      company.goOn()
    }
  }
}

function firstDifference(told: readonly string[], truth: readonly string[]): unknown {
  const length = Math.max(told.length, truth.length)
  for (let i = 0; i < length; i++) {
    if (told[i] !== truth[i])
      return { at: i, told: told.slice(i, i + 3), truth: truth.slice(i, i + 3) }
  }
  return null
}

/** Lets the daemon stand still until all watchers have given it up. */
async function standStill(daemon: Daemon) {
  process.kill(daemon.pid, 'SIGSTOP')
  await pause(STANDSTILL)
  process.kill(daemon.pid, 'SIGCONT')
}

test(`${DISCONNECTS} connections that are broken and ${KILLS} daemons that are killed, under ${RATE} events a second: no watcher misses one event, sees one twice, or out of order`, async () => {
  report('seed of the faults', String(SEED))
  const daemon = await startDaemon({ maxParallel: 64 })
  const companies = await Promise.all(
    Array.from({ length: PROCESSES }, () => Company.start(daemon)),
  )
  for (const company of companies) await company.whenAt(({ start }) => start >= 0)

  const load = new Load(daemon, RATE)
  const chaos = new Chaos(companies, new Random(SEED))
  const began = performance.now()
  for (let i = 0; i < KILLS; i++) {
    await chaos.until(Math.floor((DISCONNECTS * (i + 1)) / KILLS))
    if (i % Math.ceil(KILLS / STANDSTILLS) === 0) await standStill(daemon)
    await daemon.crash()
    await daemon.start(daemon.port)
  }
  const seconds = await load.stop()
  report(
    'broken',
    `${JSON.stringify(chaos.counts)} in ${Math.round((performance.now() - began) / 1000)} s`,
  )

  const rest = overSocket(daemon)
  const { seq: head, epoch } = await until(
    'all tasks have ended',
    async () => {
      const waiting = await Promise.all(
        ['Pending', 'Processing'].map(
          async (state) =>
            (await rest.get(`/api/v1/tasks?limit=1&state=${state}`)).json as TaskPage,
        ),
      )
      return waiting.every(({ tasks }) => tasks.length === 0) && rest.head()
    },
    60_000,
  )
  for (const company of companies) await company.whenAt(({ seq }) => seq >= head)

  const told = (await Promise.all(companies.map((company) => company.told()))).flat()
  const first = Math.min(...told.map(({ start }) => start))
  const kept = await rest.linesAfter({ epoch, seq: first }, head)
  const truth = kept.map((line) => line.join(' '))
  report('events', `${truth.length}, ${Math.round(truth.length / seconds)} a second`)
  report('connections', String(told.reduce((sum, { connections }) => sum + connections, 0)))
  expect(truth.map((line) => Number(line.split(' ')[0]))).toEqual(
    truth.map((_, i) => first + 1 + i),
  )
  expect(told).toHaveLength(PROCESSES * 4)
  for (const { name, lines: seen, faults, resets, start } of told) {
    expect(faults, name).toEqual([])
    expect(resets, name).toBe(0)
    expect(firstDifference(seen, truth.slice(start - first)), name).toBeNull()
  }
  expect(chaos.total).toBe(DISCONNECTS)
  for (const fault of [...FAULTS, 'stopped'] as const) {
    expect(chaos.counts[fault], fault).toBeGreaterThan(0)
  }
})
