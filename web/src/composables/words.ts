// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { useGettext } from 'vue3-gettext'
import type { Task, TaskState } from '@/api/task'
import { clockTime, duration, formatAmount } from './numbers'

/**
 * What a person is told: the daemon's "Failed, because canceled" is no failure to them, and what
 * stands still or is about to end is not just under way.
 */
export type ShownState = TaskState | 'Canceled' | 'Paused' | 'Stopping'

export function shownState(task: Pick<Task, 'state' | 'result' | 'activity'>): ShownState {
  if (task.state === 'Failed' && task.result === 'canceled') return 'Canceled'
  if (task.state !== 'Processing') return task.state
  if (task.activity === 'paused') return 'Paused'
  return task.activity === 'stopping' ? 'Stopping' : task.state
}

/** Whole percents, rounded down: a task that is not at its end is not at 100 %. */
export function percentOf(task: Pick<Task, 'state' | 'progress'>): number | null {
  if (task.progress === null) return null
  const percent = Math.floor(Math.min(1, Math.max(0, task.progress)) * 100)
  return task.state === 'Completed' ? percent : Math.min(99, percent)
}

/** The daemon's own words, of which a later daemon may know more: those are shown as they are. */
function useWordTables() {
  const { $gettext } = useGettext()

  /** Why a task ended. */
  function resultWord(result: string): string {
    const words: Partial<Record<string, string>> = {
      success: $gettext('Success'),
      error: $gettext('Error'),
      'exit-code': $gettext('The program reported a failure'),
      signal: $gettext('The program was ended by a signal'),
      timeout: $gettext('It took too long'),
      canceled: $gettext('Canceled'),
      interrupted: $gettext('Interrupted'),
      lost: $gettext('The program was lost'),
      'spawn-failed': $gettext('The program did not start'),
      'oom-kill': $gettext('There was not enough memory'),
      poison: $gettext('It failed too often'),
      dependency: $gettext('A task before it failed'),
    }
    return words[result] ?? result
  }

  /** What holds the processes of a task together. */
  function containmentWord(containment: string): string {
    const words: Partial<Record<string, string>> = {
      scope: $gettext('In a systemd scope of their own: none gets away from a cancellation'),
      cgroup: $gettext('In a control group of their own: none gets away from a cancellation'),
      session: $gettext('Watched one by one: should the watcher crash, some may stay behind'),
    }
    return words[containment] ?? containment
  }

  return { resultWord, containmentWord }
}

/** How this page says what the daemon means, in the reader's language. */
export function useWords() {
  const { $gettext, $pgettext, current } = useGettext()
  // With the region, for dates and numbers.
  const locale = document.documentElement.lang || current

  function stateWord(state: ShownState): string {
    switch (state) {
      case 'Pending':
        return $pgettext('state of a task', 'Pending')
      case 'Processing':
        return $pgettext('state of a task', 'Processing')
      case 'Completed':
        return $pgettext('state of a task', 'Completed')
      case 'Failed':
        return $pgettext('state of a task', 'Failed')
      case 'Canceled':
        return $pgettext('state of a task', 'Canceled')
      case 'Paused':
        return $pgettext('state of a task', 'Paused')
      case 'Stopping':
        return $pgettext('state of a task', 'Stopping')
    }
  }

  function percentWord(percent: number): string {
    return $gettext('%{percent} %', { percent })
  }

  /** "312 MiB of 512 MiB", "3 of 5 steps"; empty where the daemon counts nothing. */
  function amountWord({ done, total, unit }: Pick<Task, 'done' | 'total' | 'unit'>): string {
    if (done === null) return ''
    if (total === null) return formatAmount(done, unit, locale)
    const isBytes = unit === 'bytes'
    return $gettext('%{done} of %{total}', {
      done: formatAmount(done, isBytes ? unit : null, locale),
      total: formatAmount(total, unit, locale),
    })
  }

  return {
    stateWord,
    ...useWordTables(),
    percentWord,
    amountWord,
    taskName: (task: Pick<Task, 'title' | 'type'>) => task.title || task.type,
    timeWord: (at: string) => clockTime(at, locale),
    countWord: (count: number) => count.toLocaleString(locale),
    durationWord: (ms: number) => duration(ms, locale),
  }
}
