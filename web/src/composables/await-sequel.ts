// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Api } from '@/api'
import { removes } from '@/api/event'
import type { Cursor } from '@/api/event-gate'
import type { Subscription } from '@/api/hub-stream'

export interface SequelListener {
  /** There is more of the task, or there may be. */
  onRetry: () => void
  /** There is no such task any more. */
  onRemoved: () => void
  onError: (error: Error) => void
}

/**
 * Waits until a task that ended at @cursor is retried or removed, whoever does that: the watch of one
 * task ends with it, but of what happens to all tasks there is always more.
 */
export function awaitSequel(
  api: Api,
  task: { id: number; type: string | undefined },
  cursor: Cursor,
  { onRetry, onRemoved, onError }: SequelListener,
): Subscription {
  return api.watchTasks(
    task.type === undefined ? null : { type: task.type },
    {
      onEvent(event) {
        if (event.kind === 'snapshot') return
        if (event.kind === 'removed') {
          if (removes(event, task.id)) onRemoved()
        } else if (event.task === task.id) {
          onRetry()
        }
      },
      onReset: onRetry,
      onEnd: onRetry,
      onError,
    },
    cursor,
  )
}
