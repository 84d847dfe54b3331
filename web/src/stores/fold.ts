// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ChangeEvent, ProgressEvent, Transition } from '@/api/event'
import type { Task } from '@/api/task'

/** What a new attempt begins without. */
const NO_PROGRESS = { progress: null, done: null, total: null, message: null } as const

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

  const isNewAttempt = event.changes.attempt !== undefined && event.changes.attempt > task.attempt
  const changed: Task = { ...task, ...(isNewAttempt ? NO_PROGRESS : {}), ...event.changes }
  const isDone = event.changes.state === 'Completed'
  return isDone && changed.progress !== null ? { ...changed, progress: 1 } : changed
}

function applyProgress(task: Task, event: ProgressEvent): Task {
  // A late word about an attempt that is over.
  if (task.state !== 'Processing' || event.attempt !== task.attempt) return task
  return { ...task, ...event.changes }
}

/** Of two views of one task the newer; the first when they are equally new. */
export function newerOf(task: Task | undefined, other: Task): Task {
  return task !== undefined && task.seq >= other.seq ? task : other
}
