// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it } from 'vitest'
import css from '../tokens.css?raw'

type Tokens = Record<string, string>

function read(part: string): Tokens {
  return Object.fromEntries(
    [...part.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
}

const [lightPart = '', darkPart = ''] = css.split('prefers-color-scheme: dark')
const light = read(lightPart)
const dark = { ...light, ...read(darkPart) }

/** WCAG 2, relative luminance. */
function luminance(colour: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(tokens: Tokens, one: string, other: string): number {
  const [first = 0, second = 0] = [one, other]
    .map((name) => luminance(tokens[name] ?? ''))
    .sort((a, b) => b - a)
  return (first + 0.05) / (second + 0.05)
}

const TEXTS: [string, string][] = [
  ...['--ground', '--surface', '--sunken'].flatMap((ground): [string, string][] => [
    ['--text', ground],
    ['--muted', ground],
    ['--accent', ground],
    ['--bad', ground],
  ]),
  ['--on-accent', '--accent-fill'],
  ['--on-accent', '--accent-fill-hover'],
  ['--text', '--quiet-soft'],
  ['--muted', '--quiet-soft'],
  ['--accent', '--accent-soft'],
  ['--good', '--good-soft'],
  ['--bad', '--bad-soft'],
  ['--warn', '--warn-soft'],
  ['--text', '--line'],
]

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s colours', (_name, tokens) => {
  it.each(TEXTS)('can be read: %s on %s', (text, ground) => {
    expect(contrast(tokens, text, ground)).toBeGreaterThanOrEqual(4.5)
  })

  it('show where a field is', () => {
    expect(contrast(tokens, '--line-strong', '--surface')).toBeGreaterThanOrEqual(3)
  })

  it('show how far a bar has come', () => {
    expect(contrast(tokens, '--accent-fill', '--surface')).toBeGreaterThanOrEqual(2.5)
  })
})
