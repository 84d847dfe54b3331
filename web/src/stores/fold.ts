// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ChangeEvent, ProgressEvent, Transition } from '@/api/event'
import type { Task } from '@/api/task'

/** What is known of no attempt: a task that waits (again) has none that counts. */
const NO_ATTEMPT = {
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
  startedAt: null,
  endedAt: null,
  outputSize: 0,
} as const satisfies Partial<Task>

/**
 * The task as it is after @event, given how it was; undefined for one that nobody knows (yet or any
 * more). An event that the task already shows changes nothing.
 */
export function applyEvent(
  task: Task | undefined,
  event: Transition | ProgressEvent,
): Task | undefined {
  switch (event.kind) {
    case 'added':
      return task !== undefined && task.seq >= event.seq ? task : event.whole
    case 'state':
    case 'message':
    case 'changed':
      return task && applyChange(task, event)
    case 'progress':
      return task && applyProgress(task, event)
    case 'removed':
      return undefined
  }
}

function applyChange(task: Task, event: ChangeEvent): Task {
  if (event.seq <= task.seq) return task

  const changed: Task = { ...task, ...whatEnds(event), ...event.changes }
  const isDone = event.changes.state === 'Completed'
  return isDone && changed.progress !== null ? { ...changed, progress: 1 } : changed
}

/** What another state makes untrue, besides what the event says. */
function whatEnds(event: ChangeEvent): Partial<Task> {
  const { state } = event.changes
  if (state === undefined) return {}

  const isNewAttempt = state === 'Pending' || state === 'Processing'
  return { ...(isNewAttempt ? NO_ATTEMPT : {}), activity: null }
}

function applyProgress(task: Task, event: ProgressEvent): Task {
  // A late word about an attempt that is over.
  if (task.state !== 'Processing' || event.attempt !== task.attempt) return task
  return { ...task, ...event.changes }
}

/**
 * Of two views of one task the newer; the first when they are equally new. Progress has no number,
 * but within an attempt it never falls.
 */
export function newerOf(task: Task | undefined, other: Task): Task {
  if (task === undefined || task.seq < other.seq) return other
  const isFurther = task.seq === other.seq && (other.progress ?? -1) > (task.progress ?? -1)
  return isFurther ? other : task
}
