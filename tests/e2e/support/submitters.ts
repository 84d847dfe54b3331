// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import { within } from './wait.ts'
import type { Json } from './words.ts'

/** What a client asks for next; each title is there once. */
export type Next = () => { type: string; title: string; parameters?: Record<string, Json> }

export interface Accepted {
  id: number
  title: string
}

/** One connection over which one task after the other is added, each as soon as the last is answered. */
class Submitter {
  readonly accepted: Accepted[] = []
  readonly socket: Socket
  /** When it asks for the first time, and when all that was answered is heard. */
  readonly begun: Promise<void>
  readonly closed: Promise<void>
  /** An answer that is none. */
  fault: string | null = null
  readonly #next: Next
  #received = ''
  #title: string | null = null
  #isOver = false

  constructor(socket: Socket, next: Next) {
    this.socket = socket
    this.#next = next
    socket.setEncoding('latin1')
    this.begun = new Promise((resolve) => {
      socket.on('connect', () => {
        this.#ask()
        resolve()
      })
    })
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        resolve()
      })
    })
    socket.on('data', (text: string) => {
      this.#received += text
      this.#hear()
    })
    socket.on('error', () => undefined)
  }

  /** The title of the task whose acceptance nobody has heard of. */
  get unanswered(): string | null {
    return this.#title
  }

  /** Asks for no more; what was answered is still heard. */
  finish() {
    this.#isOver = true
  }

  #ask() {
    if (this.#isOver) return
    const task = this.#next()
    const body = JSON.stringify(task)
    this.#title = task.title
    // By hand: a client that is busy with itself has nothing in flight.
    this.socket.write(
      'POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }

  #hear() {
    const head = this.#received.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/^content-length: (\d+)\r$/im.exec(this.#received)?.[1])
    if (this.#received.length < head + 4 + length) return

    const id = /^HTTP\/1.1 202 [^]*?"id": ?(\d+)/.exec(this.#received)?.[1]
    if (id === undefined || this.#title === null) {
      this.fault = `“${this.#title}” was answered with ${this.#received}`
      this.socket.destroy()
      return
    }
    this.accepted.push({ id: Number(id), title: this.#title })
    this.#received = ''
    this.#title = null
    this.#ask()
  }
}

/** Clients that add tasks as fast as they are accepted, and know what was in flight at the end. */
export class Submitters {
  readonly #all: Submitter[]

  constructor(daemon: Daemon, number: number, next: Next) {
    this.#all = Array.from(
      { length: number },
      () => new Submitter(connect(daemon.socketPath), next),
    )
    onTestFinished(() => {
      for (const { socket } of this.#all) socket.destroy()
    })
  }

  /** Waits until each has asked for something. */
  async haveBegun() {
    const begun = Promise.all(this.#all.map((one) => one.begun))
    await within('all clients are connected', 20_000, begun)
  }

  /** Asks for no more. To be called at the moment when the daemon is killed. */
  finish() {
    for (const one of this.#all) one.finish()
  }

  /** Gives what was accepted, and of which nobody knows: it was asked for before the end, and
   *  never answered. */
  async whenCut(): Promise<{ accepted: Accepted[]; unanswered: string[] }> {
    const closed = Promise.all(this.#all.map((one) => one.closed))
    await within('all connections are closed', 20_000, closed)
    const faults = this.#all.flatMap(({ fault }) => fault ?? [])
    if (faults.length > 0) throw new Error(faults[0])
    return {
      accepted: this.#all.flatMap(({ accepted }) => accepted),
      unanswered: this.#all.flatMap(({ unanswered }) => unanswered ?? []),
    }
  }
}
