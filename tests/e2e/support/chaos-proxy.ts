// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Random } from './random.ts'

export const FAULTS = ['reset', 'half-open', 'cut'] as const

export type Fault = (typeof FAULTS)[number]

/** How often a connection tells something before it is broken: who is behind comes nearer. */
const PIECES = 8

/** What an event that has a number looks like on its way, in whatever it is wrapped. */
const EVENT = /"seq":\d+/

/** A connection through the proxy. */
class Passage {
  readonly #client: Socket
  readonly #daemon: Socket
  #held: Buffer[] | null = null
  #told = 0
  #isHalfOpen = false
  isOver = false

  constructor(client: Socket, port: number, onOver: () => void) {
    this.#client = client
    this.#daemon = connect(port, '127.0.0.1')
    const over = () => {
      if (this.isOver) return
      this.isOver = true
      // The daemon does not get to know of it.
      if (!this.#isHalfOpen) this.#daemon.destroy()
      client.destroy()
      onOver()
    }
    for (const socket of [client, this.#daemon]) {
      socket.setNoDelay()
      socket.on('error', () => undefined).on('close', over)
    }
    client.on('data', (bytes) => this.#daemon.write(bytes))
    client.on('drain', () => this.#daemon.resume())
    this.#daemon.on('data', (bytes) => {
      this.#pass(bytes)
    })
  }

  #pass(bytes: Buffer) {
    if (this.#held !== null) {
      this.#held.push(bytes)
      return
    }
    if (EVENT.test(bytes.toString('latin1'))) this.#told++
    if (!this.#client.write(bytes)) this.#daemon.pause()
  }

  /** Whether events come through it, and nobody has broken it. */
  get isWatching(): boolean {
    return this.#told >= PIECES && this.#held === null && !this.isOver
  }

  /** Passes nothing on to the client any more. */
  hold() {
    this.#held ??= []
  }

  get #text(): string {
    return Buffer.concat(this.#held ?? []).toString('latin1')
  }

  /** Whether there are events that the client was not told. */
  get hasUndelivered(): boolean {
    return !this.isOver && EVENT.test(this.#text)
  }

  /** Breaks a connection that is held. */
  break(fault: Fault, random: Random) {
    const held = this.#text
    if (fault === 'half-open') {
      // It fills, until the daemon gives it up; the client does so before.
      this.#isHalfOpen = true
      this.#daemon.pause()
      return
    }
    // The last event never comes whole.
    if (fault === 'cut')
      this.#client.end(held.slice(0, random.below(held.lastIndexOf('"seq":'))), 'latin1')
    else this.#client.resetAndDestroy()
    this.#daemon.resetAndDestroy()
  }

  /** Passes nothing on in either direction, and tells neither side. */
  freeze() {
    this.#client.pause()
    this.#daemon.pause()
  }

  reset() {
    this.#client.resetAndDestroy()
    this.#daemon.resetAndDestroy()
  }

  destroy() {
    this.#client.destroy()
    this.#daemon.destroy()
  }
}

/** Passes connections on to a daemon, and breaks them. */
export class ChaosProxy {
  readonly #passages = new Set<Passage>()
  readonly #broken: Passage[] = []
  #isOffline = false
  port = 0

  static async start(port: number): Promise<ChaosProxy> {
    const proxy = new ChaosProxy()
    const server = createServer({ noDelay: true }, (client) => {
      const passage: Passage = new Passage(client, port, () => proxy.#passages.delete(passage))
      proxy.#passages.add(passage)
      if (proxy.#isOffline) passage.freeze()
    })
    onTestFinished(() => {
      server.close()
      for (const passage of [...proxy.#passages, ...proxy.#broken]) passage.destroy()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    proxy.port = (server.address() as AddressInfo).port
    return proxy
  }

  /** The connections through which events come. */
  get watching(): Passage[] {
    return [...this.#passages].filter(({ isWatching }) => isWatching)
  }

  /** From now on nothing gets through, as if a cable were out. */
  goOffline() {
    this.#isOffline = true
    for (const passage of this.#passages) passage.freeze()
  }

  /** What was cut off is of no more use; what comes now gets through. */
  goOnline() {
    this.#isOffline = false
    for (const passage of this.#passages) passage.reset()
  }

  /** Keeps hold of one that is broken until the end of the test. */
  keep(passage: Passage) {
    this.#broken.push(passage)
  }
}
