// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { setTimeout as pause } from 'node:timers/promises'
import type { Daemon } from './daemon.ts'
import { frame, UPGRADE } from './exchanges.ts'
import { Flood } from './flood.ts'

const MIB = 1024 * 1024
const END = '\x1e'

/** How many connections there are of each kind. */
export interface Strength {
  idle: number
  slow: number
  hub: number
}

/** A flood that goes on for as long as something is so, and tells how many there were. */
type Kind = (flood: Flood, isOn: () => boolean) => Promise<number>

/** Frames that no client of ours sends: calls of nothing, half records, pings, pieces. */
function hubNoise(): string {
  const call = '{"type":1,"invocationId":"1","target":"Nothing","arguments":[]}'
  const watch = '{"type":4,"invocationId":"2","target":"WatchTasks","arguments":[{},0,0]}'
  return [
    frame(1, `{"protocol":"json","version":1}${END}`, 0),
    frame(1, (call + END).repeat(20), 0),
    frame(1, watch + END, 0),
    frame(9, 'x'.repeat(125), 0).repeat(50),
    frame(1, '{"type":1,"target":"', 0, false) + frame(0, 'x'.repeat(16_000), 0, false).repeat(2),
  ].join('')
}

function kindsOf(daemon: Daemon, { idle, slow, hub }: Strength): Record<string, Kind> {
  const host = `Host: 127.0.0.1:${daemon.port}\r\n`
  const token = `Authorization: Bearer ${daemon.token}\r\n`
  const head = (target: string, fields: string) => `${target} HTTP/1.1\r\n${host}${fields}`
  const post = (target: string, body: string, who = token) =>
    `${head(`POST ${target}`, who)}Content-Length: ${body.length}\r\n\r\n${body}`
  const again = async (isOn: () => boolean, something: (n: number) => Promise<unknown>) => {
    let n = 0
    while (isOn()) {
      await something(n++)
      await pause(5)
    }
    return n
  }
  const deep = ['['.repeat(MIB), '{"a":'.repeat(MIB / 5), '9'.repeat(MIB), `"${'\\'.repeat(MIB)}`]
  const large = ['/add-task', '/nowhere', '/api/v1/session']
  const ask = head('GET /api/v1/tasks?limit=200', `${token}\r\n`)

  return {
    'idle ones': (flood, isOn) => flood.press(idle, '', '', isOn),
    'slow heads': (flood, isOn) => flood.press(slow, head('GET /', ''), 'X: y\r\n', isOn),
    'slow bodies': (flood, isOn) =>
      flood.press(slow, head('POST /api/v1/session', 'Content-Length: 1000\r\n\r\n'), 'x', isOn),
    'slow readers': (flood, isOn) =>
      flood.press(slow, head('GET /api/v1/task-types', `${token}\r\n`).repeat(200), '', isOn),
    'hub clients': (flood, isOn) =>
      flood.press(hub, head('GET /hub', `${token}${UPGRADE}\r\n`), hubNoise(), isOn),
    'deep bodies': (flood, isOn) =>
      again(isOn, (n) => flood.tell(post('/api/v1/tasks', deep[n % deep.length] ?? ''))),
    'bodies of 200 MiB': (flood, isOn) =>
      again(isOn, (n) => {
        const target = `POST ${large[n % large.length] ?? ''}`
        return flood.send(head(target, `Content-Length: ${200 * MIB}\r\n\r\n`), 200 * MIB)
      }),
    'wrong tokens': (flood, isOn) =>
      again(isOn, (n) =>
        flood.tell(head('GET /api/v1/tasks', `Authorization: Bearer ${n}\r\n\r\n`)),
      ),
    resets: (flood, isOn) =>
      again(isOn, () => flood.reset(20, ['', 'GET / HT', ask, `${ask}${ask}`, 'nonsense\r\n'])),
  }
}

/** Every kind of flood at once, for so many ms. Tells how many there were of each. */
export async function rage(
  daemon: Daemon,
  strength: Strength,
  time: number,
): Promise<Record<string, number>> {
  const end = performance.now() + time
  const floods = Object.entries(kindsOf(daemon, strength)).map(async ([name, kind]) => {
    const flood = new Flood(daemon)
    const count = await kind(flood, () => performance.now() < end)
    flood.end()
    return [name, count] as const
  })
  return Object.fromEntries(await Promise.all(floods))
}
