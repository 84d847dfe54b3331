// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'

const MIB = 1024 * 1024

/** How many come within a tenth of a second. */
const HURRY = 100

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

  /** How much memory it ever had, in MiB. */
  get peak(): number {
    const status = readFileSync(`/proc/${this.#daemon.pid}/status`, 'utf8')
    return (Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) * 1024) / MIB
  }

  /** How much memory was added at most, in MiB. */
  get peakGrowth(): number {
    return this.peak - this.#memory
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

  /**
   * Keeps so many connections for as long as something is so: each says something first, and then
   * more, again and again; whoever is cut comes again. Tells how many there were.
   */
  async press(n: number, first: string, next: string, isOn: () => boolean): Promise<number> {
    const sockets = new Set<Socket>()
    let count = 0
    while (isOn()) {
      for (const socket of sockets) {
        if (socket.destroyed) sockets.delete(socket)
        else if (next !== '') socket.write(next, 'latin1')
      }
      for (let i = 0; i < HURRY && sockets.size < n; i++) {
        const socket = this.#open()
        sockets.add(socket)
        count++
        if (first !== '') socket.write(first, 'latin1')
      }
      await pause(100)
    }
    return count
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

  /** Says one thing, and goes when it was answered, or cut. */
  async tell(text: string) {
    const socket = this.#open()
    socket.write(text)
    await new Promise<void>((resolve) => {
      socket.once('data', resolve).once('close', resolve)
      socket.resume()
    })
    socket.destroy()
  }

  end() {
    for (const socket of this.sockets) socket.destroy()
    this.sockets.length = 0
  }
}

/** A door, as curl is told. */
type Door = (daemon: Daemon) => string[]

const PATH = '/api/v1/tasks'
export const AT_TCP: Door = (daemon) => [
  ...['--header', `Authorization: Bearer ${daemon.token}`],
  `${daemon.origin}${PATH}`,
]
export const AT_SOCKET: Door = (daemon) => [
  ...['--unix-socket', daemon.socketPath],
  `http://localhost${PATH}`,
]

/** A program that does nothing but answer, in a process of its own. */
const TRIVIAL = `require('http').createServer((_, answer) => answer.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

/**
 * Starts a server that nobody floods, beside the one that is flooded: how long it takes to answer
 * is what the machine takes.
 */
export async function startTrivial(): Promise<Door> {
  const server = spawn(process.execPath, ['-e', TRIVIAL], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    server.kill()
  })
  const [port] = (await once(server.stdout, 'data')) as [Buffer]
  return () => [`http://127.0.0.1:${String(port).trim()}/`]
}

const run = promisify(execFile)

/** Asks with a program of its own, which what goes on here does not slow down. */
async function askOnce(daemon: Daemon, door: Door): Promise<number> {
  const options = ['-q', '--silent', '--max-time', '20', '--output', '/dev/null']
  const format = ['--write-out', '%{http_code} %{time_total}']
  const { stdout } = await run('curl', [...options, ...format, ...door(daemon)])
  const [status, seconds] = stdout.split(' ').map(Number)
  if (status !== 200) throw new Error(`The owner was answered with ${status ?? 'nothing'}`)
  return (seconds ?? Number.NaN) * 1000
}

/**
 * The owner, who asks on through all doors while something happens, and has to be answered.
 * Tells how long each answer took at each of the doors, in ms.
 */
export async function askedMeanwhile(
  daemon: Daemon,
  something: () => Promise<unknown>,
  doors: readonly Door[] = [AT_TCP, AT_SOCKET],
): Promise<number[][]> {
  let isOver = false
  const ask = async (door: Door) => {
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
  return asked
}
