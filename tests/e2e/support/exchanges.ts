// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Daemon } from './daemon.ts'
import type { Random } from './random.ts'

/** Where it is said: over TCP, the Unix socket, within TLS, or in place of TLS. */
export type Door = 'tcp' | 'socket' | 'tls' | 'hello'

/** What is said over one connection; its characters are bytes. */
export interface Exchange {
  door: Door
  /** Requests; ID stands for a connection that was negotiated. */
  head: string
  /** The statuses of the answers, if it is said as it is. */
  statuses: number[]
  /** What follows once the connection is a WebSocket. */
  records: string[]
}

const END = '\x1e'
const ADD = '{"type":"noop","parameters":{},"title":"a","priority":3,"timeout":60}'
const SAY = '{"type":"say","parameters":{"text":"what","times":3,"loud":true}}'
const BATCH = `[${ADD},{"type":"demo","parameters":{"steps":2,"delay":0.01}},${ADD}]`

/** What asks for a WebSocket. */
export const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const BROWSER =
  'User-Agent: Mozilla/5.0\r\nAccept: */*;q=0.8, text/html\r\nAccept-Encoding: gzip, deflate\r\n' +
  'Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n' +
  'If-None-Match: W/"a", "b"\r\nCookie: a=b; headway_1=c\r\nAccept-Language: de, en;q=0.5\r\n'

/** Method, path, status; then fields of its own, and a body. */
type Ask = [method: string, path: string, status: number, fields?: string, body?: string]

const ASKS: readonly Ask[] = [
  ['GET', '/healthz', 200],
  ['HEAD', '/healthz', 200],
  ['GET', '/readyz', 200],
  ['GET', '/metrics', 200],
  ['OPTIONS', '/api/v1/tasks', 405],
  ['GET', '/assets/index-a1b2c3.js', 404],
  ['GET', '/api/v1/session', 204],
  ['GET', '/api/v1/about', 200],
  ['GET', '/api/v1/task-types', 200],
  ['GET', '/api/v1/tasks?limit=20&state=Completed&type=noop&q=a%20b', 200],
  ['HEAD', '/api/v1/tasks?limit=200', 200],
  ['GET', '/api/v1/tasks/1', 200, 'Accept: application/json\r\n'],
  ['GET', '/api/v1/tasks/1/events?epoch=0&after=0&rev=0&wait=0', 200],
  ['GET', '/api/v1/tasks/1/log?attempt=1&offset=0&wait=0', 200, 'Range: bytes=0-10\r\n'],
  ['GET', '/api/v1/tasks/1/files', 200],
  ['GET', '/api/v1/tasks/1/files/report%20of%20it.txt', 404],
  ['GET', '/api/v1/events?epoch=0&after=0&wait=0', 200],
  ['POST', '/add-task', 200, 'Content-Type: application/json\r\n', ADD],
  ['POST', '/api/v1/tasks', 202, 'Content-Type: application/json\r\n', SAY],
  ['POST', '/api/v1/tasks', 202, 'Idempotency-Key: "8e03978e-40d5"\r\n', ADD],
  ['POST', '/api/v1/tasks', 202, '', BATCH],
  ['POST', '/api/v1/tasks/1/cancel', 409, '', '{"now":true}'],
  ['POST', '/api/v1/tasks/1/pause', 409],
  ['POST', '/api/v1/tasks/1/resume', 409],
  ['POST', '/api/v1/tasks/1/retry', 409],
  ['DELETE', '/api/v1/tasks/9007199254740991', 404],
  ['POST', '/api/v1/session', 401, 'Content-Type: application/json\r\n', '{"token":"c2VjcmV0"}'],
  ['POST', '/hub/negotiate?negotiateVersion=1', 200, 'X-Requested-With: XMLHttpRequest\r\n'],
]

/** What is answered otherwise over the owner's socket. */
const TCP_ASKS: readonly Ask[] = [
  ['GET', '/api/v1/link', 403],
  ['GET', '/robots.txt', 404, BROWSER],
]
const SOCKET_ASKS: readonly Ask[] = [
  ['GET', '/api/v1/link', 200],
  ['GET', '/robots.txt', 403, BROWSER],
]

