// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The end-to-end tests: the daemon as it is built, real sockets, real clients, a real browser. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../_build/check/vite', import.meta.url)),
  test: {
    include: ['*.e2e.ts'],
    // A process of its own: what the tests start ends with the process that started it.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
})
