// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Holds what the first page loads to its budget. Usage: npm run build && npm run size

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const DIST = process.argv[2] ?? 'dist'

/** In bytes, as they are sent: what a phone on a slow link still loads within a second. */
const BUDGET = { js: 90_000, css: 12_000 }

const html = readFileSync(join(DIST, 'index.html'), 'utf8')
const names = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(
  (found) => found[1] ?? '',
)

let isOver = false
for (const kind of /** @type {const} */ (['js', 'css'])) {
  const sizes = names
    .filter((name) => name.endsWith(`.${kind}`))
    .map((name) => gzipSync(readFileSync(join(DIST, name)), { level: 9 }).length)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const isTooMuch = sizes.length === 0 || total > BUDGET[kind]

  isOver ||= isTooMuch
  process.stdout.write(
    `${kind}: ${total} of ${BUDGET[kind]} bytes in ${sizes.length} files${isTooMuch ? ', which is too much' : ''}\n`,
  )
}
process.exitCode = isOver ? 1 : 0
