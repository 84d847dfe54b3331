// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const MINUTE = 60_000

/** What takes long, or all of the machine: one test at a time. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../_build/check/vite', import.meta.url)),
  test: {
    include: ['stress/*.stress.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: process.env['HEADWAY_SCALE'] === 'full' ? 30 * MINUTE : 3 * MINUTE,
    hookTimeout: MINUTE,
  },
})
