// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Ref } from 'vue'
import { computed, onScopeDispose, ref, watch } from 'vue'
import type { FileList } from '@/api/rest'
import type { Task } from '@/api/task'
import { useApi } from './api'

/** How often a program that runs is looked after: its files are for later, not for now. */
const INTERVAL_MS = 10_000

/** The files that the newest attempt at @task left, and leaves while it runs. */
export function useTaskFiles(task: Readonly<Ref<Task>>) {
  const api = useApi()
  const list = ref<FileList>()
  let timer: number | undefined

  /** Whoever reads of nothing here misses nothing: the list comes with the next look. */
  async function look() {
    const { id, attempt } = task.value
    const found = await api.listFiles(id, attempt).catch(() => undefined)
    if (found?.attempt === task.value.attempt) list.value = found
  }

  function stop() {
    window.clearInterval(timer)
    timer = undefined
  }

  // Only programs leave files, and only those have something that holds them together.
  const isWriting = computed(
    () => task.value.state === 'Processing' && task.value.containment !== null,
  )

  watch(
    [() => task.value.attempt, () => task.value.state, isWriting],
    ([attempt]) => {
      stop()
      if (list.value?.attempt !== attempt) list.value = undefined
      if (attempt === 0) return
      void look()
      if (isWriting.value) timer = window.setInterval(() => void look(), INTERVAL_MS)
    },
    { immediate: true },
  )
  onScopeDispose(stop)

  const urlOf = (attempt: number, name: string) => api.fileUrl(task.value.id, attempt, name)
  return { list, urlOf }
}
