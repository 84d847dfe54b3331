// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { vi } from 'vitest'
import type { Api } from '@/api'
import { ApiError } from '@/api/problem'
import type { OutputListener } from '@/api/output'
import type { TaskFile } from '@/api/rest'
import type { Task } from '@/api/task'
import type { TaskType } from '@/api/task-type'
import type { WatchListener } from '@/api/watch'

/** A daemon that knows a few tasks and lets the test tell the news. */
export class FakeApi implements Api {
  tasks: Task[] = []
  types: TaskType[] = []
  files: TaskFile[] = []
  next: string | null = null
  /** Who watches; the newest last. */
  readonly watchers: WatchListener[] = []
  readonly readers: OutputListener[] = []
  readonly closed = vi.fn()

  openSession = vi.fn<Api['openSession']>(() => Promise.resolve())
  hasSession = vi.fn<Api['hasSession']>(() => Promise.resolve(true))
  listTasks = vi.fn<Api['listTasks']>(() =>
    Promise.resolve({ epoch: 77, seq: 1, tasks: this.tasks, next: this.next }),
  )
  getTask = vi.fn<Api['getTask']>((id) => {
    const task = this.tasks.find((one) => one.id === id)
    const refusal = new ApiError(404, 'not-found', `There is no task ${id}`)
    return task === undefined ? Promise.reject(refusal) : Promise.resolve(task)
  })
  addTask = vi.fn<Api['addTask']>(() => Promise.reject(new Error('not expected')))
  cancelTask = vi.fn<Api['cancelTask']>(() => Promise.reject(new Error('not expected')))
  pauseTask = vi.fn<Api['pauseTask']>(() => Promise.reject(new Error('not expected')))
  resumeTask = vi.fn<Api['resumeTask']>(() => Promise.reject(new Error('not expected')))
  retryTask = vi.fn<Api['retryTask']>(() => Promise.reject(new Error('not expected')))
  removeTask = vi.fn<Api['removeTask']>(() => Promise.reject(new Error('not expected')))
  getAbout = vi.fn<Api['getAbout']>(() =>
    Promise.resolve({ keepDays: 30, keepTasks: 10_000, added: 12_345 }),
  )
  listTaskTypes = vi.fn<Api['listTaskTypes']>(() => Promise.resolve(this.types))
  listFiles = vi.fn<Api['listFiles']>((_id, attempt) =>
    Promise.resolve({ attempt, files: this.files, others: 0, truncated: false }),
  )
  fileUrl = vi.fn<Api['fileUrl']>((id, attempt, name) => `/files/${id}/${attempt}/${name}`)
  getLog = vi.fn<Api['getLog']>(() => Promise.reject(new Error('not expected')))
  fetchOutput = vi.fn<Api['fetchOutput']>(() => Promise.resolve(new Blob(['all of it'])))

  watchTask = vi.fn<Api['watchTask']>((_id, _cursor, listener) => this.#watch(listener))
  watchTasks = vi.fn<Api['watchTasks']>((_filter, listener) => this.#watch(listener))
  readOutput = vi.fn<Api['readOutput']>((_id, _attempt, listener) => {
    this.readers.push(listener)
    return { close: this.closed }
  })

  link: Api['link'] = {
    phase: { name: 'connecting' },
    onPhase: vi.fn(() => () => undefined),
    open: vi.fn(),
    close: vi.fn(() => Promise.resolve()),
    wake: vi.fn(),
  }

  get watcher(): WatchListener {
    const watcher = this.watchers.at(-1)
    if (watcher === undefined) throw new Error('Nobody watches')
    return watcher
  }

  #watch(listener: WatchListener) {
    this.watchers.push(listener)
    return { close: this.closed }
  }
}
