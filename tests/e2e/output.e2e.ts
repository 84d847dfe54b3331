// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, test } from 'vitest'
import { startDaemon } from './support/daemon.ts'
import type { LogItem } from './support/hub.ts'
import { connectHub, Follower } from './support/hub.ts'
import type { Answer, Rest } from './support/rest.ts'
import { overSocket } from './support/rest.ts'

const MIB = 1024 * 1024

/** `seq` prints lines of this length, so that line N begins at (N - 1) times it. */
const LINE = 16
const LINES = (20 * MIB) / LINE

/** What is kept of 20 MiB with a limit of 8: the first segment and the last. */
const HOLE = { from: 4 * MIB, to: 16 * MIB }

const NUMBERS = `[Task]
title=Numbers
output-limit=8

[Command]
argv=/usr/bin/seq;-f;%015.0f;1;{count}

[Parameter count]
type=integer
required=true
`

const WHISPER = `[Task]
title=Whisper

[Command]
argv=/bin/sh;-c;for part in "$@"\\; do printf %s "$part"\\; sleep 0.2\\; done;sh;{word}{word};pass;word-1;234;

[Parameter word]
type=string
required=true
secret=true
`

function line(number: number): string {
  return `${String(number).padStart(LINE - 1, '0')}\n`
}

function numbers(first: number, count: number): Buffer {
  const text = Array.from({ length: count }, (_, i) => line(first + i))
  return Buffer.from(text.join(''))
}

const ALL = numbers(1, LINES)

interface Piece {
  offset: number
  bytes: Buffer
}

interface Skip {
  from: number
  to: number
}

function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name]
  return Array.isArray(value) ? value.join() : value
}

/** Follows an output by polls to its end. */
async function poll(rest: Rest, id: number): Promise<{ pieces: Piece[]; skips: Skip[] }> {
  const pieces: Piece[] = []
  const skips: Skip[] = []
  for (let offset = 0, isEnd = false; !isEnd;) {
    const answer = await rest.get(`/api/v1/tasks/${id}/log?offset=${offset}&wait=10`)
    expect(answer.status).toBe(200)
    expect(header(answer, 'headway-offset')).toBe(String(offset))
    const skip = header(answer, 'headway-skip')
    const [from, to] = (skip ?? '').split('-').map(Number)
    if (skip !== undefined) skips.push({ from: from ?? -1, to: to ?? -1 })
    if (answer.body.length > 0) pieces.push({ offset, bytes: answer.body })
    offset = Number(header(answer, 'headway-next-offset'))
    isEnd = header(answer, 'headway-output-end') === 'true'
  }
  return { pieces, skips }
}

/** Each piece is what was printed there, and pieces and skips are all of it, once. */
function expectAll({ pieces, skips }: { pieces: Piece[]; skips: Skip[] }) {
  const spans = skips.map(({ from, to }) => [from, to])
  for (const { offset, bytes } of pieces) {
    expect(bytes.equals(ALL.subarray(offset, offset + bytes.length)), `at ${offset}`).toBe(true)
    spans.push([offset, offset + bytes.length])
  }
  spans.sort(([a], [b]) => (a ?? 0) - (b ?? 0))
  let end = 0
  for (const [from, to] of spans) {
    expect(from).toBe(end)
    end = to ?? 0
  }
  expect(end).toBe(ALL.length)
}

/** Follows an output over the hub to its end. */
async function stream(hub: Awaited<ReturnType<typeof connectHub>>, id: number) {
  const pieces: Piece[] = []
  const skips: Skip[] = []
  const items = await new Follower<LogItem | { skip: Skip }>(hub, 'ReadLog', id, 1, 0).whole()
  for (const item of items) {
    if ('skip' in item) skips.push(item.skip)
    else pieces.push({ offset: item.offset, bytes: Buffer.from(item.data, 'base64') })
  }
  return { pieces, skips }
}

describe('output', () => {
  test('ten who follow see every byte once and in order, and what was dropped as skips', async () => {
    const daemon = await startDaemon({ taskTypes: { numbers: NUMBERS } })
    const rest = overSocket(daemon)
    const hub = await connectHub(daemon)
    const { id } = await rest.add('numbers', { count: LINES })
    await rest.whenRunning(id)

    const seen = await Promise.all([
      ...Array.from({ length: 5 }, () => poll(overSocket(daemon), id)),
      ...Array.from({ length: 5 }, () => stream(hub, id)),
    ])

    expect(seen).toHaveLength(10)
    seen.forEach(expectAll)
  })

  test('what a limit dropped is one skip on REST and the hub', async () => {
    const daemon = await startDaemon({ taskTypes: { numbers: NUMBERS } })
    const rest = overSocket(daemon)
    const { id } = await rest.add('numbers', { count: LINES })
    const task = await rest.whenEnded(id)
    expect(task).toMatchObject({ state: 'Completed', outputSize: ALL.length })

    const polled = await poll(rest, id)
    const streamed = await stream(await connectHub(daemon), id)

    expect(polled.skips).toEqual([HOLE])
    expect(streamed.skips).toEqual([HOLE])
    expectAll(polled)
    expectAll(streamed)
    const kept = Buffer.concat([ALL.subarray(0, HOLE.from), ALL.subarray(HOLE.to)])
    expect((await rest.output(id)).equals(kept)).toBe(true)
  })

  test('lines are found where they are, and in the hole where they were', async () => {
    const daemon = await startDaemon({ taskTypes: { numbers: NUMBERS } })
    const rest = overSocket(daemon)
    const { id } = await rest.add('numbers', { count: LINES })
    await rest.whenEnded(id)

    for (const first of [1, 2, 4097, HOLE.from / LINE, HOLE.to / LINE + 2, LINES - 49]) {
      const answer = await rest.get(`/api/v1/tasks/${id}/log?line=${first}&lines=50`)
      expect(header(answer, 'headway-line')).toBe(String(first))
      expect(header(answer, 'headway-offset')).toBe(String((first - 1) * LINE))
      const kept = first === HOLE.from / LINE ? 1 : 50
      expect(answer.text).toBe(numbers(first, kept).toString())
    }
    const lost = await rest.get(`/api/v1/tasks/${id}/log?line=500000&lines=50`)
    expect(lost.text).toBe('')
    expect(header(lost, 'headway-skip')).toBe(`${HOLE.from}-${HOLE.to}`)
    expect(header(lost, 'headway-next-line')).toBe(String(HOLE.to / LINE + 1))
  })

  test('a secret is never seen, in pieces neither', async () => {
    const daemon = await startDaemon({ taskTypes: { whisper: WHISPER } })
    const rest = overSocket(daemon)
    const { id } = await rest.add('whisper', { word: 'password-1234' })
    await rest.whenEnded(id)

    const { pieces } = await poll(rest, id)
    const text = Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()
    expect(text).toBe('*'.repeat(3 * 'password-1234'.length))
  })
})
