// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { setTimeout as pause } from 'node:timers/promises'

/** How often a condition is looked at, in ms. */
const INTERVAL = 15

/** Waits until something is so, at most for a time that only a hanging daemon needs. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limit = 20_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + limit
  for (;;) {
    const seen = await look()
    if (seen !== false && seen !== null && seen !== undefined) {
      return seen as NonNullable<Exclude<T, false>>
    }
    if (performance.now() > end) throw new Error(`In ${limit / 1000} s it was not so: ${what}`)
    await pause(INTERVAL)
  }
}

/** Waits for a promise, but not for ever. */
export async function within<T>(what: string, limit: number, promise: Promise<T>): Promise<T> {
  const timeout = new AbortController()
  const late = pause(limit, null, { signal: timeout.signal }).then(() => {
    throw new Error(`In ${limit / 1000} s it did not happen: ${what}`)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    timeout.abort()
  }
}
