// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { execFileSync } from 'node:child_process'

const MIB = 1024 * 1024
const BLOCK = 4 * MIB

/** Writes bytes without a pattern, the same ones each time. */
export function writeNoise(path: string, mebibytes: number) {
  const zeros = Buffer.alloc(BLOCK)
  const stream = createCipheriv(
    'aes-256-ctr',
    createHash('sha256').update(path).digest(),
    Buffer.alloc(16),
  )
  const file = openSync(path, 'wx')
  try {
    for (let written = 0; written < mebibytes * MIB; written += BLOCK) {
      writeSync(file, stream.update(zeros))
    }
  } finally {
    closeSync(file)
  }
}

/** The digest as everybody's own tool tells it. */
export function sha256sum(path: string): string {
  return execFileSync('sha256sum', ['--zero', path], { encoding: 'utf8' }).slice(0, 64)
}
