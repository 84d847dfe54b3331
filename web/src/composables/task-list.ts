// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { onScopeDispose, ref } from 'vue'
import type { ChangeEvent } from '@/api/event'
import type { TaskNews } from '@/api/watch'
import { useSearchStore } from '@/stores/search'
import { useTasksStore } from '@/stores/tasks'
import { useApi } from './api'
import { useBatch } from './batch'
import { useErrorWords } from './error-words'

const PAGE_SIZE = 50

/** How long to gather news about tasks not known here before the list is read anew. */
const SETTLE_MS = 500

/** Keeps the list of tasks: the live ones as they change, the ended ones a page at a time. */
export function useTaskList() {
  const api = useApi()
  const tasks = useTasksStore()
  const search = useSearchStore()
  const errorWord = useErrorWords()
  const isLoading = ref(false)
  const problem = ref('')
  let settling: ReturnType<typeof setTimeout> | undefined

  function fail(error: unknown) {
    problem.value = errorWord(error)
  }

  async function load(cursor?: string) {
    isLoading.value = true
    try {
      const query = { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) }
      tasks.takePage(await api.listTasks(query))
      problem.value = ''
    } catch (error) {
      fail(error)
    } finally {
      isLoading.value = false
    }
  }

  async function loadMore() {
    if (tasks.next !== null && !isLoading.value) await load(tasks.next)
  }

  function loadSoon() {
    settling ??= setTimeout(() => {
      settling = undefined
      tasks.forgetEnded()
      void load()
    }, SETTLE_MS)
  }

  const news = useBatch<TaskNews>((events) => {
    search.apply(events)
    if (tasks.apply(events) || tasks.isFull) loadSoon()
  })

  const watching = api.watchTasks(null, {
    onEvent(event) {
      news.add(event)
      // One from long ago that runs again is on no page that is read anew.
      if (isBack(event) && !tasks.byId.has(event.task))
        api.getTask(event.task).then(tasks.put, fail)
    },
    onReset() {
      news.clear()
      tasks.forgetAll()
      search.reset()
      void load()
    },
    onEnd: loadSoon,
    onError: fail,
  })
  onScopeDispose(() => {
    watching.close()
    clearTimeout(settling)
  })

  // What another page left may be long out of date.
  tasks.forgetAll()
  void load()

  return { tasks, isLoading, problem, loadMore, retry: () => load() }
}

/** Whether @event tells of a task that waits again. */
function isBack(event: TaskNews): event is ChangeEvent {
  return event.kind === 'state' && event.changes.state === 'Pending'
}
