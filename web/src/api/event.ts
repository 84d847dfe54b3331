// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { asList, asObject, isBoolean, isCount, isString, MalformedError, member } from './json'
import type { JsonObject } from './json'
import type { Task } from './task'
import { parseTask, parseTaskChanges } from './task'

/** Where a transition stands: its number, and the database that gave it. */
interface Mark {
  epoch: number
  seq: number
}

interface About {
  task: number
  at: string
}

export interface AddedEvent extends Mark, About {
  kind: 'added'
  whole: Task
}

export interface ChangeEvent extends Mark, About {
  kind: 'state' | 'message' | 'changed'
  changes: Partial<Task>
}

export interface RemovedEvent extends Mark, About {
  kind: 'removed'
  /** The last of several that went at once, from `task` on; else it is the only one. */
  last?: number
}

/** Something that happened to a task, numbered by the store: never lost, never told twice. */
export type Transition = AddedEvent | ChangeEvent | RemovedEvent

/** A level: the newest one counts, which is the one with the highest rev. */
export interface ProgressEvent extends About {
  kind: 'progress'
  epoch: number
  attempt: number
  rev: number
  changes: Partial<Task>
}

export interface SnapshotEvent extends Mark {
  kind: 'snapshot'
  /** What was known before is void: it came from another database, or too much was missed. */
  reset: boolean
  tasks: Task[]
}

/** How far the quiet reaches: nothing that this watcher sees has a number up to this one. */
export interface HeartbeatEvent extends Mark {
  kind: 'heartbeat'
}

export type WatchEvent = Transition | ProgressEvent | SnapshotEvent | HeartbeatEvent

/** One item of a watch, or null for a kind that only later pages know. */
export function parseEvent(value: unknown): WatchEvent | null {
  const record = asObject(value, 'event')
  const kind = member(record, 'kind', isString)

  switch (kind) {
    case 'added':
      return parseAdded(record)
    case 'state':
    case 'message':
    case 'changed':
      return { kind, ...parseMark(record), ...parseAbout(record), changes: parseChanges(record) }
    case 'removed':
      return { kind, ...parseMark(record), ...parseAbout(record), ...parseLast(record) }
    case 'progress':
      return parseProgress(record)
    case 'snapshot':
      return {
        kind,
        ...parseMark(record),
        reset: member(record, 'reset', isBoolean),
        tasks: asList(record['tasks'], 'tasks').map(parseTask),
      }
    case 'heartbeat':
      return { kind, ...parseMark(record) }
    default:
      return null
  }
}

function parseMark(record: JsonObject): Mark {
  return { epoch: member(record, 'epoch', isCount), seq: member(record, 'seq', isCount) }
}

function parseAbout(record: JsonObject): About {
  return { task: member(record, 'task', isCount), at: member(record, 'at', isString) }
}

function parseLast(record: JsonObject): Pick<RemovedEvent, 'last'> {
  return record['last'] === undefined ? {} : { last: member(record, 'last', isCount) }
}

/** Whether @event took the task with the number @id. */
export function removes(event: RemovedEvent, id: number): boolean {
  return id >= event.task && id <= (event.last ?? event.task)
}

function parseAdded(record: JsonObject): AddedEvent {
  const mark = parseMark(record)
  const about = parseAbout(record)
  return {
    kind: 'added',
    ...mark,
    ...about,
    whole: parseTask({ createdAt: about.at, ...record, id: about.task, seq: mark.seq }),
  }
}

function parseChanges(record: JsonObject): Partial<Task> {
  const { seq } = parseMark(record)
  const changes: Partial<Task> = { ...parseTaskChanges(record), seq }

  if (record['kind'] === 'state' && changes.state === undefined) throw new MalformedError('state')
  return changes
}

function parseProgress(record: JsonObject): ProgressEvent {
  return {
    kind: 'progress',
    epoch: member(record, 'epoch', isCount),
    ...parseAbout(record),
    attempt: member(record, 'attempt', isCount),
    rev: member(record, 'rev', isCount),
    changes: parseTaskChanges(record),
  }
}
