// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { askedMeanwhile, Flood, Footprint } from '../support/flood.ts'
import { overSocket, overTcp } from '../support/rest.ts'
import { report, scaled } from '../support/scale.ts'
import { until } from '../support/wait.ts'

const HOLDERS = scaled(5_000, 1_000)
const SLOW = scaled(1_000, 400)
const RESETS = scaled(10_000, 800)
const SECONDS = scaled(30, 8)
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
  expect(asked.length).toBeGreaterThan(0)
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
  const asked = await askedMeanwhile(daemon, holding, [overSocket])
  expect(asked.length).toBeGreaterThan(0)
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

test(`${RESETS} connections that are reset leave nothing`, async () => {
  const [daemon, footprint] = await startWarm()
  const ask = head(daemon, 'GET /healthz', '\r\n')
  await askedMeanwhile(daemon, () =>
    new Flood(daemon).reset(RESETS, ['', 'GET / HT', ask, `${ask}${ask}`, 'nonsense\r\n']),
  )
  expect(footprint.growth).toBeLessThan(MAX_GROWTH)
  await expectCalm(daemon, footprint, 'resets')
})
