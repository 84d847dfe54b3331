// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Daemon } from './support/daemon.ts'
import { HEADWAYD, startDaemon } from './support/daemon.ts'
import { Description } from './support/openapi.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { Speaker } from './support/speaker.ts'
import type { TaskPage } from './support/words.ts'

/** What every answer says, once, whoever makes it. */
const FIELDS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** What the policy of every answer allows. */
const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}

/** What a program made is nobody's page. */
const FILE_POLICY = { 'default-src': "'none'", sandbox: '', 'frame-ancestors': "'none'" }

/** How long answers may be kept, where they may. */
const PAGE = 'no-cache'
const HASHED_FILE = 'public, max-age=31536000, immutable'

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PATCH', 'DELETE']

/** In no log, wherever it stands. */
const MARK = 'bWFyayBvZiB0aGlz'

/** A type whose tasks leave a file. */
const LEAVE =
  '[Task]\ntitle=Leave\n[Command]\nargv=/bin/sh;-c;cd "$HEADWAY_RESULT_DIR" && echo x > a.txt;\n'

interface Head {
  status: number
  fields: Map<string, string[]>
  body: string
}

/** One request, of which the rest of the head may say what it likes. */
interface Ask {
  door: 'tcp' | 'socket'
  head: string
  body?: string
}

function parse(heard: string): Head {
  const text = heard.replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, '')
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const fields = new Map<string, string[]>()
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]*): (.*)$/.exec(line) ?? []
    const key = name.toLowerCase()
    fields.set(key, [...(fields.get(key) ?? []), value])
  }
  return { status: Number(first.split(' ')[1]), fields, body: text.slice(end + 4) }
}

function policyIn(text: string): Record<string, string> {
  const parts = text.split(/; ?/).map((part) => part.split(' '))
  return Object.fromEntries(parts.map(([name = '', ...values]) => [name, values.join(' ')]))
}

/** Whatever is wrong with an answer, in words. */
function faultsOf(method: string, { status, fields, body }: Head): string[] {
  const faults = []
  for (const [name, value] of Object.entries(FIELDS)) {
    const said = fields.get(name) ?? []
    if (said.length !== 1 || said[0] !== value) faults.push(`${name}: ${said.join(' and ')}`)
  }
  const policies = fields.get('content-security-policy') ?? []
  const policy = policyIn(policies[0] ?? '')
  const expected = 'sandbox' in policy ? FILE_POLICY : POLICY
  const isLax = Object.entries(expected).some(([name, value]) => policy[name] !== value)
  if (policies.length !== 1 || isLax) faults.push(`policy: ${policies.join(' and ')}`)
  if ('sandbox' in policy && !fields.get('content-disposition')?.[0]?.startsWith('attachment')) {
    faults.push('a file that is shown')
  }

  const kept = fields.get('cache-control') ?? []
  const mayBeKept = status < 400 && [PAGE, HASHED_FILE].includes(kept[0] ?? '')
  if (kept.length !== 1 || (kept[0] !== 'no-store' && !mayBeKept))
    faults.push(`kept: ${kept.join()}`)
  if (fields.has('server') || fields.has('x-powered-by')) faults.push('it says what it is')
  if (fields.has('access-control-allow-origin')) faults.push('it is open to others')
  if (fields.has('location') && !fields.get('location')?.[0]?.startsWith('/'))
    faults.push('it leads away')
  // Of a head that is wrong nobody knows whether it was meant to be one of HEAD.
  const isEmpty = (method === 'HEAD' && status !== 400) || status === 204 || status === 304
  if (isEmpty && body !== '') faults.push('a body')
  if (!(status >= 200 && status < 600)) faults.push('no answer')
  return faults
}

/** Asks, and hears all until the daemon hangs up. */
async function hear(daemon: Daemon, { door, head, body = '' }: Ask): Promise<Head> {
  const speaker = new Speaker(daemon, door, 0)
  await speaker.say([
    `${head}${body === '' ? '' : `Content-Length: ${body.length}\r\n`}\r\n${body}`,
  ])
  await speaker.listen()
  return parse(speaker.heard)
}

