// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { startDaemon } from './support/daemon.ts'
import { Random } from './support/random.ts'
import { report, scaled } from './support/scale.ts'
import { within } from './support/wait.ts'

/** The frames of RFC 6455, by their opcodes. */
const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10]
const FINAL = 0x80

/** What is no UTF-8, wherever it stands: not even at the end of a message. */
const UNSOUND = ['80', 'c0af', 'c328', 'e08080', 'eda080', 'f4908080', 'f8888080', 'ff']

const CODES = [
  0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1011, 1012, 1014, 1015, 1016, 2999, 3000,
  4999, 5000,
]

/** What a server does with bytes: what it answers last, and with which code it ends. */
interface Outcome {
  lastPong: string | null
  code: number | null
}

function makeFrame(first: number, payload: Buffer, mask: Buffer | null): Buffer {
  const flag = mask === null ? 0 : 0x80
  const header =
    payload.length < 126
      ? Buffer.from([first, flag | payload.length])
      : Buffer.from([first, flag | 126, payload.length >> 8, payload.length & 0xff])
  const masked = Buffer.from(payload.map((byte, i) => byte ^ (mask?.[i % 4] ?? 0)))
  return Buffer.concat([header, mask ?? Buffer.alloc(0), masked])
}

/** Makes what a client may send, some of it wrong. */
class Speaker {
  readonly #random: Random
  readonly frames: Buffer[] = []
  /** How many bytes come before the first goodbye. */
  beforeGoodbye: number | null = null

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  #add(first: number, payload: Buffer, isMasked = true) {
    const mask = Buffer.from([1, 2, 3, 4].map(() => this.#random.below(256)))
    if ((first & 0x0f) === CLOSE) this.beforeGoodbye ??= Buffer.concat(this.frames).length
    this.frames.push(makeFrame(first, payload, isMasked ? mask : null))
  }

  /** Text that ends no record, so that the hub has nothing to say to it. */
  #text(limit: number): Buffer {
    const words = ['a', ' ', 'ß', '€', '😀', '{', '"', '\u0000']
    const length = this.#random.below(limit)
    return Buffer.from(Array.from({ length }, () => this.#random.one(words)).join(''))
  }

  #control(): Buffer {
    return Buffer.from(
      Array.from({ length: this.#random.below(126) }, () => this.#random.below(256)),
    )
  }

  /** A message in fragments, with pings between them if all of it is sound. */
  #message(opcode: number, payload: Buffer, hasPings: boolean) {
    let kind = opcode
    let rest = payload
    while (this.#random.below(3) > 0) {
      const at = this.#random.below(rest.length + 1)
      this.#add(kind, rest.subarray(0, at))
      rest = rest.subarray(at)
      kind = CONTINUATION
      if (hasPings && this.#random.below(3) === 0) this.#add(FINAL | PING, this.#control())
    }
    this.#add(FINAL | kind, rest)
  }

  #unsound() {
    const wrong = Buffer.from(this.#random.one(UNSOUND) ?? '', 'hex')
    this.#message(TEXT, Buffer.concat([this.#text(20), wrong, this.#text(20)]), false)
  }

  #goodbye() {
    const code = this.#random.one(CODES) ?? 0
    const reason = this.#random.below(2) === 0 ? this.#text(20) : Buffer.from('c3', 'hex')
    const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), reason])
    this.#add(FINAL | CLOSE, payload.subarray(0, this.#random.one([0, 1, 2, payload.length])))
  }

  /** Something wrong, or something that ends it. */
  #mischief() {
    const first = this.#random.below(256)
    this.#random.one([
      () => {
        this.#unsound()
      },
      () => {
        this.#goodbye()
      },
      () => {
        this.#add(first, this.#text(20))
      },
      () => {
        this.#add(FINAL | TEXT, this.#text(20), false)
      },
      () => {
        this.#add(FINAL | PING, Buffer.alloc(126))
      },
      () => {
        this.#add(CONTINUATION, this.#text(20))
      },
    ])?.()
  }

  speak(): Buffer {
    for (let i = this.#random.below(6); i > 0; i--) {
      const opcode = this.#random.one([TEXT, BINARY, PING, PONG]) ?? TEXT
      if (opcode === PING || opcode === PONG) this.#add(FINAL | opcode, this.#control())
      else this.#message(opcode, this.#text(300), true)
    }
    if (this.#random.below(5) > 0) this.#mischief()
    // Whoever still listens answers this, whatever a message was in the middle of.
    this.#add(FINAL | PING, Buffer.from('the last'))
    this.#add(FINAL | CLOSE, Buffer.from([0x0f, 0xa0]))
    return Buffer.concat(this.frames)
  }
}

