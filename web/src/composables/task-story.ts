// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { onScopeDispose, ref } from 'vue'
import type { Cursor } from '@/api/event-gate'
import { FROM_THE_BEGINNING } from '@/api/event-gate'
import type { Subscription } from '@/api/hub-stream'
import { ApiError } from '@/api/problem'
import type { TaskState } from '@/api/task'
import type { TaskNews, WatchListener } from '@/api/watch'
import { useStoryStore } from '@/stores/story'
import { useApi } from './api'
import { awaitSequel } from './await-sequel'
import { useBatch } from './batch'
import { useErrorWords } from './error-words'

/**
 * Tells the story of task @id from its first event on. The task itself is also asked for by itself:
 * that tells at once when there is none, and works where the hub cannot be reached. The story of a
 * task that has ended goes on when it is retried or removed, whoever does that.
 */
export function useTaskStory(id: number) {
  const api = useApi()
  const story = useStoryStore()
  const errorWord = useErrorWords()
  const isMissing = ref(false)
  const problem = ref('')
  const news = useBatch<TaskNews>(story.apply)
  let watching: Subscription
  let state: TaskState | undefined

  async function look() {
    try {
      story.show(await api.getTask(id))
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) miss()
      else problem.value = errorWord(error)
    }
  }

  function miss() {
    isMissing.value = true
    watching.close()
  }

  function onError(error: Error) {
    problem.value = errorWord(error)
    void look()
  }

  const listener: WatchListener = {
    onEvent(event) {
      problem.value = ''
      state = stateIn(event) ?? state
      news.add(event)
    },
    onReset() {
      news.clear()
      story.begin()
    },
    onEnd(cursor) {
      // A level that was told only to those who came later, as the size of the output.
      void look()
      if (state === undefined) return
      watching = awaitSequel(api, { id, type: story.task?.type }, cursor, {
        onRetry: () => {
          goOn(cursor)
        },
        onRemoved: story.remove,
        onError,
      })
    },
    onError,
  }

  function goOn(cursor: Cursor) {
    watching.close()
    watching = api.watchTask(id, cursor, listener)
  }

  story.begin()
  watching = api.watchTask(id, FROM_THE_BEGINNING, listener)
  onScopeDispose(() => {
    watching.close()
  })
  void look()

  return { story, isMissing, problem }
}

/** What @event says of the state of the one task, if anything. */
function stateIn(event: TaskNews): TaskState | undefined {
  switch (event.kind) {
    case 'snapshot':
      return event.tasks[0]?.state
    case 'added':
      return event.whole.state
    case 'state':
      return event.changes.state
    case 'message':
    case 'changed':
    case 'removed':
    case 'progress':
      return undefined
  }
}
