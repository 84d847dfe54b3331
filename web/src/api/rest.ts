// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { JsonObject } from './json'
import { asList, asObject, isCount, isNullOr, isString, member, memberOr } from './json'
import { readProblem, UnreachableError } from './problem'
import type { Task } from './task'
import { parseTask } from './task'
import type { TaskType } from './task-type'
import { parseTaskTypes } from './task-type'

/** The daemon is on this machine: whoever waits longer than this waits for nothing. */
const TIMEOUT_MS = 15_000

export interface TaskPage {
  epoch: number
  seq: number
  tasks: Task[]
  /** What brings the next page; null at the end. */
  next: string | null
}

export interface TaskOrder {
  type: string
  title?: string
  parameters: JsonObject
}

export interface LogPart {
  bytes: Uint8Array<ArrayBuffer>
  nextOffset: number
}

export interface Rest {
  /** Trades the token for a cookie that this page cannot read. */
  openSession: (token: string) => Promise<void>
  /** Whether the cookie is still good. */
  hasSession: () => Promise<boolean>
  listTasks: (query: { limit: number; cursor?: string }) => Promise<TaskPage>
  getTask: (id: number) => Promise<Task>
  addTask: (order: TaskOrder) => Promise<Task>
  cancelTask: (id: number) => Promise<Task>
  /** Lets a task that has failed run once more. */
  retryTask: (id: number) => Promise<Task>
  listTaskTypes: () => Promise<TaskType[]>
  /** At most a mebibyte of an attempt's output. */
  getLog: (id: number, attempt: number, offset: number) => Promise<LogPart>
}

export interface RestOptions {
  fetch: typeof fetch
  /** Called when the cookie is not good any more; whether there is a good one now. */
  renew: () => Promise<boolean>
}

export function createRest({ fetch, renew }: RestOptions): Rest {
  async function ask(method: string, path: string, body?: unknown): Promise<Response> {
    const init: RequestInit = {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }
    if (body !== undefined) {
      init.headers = { 'Content-Type': 'application/json' }
      init.body = JSON.stringify(body)
    }
    return fetch(`/api/v1${path}`, init).catch((error: unknown) => {
      throw new UnreachableError(error)
    })
  }

  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    let response = await ask(method, path, body)
    if (response.status === 401 && (await renew())) response = await ask(method, path, body)
    if (!response.ok) throw await readProblem(response)
    return response
  }

  return {
    async openSession(token) {
      const response = await ask('POST', '/session', { token })
      if (!response.ok) throw await readProblem(response)
    },
    async hasSession() {
      const response = await ask('GET', '/session')
      if (response.status === 401) return false
      if (!response.ok) throw await readProblem(response)
      return true
    },
    async listTasks({ limit, cursor }) {
      const query = new URLSearchParams({ limit: String(limit) })
      if (cursor !== undefined) query.set('cursor', cursor)
      return parsePage(await readJson(await request('GET', `/tasks?${query.toString()}`)))
    },
    getTask: async (id) => parseTask(await readJson(await request('GET', `/tasks/${id}`))),
    addTask: async (order) => parseTask(await readJson(await request('POST', '/tasks', order))),
    cancelTask: async (id) =>
      parseTask(await readJson(await request('POST', `/tasks/${id}/cancel`))),
    retryTask: async (id) => parseTask(await readJson(await request('POST', `/tasks/${id}/retry`))),
    listTaskTypes: async () => parseTaskTypes(await readJson(await request('GET', '/task-types'))),
    async getLog(id, attempt, offset) {
      const path = `/tasks/${id}/log?attempt=${attempt}&offset=${offset}`
      return readLogPart(await request('GET', path), offset)
    },
  }
}

async function readJson(response: Response): Promise<unknown> {
  const value: unknown = await response.json().catch(() => null)
  return value
}

function parsePage(value: unknown): TaskPage {
  const page = asObject(value, 'list of tasks')
  return {
    epoch: member(page, 'epoch', isCount),
    seq: member(page, 'seq', isCount),
    tasks: asList(page['tasks'], 'tasks').map(parseTask),
    next: memberOr(page, 'next', isNullOr(isString), null),
  }
}

async function readLogPart(response: Response, offset: number): Promise<LogPart> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const header = Number(response.headers.get('Headway-Next-Offset') ?? Number.NaN)
  return { bytes, nextOffset: isCount(header) ? header : offset + bytes.length }
}
