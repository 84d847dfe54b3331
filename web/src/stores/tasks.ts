// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { removes } from '@/api/event'
import type { TaskPage } from '@/api/rest'
import type { Task } from '@/api/task'
import { hasEnded } from '@/api/task'
import type { TaskNews } from '@/api/watch'
import { applyEvent, newerOf } from './fold'

/**
 * How many ended tasks may gather before the list starts afresh with the newest: a page that stays
 * open for weeks must not hold all that ever ran.
 */
const MOST_ENDED = 2_000

const RANK = { Processing: 0, Pending: 1, Completed: 2, Failed: 2 } as const

/** Those at work first, then those that wait, in the order in which they will run. */
function byTurn(a: Task, b: Task): number {
  return RANK[a.state] - RANK[b.state] || b.priority - a.priority || a.id - b.id
}

/** What the daemon last said about the tasks. Nothing here talks to it. */
export const useTasksStore = defineStore('tasks', () => {
  // Replaced as a whole: thousands of tasks are not each made reactive.
  const byId = shallowRef<ReadonlyMap<number, Task>>(new Map())
  const next = ref<string | null>(null)
  const isLoaded = ref(false)

  const all = computed(() => [...byId.value.values()])
  const live = computed(() => all.value.filter((task) => !hasEnded(task)).sort(byTurn))
  const ended = computed(() => all.value.filter(hasEnded).sort((a, b) => b.id - a.id))
  const running = computed(() => live.value.filter((task) => task.state === 'Processing'))
  const isFull = computed(() => ended.value.length > MOST_ENDED)

  /** Takes news in; true when some of them were about tasks that are not known here. */
  function apply(news: readonly TaskNews[]): boolean {
    const tasks = new Map(byId.value)
    const isKnown = news.map((event) => takeNews(tasks, event))

    byId.value = tasks
    return isKnown.includes(false)
  }

  function takePage({ tasks: page, next: cursor }: TaskPage) {
    const tasks = new Map(byId.value)
    for (const task of page) tasks.set(task.id, newerOf(tasks.get(task.id), task))
    byId.value = tasks
    next.value = cursor
    isLoaded.value = true
  }

  function put(task: Task) {
    byId.value = new Map(byId.value).set(task.id, newerOf(byId.value.get(task.id), task))
  }

  /** Keeps the live tasks, so that the list can be read anew from its top. */
  function forgetEnded() {
    byId.value = new Map(live.value.map((task) => [task.id, task]))
    next.value = null
  }

  function forgetAll() {
    byId.value = new Map()
    next.value = null
    isLoaded.value = false
  }

  return {
    byId,
    next,
    isLoaded,
    live,
    ended,
    running,
    isFull,
    apply,
    takePage,
    put,
    forgetEnded,
    forgetAll,
  }
})

/** Takes one piece of news; false when it was about a task that is not known here. */
function takeNews(tasks: Map<number, Task>, event: TaskNews): boolean {
  if (event.kind === 'snapshot') {
    takeSnapshot(tasks, event.tasks)
    return true
  }
  if (event.kind === 'removed') {
    for (const id of tasks.keys()) if (removes(event, id)) tasks.delete(id)
    return true
  }
  const task = applyEvent(tasks.get(event.task), event)
  if (task !== undefined) tasks.set(task.id, task)
  return task !== undefined
}

/** A snapshot has all live tasks: one that was live here and is not in it is not live any more. */
function takeSnapshot(tasks: Map<number, Task>, snapshot: readonly Task[]) {
  for (const task of tasks.values()) {
    if (!hasEnded(task)) tasks.delete(task.id)
  }
  for (const task of snapshot) tasks.set(task.id, newerOf(tasks.get(task.id), task))
}
