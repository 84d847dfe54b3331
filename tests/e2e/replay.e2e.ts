// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callBus, startBus } from './support/bus.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { feedOverSocket } from './support/feed.ts'
import { connectHub, watchTasks } from './support/hub.ts'
import type { Place } from './support/rest.ts'
import { overSocket } from './support/rest.ts'
import { until } from './support/wait.ts'
import type { HubEvent, Line } from './support/words.ts'
import { lines, readPoll } from './support/words.ts'

/** Each is added, begins and ends: more than 20,000 events, five times what is in memory. */
const TASKS = 7_000
const TASKS_A_POST = 1_000

/** As many as a page on the bus may have. */
const BUS_PAGE = '500'

/** A page of events on the bus, in the words of the others. */
function readBus(bus: string, { epoch, seq }: Place): [events: HubEvent[], next: number] {
  const page = callBus(bus, 'GetEvents', 'ttua{sv}', String(epoch), String(seq), BUS_PAGE, '0')
  const [events, , next] = page as [Record<string, { data: unknown }>[], number, number]
  const inWords = events.map((event) =>
    Object.fromEntries(Object.entries(event).map(([name, { data }]) => [name, data])),
  )
  return [inWords as unknown as HubEvent[], next]
}

function readAllOnBus(bus: string, from: Place, head: number): Line[] {
  const all: Line[] = []
  for (let { seq } = from; seq < head;) {
    const [events, next] = readBus(bus, { ...from, seq })
    expect(next).toBeGreaterThan(seq)
    all.push(...lines(events))
    seq = next
  }
  return all
}

test(
  'all that is kept is told again in pages, in order and without a gap, through every door',
  { timeout: 240_000 },
  async () => {
    const bus = await startBus()
    const daemon = await startDaemon({ bus, maxParallel: 64 })
    const rest = overSocket(daemon)
    const many = Array.from({ length: TASKS_A_POST }, () => ({ type: 'noop' }))
    for (let i = 0; i < TASKS; i += TASKS_A_POST) {
      expect((await rest.post('/api/v1/tasks', many)).status).toBe(202)
    }
    const { epoch, seq: head } = await until(
      'all have ended',
      async () => {
        const place = await rest.head()
        return place.seq === TASKS * 3 && place
      },
      180_000,
    )
    rest.close()
    // What was recent in memory is not any more.
    await daemon.crash()
    await daemon.start()

    const from = { epoch, seq: 0 }
    const told = await overSocket(daemon).linesAfter(from, head)
    expect(told.map(([seq]) => seq)).toEqual(Array.from({ length: head }, (_, i) => i + 1))
    for (const kind of ['added', 'state']) {
      const count = told.filter((line) => line[2] === kind).length
      expect(count, kind).toBe(kind === 'added' ? TASKS : TASKS * 2)
    }

    const hub = watchTasks(await connectHub(daemon), null, epoch, 0)
    await until('the hub has told all', () => hub.items.at(-1)?.seq === head, 60_000)
    expect(hub.lines).toEqual(told)
    const feed = feedOverSocket(daemon, '/api/v1/events', `${epoch}-0`)
    await until('the feed has told all', () => feed.items.at(-1)?.seq === head, 60_000)
    expect(feed.lines).toEqual(told)
    expect(readAllOnBus(bus, from, head)).toEqual(told)
  },
)

/** Lets all go that retention would: events of tasks that are gone. */
function forgetUpTo(daemon: Daemon, seq: number) {
  const sql =
    `DELETE FROM events WHERE seq <= ${seq} AND task NOT IN (SELECT id FROM tasks);` +
    `UPDATE meta SET first_event = ${seq + 1}`
  execFileSync('sqlite3', [join(daemon.stateFolder, 'headway.db'), sql])
}

test('whoever cannot go on from a place is told to begin anew, through every door', async () => {
  const bus = await startBus()
  const daemon = await startDaemon({ bus })
  const before = overSocket(daemon)
  for (let i = 0; i < 3; i++) {
    const { id } = await before.add('noop')
    await before.whenEnded(id)
    expect((await before.ask('DELETE', `/api/v1/tasks/${id}`)).status).toBe(204)
  }
  const { id: live } = await before.add('demo', { steps: 1, delay: 3600 })
  await before.whenRunning(live)
  const { epoch, seq: head } = await before.head()
  before.close()
  await daemon.crash()
  forgetUpTo(daemon, 8)
  await daemon.start()

  const rest = overSocket(daemon)
  const end = await until('the work begins again', async () => {
    const task = await rest.task(live)
    return task.attempt === 2 && task.state === 'Processing' && (await rest.head())
  })
  const places: [what: string, place: Place][] = [
    ['of another database', { epoch: epoch - 1, seq: head }],
    ['beyond the head', { epoch, seq: end.seq + 1 }],
    ['older than what is kept', { epoch, seq: 7 }],
  ]
  for (const [what, place] of places) {
    const query = `epoch=${place.epoch}&after=${place.seq}&wait=10`
    const polled = readPoll(await rest.get(`/api/v1/events?${query}`))
    const watched = watchTasks(await connectHub(daemon), null, place.epoch, place.seq)
    const feed = feedOverSocket(daemon, '/api/v1/events', `${place.epoch}-${place.seq}`)
    const answers = {
      REST: polled.events[0],
      SSE: await feed.item('anything', () => true),
      SignalR: await watched.item('anything', () => true),
      'D-Bus': readBus(bus, place)[0][0],
    }
    for (const [door, first] of Object.entries(answers)) {
      const anew = { kind: 'snapshot', reset: true, epoch, seq: end.seq }
      expect(first, `${what}, ${door}`).toMatchObject(anew)
      expect(first?.tasks, `${what}, ${door}`).toHaveLength(1)
    }
    expect(polled.seq).toBe(end.seq)
  }

  // The oldest that is kept is no gap.
  const whole = readPoll(await rest.get(`/api/v1/events?epoch=${epoch}&after=8`))
  expect(whole.events.map(({ kind }) => kind)).not.toContain('snapshot')
  expect(lines(whole.events)[0]?.[0]).toBe(9)
})
