// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectSecurely } from 'node:tls'
import type { Daemon } from './daemon.ts'
import type { Door } from './exchanges.ts'
import { within } from './wait.ts'

/** How long something may take that has to come, in ms. */
const LIMIT = 60_000

/** Whoever says anything at all to a daemon, and hears what it answers; in bytes. */
export class Speaker {
  readonly #socket: Socket
  heard = ''

  constructor(daemon: Daemon, door: Door, tlsPort: number) {
    this.#socket = Speaker.#connect(daemon, door, tlsPort)
    this.#socket.setEncoding('latin1').on('data', (text: string) => (this.heard += text))
    this.#socket.on('error', () => this.#socket.destroy())
  }

  static #connect(daemon: Daemon, door: Door, tlsPort: number): Socket {
    switch (door) {
      case 'tcp':
        return connect(daemon.port, '127.0.0.1')
      case 'socket':
        return connect(daemon.socketPath)
      case 'tls':
        // It is the test's own certificate.
        return connectSecurely({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false })
      case 'hello':
        return connect(tlsPort, '127.0.0.1')
    }
  }

  /** Says something, piece by piece. */
  async say(pieces: readonly string[]) {
    for (const piece of pieces) {
      if (!this.#socket.writable) return
      this.#socket.write(piece, 'latin1')
      if (pieces.length > 1) await pause(1)
    }
  }

  /** Waits until enough was heard, or nothing comes any more. */
  async listen(isEnough: () => boolean = () => false) {
    const heard = new Promise<void>((resolve) => {
      const look = () => {
        if (this.#socket.destroyed || isEnough()) resolve()
      }
      this.#socket.on('data', look).on('close', look)
      look()
    })
    await within('the daemon answers, or hangs up', LIMIT, heard)
  }

  /** Says that there is no more to come, and hears the rest. */
  async finish() {
    this.#socket.end()
    await this.listen()
  }

  /** Goes without a word. */
  leave() {
    this.#socket.destroy()
  }
}

/** The statuses of the answers in what was heard. */
export function statusesIn(heard: string): number[] {
  return [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}

/** What a client of TLS says first. */
export async function recordHello(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const client = connectSecurely({ port, host: '127.0.0.1', servername: 'localhost' })
  client.on('error', () => client.destroy())
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  socket.destroy()
  server.close()
  return bytes.toString('latin1')
}
