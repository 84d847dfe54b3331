// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Transition } from '@/api/event'
import type { Task, TaskState } from '@/api/task'
import type { TaskNews } from '@/api/watch'
import { applyEvent, newerOf } from './fold'

/** One line of a task's story. */
export interface StoryEntry {
  seq: number
  at: string
  kind: Transition['kind']
  state: TaskState | null
  result: string
  attempt: number
  message: string | null
}

/** The story of the one task that a page tells: every transition in order, and how it stands. */
export const useStoryStore = defineStore('story', () => {
  const folded = shallowRef<Task>()
  const preview = shallowRef<Task>()
  const entries = shallowRef<readonly StoryEntry[]>([])
  const isRemoved = ref(false)

  /** The newest that is known. While the story is still being read, that is the preview. */
  const task = computed(() => {
    if (folded.value === undefined) return preview.value
    if (preview.value === undefined) return folded.value
    return newerOf(folded.value, preview.value)
  })

  /** Forgets the last story. */
  function begin() {
    folded.value = undefined
    preview.value = undefined
    entries.value = []
    isRemoved.value = false
  }

  /** The task as somebody else read it, until the story gets there. */
  function show(seen: Task) {
    preview.value = newerOf(preview.value, seen)
  }

  /** There is no such task any more. */
  function remove() {
    isRemoved.value = true
  }

  function apply(news: readonly TaskNews[]) {
    const added: StoryEntry[] = []
    let now = folded.value

    for (const event of news) {
      if (event.kind === 'snapshot') {
        now = event.tasks[0] ?? now
        continue
      }
      if (event.kind === 'removed') remove()
      else now = applyEvent(now, event)
      if (event.kind !== 'progress') added.push(toEntry(event))
    }
    folded.value = now
    if (added.length > 0) entries.value = [...entries.value, ...added]
  }

  return { task, entries, isRemoved, begin, show, remove, apply }
})

function toEntry(event: Transition): StoryEntry {
  const changes: Partial<Task> =
    event.kind === 'added' ? event.whole : event.kind === 'removed' ? {} : event.changes
  return {
    seq: event.seq,
    at: event.at,
    kind: event.kind,
    state: changes.state ?? null,
    result: changes.result ?? '',
    attempt: changes.attempt ?? 0,
    message: changes.message ?? null,
  }
}
