// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { RawHub } from './support/raw-hub.ts'
import { overTcp } from './support/rest.ts'
import { within } from './support/wait.ts'

const BODY = '{"type":"noop"}'
const LENGTH = `Content-Length: ${BODY.length}\r\n`

/**
 * What stands behind each request: one that would add a task, if anybody took it for a
 * request of its own.
 */
const HIDDEN = `POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n${LENGTH}\r\n${BODY}`

/** Sends bytes, and hears all that is answered until the daemon hangs up. */
async function speak(daemon: Daemon, bytes: string): Promise<string> {
  const socket = connect(daemon.port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  let heard = ''
  socket.setEncoding('latin1').on('data', (text: string) => (heard += text))
  // Whoever is refused may find the line closed while it still speaks.
  socket.on('error', () => socket.destroy())
  socket.write(Buffer.from(bytes, 'latin1'))
  await within('the end', 20_000, once(socket, 'close'))
  return heard
}

function fill(daemon: Daemon, text: string): string {
  return text
    .replaceAll('HOST', `Host: 127.0.0.1:${daemon.port}`)
    .replaceAll('TOKEN', `Authorization: Bearer ${daemon.token}`)
    .replaceAll('PORT', String(daemon.port))
}

/** The statuses of all answers. */
function statuses(heard: string): number[] {
  return [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}

/** Heads of requests that two readers could understand in two ways, and the answer. */
const AMBIGUOUS: Record<string, [status: number, head: string]> = {
  'two hosts': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nHOST\r\nTOKEN\r\n'],
  'two hosts, one another’s': [421, 'POST /add-task HTTP/1.1\r\nHost: evil.example\r\nHOST\r\n'],
  'no host': [400, 'POST /add-task HTTP/1.1\r\nTOKEN\r\n'],
  'another host': [421, 'POST /add-task HTTP/1.1\r\nHost: evil.example:PORT\r\nTOKEN\r\n'],
  'a host with a user': [421, 'POST /add-task HTTP/1.1\r\nHost: 127.0.0.1:PORT@evil\r\nTOKEN\r\n'],
  'a host in two lines': [
    421,
    'POST /add-task HTTP/1.1\r\nHost: evil\r\n 127.0.0.1:PORT\r\nTOKEN\r\n',
  ],
  'an absolute target': [400, 'POST http://evil/add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'an absolute target of ours': [400, 'POST http://127.0.0.1:PORT/add-task HTTP/1.1\r\nHOST\r\n'],
  'an asterisk': [400, 'OPTIONS * HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'an authority': [400, 'CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'a fragment': [400, 'POST /add-task#x HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'dot segments': [400, 'POST /x/../add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'escaped dot segments': [400, 'POST /x/%2e%2e/add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'a zero byte in the target': [400, 'POST /add-task%00 HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'a blank in the target': [400, 'POST /add task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'two blanks': [400, 'POST  /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'HTTP/1.0': [505, 'POST /add-task HTTP/1.0\r\nHOST\r\nTOKEN\r\n'],
  'HTTP/2.0': [505, 'PRI * HTTP/2.0\r\n'],
  'HTTP/0.9': [400, 'GET /healthz\r\n'],
  'no name of HTTP': [400, 'POST /add-task ICY/1.1\r\nHOST\r\nTOKEN\r\n'],
  'a small method': [405, 'post /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'another method': [405, 'PATCH /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'lone line feeds': [400, 'POST /add-task HTTP/1.1\nHOST\nTOKEN\n'],
  'a lone line feed in a field': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nX: a\nTOKEN\r\n'],
  'a lone carriage return': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nX: a\rTOKEN\r\n'],
  'a folded field': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nX: a\r\n b\r\n'],
  'a zero byte in a field': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nX: a\0b\r\n'],
  'a field without a colon': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nX\r\n'],
  'a field without a name': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n: x\r\n'],
  'a blank before a colon': [
    400,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nTransfer-Encoding : chunked\r\n',
  ],
  'an empty line first': [400, '\r\nPOST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n'],
  'a chunked body': [
    501,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nTransfer-Encoding: chunked\r\n',
  ],
  'a chunked body with a length': [
    501,
    `POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n`,
  ],
  'an unknown coding': [501, 'POST /add-task HTTP/1.1\r\nHOST\r\nTransfer-Encoding: xchunked\r\n'],
  'a coding in capitals': [
    501,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTRANSFER-ENCODING: Chunked\r\n',
  ],
  'two lengths': [
    400,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 0\r\nContent-Length: 4\r\n',
  ],
  'two lengths alike': [
    400,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 0\r\nContent-Length: 0\r\n',
  ],
  'a list of lengths': [
    400,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 0, 0\r\n',
  ],
  'a signed length': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: +0\r\n'],
  'a negative length': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: -1\r\n'],
  'a hexadecimal length': [
    400,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 0x0\r\n',
  ],
  'a length with a blank': [
    400,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 1 0\r\n',
  ],
  'an empty length': [400, 'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length:\r\n'],
  'a length beyond all numbers': [
    413,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 18446744073709551616\r\n',
  ],
  'a length where no body belongs': [
    413,
    `GET /healthz HTTP/1.1\r\nHOST\r\nContent-Length: 200\r\n`,
  ],
  'an expectation of wonders': [
    417,
    'POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\nExpect: wonders\r\n',
  ],
  'too many fields': [431, `GET / HTTP/1.1\r\nHOST\r\n${'X: y\r\n'.repeat(64)}`],
  'too long a field': [431, `GET / HTTP/1.1\r\nHOST\r\nX: ${'y'.repeat(8192)}\r\n`],
}

test('a request that can be understood in two ways is refused, and what hides behind it unheard', async () => {
  const daemon = await startDaemon()
  for (const [name, [status, head]] of Object.entries(AMBIGUOUS)) {
    const heard = await speak(daemon, fill(daemon, `${head}\r\n${HIDDEN}`))
    expect(statuses(heard), name).toEqual([status])
    expect(heard, name).toContain('Content-Type: application/problem+json\r\n')
    expect(heard, name).toContain('X-Frame-Options: DENY\r\n')
    expect(heard, name).toContain('Connection: close\r\n')
  }
  expect((await overTcp(daemon).get('/api/v1/tasks')).json).toMatchObject({ tasks: [] })
})

test('requests that come at once are answered one by one, each as it is', async () => {
  const daemon = await startDaemon()
  const one = `POST /add-task HTTP/1.1\r\nHOST\r\nTOKEN\r\n${LENGTH}\r\n${BODY}`
  const last = 'GET /healthz HTTP/1.1\r\nHOST\r\nConnection: close\r\n\r\n'
  const heard = await speak(daemon, fill(daemon, `${one.repeat(20)}${last}`))
  expect(statuses(heard)).toEqual(Array.from({ length: 21 }, () => 200))
  expect(heard).toMatch(/ok\n$/)
})

test('what was asked for with a token in it stands in no log', async () => {
  const daemon = await startDaemon()
  const secret = 'dGhpcyBpcyBzZWNyZXQ'
  for (const head of [
    `GET /api/v1/tasks?access_token=${secret} HTTP/1.1\r\nHOST\r\n`,
    `GET /hub?access_token=${secret} HTTP/1.1\r\nHOST\r\n`,
    `GET /hub?id=1&access_token=${secret} HTTP/1.1\r\nHOST\r\nAccept: text/event-stream\r\n`,
    `POST /hub?id=${secret} HTTP/1.1\r\nHOST\r\nTOKEN\r\n`,
    `GET /?x=${secret} HTTP/1.0\r\nHOST\r\n`,
    `GET /a HTTP/1.1\r\nHOST\r\nAuthorization: Bearer ${secret}\r\nX\r\n`,
    `POST /api/v1/session HTTP/1.1\r\nHOST\r\nContent-Length: 1000000\r\n\r\n${secret}`,
  ]) {
    await speak(daemon, fill(daemon, `${head}Connection: close\r\n\r\n`))
  }
  expect(daemon.stderr).not.toContain(secret)
  expect(daemon.stdout).not.toContain(secret)
})

interface Traffic {
  open: number
  ever: number
  received: number
  sent: number
}

/** What the daemon says that came and went, as somebody hears who asks over a new connection. */
async function trafficOf(
  daemon: Daemon,
): Promise<[traffic: Traffic, asked: string, heard: string]> {
  const asked = fill(
    daemon,
    'GET /api/v1/about HTTP/1.1\r\nHOST\r\nTOKEN\r\nConnection: close\r\n\r\n',
  )
  const heard = await speak(daemon, asked)
  const body = JSON.parse(heard.slice(heard.indexOf('\r\n\r\n'))) as { connections: Traffic }
  return [body.connections, asked, heard]
}

test('all that comes and goes is counted to the byte, also of those who have gone', async () => {
  const daemon = await startDaemon()
  const [before, asked, heard] = await trafficOf(daemon)
  const refused = await speak(daemon, 'nonsense\r\n\r\n')
  const [after] = await trafficOf(daemon)
  expect(after.ever - before.ever).toBe(2)
  expect(after.sent - before.sent).toBe(heard.length + refused.length)
  expect(after.received - before.received).toBe('nonsense\r\n\r\n'.length + asked.length)
})

test('whoever watches takes no place of those who ask', async () => {
  const daemon = await startDaemon()
  await Promise.all(Array.from({ length: 5 }, () => new RawHub(daemon, '').opened()))
  const [{ open, ever }] = await trafficOf(daemon)
  expect(open).toBe(1)
  expect(ever).toBeGreaterThanOrEqual(6)
})

/** How many files a process may have open. */
function openFilesOf(pid: number): number {
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8')
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1])
}

function limitOpenFiles(limit: number) {
  execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${limit}:`])
}

test('the daemon may have more files open than is usual, and its programs as many as before', async () => {
  const before = openFilesOf(process.pid)
  limitOpenFiles(512)
  onTestFinished(() => {
    limitOpenFiles(before)
  })
  const daemon = await startDaemon({
    taskTypes: { limit: '[Task]\ntitle=Limit\n[Command]\nargv=/bin/sh;-c;ulimit -n;\n' },
  })
  limitOpenFiles(before)

  const rest = overTcp(daemon)
  const { id } = await rest.add('limit')
  await rest.whenEnded(id)
  expect((await rest.get(`/api/v1/tasks/${id}/log`)).text).toContain('512')
  expect(openFilesOf(daemon.pid)).toBeGreaterThan(512)
})
