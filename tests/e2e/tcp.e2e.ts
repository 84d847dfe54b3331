// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, test } from 'vitest'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { RawHub } from './support/raw-hub.ts'
import type { Rest } from './support/rest.ts'
import { overTcp, sendBytes } from './support/rest.ts'
import { until } from './support/wait.ts'
import type { Json } from './support/words.ts'

/** A door without a token; the header fields are the test's. */
function stranger(daemon: Daemon): Rest {
  return overTcp(daemon, null)
}

describe('over TCP', () => {
  const PROTECTED: [method: string, path: string][] = [
    ['POST', '/add-task'],
    ['POST', '/api/v1/tasks'],
    ['GET', '/api/v1/tasks'],
    ['GET', '/api/v1/tasks/1'],
    ['POST', '/api/v1/tasks/1/cancel'],
    ['GET', '/api/v1/tasks/1/log'],
    ['GET', '/api/v1/task-types'],
    ['GET', '/api/v1/session'],
    ['POST', '/hub/negotiate?negotiateVersion=1'],
  ]

  test.each(PROTECTED)('%s %s needs the token', async (method, path) => {
    const daemon = await startDaemon()
    const answer = await stranger(daemon).ask(method, path)
    expect(answer.status).toBe(401)
    expect(answer.problem).toMatchObject({ status: 401, error: 'unauthorized' })
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('a token that is not the daemon’s opens nothing', async () => {
    const daemon = await startDaemon()
    for (const token of ['', 'x', daemon.token.slice(1), `${daemon.token}x`]) {
      expect((await overTcp(daemon, token).get('/api/v1/tasks')).status).toBe(401)
    }
  })

  test('the token in a query opens what lasts at the hub, and nothing else', async () => {
    const daemon = await startDaemon()
    const rest = stranger(daemon)
    const query = `access_token=${daemon.token}`
    expect((await rest.get(`/api/v1/tasks?${query}`)).status).toBe(401)
    expect((await rest.post(`/hub/negotiate?negotiateVersion=1&${query}`, '')).status).toBe(401)
    await new RawHub(daemon, `?${query}`, { headers: {} }).opened()
  })

  test.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:PORT',
    '[::2]:PORT',
  ])('the name “%s” is not its own', async (name) => {
    const daemon = await startDaemon()
    const headers = { Host: name.replace('PORT', String(daemon.port)) }
    for (const path of ['/', '/api/v1/tasks', '/api/v1/session', '/assets/x.js']) {
      const answer = await overTcp(daemon).get(path, { headers })
      expect(answer.status, path).toBe(421)
      expect(answer.problem.detail).toContain(new URL(daemon.origin).host)
    }
    expect((await overTcp(daemon).post('/hub/negotiate', '', { headers })).status).toBe(421)
  })

  test.each([
    ['no name', '', 400],
    ['an empty name', 'Host: \r\n', 421],
    ['two names', 'Host: evil.example\r\nHost: 127.0.0.1:PORT\r\n', 421],
  ])('a request with %s is refused', async (_name, fields, status) => {
    const daemon = await startDaemon()
    const head = `GET / HTTP/1.1\r\n${fields.replace('PORT', String(daemon.port))}\r\n`
    expect(await sendBytes(daemon, head)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  test.each(['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST'])(
    '“%s” is its own name',
    async (name) => {
      const daemon = await startDaemon()
      const headers = { Host: `${name}:${daemon.port}` }
      expect((await overTcp(daemon).get('/api/v1/tasks', { headers })).status).toBe(200)
    },
  )

  test.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:1',
    'http://localhost:PORT',
  ])('a page of %s may do nothing, even with the token', async (origin) => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const headers = { Origin: origin.replace('PORT', String(daemon.port)) }
    for (const [method, path] of PROTECTED) {
      expect((await rest.ask(method, path, { headers })).status, path).toBe(403)
    }
    const socket = new RawHub(daemon, '', { origin: headers.Origin })
    await until('the WebSocket is refused', () => socket.refusal)
    expect(socket.refusal).toBe(403)
    expect(await rest.tasks()).toEqual([])
  })

  test('a page of its own may, and no other origin is told that it may', async () => {
    const daemon = await startDaemon()
    const answer = await overTcp(daemon).get('/api/v1/tasks', {
      headers: { Origin: daemon.origin },
    })
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    )
  })

  test('the token is traded for two halves, with which the page works and a foreign page does not', async () => {
    const daemon = await startDaemon()
    const rest = stranger(daemon)
    const refused = await rest.post('/api/v1/session', { token: 'wrong' })
    expect(refused.status).toBe(401)
    expect(refused.headers['set-cookie']).toBeUndefined()

    const traded = await rest.post('/api/v1/session', { token: daemon.token })
    expect(traded.status).toBe(200)
    const { key } = traded.json as { key: string }
    const [cookie = ''] = traded.headers['set-cookie'] ?? []
    expect(cookie).toMatch(
      new RegExp(`^headway_${daemon.port}=[\\w-]{32,}; HttpOnly; SameSite=Strict; Path=/$`),
    )
    expect(cookie).not.toContain(daemon.token)

    const Cookie = cookie.split(';')[0] ?? ''
    const both = { Cookie, Authorization: `Bearer ${key}` }
    expect((await rest.get('/api/v1/session', { headers: both })).status).toBe(204)
    const own = { ...both, Origin: daemon.origin }
    const added = await rest.post('/api/v1/tasks', { type: 'noop' }, { headers: own })
    expect(added.status).toBe(202)

    const foreign = { ...both, Origin: 'http://evil.example' }
    for (const headers of [foreign, both]) {
      const answer = await rest.post('/api/v1/tasks', { type: 'noop' }, { headers })
      expect(answer.status).toBe(403)
    }
    expect(await overTcp(daemon).tasks()).toHaveLength(1)
  })

  test('a cookie that another server on this machine got to see is worth nothing', async () => {
    const daemon = await startDaemon()
    const rest = stranger(daemon)
    const traded = await rest.post('/api/v1/session', { token: daemon.token })
    const Cookie = traded.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const half = Cookie.split('=')[1] ?? ''
    for (const more of [{}, { Authorization: `Bearer ${half}` }]) {
      const headers = { Cookie, Origin: daemon.origin, 'Sec-Fetch-Site': 'same-origin', ...more }
      expect((await rest.get('/api/v1/tasks', { headers })).status).toBe(401)
      expect((await rest.post('/api/v1/tasks', { type: 'noop' }, { headers })).status).toBe(401)
    }
    const hub = new RawHub(daemon, '', { headers: { Cookie }, origin: daemon.origin })
    expect(await until('it is refused', () => hub.refusal)).toBe(401)
    expect(await overTcp(daemon).tasks()).toEqual([])
  })

  test('a WebSocket opens with the session from a page of its own, and from nowhere else', async () => {
    const daemon = await startDaemon()
    const traded = await stranger(daemon).post('/api/v1/session', { token: daemon.token })
    const Cookie = traded.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const query = `?access_token=${(traded.json as { key: string }).key}`
    const own = new RawHub(daemon, query, { headers: { Cookie }, origin: daemon.origin })
    await own.opened()
    for (const origin of [undefined, 'http://evil.example']) {
      const foreign = new RawHub(daemon, query, { headers: { Cookie }, ...(origin && { origin }) })
      expect(await until('it is refused', () => foreign.refusal)).toBe(403)
    }
  })

  test.each(['/', '/tasks/7', '/new', '/api/v1/tasks', '/api/v1/nothing', '/missing.js'])(
    '%s says what a page may do, that nobody may frame it, and that its type is meant',
    async (path) => {
      const daemon = await startDaemon()
      const { headers } = await stranger(daemon).get(path)
      const policy = headers['content-security-policy'] ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("connect-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("require-trusted-types-for 'script'; trusted-types vue")
      expect(policy).not.toMatch(/unsafe-(inline|eval)|\*|https?:/)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
    },
  )

  test('any path of the web client gives its page, and a file that is missing does not', async () => {
    const daemon = await startDaemon()
    const rest = stranger(daemon)
    const page = await rest.get('/')
    expect(page.status).toBe(200)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    for (const path of ['/tasks/7', '/new/checksum', '/no/such/page']) {
      const answer = await rest.get(path)
      expect([answer.status, answer.text], path).toEqual([200, page.text])
    }
    expect((await rest.get('/missing.js')).status).toBe(404)
  })

  test('connections that clients close are let go, however many there were', async () => {
    const daemon = await startDaemon()
    const before = daemon.socketCount
    for (let i = 0; i < 200; i++) {
      const rest = overTcp(daemon)
      await rest.get('/api/v1/tasks')
      rest.close()
    }
    await until('they are let go', () => daemon.socketCount <= before)
    expect((await overTcp(daemon).get('/healthz')).text).toBe('ok\n')
  })

  test('an empty request to add a task runs the demonstration', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const answer = await rest.post('/add-task')
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ id: 1 })
    expect(await rest.task(1)).toMatchObject({
      type: 'demo',
      parameters: { steps: 5, delay: 1, fail: false },
      owner: 'token:owner',
    })
    await rest.cancel(1)
    await rest.whenEnded(1)
  })

  test('a task that was accepted says where it is', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const answer = await rest.post('/api/v1/tasks', { type: 'noop', title: 'Named', priority: 3 })
    expect(answer.status).toBe(202)
    const location = answer.headers.location ?? ''
    expect(location).toBe('/api/v1/tasks/1')
    await rest.whenEnded(1)
    expect((await rest.get(location)).json).toMatchObject({
      id: 1,
      title: 'Named',
      priority: 3,
      state: 'Completed',
      result: 'success',
      attempt: 1,
    })
  })

  test('the list goes back in pages, newest first, and can be narrowed', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    for (let i = 0; i < 7; i++) await rest.add(i % 2 === 0 ? 'noop' : 'demo', {}, { priority: i })
    const ids: number[] = []
    let path = '/api/v1/tasks?limit=3'
    for (;;) {
      const page = (await rest.get(path)).json as { tasks: { id: number }[]; next: string | null }
      ids.push(...page.tasks.map(({ id }) => id))
      if (page.next === null) break
      path = `/api/v1/tasks?limit=3&cursor=${page.next}`
    }
    expect(ids).toEqual([7, 6, 5, 4, 3, 2, 1])
    const noops = (await rest.get('/api/v1/tasks?type=noop')).json as { tasks: { id: number }[] }
    expect(noops.tasks.map(({ id }) => id)).toEqual([7, 5, 3, 1])
    for (const id of [1, 3, 5, 7]) await rest.whenEnded(id)
    const done = (await rest.get('/api/v1/tasks?type=noop&state=Completed')).json as typeof noops
    expect(done.tasks.map(({ id }) => id)).toEqual([7, 5, 3, 1])
    for (const id of [2, 4, 6]) await rest.cancel(id)
  })

  test('the types say what they take, as the form needs it', async () => {
    const daemon = await startDaemon()
    const { taskTypes } = (await overTcp(daemon).get('/api/v1/task-types')).json as {
      taskTypes: { name: string; localOnly: boolean; runner: string; schema: Json }[]
    }
    expect(taskTypes.map(({ name }) => name).sort()).toEqual([
      'archive',
      'checksum',
      'command',
      'demo',
      'noop',
    ])
    expect(taskTypes.find(({ name }) => name === 'checksum')).toMatchObject({
      title: 'Checksum',
      runner: 'in-process',
      localOnly: false,
      onInterrupt: 'requeue',
      schema: {
        type: 'object',
        properties: { path: { type: 'string', format: 'path', title: 'File' } },
        required: ['path'],
        additionalProperties: false,
      },
    })
    expect(taskTypes.find(({ name }) => name === 'command')).toMatchObject({
      runner: 'command',
      localOnly: true,
      onInterrupt: 'fail',
    })
  })
})
