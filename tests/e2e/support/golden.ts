// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { readFileSync } from 'node:fs'
import type { Json, Task } from './words.ts'

/** The table of what is refused, and of what goes wrong later. */

export interface Refusal {
  name: string
  /** Over the Unix socket instead of TCP. */
  local?: boolean
  method?: string
  path?: string
  body?: Json
  /** The body as it is, where no JSON value stands for it. */
  raw?: string
  status: number
  error: string
  detail: string
  field?: string
  /** The hub takes no such request, for its own reasons. */
  noHub?: boolean
}

export interface Failure {
  name: string
  local?: boolean
  body: { type: string; parameters: Json }
  task: Partial<Task>
}

interface Golden {
  refusals: Refusal[]
  failures: Failure[]
}

export const golden = JSON.parse(
  readFileSync(new URL('../golden/errors.json', import.meta.url), 'utf8'),
) as Golden

/** Puts the test's folder for ${folder}, and a long text for {"repeat": "a", "times": 3}. */
export function expand(value: Json, folder: string): Json {
  if (typeof value === 'string') return value.replaceAll('${folder}', folder)
  if (Array.isArray(value)) return value.map((entry) => expand(entry, folder))
  if (typeof value !== 'object' || value === null) return value
  const { repeat, times } = value
  if (typeof repeat === 'string' && typeof times === 'number') return repeat.repeat(times)
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, expand(entry, folder)]),
  )
}
