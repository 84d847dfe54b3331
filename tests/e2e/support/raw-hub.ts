// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ClientOptions } from 'ws'
import WebSocket from 'ws'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import type { Answer } from './rest.ts'
import { overTcp } from './rest.ts'
import { until } from './wait.ts'

const END = '\u001e'

/** A record of the hub protocol, whichever it is. */
export interface Message {
  type?: number
  invocationId?: string
  target?: string
  arguments?: unknown[]
  item?: unknown
  result?: unknown
  error?: string
  allowReconnect?: boolean
}

export interface Negotiation {
  negotiateVersion: number
  connectionId: string
  connectionToken?: string
  availableTransports: { transport: string; transferFormats: string[] }[]
  error?: string
}

export async function negotiate(daemon: Daemon, query = '?negotiateVersion=1'): Promise<Answer> {
  const rest = overTcp(daemon)
  const answer = await rest.post(`/hub/negotiate${query}`, '')
  rest.close()
  return answer
}

/** A WebSocket without any of Microsoft's client, to say what that client never says. */
export class RawHub {
  readonly messages: Message[] = []
  readonly #socket: WebSocket
  #rest = ''
  closed: { code: number; reason: string } | null = null
  /** The status of the answer, where there was no upgrade. */
  refusal: number | null = null
  isOpen = false

  constructor(daemon: Daemon, query: string, options: ClientOptions = {}) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${daemon.port}/hub${query}`, {
      headers: { Authorization: `Bearer ${daemon.token}` },
      ...options,
    })
    this.#socket.on('open', () => (this.isOpen = true))
    this.#socket.on('error', () => undefined)
    this.#socket.on('unexpected-response', (request, response) => {
      this.refusal = response.statusCode ?? 0
      response.resume()
      request.destroy()
    })
    this.#socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }))
    this.#socket.on('message', (data: Buffer) => {
      const records = (this.#rest + data.toString()).split(END)
      this.#rest = records.pop() ?? ''
      this.messages.push(...records.map((record) => JSON.parse(record) as Message))
    })
    onTestFinished(() => {
      this.#socket.terminate()
    })
  }

  async opened(): Promise<this> {
    await until('the WebSocket is open', () => this.isOpen)
    return this
  }

  send(message: unknown) {
    this.sendText(JSON.stringify(message) + END)
  }

  sendText(text: string) {
    this.#socket.send(text)
  }

  sendBytes(bytes: Buffer) {
    this.#socket.send(bytes, { binary: true })
  }

  close(code?: number) {
    this.#socket.close(code)
  }

  /** Reads no more of what comes. */
  pause() {
    this.#socket.pause()
  }

  /** Goes without a word, as a machine that was switched off. */
  vanish() {
    this.#socket.terminate()
  }

  message(what: string, isIt: (message: Message) => boolean, limit?: number): Promise<Message> {
    return until(what, () => this.messages.find(isIt), limit)
  }

  whenClosed(limit?: number): Promise<{ code: number; reason: string }> {
    return until('the WebSocket is closed', () => this.closed, limit)
  }
}

/** A connection after the handshake, negotiated before. */
export async function openRawHub(daemon: Daemon): Promise<RawHub> {
  const { connectionToken } = (await negotiate(daemon)).json as Negotiation
  const hub = await new RawHub(daemon, `?id=${connectionToken ?? ''}`).opened()
  hub.send({ protocol: 'json', version: 1 })
  await until('the handshake is answered', () => hub.messages.length > 0)
  const answer = hub.messages.shift()
  if (answer?.error !== undefined) throw new Error(answer.error)
  return hub
}
