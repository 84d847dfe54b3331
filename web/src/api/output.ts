// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { HubLink } from './hub-link'
import type { Subscription } from './hub-stream'
import { asObject, isCount, isString, member } from './json'
import type { Rest } from './rest'

const NEWLINE = 10

export interface OutputListener {
  onText: (text: string) => void
  /** So many bytes of the output were not kept. */
  onHole: (bytes: number) => void
  /** The attempt has ended and all of its output was told. */
  onEnd: () => void
  onError: (error: Error) => void
}

/** What attempt @attempt of task @id prints, from the first byte on, each byte once. */
export function readOutput(
  link: HubLink,
  id: number,
  attempt: number,
  listener: OutputListener,
): Subscription {
  const reader = new OutputReader(listener)
  return link.stream({
    method: 'ReadLog',
    args: () => [id, attempt, reader.offset],
    onItem: (item) => {
      reader.take(item)
    },
    onEnd: () => {
      reader.finish()
      listener.onEnd()
    },
    onError: listener.onError,
  })
}

/** Puts the pieces of an output together again: bytes by offset, characters over the seams. */
class OutputReader {
  readonly #listener: OutputListener
  readonly #decoder = new TextDecoder('utf-8')
  offset = 0

  constructor(listener: OutputListener) {
    this.#listener = listener
  }

  take(item: unknown) {
    const record = asObject(item, 'output')
    if (record['skip'] !== undefined) {
      this.#skipTo(member(asObject(record['skip'], 'skip'), 'to', isCount))
      return
    }
    const offset = member(record, 'offset', isCount)
    const bytes = decodeBase64(member(record, 'data', isString))
    // What was told before the connection broke may come again.
    const known = Math.max(0, this.offset - offset)
    this.#skipTo(offset)
    if (known >= bytes.length) return
    this.offset = offset + bytes.length
    this.#listener.onText(this.#decoder.decode(bytes.subarray(known), { stream: true }))
  }

  finish() {
    const rest = this.#decoder.decode()
    if (rest !== '') this.#listener.onText(rest)
  }

  #skipTo(offset: number) {
    if (offset <= this.offset) return
    this.finish()
    this.#listener.onHole(offset - this.offset)
    this.offset = offset
  }
}

export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** Says that so many bytes are missing. */
export type GapWords = (bytes: number) => string

/**
 * All of an attempt's output so far, for a file. The daemon hands it out in parts. Where some of it
 * was not kept, there is a line that says so.
 */
export async function fetchOutput(
  rest: Pick<Rest, 'getLog'>,
  id: number,
  attempt: number,
  gapWords: GapWords,
): Promise<Blob> {
  const parts: BlobPart[] = []
  let offset = 0
  let isInLine = false

  for (;;) {
    const { bytes, nextOffset, isGap } = await rest.getLog(id, attempt, offset)
    if (nextOffset <= offset) break
    if (isGap) parts.push(`${isInLine ? '\n' : ''}[${gapWords(nextOffset - offset)}]\n`)
    else parts.push(bytes)
    isInLine = !isGap && bytes.at(-1) !== NEWLINE
    offset = nextOffset
  }
  return new Blob(parts, { type: 'text/plain' })
}
