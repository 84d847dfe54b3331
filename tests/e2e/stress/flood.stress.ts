// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFile, execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import {
  askedMeanwhile,
  AT_SOCKET,
  AT_TCP,
  Flood,
  Footprint,
  startTrivial,
} from '../support/flood.ts'
import { overTcp } from '../support/rest.ts'
import { quantile, report, scaled } from '../support/scale.ts'
import { rage } from '../support/storm.ts'
import { until } from '../support/wait.ts'

const HOLDERS = scaled(5_000, 1_000)
const SLOW = scaled(1_000, 400)
const RESETS = scaled(10_000, 800)
const SECONDS = scaled(30, 8)
/** For slowhttptest. */
const TOOL_CONNECTIONS = scaled(1_000, 100)
const TOOL_SECONDS = scaled(60, 20)
/** All floods at once: how strong they are, and for how long, in ms. */
const STORM = { idle: HOLDERS, slow: scaled(500, 100), hub: scaled(50, 20) }
const STORM_TIME = scaled(60_000, 4_000)
/** What the daemon may take under all of them, in MiB. */
const MAX_MEMORY = 96
const MIB = 1024 * 1024

/** What one kind of flood may cost, in MiB; under a sanitizer, memory is not given back. */
const MAX_GROWTH = process.env['ASAN_OPTIONS'] === undefined ? 4 : 64

async function startWarm(): Promise<[daemon: Daemon, footprint: Footprint]> {
  const daemon = await startDaemon()
  const sockets = daemon.socketCount
  await askedMeanwhile(daemon, () => pause(500))
  await until('the first connections are gone', () => daemon.socketCount <= sockets)
  return [daemon, new Footprint(daemon)]
}

/**
 * All that the flood had is taken from it, though it holds on; and whoever asks now is
 * answered.
 */
async function expectCalm(daemon: Daemon, footprint: Footprint, what: string) {
  await until(
    'descriptors are back',
    () => footprint.countDescriptors() <= footprint.descriptors,
    60_000,
  )
  expect((await overTcp(daemon).get('/healthz')).status).toBe(200)
  report(what, `${footprint.growth.toFixed(1)} MiB more`)
}

function describe(waits: readonly number[]): string {
  const [median, most, longest] = [0.5, 0.99, 1].map((part) => quantile(waits, part).toFixed(0))
  return `${waits.length} answers, p50 ${median}, p99 ${most}, max ${longest} ms`
}

/** The owner was answered at each door. */
function expectAnswers(doors: readonly (readonly number[])[]) {
  for (const waits of doors) expect(waits.length).toBeGreaterThan(0)
  report('the owner', doors.map(describe).join('; over the socket '))
}

function head(daemon: Daemon, target: string, more = ''): string {
  return `${target} HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n${more}`
}

test(`${HOLDERS} connections that say nothing keep the owner from nothing`, async () => {
  const [daemon, footprint] = await startWarm()
  const flood = new Flood(daemon)
  const asked = await askedMeanwhile(daemon, async () => {
    for (let i = 0; i < HOLDERS; i += 100) {
      flood.open(100)
      await pause(20)
    }
    await pause(2_000)
  })
  expectAnswers(asked)
  expect(footprint.growth).toBeLessThan(MAX_GROWTH)
  await expectCalm(daemon, footprint, 'idle connections')
})

test('a daemon with 64 descriptors goes on under connections that say nothing', async () => {
  const [daemon, footprint] = await startWarm()
  execFileSync('prlimit', ['--pid', String(daemon.pid), '--nofile=64:64'])
  const flood = new Flood(daemon)
  const holding = async () => {
    flood.open(500)
    await pause(3_000)
  }
  const asked = await askedMeanwhile(daemon, holding, [AT_SOCKET])
  expectAnswers(asked)
  await expectCalm(daemon, footprint, 'no descriptors')
})

test(`${SLOW} heads that come line by line are cut`, async () => {
  const [daemon, footprint] = await startWarm()
  const flood = new Flood(daemon).open(SLOW)
  await askedMeanwhile(daemon, () =>
    flood.drip(head(daemon, 'GET /'), 'X-More: x\r\n', SECONDS, 1_000),
  )
  expect(footprint.growth).toBeLessThan(MAX_GROWTH)
  await expectCalm(daemon, footprint, 'slow heads')
})

test(`${SLOW} bodies that come byte by byte are cut`, async () => {
  const [daemon, footprint] = await startWarm()
  const flood = new Flood(daemon).open(SLOW)
  await askedMeanwhile(daemon, () =>
    flood.drip(
      head(daemon, 'POST /api/v1/session', 'Content-Length: 1000\r\n\r\n'),
      'x',
      Math.max(SECONDS, 14),
      1_000,
    ),
  )
  expect(footprint.growth).toBeLessThan(MAX_GROWTH)
  await expectCalm(daemon, footprint, 'slow bodies')
})

