// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Random } from './random.ts'

/** Numbers at which somebody's count may end. */
const EDGES = [
  ...['0', '-1', '-0', '00', '1.5', '1e999', '0x10', '127', '128', '255', '256', '65535', '65536'],
  ...['2147483647', '2147483648', '4294967295', '4294967296', '9007199254740991'],
  ...['9007199254740993', '9223372036854775807', '18446744073709551616', '9'.repeat(400)],
]

/** Words that mean something to one of those who read. */
const WORDS = [
  ...[
    '\0',
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '"',
    '\\',
    '/',
    '..',
    '?',
    '#',
  ],
  ...['%', '%00', '%2e%2e', '&', '=', '\x1e', '\x7f', '\xc0\x80', '\xed\xa0\x80', '\xff', 'null'],
  ...['\\u0000', '\\ud800', '[', ']', '{', '}', '['.repeat(100), '{"a":'.repeat(40), 'true'],
  ...['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n'],
  ...['Connection: close\r\n', 'Connection: Upgrade\r\n', 'Upgrade: websocket\r\n', 'Host: x\r\n'],
  ...['Range: bytes=0-1,1-2\r\n', 'Sec-WebSocket-Extensions: permessage-deflate\r\n', ' HTTP/1.1'],
]

/** How often a piece is repeated at most, and how long one is. */
const MOST_REPEATS = 40
const LONGEST_PIECE = 200

type Way = (text: string, random: Random, others: readonly string[]) => string

/** Where a piece of a text begins and ends. */
function piece(text: string, random: Random): [from: number, to: number] {
  const from = random.below(text.length + 1)
  return [from, Math.min(text.length, from + 1 + random.below(LONGEST_PIECE))]
}

function flip(text: string, random: Random): string {
  const bytes = Buffer.from(text, 'latin1')
  for (let n = 1 + random.below(8); n > 0 && bytes.length > 0; n--) {
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  }
  return bytes.toString('latin1')
}

function cut(text: string, random: Random): string {
  return text.slice(0, random.below(text.length + 1))
}

function drop(text: string, random: Random): string {
  const [from, to] = piece(text, random)
  return text.slice(0, from) + text.slice(to)
}

function repeat(text: string, random: Random): string {
  const [from, to] = piece(text, random)
  return (
    text.slice(0, to) + text.slice(from, to).repeat(1 + random.below(MOST_REPEATS)) + text.slice(to)
  )
}

function swap(text: string, random: Random): string {
  const [from, middle] = piece(text, random)
  const to = Math.min(text.length, middle + 1 + random.below(LONGEST_PIECE))
  return text.slice(0, from) + text.slice(middle, to) + text.slice(from, middle) + text.slice(to)
}

function splice(text: string, random: Random, others: readonly string[]): string {
  const other = random.one(others) ?? ''
  return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1))
}

function insert(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + (random.one(WORDS) ?? '') + text.slice(at)
}

function overwrite(text: string, random: Random): string {
  const [from, to] = piece(text, random)
  const noise = Array.from({ length: to - from }, () => String.fromCharCode(random.below(256)))
  return text.slice(0, from) + noise.join('') + text.slice(to)
}

/** A line comes again, or goes, or stands elsewhere. */
function shuffle(text: string, random: Random): string {
  const lines = text.split('\r\n')
  const [line = ''] = lines.splice(random.below(lines.length), 1)
  for (let n = random.below(3); n > 0; n--) lines.splice(random.below(lines.length + 1), 0, line)
  return lines.join('\r\n')
}

/** A number, such as a length, is one off, or beyond what somebody can count to. */
function miscount(text: string, random: Random): string {
  const found = random.one([...text.matchAll(/\d+/g)])
  if (found === undefined) return insert(text, random)
  const [number] = found
  const off = String(BigInt(number) + BigInt(random.below(2) * 2 - 1))
  const other = random.below(2) === 0 ? off : (random.one(EDGES) ?? '')
  return text.slice(0, found.index) + other + text.slice(found.index + number.length)
}

const WAYS: readonly Way[] = [
  ...[flip, cut, drop, repeat, swap, splice, insert, overwrite, shuffle],
  // Most of what goes wrong is a number.
  ...[miscount, miscount, miscount],
]

/** Spoils a text, whose characters are bytes, in one way or some. */
export function mutate(text: string, random: Random, others: readonly string[]): string {
  let spoilt = text
  for (let n = 1 + random.below(3); n > 0; n--) {
    spoilt = (random.one(WAYS) ?? flip)(spoilt, random, others)
  }
  return spoilt
}

/** Takes a text apart, as a network may. */
export function scatter(text: string, random: Random): string[] {
  if (random.below(4) > 0 || text.length < 2) return [text]
  const at = 1 + random.below(text.length - 1)
  return [text.slice(0, at), ...scatter(text.slice(at), random)]
}
