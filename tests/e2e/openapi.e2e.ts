// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { feedOverTcp } from './support/feed.ts'
import type { Begun, Description, Heard, Parameter, Place } from './support/openapi.ts'
import { beginDescribed, fill, NOBODY } from './support/openapi.ts'
import type { Ask } from './support/rest.ts'
import { overSocket, overTcp, sendBytes } from './support/rest.ts'
import { until } from './support/wait.ts'
import type { Json } from './support/words.ts'

/** What is no name of any query. */
const STRANGE = 'strange=1'

/** A request for an operation, and the status that it is to be answered with. */
interface Case extends Ask {
  status: number
  id?: number
  query?: string
  local?: boolean
}

/** Asks, and tells what in the answer is not as it is described. */
async function judge({ daemon, api }: Begun, place: Place, asked: Case): Promise<string[]> {
  const { status, id = 1, query, local, ...ask } = asked
  const rest = local ? overSocket(daemon) : overTcp(daemon)
  const answer = await rest.ask(place.method, fill(place, id, query), ask)
  const faults = api.faults(place, answer)
  if (answer.status !== status) faults.push(`${answer.status} in place of ${status}`)
  return faults.map((fault) => `${place.operation.operationId} ${query ?? ''}: ${fault}`)
}

/** Each operation as it goes well, in all the ways that are listed; 101 and endless answers apart. */
async function casesOf({ daemon, rest }: Begun): Promise<Record<string, Case[]>> {
  const done = await rest.add('leave')
  await rest.whenEnded(done.id)
  const running = await rest.add('hold')
  const spare = await rest.add('noop')
  await rest.whenEnded(spare.id)
  await rest.whenRunning(running.id)
  const tag = (await rest.get('/openapi.json')).headers.etag ?? ''
  const { epoch, seq } = await rest.head()
  const feed = { Accept: 'text/event-stream' }
  const ok = [{ status: 200, id: done.id }]
  return {
    addTask: [
      { status: 200 },
      { status: 200, body: {} },
      { status: 200, body: { parameters: { steps: 1, delay: 0 }, title: 'Steps' } },
      { status: 200, body: { type: 'noop' }, headers: { 'Idempotency-Key': 'one' } },
    ],
    addTasks: [
      { status: 202, body: { type: 'noop', title: 'One', priority: 1, timeout: 5 } },
      { status: 202, body: [{ type: 'noop' }, { type: 'demo', parameters: { delay: 0 } }] },
    ],
    listTasks: ok,
    getTask: ok,
    removeTask: [{ status: 204, id: spare.id }],
    pauseTask: [{ status: 202, id: running.id }],
    resumeTask: [{ status: 202, id: running.id }],
    cancelTask: [{ status: 202, id: running.id, body: { now: true } }],
    retryTask: [{ status: 202, id: running.id }],
    getTaskEvents: [
      ...ok,
      { status: 200, id: done.id, headers: feed },
      { status: 204, id: done.id, headers: { ...feed, 'Last-Event-ID': `${epoch}-${seq}` } },
    ],
    readOutput: [
      ...ok,
      { status: 200, id: done.id, query: 'line=1&lines=1' },
      { status: 200, id: done.id, query: 'offset=2' },
    ],
    listFiles: ok,
    getFile: ok,
    getEvents: [{ status: 200 }, { status: 200, query: `epoch=${epoch}&after=${seq}` }],
    listTaskTypes: ok,
    getAbout: ok,
    getLink: [
      { status: 200, local: true },
      { status: 200, local: true, query: 'task=1' },
    ],
    checkSession: [{ status: 204 }],
    openSession: [{ status: 200, body: { token: daemon.token } }],
    getHealth: ok,
    getReadiness: ok,
    getMetrics: [
      { status: 200 },
      { status: 200, headers: { Accept: 'application/openmetrics-text;version=1.0.0' } },
    ],
    getOpenapi: [
      { status: 200 },
      { status: 200, headers: { 'Accept-Encoding': 'identity' } },
      { status: 304, headers: { 'If-None-Match': tag } },
    ],
    negotiate: [
      { status: 200, query: 'negotiateVersion=1' },
      { status: 200, query: 'negotiateVersion=none' },
    ],
  }
}

