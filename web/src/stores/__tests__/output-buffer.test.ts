// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it } from 'vitest'
import { OutputBuffer } from '../output-buffer'

function shown(...pieces: string[]): string {
  const buffer = new OutputBuffer()
  for (const piece of pieces) buffer.append(piece)
  return textOf(buffer)
}

function textOf(buffer: OutputBuffer): string {
  return buffer.blocks
    .map((block) => (block.kind === 'text' ? block.text : `[${block.bytes} missing]`))
    .join('')
}

describe('the shown output', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m and \u001b[38;5;12mblue', 'red and blue'],
    ['a window title', '\u001b]0;title\u0007text', 'text'],
    ['a link', '\u001b]8;;https://example.org\u001b\\here\u001b]8;;\u001b\\!', 'here!'],
    ['a character set', '\u001b(Btext', 'text'],
    ['a title that never ends', '\u001b]0;title\ntext', 'text'],
    ['control characters', 'a\u0000b\u0007c\td', 'abc\td'],
    ['a backspace', 'abd\bc', 'abc'],
    ['an emoji', '👍🏽 done', '👍🏽 done'],
  ])('is plain text without %s', (_what, printed, text) => {
    expect(shown(printed)).toBe(text)
    expect(shown(...Array.from(printed))).toBe(text)
  })

  it('begins a line anew at a carriage return', () => {
    expect(shown('10 %\r20 %\r', '30 %\n', 'done\r\n')).toBe('30 %\ndone\n')
  })

  it('keeps the last 5,000 lines and counts the others', () => {
    const buffer = new OutputBuffer()
    for (let line = 1; line <= 6_000; line++) buffer.append(`${line}\n`)

    const lines = textOf(buffer).split('\n').filter(Boolean)

    expect(buffer.droppedLines).toBe(1_000)
    expect(lines).toHaveLength(5_000)
    expect([lines[0], lines.at(-1)]).toEqual(['1001', '6000'])
  })

  it('changes only its last block', () => {
    const buffer = new OutputBuffer()
    buffer.append('line\n'.repeat(700))
    const [before] = buffer.blocks

    buffer.append('more\n')

    expect(buffer.blocks[0]).toBe(before)
  })

  it('has a gap where something is missing, and joins nothing over it', () => {
    const buffer = new OutputBuffer()
    buffer.append('one\ntw\u001b[3')
    buffer.addGap(5)
    buffer.addGap(2)
    buffer.append('1 ree\r')
    buffer.addGap(1)
    buffer.append('four\n')

    expect(textOf(buffer)).toBe('one\ntw\n[7 missing]1 ree\n[1 missing]four\n')
  })

  it('is not empty when all of it is missing', () => {
    const buffer = new OutputBuffer()
    buffer.addGap(5)

    expect(buffer.isEmpty).toBe(false)
    expect(textOf(buffer)).toBe('[5 missing]')
  })

  it('keeps no more when there are gaps in it, and counts each line that it let go', () => {
    const buffer = new OutputBuffer()
    for (let gap = 1; gap <= 20; gap++) {
      buffer.append('a\nb\nc\n')
      buffer.addGap(gap)
    }

    expect(buffer.blocks).toHaveLength(11)
    expect(buffer.droppedLines).toBe(45)
  })

  it('cuts a line without an end', () => {
    expect(shown('x'.repeat(50_000), '\nnext')).toBe(`${'x'.repeat(10_000)}…\nnext`)
  })
})
