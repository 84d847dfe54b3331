// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { readdirSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import type { Rest } from './rest.ts'
import { overSocket, overTcp } from './rest.ts'

const MIB = 1024 * 1024

/** What a daemon takes of the machine. */
export class Footprint {
  readonly #daemon: Daemon
  readonly #memory: number
  readonly descriptors: number

  constructor(daemon: Daemon) {
    this.#daemon = daemon
    this.#memory = this.memory
    this.descriptors = this.countDescriptors()
  }

  /** Resident memory, in MiB. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.#daemon.pid}/status`, 'utf8')
    return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / MIB
  }

  /** How much memory was added, in MiB. */
  get growth(): number {
    return this.memory - this.#memory
  }

  countDescriptors(): number {
    return readdirSync(`/proc/${this.#daemon.pid}/fd`).length
  }
}

/** Connections of somebody who means no good; whatever becomes of them is as well. */
export class Flood {
  readonly #daemon: Daemon
  readonly sockets: Socket[] = []

  constructor(daemon: Daemon) {
    this.#daemon = daemon
    onTestFinished(() => {
      this.end()
    })
  }

  open(n: number): this {
    for (let i = 0; i < n; i++) this.#open()
    return this
  }

  #open(): Socket {
    const socket = connect(this.#daemon.port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    socket.pause()
    this.sockets.push(socket)
    return socket
  }

  /** Sends something on each that is left, again and again. */
  async drip(first: string, next: string, times: number, interval: number) {
    for (let i = 0; i < times; i++) {
      for (const socket of this.sockets) {
        if (socket.writable) socket.write(i === 0 ? first : next)
      }
      await pause(interval)
    }
  }

  /** Opens connections that are reset as soon as they stand, in some state of a request. */
  async reset(n: number, texts: readonly string[]) {
    for (let i = 0; i < n; i++) {
      const socket = connect(this.#daemon.port, '127.0.0.1')
      await new Promise<void>((resolve) => {
        socket.on('error', resolve).on('close', resolve)
        socket.on('connect', () => {
          const text = texts[i % texts.length] ?? ''
          socket.write(text, () => socket.resetAndDestroy())
        })
      })
    }
  }

  /** Sends a body that is as long as it says, or as much of it as the daemon hears. */
  async send(head: string, length: number): Promise<number> {
    const socket = this.#open()
    const piece = Buffer.alloc(MIB, 'x')
    socket.write(head)
    socket.resume()
    let sent = 0
    while (sent < length && socket.writable) {
      const more = await new Promise<boolean>((resolve) => {
        socket.once('close', () => {
          resolve(false)
        })
        socket.write(piece, (error) => {
          resolve(error === undefined || error === null)
        })
      })
      socket.removeAllListeners('close')
      if (!more) break
      sent += piece.length
    }
    socket.destroy()
    return sent
  }

  end() {
    for (const socket of this.sockets) socket.destroy()
    this.sockets.length = 0
  }
}

/**
 * Asks up to three times: a client that takes longer than 50 ms to say what it wants may have to
 * make room for others, when there are too many.
 */
async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (let i = 0; i < 2; i++) {
    try {
      return await ask()
    } catch {
      await pause(50)
    }
  }
  return ask()
}

/** An owner who comes anew each time; their connection would be open for a while otherwise. */
async function askOnce(daemon: Daemon, door: (daemon: Daemon) => Rest): Promise<number> {
  const began = performance.now()
  const rest = door(daemon)
  try {
    const answer = await askAgain(() => rest.get('/api/v1/tasks'))
    if (answer.status !== 200) throw new Error(`The owner was answered with ${answer.status}`)
  } finally {
    rest.close()
  }
  return performance.now() - began
}

/**
 * The owner, who asks on through all doors while something happens, and has to be answered.
 * Tells how long each answer took, in ms.
 */
export async function askedMeanwhile(
  daemon: Daemon,
  something: () => Promise<unknown>,
  doors: readonly ((daemon: Daemon) => Rest)[] = [overTcp, overSocket],
): Promise<number[]> {
  let isOver = false
  const ask = async (door: (daemon: Daemon) => Rest) => {
    const waits: number[] = []
    while (!isOver) {
      waits.push(await askOnce(daemon, door))
      await pause(50)
    }
    return waits
  }
  const asked = Promise.all(doors.map(ask))
  asked.catch(() => undefined)
  try {
    await something()
  } finally {
    isOver = true
  }
  return (await asked).flat()
}
