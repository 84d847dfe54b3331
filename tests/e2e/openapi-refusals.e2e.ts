// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { expect, test } from 'vitest'
import type { Daemon } from './support/daemon.ts'
import { expand, golden } from './support/golden.ts'
import type { Place } from './support/openapi.ts'
import { beginDescribed, fill, METHODS, NOBODY } from './support/openapi.ts'
import type { Negotiation } from './support/raw-hub.ts'
import { negotiate, RawHub } from './support/raw-hub.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { Speaker } from './support/speaker.ts'
import type { Problem } from './support/words.ts'

test('a method that is not listed is refused, and Allow says which are', async () => {
  const { rest, api } = await beginDescribed()
  for (const path of Object.keys(api.json.paths)) {
    const listed = api.places.filter((place) => place.path === path)
    const methods = listed.map(({ method }) => method).sort()
    const [first] = listed
    if (first === undefined || path.startsWith('/hub')) continue
    for (const method of METHODS.filter((name) => !methods.includes(name))) {
      const answer = await rest.ask(method, fill(first, NOBODY))
      expect(answer.status, `${method} ${path}`).toBe(405)
      expect(answer.headers.allow?.split(', ').sort()).toEqual(methods)
      if (method === 'HEAD') continue
      expect(api.faultsOf('Problem', answer.json)).toEqual([])
    }
  }
})

test('a body is taken where one is listed, and nowhere with a strange member', async () => {
  const { rest, api } = await beginDescribed()
  for (const place of api.places) {
    if (place.path.startsWith('/hub')) continue
    const answer = await rest.ask(place.method, fill(place, NOBODY), { body: { strange: 1 } })
    const faults = api.faults(place, answer)
    const expected = place.operation.requestBody === undefined ? 413 : 400
    expect([place, answer.status, faults]).toEqual([place, expected, []])
  }
})

/** What JSON Schema cannot say, or this one does not: who asks, and names of variables. */
const UNSAID = new Set([
  'a type that is for this machine’s shell only, over TCP',
  'a variable of the environment that has no name',
  'a NUL in a parameter',
])

test('what is refused is refused as it says, and its schema does not take it', async () => {
  const { daemon, api } = await beginDescribed()
  for (const {
    name,
    local,
    method = 'POST',
    path = '/api/v1/tasks',
    body,
    raw,
  } of golden.refusals) {
    const place = api.find(method, path)
    if (place === undefined) continue
    const rest = local ? overSocket(daemon) : overTcp(daemon)
    const sent = raw ?? (body === undefined ? undefined : expand(body, daemon.folder))
    const answer = await rest.ask(method, path, { body: sent })
    expect(api.faults(place, answer), name).toEqual([])
    if (body === undefined || UNSAID.has(name)) continue
    expect(api.faultsOf('NewTask', expand(body, daemon.folder)), name).not.toEqual([])
  }
})

/** An answer as it came. */
function parse(heard: string) {
  const end = heard.indexOf('\r\n\r\n')
  const [first = '', ...lines] = heard.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.replace(/:.*/, '').toLowerCase(), line.replace(/^[^:]*: /, '')]),
  )
  return { status: Number(first.split(' ')[1]), headers, text: heard.slice(end + 4) }
}

async function hear(daemon: Daemon, head: string) {
  const speaker = new Speaker(daemon, 'tcp', 0)
  await speaker.say([head])
  await speaker.listen()
  return parse(speaker.heard)
}

test('whatever any request may be refused for is listed', async () => {
  const { daemon, rest, api } = await beginDescribed()
  const seen = new Set<number>()
  const check = (place: Place, answer: { status: number; headers: object; text: string }) => {
    expect(api.faults(place, { ...answer, headers: { ...answer.headers } })).toEqual([])
    expect((JSON.parse(answer.text) as Problem).status).toBe(answer.status)
    seen.add(answer.status)
  }

  const host = `Host: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${daemon.token}\r\n`
  const post = 'POST /api/v1/tasks HTTP/1.1\r\n'
  const heads = [
    `${post}${host}X: a\rb\r\n\r\n`,
    `${post}${host}Content-Length: 99999999\r\n\r\n`,
    `${post}${host}Expect: wonders\r\nContent-Length: 1\r\n\r\n`,
    `${post}Host: strange.example\r\n\r\n`,
    `${post}${host}${'X: y\r\n'.repeat(64)}\r\n`,
    `${post}${host}Transfer-Encoding: chunked\r\n\r\n`,
    `POST /api/v1/tasks HTTP/1.0\r\n${host}\r\n`,
    `${post}${host}X: y`,
  ]
  const addTasks = api.place('addTasks')
  const heard = await Promise.all(heads.map((head) => hear(daemon, head)))
  for (const answer of heard) check(addTasks, answer)

  const many = Array.from({ length: 1001 }, () => ({ type: 'noop' }))
  check(addTasks, await rest.post('/api/v1/tasks', many))
  const page = { headers: { Origin: 'http://strange.example' } }
  check(addTasks, await rest.post('/api/v1/tasks', { type: 'noop' }, page))
  check(addTasks, await overTcp(daemon, null).post('/api/v1/tasks', { type: 'noop' }))

  const key = { headers: { 'Idempotency-Key': 'mine' } }
  await rest.post('/api/v1/tasks', { type: 'noop' }, key)
  check(addTasks, await rest.post('/api/v1/tasks', { type: 'demo' }, key))
  const long = { headers: { 'Idempotency-Key': 'x'.repeat(256) } }
  check(addTasks, await rest.post('/api/v1/tasks', { type: 'noop' }, long))

  const { id } = await rest.add('noop')
  await rest.whenEnded(id)
  const running = await rest.add('hold')
  for (const verb of ['cancelTask', 'retryTask', 'pauseTask', 'resumeTask']) {
    const place = api.place(verb)
    check(place, await rest.post(fill(place, id)))
    check(place, await rest.post(fill(place, NOBODY)))
  }
  check(api.place('removeTask'), await rest.ask('DELETE', `/api/v1/tasks/${running.id}`))
  check(api.place('getLink'), await rest.get('/api/v1/link'))
  check(api.place('openSession'), await rest.post('/api/v1/session', { token: 'x' }))
  for (const name of ['getTask', 'getTaskEvents', 'readOutput', 'listFiles', 'getFile']) {
    const place = api.place(name)
    check(place, await rest.get(fill(place, NOBODY)))
  }

  const { connectionToken = '' } = (await negotiate(daemon)).json as Negotiation
  const hub = await new RawHub(daemon, `?id=${connectionToken}`).opened()
  for (const place of [api.place('send'), api.place('disconnect')]) {
    const answer = await rest.ask(place.method, `/hub?id=${connectionToken}`)
    expect(api.faults(place, answer)).toEqual([])
    seen.add(answer.status)
  }
  hub.vanish()

  // A disk without room and a daemon with a fault are not to be had; one without room is elsewhere.
  const listed = api.places.flatMap(({ operation }) => Object.keys(operation.responses).map(Number))
  const refusals = new Set(listed.filter((status) => status >= 400))
  expect([...seen].sort()).toEqual(
    [...refusals].filter((status) => ![500, 503, 507].includes(status)).sort(),
  )
})

test('what the hub refuses is listed', async () => {
  const { rest, api } = await beginDescribed()
  for (const place of ['connect', 'send', 'disconnect'].map((name) => api.place(name))) {
    for (const query of ['', '?id=none']) {
      expect(api.faults(place, await rest.ask(place.method, `/hub${query}`))).toEqual([])
    }
  }
})