test('bodies of 200 MiB are refused before they come', async () => {
  const [daemon, footprint] = await startWarm()
  const flood = new Flood(daemon)
  const length = 200 * MIB
  for (const target of ['POST /add-task', 'POST /nowhere', 'POST /api/v1/tasks']) {
    for (const field of ['', `Authorization: Bearer ${daemon.token}\r\n`]) {
      const sent = await flood.send(
        head(daemon, target, `${field}Content-Length: ${length}\r\n\r\n`),
        length,
      )
      expect(sent).toBeLessThan(32 * MIB)
    }
  }
  expect(footprint.growth).toBeLessThan(MAX_GROWTH)
  await expectCalm(daemon, footprint, 'bodies of 200 MiB')
})

/** JSON that is as long as a body may be, and deeper, wider or greater than anything may be. */
const VAST = [
  '['.repeat(2 * MIB),
  '{"a":'.repeat(400_000),
  `{"type":"noop","parameters":{${Array.from({ length: 100_000 }, (_, i) => `"${i}":0`).join()}}}`,
  `{"type":"noop","priority":${'9'.repeat(MIB)}}`,
  `{"type":"${'\\u0041'.repeat(300_000)}"}`,
]

test('JSON that is deep, wide or long is refused, and nothing stays of it', async () => {
  const [daemon, footprint] = await startWarm()
  const asked = await askedMeanwhile(daemon, async () => {
    const rest = overTcp(daemon)
    for (const body of Array.from({ length: 4 }, () => VAST).flat()) {
      expect((await rest.post('/api/v1/tasks', body)).status).toBe(400)
    }
    rest.close()
  })
  expectAnswers(asked)
  expect(footprint.growth).toBeLessThan(MAX_GROWTH)
  await expectCalm(daemon, footprint, 'vast JSON')
})

test(`${RESETS} connections that are reset leave nothing`, async () => {
  const [daemon, footprint] = await startWarm()
  const ask = head(daemon, 'GET /healthz', '\r\n')
  await askedMeanwhile(daemon, () =>
    new Flood(daemon).reset(RESETS, ['', 'GET / HT', ask, `${ask}${ask}`, 'nonsense\r\n']),
  )
  expect(footprint.growth).toBeLessThan(MAX_GROWTH)
  await expectCalm(daemon, footprint, 'resets')
})

const TOOL = promisify(execFile)

/** Everybody was cut; but whoever reads slowly has not heard of that yet. */
const CUT = /No open connections left/
const ENDED = /Exit status/

/** Ways to be slow, as slowhttptest knows them, how each ends, and where. */
const SLOW_WAYS: [what: string, end: RegExp, path: string, ...arguments_: string[]][] = [
  ['headers', CUT, '/', '-H', '-i', '1'],
  ['bodies', CUT, '/api/v1/session', '-B', '-i', '1', '-s', '1000'],
  ['reading', ENDED, 'PAGE', '-X', '-k', '10', '-w', '10', '-y', '20', '-n', '1', '-z', '5'],
]

test.each(scaled(SLOW_WAYS, SLOW_WAYS.slice(0, 1)))(
  'slowhttptest’s slow %s are cut, and its owner is answered',
  async (what, end, path, ...ways) => {
    const [daemon, footprint] = await startWarm()
    const size = ['-c', String(TOOL_CONNECTIONS), '-r', '200', '-l', String(TOOL_SECONDS)]
    const rest = overTcp(daemon)
    const page = /"(\/assets\/[^"]+\.js)"/.exec((await rest.get('/')).text)?.[1] ?? '/'
    rest.close()
    const url = ['-u', `${daemon.origin}${path.replace('PAGE', page)}`]
    let said = ''
    const asked = await askedMeanwhile(daemon, async () => {
      said = (await TOOL('slowhttptest', [...ways, ...size, ...url])).stdout
    })
    expect(said).toMatch(end)
    expectAnswers(asked)
    await expectCalm(daemon, footprint, `slowhttptest’s ${what}`)
  },
)

test('under all of them at once, its owner is answered and the daemon stays small', async () => {
  const [daemon, footprint] = await startWarm()
  const trivial = await startTrivial()
  let counts: Record<string, number> = {}
  const raging = async () => {
    counts = await rage(daemon, STORM, STORM_TIME)
  }
  const [beside = [], ...asked] = await askedMeanwhile(daemon, raging, [trivial, AT_TCP, AT_SOCKET])
  report('all floods', JSON.stringify(counts))
  expectAnswers(asked)
  report('a trivial server beside it', describe(beside))
  report('memory at most', `${footprint.peak.toFixed(0)} MiB`)
  expect(Object.values(counts).every((count) => count > 0)).toBe(true)
  expect(footprint.peak).toBeLessThan(MAX_MEMORY)
  await expectCalm(daemon, footprint, 'all floods at once')
})
