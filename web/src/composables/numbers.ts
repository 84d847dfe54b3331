// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** A count with its unit; bytes in the size that reads best. */
export function formatAmount(amount: number, unit: string | null, locale: string): string {
  if (unit === 'bytes') return formatBytes(amount, locale)
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(amount)
  return unit ? `${number} ${unit}` : number
}

export function formatBytes(bytes: number, locale: string): string {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < BINARY_UNITS.length - 1) {
    size /= 1024
    unit++
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(size)
  return `${number} ${BINARY_UNITS[unit] ?? ''}`
}

const DAY_MS = 86_400_000

/** The time of day; with its date when it was not today. */
export function clockTime(at: string, locale: string, now: number = Date.now()): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return at
  const isToday =
    Math.abs(now - date.getTime()) < DAY_MS && new Date(now).getDate() === date.getDate()
  return new Intl.DateTimeFormat(locale, {
    ...(isToday ? {} : { dateStyle: 'medium' }),
    timeStyle: 'medium',
  }).format(date)
}

/** "12 s", "3 min 5 s", "2 h 10 min": the two units that matter. */
export function duration(ms: number, locale: string): string {
  const seconds = Math.max(0, ms) / 1_000
  if (seconds < 10) return unitOf(Math.floor(seconds * 10) / 10, 'second', locale)

  const whole = Math.floor(seconds)
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'day'],
    [Math.floor(whole / 3_600) % 24, 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => unitOf(count, unit, locale))
    .join(' ')
}

function unitOf(count: number, unit: string, locale: string): string {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(count)
}
