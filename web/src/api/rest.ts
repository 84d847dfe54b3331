// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { JsonObject } from './json'
import { asList, asObject, isBoolean, isCount, isNullOr, isString, member, memberOr } from './json'
import { readProblem, UnreachableError } from './problem'
import type { SessionKey } from './session-key'
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

export interface TaskQuery {
  limit: number
  cursor?: string
  /** Words that the tasks must have; the last one may be the beginning of a word. */
  text?: string
}

export interface TaskOrder {
  type: string
  title?: string
  parameters: JsonObject
}

/** A file that a program left as a result. */
export interface TaskFile {
  name: string
  size: number
  modifiedAt: string
}

export interface FileList {
  attempt: number
  files: TaskFile[]
  /** How many more there are that are no files, or have names that cannot be shown. */
  others: number
  /** Whether there are more, of which nothing is said. */
  truncated: boolean
}

export interface LogPart {
  bytes: Uint8Array<ArrayBuffer>
  nextOffset: number
  /** Whether there are no bytes up to there because they were not kept. */
  isGap: boolean
}

/** What the daemon says of itself. */
export interface About {
  /** How long tasks are kept after their end; 0 for ever. */
  keepDays: number
  /** How many ended ones of each type are kept; 0 for all. */
  keepTasks: number
  /** How many were ever added. */
  added: number
}

export interface Rest {
  /** Trades the token for a cookie that this page cannot read, and a key that goes with it. */
  openSession: (token: string) => Promise<void>
  /** Whether both are still good. */
  hasSession: () => Promise<boolean>
  listTasks: (query: TaskQuery) => Promise<TaskPage>
  getTask: (id: number) => Promise<Task>
  addTask: (order: TaskOrder) => Promise<Task>
  /** Asks a task to end; with `now` it gets no time to do so. */
  cancelTask: (id: number, options?: { now: boolean }) => Promise<Task>
  pauseTask: (id: number) => Promise<Task>
  resumeTask: (id: number) => Promise<Task>
  /** Lets a task that has failed run once more. */
  retryTask: (id: number) => Promise<Task>
  /** Removes a task that has ended, with its output and its story. */
  removeTask: (id: number) => Promise<void>
  listTaskTypes: () => Promise<TaskType[]>
  getAbout: () => Promise<About>
  listFiles: (id: number, attempt: number) => Promise<FileList>
  /** Where a file is: the browser fetches it itself, however large it is. */
  fileUrl: (id: number, attempt: number, name: string) => string
  /** At most a mebibyte of an attempt's output. */
  getLog: (id: number, attempt: number, offset: number) => Promise<LogPart>
}

export interface RestOptions {
  fetch: typeof fetch
  key: Pick<SessionKey, 'get' | 'set'>
  /** Called when the cookie is not good any more; whether there is a good one now. */
  renew: () => Promise<boolean>
}

type Asker = (method: string, path: string, body?: unknown) => Promise<Response>

function createAsker({ fetch, key }: RestOptions): Asker {
  return (method, path, body) => {
    const headers = new Headers()
    const init: RequestInit = {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }
    const half = key.get()
    if (half !== null) headers.set('Authorization', `Bearer ${half}`)
    if (body !== undefined) {
      headers.set('Content-Type', 'application/json')
      init.body = JSON.stringify(body)
    }
    return fetch(`/api/v1${path}`, init).catch((error: unknown) => {
      throw new UnreachableError(error)
    })
  }
}

export function createRest(options: RestOptions): Rest {
  const { key, renew } = options
  const ask = createAsker(options)

  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    let response = await ask(method, path, body)
    if (response.status === 401 && (await renew())) response = await ask(method, path, body)
    if (!response.ok) throw await readProblem(response)
    return response
  }

  async function change(id: number, verb: string, body?: unknown): Promise<Task> {
    return parseTask(await readJson(await request('POST', `/tasks/${id}/${verb}`, body)))
  }

  return {
    async openSession(token) {
      const response = await ask('POST', '/session', { token })
      if (!response.ok) throw await readProblem(response)
      key.set(member(asObject(await readJson(response), 'session'), 'key', isString))
    },
    async hasSession() {
      const response = await ask('GET', '/session')
      if (response.status === 401) return false
      if (!response.ok) throw await readProblem(response)
      return true
    },
    listTasks: async (query) =>
      parsePage(await readJson(await request('GET', `/tasks?${toParameters(query)}`))),
    getTask: async (id) => parseTask(await readJson(await request('GET', `/tasks/${id}`))),
    addTask: async (order) => parseTask(await readJson(await request('POST', '/tasks', order))),
    cancelTask: (id, options) => change(id, 'cancel', options),
    pauseTask: (id) => change(id, 'pause'),
    resumeTask: (id) => change(id, 'resume'),
    retryTask: (id) => change(id, 'retry'),
    async removeTask(id) {
      await request('DELETE', `/tasks/${id}`)
    },
    getAbout: async () => parseAbout(await readJson(await request('GET', '/about'))),
    listTaskTypes: async () => parseTaskTypes(await readJson(await request('GET', '/task-types'))),
    async listFiles(id, attempt) {
      const path = `/tasks/${id}/files?attempt=${attempt}`
      return parseFiles(await readJson(await request('GET', path)))
    },
    fileUrl(id, attempt, name) {
      const parameters = new URLSearchParams({ attempt: String(attempt), key: key.get() ?? '' })
      return `/api/v1/tasks/${id}/files/${encodeURIComponent(name)}?${parameters.toString()}`
    },
    async getLog(id, attempt, offset) {
      const path = `/tasks/${id}/log?attempt=${attempt}&offset=${offset}`
      return readLogPart(await request('GET', path), offset)
    },
  }
}

function toParameters({ limit, cursor, text }: TaskQuery): string {
  const parameters = new URLSearchParams({ limit: String(limit) })
  if (cursor !== undefined) parameters.set('cursor', cursor)
  if (text !== undefined) parameters.set('q', text)
  return parameters.toString()
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

function parseAbout(value: unknown): About {
  const about = asObject(value, 'daemon')
  return {
    keepDays: member(about, 'keepDays', isCount),
    keepTasks: member(about, 'keepTasks', isCount),
    added: member(asObject(about['counts'], 'counts'), 'added', isCount),
  }
}

function parseFiles(value: unknown): FileList {
  const list = asObject(value, 'list of files')
  return {
    attempt: member(list, 'attempt', isCount),
    files: asList(list['files'], 'files').map((item) => {
      const file = asObject(item, 'file')
      return {
        name: member(file, 'name', isString),
        size: member(file, 'size', isCount),
        modifiedAt: member(file, 'modifiedAt', isString),
      }
    }),
    others: memberOr(list, 'others', isCount, 0),
    truncated: memberOr(list, 'truncated', isBoolean, false),
  }
}

async function readLogPart(response: Response, offset: number): Promise<LogPart> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const header = Number(response.headers.get('Headway-Next-Offset') ?? Number.NaN)
  return {
    bytes,
    nextOffset: isCount(header) ? header : offset + bytes.length,
    isGap: response.headers.has('Headway-Skip'),
  }
}