/** Reads a server's frames. */
function judge(heard: Buffer): Outcome {
  const outcome: Outcome = { lastPong: null, code: null }
  const head = heard.indexOf('\r\n\r\n')
  let at = head < 0 ? heard.length : head + 4
  while (at + 2 <= heard.length && outcome.code === null) {
    const first = heard.readUInt8(at)
    const said = heard.readUInt8(at + 1)
    const start = at + (said === 126 ? 4 : 2)
    if (start > heard.length) break
    const end = start + (said === 126 ? heard.readUInt16BE(at + 2) : said)
    const payload = heard.subarray(start, end)
    if (end > heard.length) break
    if (first === (FINAL | PONG)) outcome.lastPong = payload.toString('hex')
    // No code is as good as the usual one.
    if (first === (FINAL | CLOSE)) outcome.code = payload.length < 2 ? 1000 : payload.readUInt16BE()
    at = end
  }
  return outcome
}

function upgrade(port: number, fields: string): string {
  return (
    `GET /hub HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${fields}\r\n`
  )
}

/** Has a server hear bytes behind an upgrade, in pieces or at once, until it hangs up. */
async function ask(port: number, fields: string, pieces: Buffer[]): Promise<Outcome> {
  const socket: Socket = connect(port, '127.0.0.1')
  const heard: Buffer[] = []
  socket.on('data', (data: Buffer) => {
    heard.push(data)
    if (judge(Buffer.concat(heard)).code !== null) socket.end()
  })
  socket.on('error', () => socket.destroy())
  socket.setNoDelay()
  socket.write(upgrade(port, fields))
  while (!Buffer.concat(heard).includes('\r\n\r\n')) await once(socket, 'data')
  // It may hang up while we still speak.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const piece of pieces) socket.write(piece)
  await within('the end', 20_000, closed)
  return judge(Buffer.concat(heard))
}

/**
 * Cuts bytes into a few pieces, all of them before a place: whoever sends on when they have said
 * goodbye may not hear the answer, as the kernel throws it away when nobody reads them any more.
 */
function cut(bytes: Buffer, before: number, random: Random): Buffer[] {
  const places = [0, 1, 2].map(() => random.below(before + 1)).sort((a, b) => a - b)
  return [0, ...places].map((start, i) => bytes.subarray(start, places[i]))
}

test(
  'The hub and npm’s ws end with the same code, whatever a client sends',
  { timeout: scaled(300_000, 60_000) },
  async () => {
    const daemon = await startDaemon()
    const oracle = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
    onTestFinished(() => {
      oracle.close()
    })
    oracle.on('connection', (socket) => {
      socket.on('error', () => undefined)
    })
    await once(oracle, 'listening')
    const { port } = oracle.address() as AddressInfo
    const hello = makeFrame(
      FINAL | TEXT,
      Buffer.from('{"protocol":"json","version":1}\u001e'),
      Buffer.alloc(4),
    )
    const codes = new Map<number | null, number>()
    const count = scaled(2000, 150)

    for (let seed = 1; seed <= count; seed++) {
      const speaker = new Speaker(seed)
      const bytes = speaker.speak()
      const random = new Random(seed)
      const [ours, theirs] = await Promise.all([
        ask(daemon.port, `Authorization: Bearer ${daemon.token}\r\n`, [
          hello,
          ...cut(bytes, speaker.beforeGoodbye ?? 0, random),
        ]),
        ask(port, '', [hello, bytes]),
      ])
      expect(ours.code, `seed ${seed}: ${bytes.toString('hex')}`).toBe(theirs.code)
      // Pings that came together may have one pong: the newest’s.
      expect(ours.lastPong ?? theirs.lastPong, `seed ${seed}`).toBe(theirs.lastPong)
      codes.set(ours.code, (codes.get(ours.code) ?? 0) + 1)
    }

    report('codes that both ended with', JSON.stringify([...codes]))
    expect([...codes.keys()]).toEqual(expect.arrayContaining([1000, 1002, 1007, 4000]))
  },
)
