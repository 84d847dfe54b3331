// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { removes } from '@/api/event'
import type { TaskPage } from '@/api/rest'
import type { Task } from '@/api/task'
import type { TaskNews } from '@/api/watch'
import { applyEvent, newerOf } from './fold'

/**
 * What was found: the tasks that had the words when somebody searched. They change and go as the
 * daemon tells; whether another one has the words now, only the daemon knows.
 */
export const useSearchStore = defineStore('search', () => {
  const byId = shallowRef<ReadonlyMap<number, Task>>(new Map())
  const next = ref<string | null>(null)
  /** Counts how often what was found became void. */
  const resets = ref(0)

  const found = computed(() => [...byId.value.values()].sort((a, b) => b.id - a.id))

  function takePage({ tasks: page, next: cursor }: TaskPage) {
    const tasks = new Map(byId.value)
    for (const task of page) tasks.set(task.id, newerOf(tasks.get(task.id), task))
    byId.value = tasks
    next.value = cursor
  }

  function apply(news: readonly TaskNews[]) {
    if (byId.value.size === 0) return
    const tasks = new Map(byId.value)
    for (const event of news) takeNews(tasks, event)
    byId.value = tasks
  }

  function forget() {
    byId.value = new Map()
    next.value = null
  }

  /** Says that it has to be searched for anew: the daemon has another database. */
  function reset() {
    forget()
    resets.value++
  }

  return { found, next, resets, takePage, apply, forget, reset }
})

function takeNews(tasks: Map<number, Task>, event: TaskNews) {
  if (event.kind === 'removed') {
    for (const id of tasks.keys()) if (removes(event, id)) tasks.delete(id)
    return
  }
  const newer = event.kind === 'snapshot' ? event.tasks : [applyEvent(tasks.get(event.task), event)]
  for (const task of newer) {
    const before = task && tasks.get(task.id)
    if (task !== undefined && before !== undefined) tasks.set(task.id, newerOf(task, before))
  }
}
