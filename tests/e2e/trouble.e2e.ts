// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Tab } from './support/browser.ts'
import { closeBrowser, openAnother, openTab } from './support/browser.ts'
import { callBus, startBus } from './support/bus.ts'
import { ChaosProxy } from './support/chaos-proxy.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import type { Place } from './support/rest.ts'
import { overSocket } from './support/rest.ts'
import { TEST_TYPES } from './support/task-types.ts'
import { until } from './support/wait.ts'
import type { Door } from './support/watchers.js'
import { Watcher, watchFeed, watchHub, watchPolls } from './support/watchers.js'

/** In ms. */
const WITHOUT_NETWORK = 5_000

/** A watcher that hears nothing for so long takes its connection for dead: a task says more. */
const SILENCE = 3_000

afterAll(closeBrowser)

async function headOf(daemon: Daemon): Promise<Place> {
  const rest = overSocket(daemon)
  const head = await rest.head()
  rest.close()
  return head
}

/** Somebody at each of the doors that a program has. */
async function watchAll(daemon: Daemon, port: number, place?: Place): Promise<Watcher[]> {
  const door: Door = {
    port,
    headers: { Host: `127.0.0.1:${daemon.port}`, Authorization: `Bearer ${daemon.token}` },
    silence: SILENCE,
  }
  const hub = new Watcher('SignalR', place)
  const feed = new Watcher('SSE', place)
  const polls = new Watcher('long poll', place)
  const all = [hub, feed, polls]
  onTestFinished(async () => {
    for (const watcher of all) await watcher.close()
  })
  await watchHub(hub, door)
  watchFeed(feed, door)
  void watchPolls(polls, door)
  await until('all of them watch', () => all.every(({ start }) => start >= 0))
  return all
}

function whenAt(watchers: readonly Watcher[], { epoch, seq }: Place, limit?: number) {
  return until(
    `all are at ${seq}`,
    () => watchers.every((watcher) => watcher.epoch === epoch && watcher.seq >= seq),
    limit,
  )
}

/** All that there is behind a place, as it is kept. */
async function readAll(daemon: Daemon, place: Place, head: Place): Promise<string[]> {
  const all = await overSocket(daemon).linesAfter(place, head.seq)
  return all.map((line) => line.join(' '))
}

/** The same, as somebody on the bus gets it who comes late. */
function readBus(bus: string, { epoch, seq: after }: Place, head: Place): string[] {
  const all: string[] = []
  for (let seq = after; seq < head.seq;) {
    const page = callBus(bus, 'GetEvents', 'ttua{sv}', String(epoch), String(seq), '500', '0')
    const [events, , next] = page as [Record<string, { data: unknown }>[], number, number]
    for (const { seq: number, task, kind, state } of events) {
      all.push([number, task, kind, state ?? { data: '' }].map((value) => value?.data).join(' '))
    }
    seq = next
  }
  return all
}

async function storyOf(tab: Tab, length: number): Promise<string[]> {
  const story = await until(
    `${length} lines of the story`,
    async () => {
      const found = await tab.story()
      return found.length >= length && found
    },
    40_000,
  )
  return story.map((line) => line.join(' '))
}

/** A page as on a bad line and an old machine. */
async function throttle({ page }: Tab) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 300,
    downloadThroughput: 20_000,
    uploadThroughput: 10_000,
  })
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
}

/** The cookie of a page may have ended with the daemon that gave it. */
async function signInAgain(tab: Tab, daemon: Daemon) {
  await tab.page.evaluate((token) => (location.hash = `token=${token}`), daemon.token)
}

const NETWORK_FAULTS = /ERR_|status of 401|WebSocket|net::|Failed to load resource/

