// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/** What ./check shrinks, ./check --all restores. */
export function scaled<T>(full: T, shrunk: T): T {
  return process.env['HEADWAY_SCALE'] === 'full' ? full : shrunk
}

/** Puts a measured figure where whoever runs the tests sees it. */
export function report(what: string, figure: string) {
  process.stdout.write(`▸ ${what}: ${figure}\n`)
}

/** The value below which a part of all values is. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** How many values are in each range of a width. */
export function histogram(values: readonly number[], width: number): string {
  const counts = new Map<number, number>()
  for (const value of values) {
    const slot = Math.floor(value / width) * width
    counts.set(slot, (counts.get(slot) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([slot, count]) => `${slot}–${slot + width - 1}: ${count}`)
    .join(', ')
}
