// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { SANITIZED_HEADWAYD, SANITIZER_VARIABLES, startDaemon } from '../support/daemon.ts'
import type { Exchange } from '../support/exchanges.ts'
import { exchangesWith, frames } from '../support/exchanges.ts'
import { mutate, scatter } from '../support/mutation.ts'
import { Random } from '../support/random.ts'
import type { Negotiation } from '../support/raw-hub.ts'
import { negotiate } from '../support/raw-hub.ts'
import { overSocket, overTcp } from '../support/rest.ts'
import { report, scaled } from '../support/scale.ts'
import { recordHello, Speaker, statusesIn } from '../support/speaker.ts'
import { until } from '../support/wait.ts'

/** Another number of them: HEADWAY_EXCHANGES=NUMBER ./check --tier stress */
const EXCHANGES = Number(process.env['HEADWAY_EXCHANGES'] ?? scaled(20_000, 500))
/** The same exchanges again: HEADWAY_SEED=NUMBER ./check --tier stress */
const SEED = Number(process.env['HEADWAY_SEED'] ?? randomInt(2 ** 31))

/** After so many the daemon is looked at; so many are under way at once. */
const BATCH = 200
const AT_ONCE = 16

const SAY = `[Task]
title=Say
[Command]
argv=/bin/echo;{text};{times};{loud}
[Parameter text]
type=string
required=true
[Parameter times]
type=integer
default=1
maximum=9
[Parameter loud]
type=boolean
default=false
`

/** A daemon with sanitizers that speaks TLS, too, and its port for that. */
async function startSanitized(): Promise<[daemon: Daemon, tlsPort: number]> {
  const folder = mkdtempSync(join(tmpdir(), 'headway-e2e-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const certificate = join(folder, 'certificate.pem')
  const key = join(folder, 'key.pem')
  const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key]
  execFileSync('openssl', ['req', '-x509', ...made, '-out', certificate, ...about], {
    stdio: 'ignore',
  })
  const daemon = await startDaemon({
    program: SANITIZED_HEADWAYD,
    variables: SANITIZER_VARIABLES,
    settings: ['https-port=0', `certificate=${certificate}`, `key=${key}`],
    taskTypes: { say: SAY },
    maxParallel: 2,
  })
  const spoken = /HTTPS is spoken on port (\d+)/
  await until('its port is known', () => spoken.test(daemon.stderr))
  return [daemon, Number(spoken.exec(daemon.stderr)?.[1])]
}

interface Health {
  isRunning: boolean
  complaints: string[]
  /** The statuses that its owner hears, at two doors. */
  answers: number[]
}

const HEALTHY: Health = { isRunning: true, complaints: [], answers: [200, 200] }

class Mutation {
  readonly #daemon: Daemon
  readonly #tlsPort: number
  readonly exchanges: readonly Exchange[]
  readonly #heads: readonly string[]
  readonly #records: readonly string[]
  readonly #counts = new Map<number, number>()

  constructor(daemon: Daemon, tlsPort: number, hello: string) {
    this.#daemon = daemon
    this.#tlsPort = tlsPort
    this.exchanges = exchangesWith(daemon, tlsPort, hello)
    this.#heads = this.exchanges.map(({ head }) => head)
    this.#records = this.exchanges.flatMap(({ records }) => records)
  }

  /** How often which status was answered. */
  get counts(): string {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b)
    return sorted.map(([status, count]) => `${status}: ${count}`).join(', ')
  }

  async #fill(head: string): Promise<string> {
    if (!head.includes('?id=ID')) return head
    const { connectionToken } = (await negotiate(this.#daemon)).json as Negotiation
    return head.replace('?id=ID', `?id=${connectionToken ?? ''}`)
  }

  /** Says an exchange as it is, and hears all of the answers. */
  async sayAsIs({ door, head, statuses, records }: Exchange): Promise<string> {
    const speaker = new Speaker(this.#daemon, door, this.#tlsPort)
    await speaker.say([await this.#fill(head)])
    await speaker.listen(() => statusesIn(speaker.heard).length >= statuses.length)
    if (records.length > 0) {
      await speaker.say([frames(records, new Random(0))])
      await speaker.listen(() => speaker.heard.includes('"kind":"added"'))
    }
    await speaker.finish()
    return speaker.heard
  }

  /** Says something like one of the exchanges. */
  async sayMutated(index: number) {
    const random = new Random(SEED + index)
    const { door, head, records } = random.one(this.exchanges) as Exchange
    const isForHead = records.length === 0 || random.below(4) === 0
    const said = isForHead ? mutate(head, random, this.#heads) : head
    const speaker = new Speaker(this.#daemon, door, this.#tlsPort)
    try {
      await speaker.say(scatter(await this.#fill(said), random))
      if (!isForHead) {
        await speaker.listen(() => speaker.heard.includes('\r\n\r\n'))
        await speaker.say(scatter(this.#spoilRecords(records, random), random))
      }
      // Whoever says that they wait may have to, and need not stay for that.
      if (said.includes('wait=') || random.below(8) === 0) speaker.leave()
      else await speaker.finish()
    } catch (error) {
      const what = `exchange ${index} of the seed ${SEED}, over ${door}`
      throw new Error(`No answer to ${what}: ${JSON.stringify([said, speaker.heard])}`, {
        cause: error,
      })
    }
    for (const status of new Set(statusesIn(speaker.heard))) {
      this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1)
    }
  }

  #spoilRecords(records: readonly string[], random: Random): string {
    const [handshake = '', ...others] = records
    const chosen = Array.from({ length: 1 + random.below(4) }, () => random.one(others) ?? '')
    if (random.below(2) === 0) return mutate(frames([handshake, ...chosen], random), random, [])
    const shaken = random.below(8) === 0 ? mutate(handshake, random, others) : handshake
    return frames([shaken, ...chosen.map((one) => mutate(one, random, this.#records))], random)
  }

  /** Whether the daemon is there and answers its owner, and what it has to complain of. */
  async look(): Promise<Health> {
    const asked = [overTcp(this.#daemon), overSocket(this.#daemon)].map(async (rest) => {
      const { status } = await rest.get('/api/v1/tasks?limit=1')
      rest.close()
      return status
    })
    const answers = await Promise.all(asked).catch(() => [])
    return { isRunning: this.#daemon.isRunning, complaints: this.#daemon.complaints, answers }
  }
}

test(`${EXCHANGES} exchanges that are somewhat wrong do the daemon no harm`, async () => {
  const [daemon, tlsPort] = await startSanitized()
  const mutation = new Mutation(daemon, tlsPort, await recordHello())
  report('seed of the mutations', String(SEED))
  const { id } = await overSocket(daemon).add('noop')
  await overSocket(daemon).whenEnded(id)
  for (const exchange of mutation.exchanges) {
    const heard = await mutation.sayAsIs(exchange)
    expect(statusesIn(heard), exchange.head).toEqual(exchange.statuses)
  }

  let next = 0
  const speak = async (end: number) => {
    while (next < end) await mutation.sayMutated(next++)
  }
  while (next < EXCHANGES) {
    const from = next
    const to = Math.min(EXCHANGES, from + BATCH)
    await Promise.all(Array.from({ length: AT_ONCE }, () => speak(to)))
    expect(await mutation.look(), `exchanges ${from} to ${to} of the seed ${SEED}`).toEqual(HEALTHY)
  }
  report('answers', mutation.counts)
})
