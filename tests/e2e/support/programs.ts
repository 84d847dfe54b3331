// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { within } from './wait.ts'

/** A program that ends when this one does, and with the test. */
export function run(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...environment },
  })
  onTestFinished(async () => {
    const isOver = child.exitCode !== null || child.signalCode !== null
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    if (!isOver) await within('a program ends', 20_000, exit)
  })
  return child
}

/** The lines of a stream, as they come. */
export function linesOf(stream: Readable): string[] {
  const lines: string[] = []
  createInterface({ input: stream }).on('line', (line) => lines.push(line))
  return lines
}
