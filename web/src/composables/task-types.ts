// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { onMounted, ref, shallowRef } from 'vue'
import type { TaskType } from '@/api/task-type'
import { useApi } from './api'
import { useErrorWords } from './error-words'

/** The kinds of tasks that this daemon knows; null until it has told. */
export function useTaskTypes() {
  const api = useApi()
  const errorWord = useErrorWords()
  const types = shallowRef<readonly TaskType[] | null>(null)
  const problem = ref('')

  async function load() {
    problem.value = ''
    try {
      types.value = await api.listTaskTypes()
    } catch (error) {
      problem.value = errorWord(error)
    }
  }

  onMounted(load)
  return { types, problem, load }
}