/** What of this is said at once. */
const IN_A_ROW: readonly Ask[] = ASKS.slice(0, 8)

const HANDSHAKE = '{"protocol":"json","version":1}'
const RECORDS = [
  '{"type":1,"invocationId":"1","target":"AddTask","arguments":["noop",{},{"priority":2}]}',
  '{"type":1,"invocationId":"2","target":"CancelTask","arguments":[1,{"now":true}]}',
  '{"type":1,"invocationId":"3","target":"Subscribe","arguments":[1]}',
  '{"type":1,"invocationId":"4","target":"Unsubscribe","arguments":[1]}',
  '{"type":1,"invocationId":"5","target":"RemoveTask","arguments":[9007199254740991]}',
  '{"type":1,"target":"PauseTask","arguments":[1]}',
  '{"type":4,"invocationId":"6","target":"WatchTask","arguments":[1,0,0]}',
  '{"type":4,"invocationId":"7","target":"WatchTasks","arguments":[{"type":"noop"},0,0]}',
  '{"type":4,"invocationId":"8","target":"ReadLog","arguments":[1,1,0],"streamIds":[]}',
  '{"type":5,"invocationId":"7"}',
  '{"type":6}',
]

function write([method, path, , fields = '', body]: Ask, who: string): string {
  const length =
    body === undefined && method !== 'POST' ? '' : `Content-Length: ${body?.length ?? 0}\r\n`
  return `${method} ${path} HTTP/1.1\r\n${who}${fields}${length}\r\n${body ?? ''}`
}

/** A frame as clients send it (RFC 6455, 5.2). */
export function frame(opcode: number, payload: string, mask: number, isLast = true): string {
  const bytes = Buffer.from(payload, 'latin1')
  const keys = Buffer.alloc(4)
  keys.writeUInt32BE(mask)
  const head = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255]
  head[0] = (head[0] ?? 0) | 128
  for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) ^ (keys[i % 4] ?? 0)
  return Buffer.from([opcode | (isLast ? 128 : 0), ...head, ...keys, ...bytes]).toString('latin1')
}

/** Puts records into frames, each in one, or in more. */
export function frames(records: readonly string[], random: Random): string {
  const parts = records.flatMap((record) => {
    const mask = random.below(2) * random.below(2 ** 32)
    const at = random.below(record.length)
    switch (random.below(6)) {
      case 0:
        return [frame(1, record.slice(0, at), mask, false), frame(0, record.slice(at) + END, mask)]
      case 1:
        return [frame(9, record.slice(0, 20), mask), frame(1, record + END, mask)]
      case 2:
        return [frame(1, `${record}${END}{"type":6}${END}`, mask)]
      default:
        return [frame(1, record + END, mask)]
    }
  })
  return parts.join('') + (random.below(3) === 0 ? frame(8, '\x03\xe8', 0) : '')
}

/** All that clients say to a daemon, over each of its doors. */
export function exchangesWith(daemon: Daemon, tlsPort: number, hello: string): Exchange[] {
  const token = `Authorization: Bearer ${daemon.token}\r\n`
  const doors: [door: Door, who: string][] = [
    ['tcp', `Host: 127.0.0.1:${daemon.port}\r\n${token}`],
    ['socket', 'Host: localhost\r\n'],
    ['tls', `Host: localhost:${tlsPort}\r\n${token}`],
  ]
  const all = doors.flatMap(([door, who]) => {
    const asks = [...ASKS, ...(door === 'socket' ? SOCKET_ASKS : TCP_ASKS)]
    const one = (some: readonly Ask[], records: string[] = []): Exchange => ({
      door,
      head: some.map((ask) => write(ask, who)).join(''),
      statuses: some.map(([, , status]) => status),
      records,
    })
    // A connection is negotiated over TCP.
    const hubs = door === 'socket' ? ['/hub'] : ['/hub', '/hub?id=ID']
    return [
      ...asks.map((ask) => one([ask])),
      one(IN_A_ROW),
      ...hubs.map((path) => one([['GET', path, 101, UPGRADE]], [HANDSHAKE, ...RECORDS])),
    ]
  })
  return [...all, { door: 'hello', head: hello, statuses: [], records: [] }]
}
