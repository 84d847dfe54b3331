// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/** Numbers that a seed makes, the same each time. */
export class Random {
  readonly #next: () => number

  constructor(seed: number) {
    // The generator is mulberry32.
    let state = seed
    this.#next = () => {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    }
  }

  /** From 0 to below a limit. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit)
  }

  one<T>(of: readonly T[]): T | undefined {
    return of[this.below(of.length)]
  }
}
