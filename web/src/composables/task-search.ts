// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Ref } from 'vue'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { TaskPage } from '@/api/rest'
import { useSearchStore } from '@/stores/search'
import { useApi } from './api'
import { useErrorWords } from './error-words'

const PAGE_SIZE = 50

/** Finds the tasks that have the words of @text, the newest first, a page at a time. */
export function useTaskSearch(text: Readonly<Ref<string>>) {
  const api = useApi()
  const search = useSearchStore()
  const errorWord = useErrorWords()
  const isSearching = ref(false)
  const problem = ref('')
  /** When the newest of them were found; null as long as they were not. */
  const foundAt = shallowRef<Date | null>(null)
  /** Counts the searches: the answer to a former one comes too late. */
  let current = 0

  /** The next page that has tasks: of many hits, the filter may have left none on one. */
  async function read(words: string, cursor: string | undefined): Promise<TaskPage> {
    const mine = current
    const query = { limit: PAGE_SIZE, text: words }
    let page = await api.listTasks(cursor === undefined ? query : { ...query, cursor })
    while (page.tasks.length === 0 && page.next !== null && mine === current) {
      page = await api.listTasks({ ...query, cursor: page.next })
    }
    return page
  }

  async function load(cursor?: string) {
    const mine = current
    isSearching.value = true
    problem.value = ''
    try {
      const page = await read(text.value, cursor)
      if (mine !== current) return
      search.takePage(page)
      foundAt.value ??= new Date()
    } catch (error) {
      if (mine === current) problem.value = errorWord(error)
    } finally {
      if (mine === current) isSearching.value = false
    }
  }

  async function begin() {
    current++
    isSearching.value = false
    problem.value = ''
    foundAt.value = null
    search.forget()
    if (text.value !== '') await load()
  }

  async function loadMore() {
    if (search.next !== null && !isSearching.value) await load(search.next)
  }

  watch([text, () => search.resets], begin, { immediate: true })
  onScopeDispose(() => {
    current++
    search.forget()
  })

  return { search, isSearching, problem, foundAt, loadMore, again: begin }
}
