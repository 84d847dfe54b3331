// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

const FIRST_MS = 250

/** Nobody should wait longer than this for a daemon that is back. */
const LONGEST_MS = 10_000

/**
 * How long to wait before try number @tries + 1. The random half keeps the pages that lost a daemon
 * together from coming back together. There is no last try.
 */
export function retryDelay(tries: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 16))
  return ceiling / 2 + (random() * ceiling) / 2
}