/** A connection by polls as it goes well, to its end by whoever asked for it. */
async function talkByPolls({ rest, api }: Begun): Promise<{ place: Place; answer: Heard }[]> {
  const heard: { place: Place; answer: Heard }[] = []
  const begin = async () => {
    const { json } = await rest.post('/hub/negotiate?negotiateVersion=1')
    const { connectionToken } = json as { connectionToken: string }
    return async (operationId: string, body?: string) => {
      const place = api.place(operationId)
      const answer = await rest.ask(place.method, `/hub?id=${connectionToken}`, { body })
      heard.push({ place, answer })
      return answer.status
    }
  }
  const say = await begin()
  await say('connect')
  await say('send', '{"protocol":"json","version":1}\x1e')
  await say('connect')
  await say('send', '{"type":7}\x1e')
  await until('the hub has said goodbye', async () => (await say('connect')) === 204)

  const sayToOther = await begin()
  await sayToOther('connect')
  await sayToOther('disconnect')
  return heard
}

test('it is valid, by the schema of OpenAPI 3.1', async () => {
  const { api } = await beginDescribed()
  const { valid, errors } = await new Validator().validate({ ...structuredClone(api.json) })
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
  const ids = api.places.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every operation answers as it says, in each way in which it goes well', async () => {
  const all = await beginDescribed()
  const { daemon, api } = all
  const seen = new Set<string>()
  const faults: string[] = []
  for (const [operationId, cases] of Object.entries(await casesOf(all))) {
    const place = api.place(operationId)
    const head = api.find('HEAD', fill(place, 1))
    if (operationId === 'retryTask') await overTcp(daemon).whenEnded(cases[0]?.id ?? 0)
    for (const asked of cases) {
      seen.add(`${operationId} ${asked.status}`)
      faults.push(...(await judge(all, place, asked)))
      if (place.method !== 'GET' || head === undefined) continue
      seen.add(`${head.operation.operationId} ${asked.status}`)
      faults.push(...(await judge(all, head, asked)))
    }
  }
  const upgrade = await sendBytes(
    daemon,
    `GET /hub HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${daemon.token}\r\n` +
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  expect(upgrade).toMatch(/^HTTP\/1\.1 101 /)
  seen.add('connect 101')
  for (const { place, answer } of await talkByPolls(all)) {
    seen.add(`${place.operation.operationId} ${answer.status}`)
    faults.push(...api.faults(place, answer))
  }

  expect(faults).toEqual([])
  const listed = api.places.flatMap(({ operation }) =>
    Object.keys(operation.responses)
      .filter((status) => Number(status) < 400)
      .map((status) => `${operation.operationId} ${status}`),
  )
  expect([...seen].sort()).toEqual(listed.sort())
})

test('every event is as it says, in a long poll and as it comes', async () => {
  const { daemon, rest, api } = await beginDescribed()
  const feed = feedOverTcp(daemon, '/api/v1/events')
  await feed.item('a beginning', ({ kind }) => kind === 'snapshot' || kind === 'heartbeat')
  const { id } = await rest.add('demo', { steps: 2, delay: 0.2 })
  const failing = await rest.add('demo', { steps: 2, delay: 0, fail: true })
  await rest.whenEnded(id)
  await rest.whenEnded(failing.id)
  await rest.post(`/api/v1/tasks/${failing.id}/retry`)
  await rest.whenEnded(failing.id)
  await rest.ask('DELETE', `/api/v1/tasks/${id}`)
  await feed.item('the removal', ({ kind }) => kind === 'removed')

  const kinds = ['added', 'state', 'message', 'progress', 'removed']
  expect([...new Set(feed.items.map(({ kind }) => kind))]).toEqual(expect.arrayContaining(kinds))
  expect(feed.items.flatMap((item) => api.faultsOf('Event', item))).toEqual([])
  const poll = (await rest.get('/api/v1/events?epoch=1&after=1&rev=0')).json
  expect(api.faultsOf('Poll', poll)).toEqual([])
  expect(poll).toMatchObject({ events: [{ kind: 'snapshot', reset: true }] })
  const { epoch, seq } = await rest.head()
  const quiet = (await rest.get(`/api/v1/events?epoch=${epoch}&after=${seq}&wait=0`)).json
  expect(api.faultsOf('Poll', quiet)).toEqual([])
  expect(quiet).toMatchObject({ events: [{ kind: 'heartbeat' }] })
})

/** Values that a parameter takes, and others that it does not, as they stand in an address. */
function valuesOf(
  api: Description,
  { schema, example }: Parameter,
): [good: string[], bad: string[]] {
  const { minimum, maximum, minLength, maxLength, enum: choices } = api.resolve(schema)
  if (minimum !== undefined && maximum !== undefined) {
    // Behind the last whole number of JavaScript comes another one all the same.
    const above = String(BigInt(maximum) + 1n)
    return [
      [String(minimum), String(maximum)],
      [String(minimum - 1), above, `0${maximum}`, `+${maximum}`, 'many', ''],
    ]
  }
  if (choices !== undefined) return [choices, ['Strange', '']]
  const good = [example ?? 'x']
  if (minLength === undefined || maxLength === undefined) return [good, []]
  return [
    [...good, 'x'.repeat(maxLength)],
    ['x'.repeat(maxLength + 1), 'x'.repeat(minLength - 1)],
  ]
}

/** What has to stand beside a parameter. */
const BESIDE: Readonly<Record<string, string>> = { lines: 'line=1&' }

test('every parameter of a query is taken as far as it says, and no other', async () => {
  const { daemon, rest, api } = await beginDescribed()
  const { id } = await rest.add('leave')
  await rest.whenEnded(id)
  const faults: string[] = []
  const local = overSocket(daemon)
  const ask = async (place: Place, query: string, isTaken: boolean, headers = {}) => {
    const answer = await local.ask(place.method, fill(place, id, query), { headers })
    faults.push(...api.faults(place, answer).map((fault) => `${place.path}?${query}: ${fault}`))
    if ((answer.status !== 400) !== isTaken) {
      faults.push(`${place.method} ${place.path}?${query}: ${answer.status}`)
    }
  }
  for (const place of api.places) {
    const { operation, parameters } = place
    if (operation['x-websocket']) continue
    if (operation['x-any-query']) {
      const needed = parameters.filter(({ required, in: where }) => required && where === 'query')
      const query = needed.map(({ name, example }) => `${name}=${example ?? ''}`)
      await ask(place, [...query, STRANGE].join('&'), true)
      continue
    }
    // With no body these are refused in any case; an unknown name is looked at first.
    if (!/^(?:addTasks|openSession)$/.test(operation.operationId)) await ask(place, '', true)
    await ask(place, STRANGE, false)
    for (const parameter of parameters.filter((one) => one.in === 'query')) {
      const [good, bad] = valuesOf(api, parameter)
      const query = (value: string) =>
        `${BESIDE[parameter.name] ?? ''}${parameter.name}=${encodeURIComponent(value)}`
      for (const value of good) await ask(place, query(value), true)
      for (const value of bad) await ask(place, query(value), false)
      if (parameter['x-media-type'] !== undefined) {
        await ask(place, query(good[0] ?? ''), false, { Accept: 'text/event-stream' })
      }
    }
  }
  expect(faults).toEqual([])
})

/** What shows who asks: fields, and what stands in the address, by the names of the schemes. */
interface Proofs {
  headers: Readonly<Record<string, Record<string, string>>>
  inAddress: Readonly<Record<string, string>>
}

/** The token, or a session with its two halves. */
async function proofsOf({ daemon }: Begun): Promise<Proofs> {
  const opened = await overTcp(daemon, null).post('/api/v1/session', { token: daemon.token })
  const { key } = opened.json as { key: string }
  const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  return {
    headers: {
      token: { Authorization: `Bearer ${daemon.token}` },
      sessionKey: { Authorization: `Bearer ${key}` },
      sessionCookie: { Cookie: cookie, Origin: daemon.origin },
    },
    inAddress: {
      addressKey: `key=${key}`,
      accessToken: `access_token=${daemon.token}`,
      'accessToken of a session': `access_token=${key}`,
    },
  }
}

/** What a request says that goes one of the ways in. */
function sayOf(place: Place, way: readonly string[], proofs: Proofs) {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' }
  for (const name of way) Object.assign(headers, proofs.headers[name])
  const isSession = way.includes('sessionCookie')
  const scheme = way.find((name) => name in proofs.inAddress) ?? ''
  const name = isSession && scheme === 'accessToken' ? 'accessToken of a session' : scheme
  // A key in the address is for those alone who hear events as they come, and for files.
  const isLasting = scheme === 'addressKey' && place.path.endsWith('/events')
  if (isLasting || (scheme === 'accessToken' && place.path === '/hub')) {
    headers['Accept'] = 'text/event-stream'
  }
  return { headers, url: fill(place, NOBODY, proofs.inAddress[name] ?? '') }
}

test('every operation lets those in whom it says, and nobody else', async () => {
  const begun = await beginDescribed()
  const { daemon, api } = begun
  const proofs = await proofsOf(begun)
  const nobody = overTcp(daemon, null)
  const seen = new Set<string>()
  for (const place of api.places) {
    const { method, operation } = place
    // So that nothing is added.
    const body = method === 'POST' && place.path.includes('task') ? { body: '!' } : {}
    const ways = (operation.security ?? api.json.security).map((way) => Object.keys(way))
    const none = await nobody.ask(method, fill(place, NOBODY), body)
    expect(none.status === 401, `${method} ${place.path}`).toBe(ways.length > 0)
    for (const way of ways) {
      // It would not end.
      if (way.includes('addressKey') && operation.operationId === 'getEvents') continue
      const { url, headers } = sayOf(place, way, proofs)
      const door = way.length === 0 ? overSocket(daemon) : nobody
      const answer = await door.ask(method, url, { headers, ...body })
      seen.add(way.join())
      expect(answer.status, `${method} ${place.path} ${way.join()}`).not.toBe(401)
      expect(api.faults(place, answer)).toEqual([])
      if (!way.includes('sessionCookie')) continue

      const half = await nobody.ask(method, url, { headers: { ...headers, Cookie: '' }, ...body })
      expect(half.status, `${method} ${place.path} without the cookie`).toBe(401)
    }
  }
  expect(seen.size).toBe(6)
})

test('what its schema takes is taken, up to the limits', async () => {
  const { daemon, api } = await beginDescribed()
  const local = overSocket(daemon)
  const bodies: [body: Record<string, Json>, isTaken: boolean][] = [
    [{ type: 'noop' }, true],
    [{ type: 'noop', parameters: {} }, true],
    [{ type: 'noop', title: 'x'.repeat(200) }, true],
    [{ type: 'noop', title: '€'.repeat(200) }, true],
    [{ type: 'noop', title: '' }, false],
    [{ type: 'noop', priority: 1000 }, true],
    [{ type: 'noop', priority: -1000 }, true],
    [{ type: 'noop', priority: -1001 }, false],
    [{ type: 'noop', timeout: 1 }, true],
    [{ type: 'noop', timeout: 0 }, false],
    [{ type: 'noop', timeout: 2_592_000 }, true],
    [{ type: 'noop', timeout: 2_592_001 }, false],
    [{ type: 'hold', timeout: 3601 }, false],
    [{ type: 'demo', parameters: { steps: 1, delay: 0, fail: false } }, true],
    [{ type: 'demo', parameters: { steps: 0 } }, false],
    [{ type: 'demo', parameters: { delay: 3601 } }, false],
    [{ type: 'command', parameters: { argv: ['/bin/true'], env: { A: 'b' }, umask: 18 } }, true],
    [{ type: 'command', parameters: { argv: ['/bin/true'], umask: 512 } }, false],
    [{ type: 'secret', parameters: { env: { A: 'b' } } }, true],
  ]
  for (const [body, isTaken] of bodies) {
    const answer = await local.post('/api/v1/tasks', body)
    expect([answer.status, body]).toEqual([isTaken ? 202 : 400, body])
    expect(api.faultsOf('NewTask', body).length === 0, JSON.stringify(body)).toBe(isTaken)
  }
})

test('what is never shown is marked so, and what only this machine may do says so', async () => {
  const { api } = await beginDescribed()
  const { schemas } = api.json.components
  expect(schemas['Parameters.secret']).toMatchObject({ properties: { env: { writeOnly: true } } })
  expect(schemas['Parameters.command']).toMatchObject({
    properties: { cwd: { writeOnly: true }, umask: { writeOnly: true } },
  })
  expect(schemas['NewTask.command']?.['description']).toContain('Unix socket')
  expect(schemas['NewTask']).toMatchObject({ discriminator: { propertyName: 'type' } })
})
