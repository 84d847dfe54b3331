// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import { until, within } from './wait.ts'
import type { Json, Line, Problem, Task, TaskPage } from './words.ts'
import { hasEnded, lines, readPoll } from './words.ts'

export class Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer

  constructor(message: IncomingMessage, body: Buffer) {
    this.status = message.statusCode ?? 0
    this.headers = message.headers
    this.body = body
  }

  get text(): string {
    return this.body.toString()
  }

  get json(): unknown {
    return JSON.parse(this.text)
  }

  get problem(): Problem {
    return this.json as Problem
  }
}

/** Up to where somebody knows everything. */
export interface Place {
  epoch: number
  seq: number
}

export interface Ask {
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON unless it is bytes or a text. */
  body?: unknown
}

function bytesOf(body: unknown): Buffer | string {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
}

/** A client of the REST door: over TCP with the token, or over the Unix socket. */
export class Rest {
  readonly #options: RequestOptions
  readonly #headers: Readonly<Record<string, string>>
  readonly #agent = new Agent({ keepAlive: true })
  /** The ends of its sockets: how many it has used. */
  readonly ports = new Set<number>()

  constructor(options: RequestOptions, headers: Readonly<Record<string, string>> = {}) {
    this.#options = { timeout: 20_000, ...options }
    this.#headers = headers
    onTestFinished(() => {
      this.close()
    })
  }

  close() {
    this.#agent.destroy()
  }

  ask(method: string, path: string, { headers, body }: Ask = {}): Promise<Answer> {
    const payload = body === undefined ? undefined : bytesOf(body)
    const all = {
      ...this.#headers,
      ...(payload !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': String(Buffer.byteLength(payload)),
      }),
      ...headers,
    }
    return new Promise((resolve, reject) => {
      const sent = request(
        { ...this.#options, agent: this.#agent, method, path, headers: all },
        (message) => {
          const parts: Buffer[] = []
          this.ports.add(message.socket.localPort ?? 0)
          message
            .on('data', (part: Buffer) => parts.push(part))
            .on('end', () => {
              resolve(new Answer(message, Buffer.concat(parts)))
            })
            .on('error', reject)
        },
      )
      sent.on('timeout', () => sent.destroy(new Error(`No answer to ${method} ${path}`)))
      sent.on('error', reject)
      sent.end(payload)
    })
  }

  get(path: string, ask?: Ask): Promise<Answer> {
    return this.ask('GET', path, ask)
  }

  post(path: string, body?: unknown, ask?: Ask): Promise<Answer> {
    return this.ask('POST', path, { body, ...ask })
  }

  /** Adds a task that must be accepted. */
  async add(type: string, parameters: Json = {}, more: Record<string, Json> = {}): Promise<Task> {
    const answer = await this.post('/api/v1/tasks', { type, parameters, ...more })
    if (answer.status !== 202) throw new Error(`${type}: ${answer.status} ${answer.text}`)
    return answer.json as Task
  }

  async task(id: number): Promise<Task> {
    const answer = await this.get(`/api/v1/tasks/${id}`)
    if (answer.status !== 200) throw new Error(`${id}: ${answer.status} ${answer.text}`)
    return answer.json as Task
  }

  /** All tasks, oldest first. */
  async tasks(): Promise<Task[]> {
    const all: Task[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const answer = await this.get(`/api/v1/tasks?limit=200${query}`)
      if (answer.status !== 200) throw new Error(answer.text)
      const page = answer.json as TaskPage
      all.push(...page.tasks)
      cursor = page.next
    } while (cursor !== null)
    return all.reverse()
  }

  /** Where the newest is that happened. */
  async head(): Promise<Place> {
    const { epoch, seq } = (await this.get('/api/v1/tasks?limit=1')).json as TaskPage
    return { epoch, seq }
  }

  /** All transitions behind a place, a line each, in pages. */
  async linesAfter({ epoch, seq: after }: Place, head: number): Promise<Line[]> {
    const all: Line[] = []
    for (let seq = after; seq < head;) {
      const page = readPoll(await this.get(`/api/v1/events?epoch=${epoch}&after=${seq}`))
      if (page.seq <= seq) throw new Error(`There is nothing behind ${seq}`)
      all.push(...lines(page.events))
      seq = page.seq
    }
    return all
  }

  cancel(id: number): Promise<Answer> {
    return this.post(`/api/v1/tasks/${id}/cancel`)
  }

  /** Waits until a task is as it should be. */
  async when(
    id: number,
    what: string,
    isSo: (task: Task) => boolean,
    limit?: number,
  ): Promise<Task> {
    const look = async () => {
      const task = await this.task(id)
      return isSo(task) && task
    }
    return until(`task ${id} ${what}`, look, limit)
  }

  whenEnded(id: number, limit?: number): Promise<Task> {
    return this.when(id, 'has ended', hasEnded, limit)
  }

  whenRunning(id: number): Promise<Task> {
    return this.when(
      id,
      'runs',
      ({ state, activity }) => state === 'Processing' && activity === null,
    )
  }

  /** All of an attempt's output that was kept: over a hole it goes on with what is behind it. */
  async output(id: number, attempt?: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let offset = 0; ;) {
      const query = attempt === undefined ? '' : `&attempt=${attempt}`
      const answer = await this.get(`/api/v1/tasks/${id}/log?offset=${offset}${query}`)
      if (answer.status !== 200) throw new Error(answer.text)
      const next = Number(answer.headers['headway-next-offset'])
      if (next <= offset) return Buffer.concat(parts)
      parts.push(answer.body)
      offset = next
    }
  }
}

/** Sends bytes that no client sends, and gets the beginning of the answer. */
export async function sendBytes(daemon: Daemon, bytes: string): Promise<string> {
  const socket = connect(daemon.port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  socket.write(bytes)
  const [answer] = (await within('an answer', 10_000, once(socket, 'data'))) as [Buffer]
  return answer.toString()
}

export function overTcp(daemon: Daemon, token: string | null = daemon.token): Rest {
  return new Rest(
    { host: '127.0.0.1', port: daemon.port },
    token === null ? {} : { Authorization: `Bearer ${token}` },
  )
}

export function overSocket(daemon: Daemon): Rest {
  return new Rest({ socketPath: daemon.socketPath }, { Host: 'localhost' })
}
