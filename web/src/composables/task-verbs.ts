// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Ref } from 'vue'
import { readonly, ref, watch } from 'vue'
import type { Task } from '@/api/task'
import { useApi } from './api'
import { useErrorWords } from './error-words'

/** What a person can have done to a task; "stop" is a cancellation that gives it no time. */
export type TaskVerb = 'cancel' | 'stop' | 'pause' | 'resume' | 'retry' | 'remove'

/**
 * Has the daemon do what a person wants of the task @id, whose newest state is @task and to whom
 * @show tells a newer one; undefined when there is none any more. One verb is under way at a time.
 */
export function useTaskVerbs(
  id: number,
  task: Readonly<Ref<Task | undefined>>,
  show: (task: Task | undefined) => void,
) {
  const api = useApi()
  const errorWord = useErrorWords()
  const pending = ref<TaskVerb | null>(null)
  const refusal = ref('')

  const calls: Readonly<Record<TaskVerb, () => Promise<Task | undefined>>> = {
    cancel: () => api.cancelTask(id),
    stop: () => api.cancelTask(id, { now: true }),
    pause: () => api.pauseTask(id),
    resume: () => api.resumeTask(id),
    retry: () => api.retryTask(id),
    remove: () => api.removeTask(id).then(() => undefined),
  }

  // What was asked for has come, and may be asked for again.
  watch(
    () => `${task.value?.state ?? ''}/${task.value?.activity ?? ''}`,
    () => {
      pending.value = null
    },
  )

  async function run(verb: TaskVerb) {
    pending.value = verb
    refusal.value = ''
    try {
      show(await calls[verb]())
      // The others end with a state of the task, which comes later.
      if (verb === 'pause' || verb === 'resume') pending.value = null
    } catch (error) {
      pending.value = null
      refusal.value = errorWord(error)
    }
  }

  return { pending: readonly(pending), refusal: readonly(refusal), run }
}
