// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Check, JsonObject, JsonValue } from './json'
import {
  asObject,
  isCount,
  isInteger,
  isJsonObject,
  isJsonValue,
  isNullOr,
  isNumber,
  isOneOf,
  isString,
  MalformedError,
} from './json'

export const TASK_STATES = ['Pending', 'Processing', 'Completed', 'Failed'] as const

export type TaskState = (typeof TASK_STATES)[number]

/** A task as the daemon describes it, over HTTP and over the hub alike. */
export interface Task {
  id: number
  type: string
  title: string
  parameters: JsonObject
  state: TaskState
  /** One word that says why the task ended; "" before. Later daemons may know more words. */
  result: string
  /** A sentence, when the task failed. */
  error: string | null
  /** What an in-process runner gave back. */
  value: JsonValue
  exitCode: number | null
  signal: string | null
  /** 0…1, or null where nobody knows. */
  progress: number | null
  message: string | null
  unit: string | null
  done: number | null
  total: number | null
  activity: string | null
  /** How its processes are held together while it runs; null for work of the daemon's own. */
  containment: string | null
  priority: number
  group: string
  owner: string
  /** Counts the runs; 0 before the first. */
  attempt: number
  maxAttempts: number
  /** How many seconds an attempt may take; null for any number. */
  timeout: number | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  outputSize: number
  /** The number of the newest transition. */
  seq: number
}

const CHECKS: { readonly [K in keyof Task]: Check<Task[K]> } = {
  id: isCount,
  type: isString,
  title: isString,
  parameters: isJsonObject,
  state: isOneOf(TASK_STATES),
  result: isString,
  error: isNullOr(isString),
  value: isJsonValue,
  exitCode: isNullOr(isInteger),
  signal: isNullOr(isString),
  progress: isNullOr(isNumber),
  message: isNullOr(isString),
  unit: isNullOr(isString),
  done: isNullOr(isNumber),
  total: isNullOr(isNumber),
  activity: isNullOr(isString),
  containment: isNullOr(isString),
  priority: isInteger,
  group: isString,
  owner: isString,
  attempt: isCount,
  maxAttempts: isCount,
  timeout: isNullOr(isCount),
  createdAt: isString,
  startedAt: isNullOr(isString),
  endedAt: isNullOr(isString),
  outputSize: isCount,
  seq: isCount,
}

// Object.keys() forgets what the keys are; the table above is what it says.
const NAMES = Object.keys(CHECKS) as (keyof Task)[]

/** What a daemon that leaves out a member means by that. The other members must be there. */
const ABSENT: Omit<Task, 'id' | 'type' | 'state' | 'createdAt' | 'seq'> = {
  title: '',
  parameters: {},
  result: '',
  error: null,
  value: null,
  exitCode: null,
  signal: null,
  progress: null,
  message: null,
  unit: null,
  done: null,
  total: null,
  activity: null,
  containment: null,
  priority: 0,
  group: '',
  owner: '',
  attempt: 0,
  maxAttempts: 1,
  timeout: null,
  startedAt: null,
  endedAt: null,
  outputSize: 0,
}

/** The members of a task that @record has, each checked; members of other names are left out. */
export function parseTaskChanges(record: JsonObject): Partial<Task> {
  const changes: Partial<Task> = {}

  const copy = <K extends keyof Task>(name: K, check: Check<Task[K]>, value: unknown) => {
    if (!check(value)) throw new MalformedError(name)
    changes[name] = value
  }

  for (const name of NAMES) {
    const value = record[name]
    // Some daemons write null for a word or a count that is not there.
    const isAbsent = value === undefined || (value === null && !CHECKS[name](null))
    if (!isAbsent) copy(name, CHECKS[name], value)
  }
  return changes
}

function isWhole(task: Partial<Task>): task is Task {
  return NAMES.every((name) => task[name] !== undefined)
}

/** A whole task; throws a MalformedError when it is none. */
export function parseTask(value: unknown): Task {
  const task = { ...ABSENT, ...parseTaskChanges(asObject(value, 'task')) }
  if (!isWhole(task)) throw new MalformedError('task')
  return task
}

export function hasEnded(task: Pick<Task, 'state'>): boolean {
  return task.state === 'Completed' || task.state === 'Failed'
}