describe('in the end everybody was told the same', () => {
  test(
    'over a throttled line, five seconds without a network and the end of the daemon, and whoever comes late, too',
    { timeout: 120_000 },
    async () => {
      const bus = await startBus()
      const daemon = await startDaemon({ bus })
      const proxy = await ChaosProxy.start(daemon.port)
      const early = await watchAll(daemon, proxy.port)
      const place = await headOf(daemon)
      const { id } = await overSocket(daemon).add('demo', { steps: 1_000, delay: 0.2 })
      const address = `${daemon.origin}/tasks/${id}#token=${daemon.token}`
      const tab = await openTab(daemon, address, { through: proxy.port, allowed: NETWORK_FAULTS })
      await tab.whenState('Processing')
      await throttle(tab)
      await storyOf(tab, 5)

      const before = await headOf(daemon)
      proxy.goOffline()
      await pause(WITHOUT_NETWORK)
      const missed = await headOf(daemon)
      expect(missed.seq).toBeGreaterThan(before.seq)
      for (const { name, seq } of early) expect(seq, name).toBeLessThan(missed.seq)
      proxy.goOnline()
      await whenAt(early, missed)
      await storyOf(tab, missed.seq)

      await daemon.crash()
      await daemon.start(daemon.port)
      await signInAgain(tab, daemon)
      const rest = overSocket(daemon)
      await rest.when(id, 'runs again', ({ attempt }) => attempt === 2)
      await rest.cancel(id)
      await rest.whenEnded(id)

      const head = await headOf(daemon)
      const truth = await readAll(daemon, place, head)
      expect(truth).toHaveLength(head.seq - place.seq)
      const late = await watchAll(daemon, daemon.port, place)
      await whenAt([...early, ...late], head)
      for (const { name, lines: told, faults, resets } of [...early, ...late]) {
        expect(told, name).toEqual(truth)
        expect(faults, name).toEqual([])
        expect(resets, name).toBe(0)
      }
      expect(readBus(bus, place, head)).toEqual(truth)
      expect(await storyOf(tab, truth.length), 'the page').toEqual(truth)
      const lateTab = await openTab(daemon, address)
      expect(await storyOf(lateTab, truth.length), 'a late page').toEqual(truth)
    },
  )

  test(
    'after a backup was put back, which is a reset for all who watch',
    { timeout: 120_000 },
    async () => {
      const daemon = await startDaemon({ taskTypes: TEST_TYPES })
      const early = await watchAll(daemon, daemon.port)
      const { id } = await overSocket(daemon).add('hold', { file: join(daemon.folder, 'runs') })
      await overSocket(daemon).whenRunning(id)
      const address = `${daemon.origin}/tasks/${id}#token=${daemon.token}`
      const tab = await openTab(daemon, address, { allowed: NETWORK_FAULTS })
      await storyOf(tab, 2)
      const backup = join(daemon.folder, 'tasks.backup')
      await daemon.errand('--backup', backup)
      const rest = overSocket(daemon)
      for (let i = 0; i < 3; i++) await rest.whenEnded((await rest.add('noop')).id)
      await whenAt(early, await headOf(daemon))
      rest.close()
      await daemon.stop()
      await daemon.errand('--restore', backup)
      await daemon.start(daemon.port)
      await signInAgain(tab, daemon)

      const again = overSocket(daemon)
      await until('all were reset', () => early.every(({ resets }) => resets === 1), 40_000)
      for (let i = 0; i < 3; i++) await again.whenEnded((await again.add('noop')).id)
      await again.cancel(id)
      await again.whenEnded(id)
      const head = await headOf(daemon)
      await whenAt(early, head)
      for (const { name, lines: told, faults, resets, start } of early) {
        expect(resets, name).toBe(1)
        expect(faults, name).toEqual([])
        expect(told, name).toEqual(await readAll(daemon, { ...head, seq: start }, head))
      }
      const story = await readAll(daemon, { ...head, seq: 0 }, head)
      const own = story.filter((line) => line.split(' ')[1] === String(id))
      expect(await storyOf(tab, own.length), 'the page').toEqual(own)
      const late = await openAnother(tab, daemon, `/tasks/${id}`)
      expect(await storyOf(late, own.length), 'a late page').toEqual(own)
    },
  )
})
