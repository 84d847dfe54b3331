// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { onScopeDispose, ref } from 'vue'
import { FROM_THE_BEGINNING } from '@/api/event-gate'
import { ApiError } from '@/api/problem'
import type { TaskNews } from '@/api/watch'
import { useStoryStore } from '@/stores/story'
import { useApi } from './api'
import { useBatch } from './batch'
import { useErrorWords } from './error-words'

/**
 * Tells the story of task @id from its first event on. The task itself is also asked for by itself:
 * that tells at once when there is none, and works where the hub cannot be reached.
 */
export function useTaskStory(id: number) {
  const api = useApi()
  const story = useStoryStore()
  const errorWord = useErrorWords()
  const isMissing = ref(false)
  const problem = ref('')
  const news = useBatch<TaskNews>(story.apply)

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

  story.begin()
  const watching = api.watchTask(id, FROM_THE_BEGINNING, {
    onEvent(event) {
      problem.value = ''
      news.add(event)
    },
    onReset() {
      news.clear()
      story.begin()
    },
    // A level that was told only to those who came later, as the size of the output.
    onEnd: () => void look(),
    onError(error) {
      problem.value = errorWord(error)
      void look()
    },
  })
  onScopeDispose(() => {
    watching.close()
  })
  void look()

  return { story, isMissing, problem }
}
