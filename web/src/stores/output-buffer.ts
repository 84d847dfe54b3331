// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/** Lines in one block of the page; only the last block changes, so that long outputs stay quick. */
const BLOCK_LINES = 500

/** So many full blocks stay on the page, 5,000 lines; who wants more downloads the whole output. */
const MOST_BLOCKS = 10

/** One line without an end must not fill the memory. */
const LONGEST_LINE = 10_000

export interface TextBlock {
  kind: 'text'
  id: number
  text: string
  /** Has as many lines as a block may have, and will not change any more. */
  isFull: boolean
}

/** Where something is missing. */
export interface GapBlock {
  kind: 'gap'
  id: number
  bytes: number
}

export type OutputBlock = TextBlock | GapBlock

type Mode = 'text' | 'escape' | 'sequence' | 'string' | 'string-escape'

/**
 * Turns what a program printed for a terminal into plain lines: escape sequences are left out (also
 * over the seams of two pieces), a carriage return starts the line anew, and old lines go.
 */
export class OutputBuffer {
  #blocks: OutputBlock[] = []
  #lines: string[] = []
  #line = ''
  #isReturned = false
  #mode: Mode = 'text'
  #nextId = 0
  #dropped = 0

  /** How many lines were let go at the beginning. */
  get droppedLines(): number {
    return this.#dropped
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0 && this.#lines.length === 0 && this.#line === ''
  }

  get blocks(): OutputBlock[] {
    const open = [...this.#lines, this.#line].join('\n')
    return [...this.#blocks, { kind: 'text', id: this.#nextId, text: open, isFull: false }]
  }

  append(text: string) {
    for (const char of text) {
      if (this.#mode === 'text') this.#takeText(char)
      else this.#mode = skipEscape(this.#mode, char)
    }
  }

  /** Says that so many bytes are missing here. What was before them is not joined to what follows. */
  addGap(bytes: number) {
    this.#mode = 'text'
    if (this.#line !== '') this.#endLine()
    if (this.#lines.length > 0) this.#endBlock()
    this.#isReturned = false

    const last = this.#blocks.at(-1)
    if (last?.kind === 'gap') this.#blocks[this.#blocks.length - 1] = joined(last, bytes)
    else this.#add({ kind: 'gap', id: this.#nextId++, bytes })
  }

  #takeText(char: string) {
    if (char === '\n') this.#endLine()
    else if (char === '\r') this.#isReturned = true
    else if (char === '\u001b') this.#mode = 'escape'
    else if (char === '\u009b') this.#mode = 'sequence'
    else if (char >= ' ' && (char < '\u007f' || char > '\u009f')) this.#write(char)
    else if (char === '\t') this.#write(char)
    else if (char === '\b') this.#line = this.#line.slice(0, -1)
  }

  #write(char: string) {
    if (this.#isReturned) {
      this.#line = ''
      this.#isReturned = false
    }
    if (this.#line.length < LONGEST_LINE) this.#line += char
    else if (!this.#line.endsWith('…')) this.#line += '…'
  }

  #endLine() {
    this.#lines.push(this.#line)
    this.#line = ''
    this.#isReturned = false
    if (this.#lines.length >= BLOCK_LINES) this.#endBlock()
  }

  #endBlock() {
    const isFull = this.#lines.length >= BLOCK_LINES
    const text = this.#lines.join('\n') + '\n'
    this.#lines = []
    this.#add({ kind: 'text', id: this.#nextId++, text, isFull })
  }

  #add(block: OutputBlock) {
    this.#blocks.push(block)
    if (this.#blocks.length <= MOST_BLOCKS) return
    const gone = this.#blocks.shift()
    if (gone?.kind === 'text') this.#dropped += gone.text.split('\n').length - 1
  }
}

function joined(gap: GapBlock, bytes: number): GapBlock {
  return { ...gap, bytes: gap.bytes + bytes }
}

/** ECMA-48: what follows an escape, up to its end. */
function skipEscape(mode: Exclude<Mode, 'text'>, char: string): Mode {
  switch (mode) {
    case 'escape':
      if (char === '[') return 'sequence'
      if (']PX^_'.includes(char)) return 'string'
      // An intermediate byte: the final one is still to come.
      return char >= ' ' && char <= '/' ? 'escape' : 'text'
    case 'sequence':
      return char >= '@' && char <= '~' ? 'text' : 'sequence'
    case 'string':
      // Also the end of a line: one forgotten terminator must not swallow the rest.
      if (char === '\u0007' || char === '\n') return 'text'
      return char === '\u001b' ? 'string-escape' : 'string'
    case 'string-escape':
      return char === '\\' ? 'text' : 'string'
  }
}
