// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { AddedEvent, ChangeEvent, ProgressEvent } from '@/api/event'
import type { Task } from '@/api/task'
import type { TaskType } from '@/api/task-type'

export const EPOCH = 77

const AT = '2026-11-22T19:00:00.000000Z'

/** A checksum that waits, unless @changes says otherwise. */
export function makeTask(changes: Partial<Task> = {}): Task {
  return {
    id: 7,
    type: 'checksum',
    title: 'Checksum of big.bin',
    parameters: { path: '/srv/big.bin' },
    state: 'Pending',
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
    owner: 'uid:1000',
    attempt: 0,
    maxAttempts: 1,
    timeout: null,
    createdAt: AT,
    startedAt: null,
    endedAt: null,
    outputSize: 0,
    seq: 1,
    ...changes,
  }
}

export function added(task: Task): AddedEvent {
  return {
    kind: 'added',
    epoch: EPOCH,
    seq: task.seq,
    task: task.id,
    at: task.createdAt,
    whole: task,
  }
}

export function changed(
  kind: ChangeEvent['kind'],
  seq: number,
  changes: Partial<Task>,
  task = 7,
): ChangeEvent {
  return { kind, epoch: EPOCH, seq, task, at: AT, changes: { ...changes, seq } }
}

export function progressed(rev: number, changes: Partial<Task>, attempt = 1): ProgressEvent {
  return { kind: 'progress', epoch: EPOCH, task: 7, at: AT, attempt, rev, changes }
}

/** As the daemon writes an event: one flat object. */
export function onTheWire(
  event: AddedEvent | ChangeEvent | ProgressEvent,
): Record<string, unknown> {
  if (event.kind !== 'added') {
    const { changes, ...rest } = event
    return { ...changes, ...rest }
  }
  const { whole, ...rest } = event
  const members: Partial<Task> = { ...whole }
  delete members.id
  return { ...members, ...rest }
}

export function makeTaskType(changes: Partial<TaskType> = {}): TaskType {
  return {
    name: 'checksum',
    title: 'Checksum',
    description: 'The SHA-256 digest of a file',
    isLocalOnly: false,
    parameters: [],
    ...changes,
  }
}
