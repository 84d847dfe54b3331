// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/** The daemon's words, as these tests know them: apart from the web client's on purpose. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export type State = 'Pending' | 'Processing' | 'Completed' | 'Failed'

export interface Task {
  id: number
  type: string
  title: string
  parameters: Record<string, Json>
  state: State
  result: string
  error: string | null
  value: Record<string, Json> | null
  exitCode: number | null
  signal: string | null
  progress: number | null
  message: string | null
  unit: string | null
  done: number | null
  total: number | null
  activity: string | null
  containment: string | null
  priority: number
  group: string
  owner: string
  attempt: number
  maxAttempts: number
  timeout: number | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  outputSize: number
  seq: number
}

export interface Problem {
  type: string
  title: string
  status: number
  error: string
  detail: string
  field?: string
}

export interface TaskPage {
  epoch: number
  seq: number
  tasks: Task[]
  next: string | null
}

/** An item of a watch; which members it has depends on its kind. */
export interface HubEvent extends Partial<Omit<Task, 'id'>> {
  kind:
    'added' | 'state' | 'message' | 'changed' | 'removed' | 'progress' | 'snapshot' | 'heartbeat'
  epoch: number
  seq?: number
  task?: number
  at?: string
  rev?: number
  reset?: boolean
  tasks?: Task[]
}

/** What a long poll is answered with. */
export interface Poll {
  epoch: number
  seq: number
  rev: number
  ended: boolean
  events: HubEvent[]
}

export function readPoll({ status, text }: { status: number; text: string }): Poll {
  if (status !== 200) throw new Error(`${status} ${text}`)
  return JSON.parse(text) as Poll
}

/** A transition in one line: what two who watched the same must agree on. */
export type Line = readonly [seq: number, task: number, kind: string, state: string]

const TRANSITIONS = new Set(['added', 'state', 'message', 'changed', 'removed'])

export function isTransition(event: HubEvent): boolean {
  return TRANSITIONS.has(event.kind)
}

/** The transitions among events, a line each. */
export function lines(events: readonly HubEvent[]): Line[] {
  return events
    .filter(isTransition)
    .map(({ seq, task, kind, state }) => [seq ?? -1, task ?? -1, kind, state ?? ''] as const)
}

export function hasEnded({ state }: { state?: State }): boolean {
  return state === 'Completed' || state === 'Failed'
}