/** All paths that the daemon knows, as it lists them, and some that it does not. */
function pathsOf(task: number, page: string): string[] {
  const source = fileURLToPath(new URL('../../src/http/hw-http-route.c', import.meta.url))
  const found = [...readFileSync(source, 'utf8').matchAll(/\{ "(\/[\w/.-]*|)", HW_HTTP_ROUTE_/g)]
  const listed = found.map(([, path = '']) => path)
  const fixed = listed.filter((path) =>
    /^\/(?:api|hub|healthz|readyz|metrics|add-task|openapi)/.test(path),
  )
  const ofTask = listed.filter((path) => !fixed.includes(path))
  expect(fixed.length).toBeGreaterThan(8)
  expect(ofTask.length).toBeGreaterThan(7)
  const files = [...page.matchAll(/"(\/[\w/.-]+\.\w+)"/g)].map(([, path = '']) => path)
  return [
    ...fixed,
    ...files,
    ...[task, 999].flatMap((id) =>
      [...ofTask, '/files/a.txt'].map((path) => `/api/v1/tasks/${id}${path}`),
    ),
    ...['/', '/index.html', '/tasks/1', '/assets/none.js', '/none.txt', '/favicon.svg'],
    ...[
      '/api',
      '/api/v1/none',
      '/api/v1/tasks/x',
      '/hub/negotiate',
      '/hub/none',
      '/%2e%2e/x',
      '//x',
    ],
  ]
}

/** Who may ask, as the head of a request says. */
function askersOf(daemon: Daemon): [door: 'tcp' | 'socket', fields: string][] {
  const host = `Host: 127.0.0.1:${daemon.port}\r\n`
  const token = `Authorization: Bearer ${daemon.token}\r\n`
  return [
    ['tcp', host + token],
    ['tcp', `${host}If-None-Match: *\r\n`],
    ['tcp', `${host}Authorization: Bearer ${MARK}\r\n`],
    ['tcp', `${host}Cookie: headway_${daemon.port}=${MARK}\r\n`],
    ['tcp', `${host}${token}Origin: http://evil.example\r\n`],
    ['tcp', `Host: evil.example\r\n${token}`],
    ['socket', 'Host: localhost\r\n'],
    ['socket', `Host: localhost\r\nX-Forwarded-For: ${MARK}\r\n`],
  ]
}

/** Each path with each method, by each who may ask, with and without a query. */
function walkOf(daemon: Daemon, task: number, page: string): Ask[] {
  const bodies = ['{"type":"noop"}', `{"token":"${daemon.token}"}`, `{"token":"${MARK}"}`]
  const asks: Ask[] = []
  for (const method of METHODS) {
    for (const path of pathsOf(task, page)) {
      for (const [door, fields] of askersOf(daemon)) {
        const fill = (query: string) =>
          `${method} ${path}${query} HTTP/1.1\r\n${fields}Connection: close\r\n`
        asks.push({ door, head: fill('') })
        if (method === 'POST') asks.push(...bodies.map((body) => ({ door, head: fill(''), body })))
        if (method === 'GET' || method === 'POST') {
          asks.push({ door, head: fill(`?access_token=${daemon.token}&x=${MARK}`) })
        }
      }
    }
  }
  return asks
}

/** Requests that libsoup never sees, and the statuses that refuse them. */
function refusedOnes(daemon: Daemon): Record<number, string> {
  const host = `Host: 127.0.0.1:${daemon.port}\r\n`
  return {
    400: `GET /?${MARK} HTTP/1.1\r\n${host}X: a\rb\r\n`,
    405: `BREW /?${MARK} HTTP/1.1\r\n${host}`,
    413: `POST /api/v1/session?${MARK} HTTP/1.1\r\n${host}Content-Length: 99999999999\r\n`,
    417: `POST /add-task?${MARK} HTTP/1.1\r\n${host}Expect: wonders\r\nContent-Length: 1\r\n`,
    421: `GET /?${MARK} HTTP/1.1\r\nHost: ${MARK}.example\r\n`,
    431: `GET /?${MARK} HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(64)}`,
    501: `POST /add-task?${MARK} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n`,
    505: `GET /?${MARK} HTTP/1.0\r\n${host}`,
  }
}

/** A daemon that may have a few files open, and so a few connections. */
function withFewDescriptors(): string {
  const folder = mkdtempSync(join(tmpdir(), 'headway-e2e-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const program = join(folder, 'headwayd')
  writeFileSync(program, `#!/bin/sh\nulimit -n 64\nexec '${HEADWAYD}' "$@"\n`, { mode: 0o755 })
  return program
}

async function startTalkative(): Promise<Daemon> {
  return startDaemon({ variables: { G_MESSAGES_DEBUG: 'all' }, taskTypes: { leave: LEAVE } })
}

test('every answer of every address says what browsers have to know, and no log what was asked', async () => {
  const daemon = await startTalkative()
  const rest = overSocket(daemon)
  const { id } = await rest.add('leave')
  await rest.whenEnded(id)

  const page = await overTcp(daemon).get('/')
  const asks = walkOf(daemon, id, page.text)
  const seen = new Set<string>()
  const faults: string[] = []
  const walk = async () => {
    for (let ask = asks.shift(); ask !== undefined; ask = asks.shift()) {
      const answer = await hear(daemon, ask)
      const [method = '', path = ''] = ask.head.split(' ')
      seen.add(String(answer.status)).add(answer.fields.get('cache-control')?.[0] ?? '')
      const wrong = faultsOf(method, answer).map(
        (fault) => `${method} ${path}: ${answer.status} ${fault}`,
      )
      faults.push(...wrong)
    }
  }
  await Promise.all(Array.from({ length: 8 }, walk))

  expect(faults).toEqual([])
  const statuses = [
    '200',
    '202',
    '204',
    '304',
    '400',
    '401',
    '403',
    '404',
    '405',
    '409',
    '413',
    '421',
  ]
  expect([...seen]).toEqual(expect.arrayContaining([...statuses, 'no-store', PAGE, HASHED_FILE]))
  expect(daemon.stderr).not.toContain(daemon.token)
  expect(daemon.stderr).not.toContain(MARK)
})

test('what the gate itself refuses says the same, and no log what was asked', async () => {
  const daemon = await startTalkative()
  for (const [status, head] of Object.entries(refusedOnes(daemon))) {
    const heard = await hear(daemon, { door: 'tcp', head })
    expect(heard.status).toBe(Number(status))
    expect(faultsOf('GET', heard), status).toEqual([])
  }
  const slow = await hear(daemon, { door: 'tcp', head: `GET /?${MARK} HTTP/1.1\r\nX: y` })
  expect(slow.status).toBe(408)
  expect(faultsOf('GET', slow)).toEqual([])
  expect(daemon.stderr).not.toContain(MARK)
})

test('who finds no room is told so as everybody else is', async () => {
  const daemon = await startDaemon({ program: withFewDescriptors() })
  const api = await Description.of(overSocket(daemon))
  const { epoch, seq } = (await overSocket(daemon).get('/api/v1/tasks')).json as TaskPage
  const who = `Host: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${daemon.token}\r\n`
  const path = `/api/v1/events?epoch=${epoch}&after=${seq}&wait=30`
  const heard = Array.from({ length: 40 }, () =>
    hear(daemon, { door: 'tcp', head: `GET ${path} HTTP/1.1\r\n${who}` }),
  )
  // Whoever has not asked yet may be cut for somebody else, without a word.
  const refused = await Promise.any(
    heard.map(async (answer) => {
      const told = await answer
      return Number.isNaN(told.status) ? Promise.reject(new Error('cut')) : told
    }),
  )
  expect(refused.status).toBe(503)
  expect(faultsOf('GET', refused)).toEqual([])
  const { status, fields, body: text } = refused
  const headers = Object.fromEntries([...fields].map(([name, [value = '']]) => [name, value]))
  expect(api.faults(api.place('getEvents'), { status, headers, text })).toEqual([])
})
