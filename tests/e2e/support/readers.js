// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Many who watch all tasks, in one process: so many that nothing is made of what they are told but
// its numbers, which have to follow one on the other. Some read nothing, or little, until the
// parent says how far all are to come. Whoever is cut off goes on where they were.

import { connect } from 'node:net'

const env = process.env
const port = Number(env['PORT'])
const head = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${env['TOKEN'] ?? ''}\r\n`
const epoch = Number(env['EPOCH'])
const start = Number(env['START'])

/** What a trickle is: so many bytes of what has come, each so many ms. */
const SIP = 2_048
const PAUSE = 500

/** How often a client of the hub says that it is there, in ms. */
const PING = 10_000

/** The pause before somebody comes again, in ms. */
const RETRY = 50

/** Of how many who are slow one reads on to the end, besides the first so many. */
const FEW = 20

/** The longest beginning of a number that may still come. */
const LONGEST = 32

/** @param {unknown} message */
function frame(message) {
  const payload = Buffer.from(`${JSON.stringify(message)}\u001e`)
  // What is said here is short, and a mask of zeros leaves it as it is.
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

/** @typedef {'WebSocket' | 'SSE'} Kind */
/** @typedef {'fast' | 'slow' | 'deaf'} Pace */

class Reader {
  /**
   * @param {Kind} kind
   * @param {Pace} pace
   */
  constructor(kind, pace) {
    this.kind = kind
    this.pace = pace
    this.seq = start
    this.connections = 0
    /** @type {string[]} */
    this.faults = []
    this.isThere = false
    /** What may be the beginning of a number. */
    this.rest = ''
    /** @type {import('node:net').Socket | undefined} */
    this.socket = undefined
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined
    this.connect()
  }

  connect() {
    this.connections++
    this.rest = ''
    const socket = connect(port, '127.0.0.1')
    this.socket = socket
    socket.on('error', () => undefined)
    socket.on('close', () => setTimeout(() => this.connect(), RETRY))
    socket.on('data', (bytes) => this.read(bytes))
    if (this.kind === 'SSE')
      socket.write(
        `GET /api/v1/events?epoch=${epoch}&after=${this.seq} HTTP/1.1\r\n${head}Accept: text/event-stream\r\n\r\n`,
      )
    else this.upgrade(socket)
    socket.once('data', () => {
      this.isThere = true
      this.slowDown()
    })
  }

  /** @param {import('node:net').Socket} socket */
  upgrade(socket) {
    socket.write(
      `GET /hub HTTP/1.1\r\n${head}Upgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    socket.once('data', () => {
      const args = [null, epoch, this.seq]
      socket.write(frame({ protocol: 'json', version: 1 }))
      socket.write(frame({ type: 4, target: 'WatchTasks', invocationId: '1', arguments: args }))
    })
  }

  slowDown() {
    clearInterval(this.timer)
    if (this.pace === 'fast') return
    this.socket?.pause()
    if (this.pace === 'slow') this.timer = setInterval(() => this.sip(), PAUSE)
  }

  sip() {
    // It is told as what comes by itself is.
    this.socket?.read(SIP)
  }

  ping() {
    if (this.kind === 'WebSocket' && this.isThere) this.socket?.write(frame({ type: 6 }))
  }

  hurry() {
    this.pace = 'fast'
    clearInterval(this.timer)
    this.socket?.resume()
  }

  /** @param {Buffer} bytes */
  read(bytes) {
    const text = this.rest + bytes.toString('latin1')
    const number = /"seq":(\d+)\D/g
    let end = Math.max(0, text.length - LONGEST)
    for (let found = number.exec(text); found !== null; found = number.exec(text)) {
      this.take(Number(found[1]))
      end = Math.max(end, number.lastIndex)
    }
    this.rest = text.slice(end)
  }

  /** @param {number} seq */
  take(seq) {
    // A heartbeat says how far the quiet reaches.
    if (seq !== this.seq && seq !== this.seq + 1) this.faults.push(`${seq} behind ${this.seq}`)
    this.seq = seq
  }
}

const count = Number(env['COUNT'])
const readers = Array.from({ length: count }, (_, i) => {
  const pace = env['PACE'] === 'fast' ? 'fast' : i % 2 === 0 ? 'slow' : 'deaf'
  return new Reader(i < Number(env['FEEDS']) ? 'SSE' : 'WebSocket', pace)
})

/** @param {unknown} message */
function tell(message) {
  process.send?.(message)
}

/** @param {() => boolean} isSo */
async function until(isSo) {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, RETRY))
}

setInterval(() => {
  for (const reader of readers) reader.ping()
}, PING)
process.on('disconnect', () => process.exit())
process.on('message', (last) => {
  // So many who were slow would take long to read all that they have not.
  const some = env['PACE'] === 'fast' ? readers : readers.filter((_, i) => i % FEW === 0 || i < FEW)
  for (const reader of some) reader.hurry()
  void until(() => some.every(({ seq }) => seq >= Number(last))).then(() => {
    tell({
      faults: readers.flatMap(({ faults }) => faults).slice(0, 10),
      connections: readers.reduce((sum, { connections }) => sum + connections, 0),
    })
  })
})
await until(() => readers.every(({ isThere }) => isThere))
tell('ready')
