// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { WatchEvent } from './event'
import { parseEvent } from './event'
import type { Cursor } from './event-gate'
import { EventGate, FROM_THE_BEGINNING } from './event-gate'
import type { HubLink } from './hub-link'
import type { HubStream, Subscription } from './hub-stream'

export type TaskNews = Exclude<WatchEvent, { kind: 'heartbeat' }>

export interface WatchListener {
  /** Each event once and in order, whatever happened to the connection in between. */
  onEvent: (event: TaskNews) => void
  /** What was told before is void: the whole story comes anew. */
  onReset: () => void
  /** That was all; @cursor is where more would begin if the task were retried. */
  onEnd: (cursor: Cursor) => void
  /** The daemon refused; it is asked again until the watch is closed. */
  onError: (error: Error) => void
}

export interface TaskFilter {
  type?: string
  owner?: string
}

/** The story of one task, from after @cursor on. Ends when the task has ended. */
export function watchTask(
  link: HubLink,
  id: number,
  cursor: Cursor,
  listener: WatchListener,
): Subscription {
  const gate = new EventGate(cursor)
  const stream: HubStream = link.stream({
    method: 'WatchTask',
    args: () => [id, gate.cursor.epoch, gate.cursor.after],
    onItem: (item) => {
      const event = parseEvent(item)
      if (event === null) return
      // The daemon cannot go on from there, but it can tell the story again.
      if (event.kind === 'snapshot' && event.reset && gate.cursor.epoch !== 0) {
        gate.restart()
        listener.onReset()
        stream.restart()
        return
      }
      if (gate.admits(event)) listener.onEvent(event)
    },
    onEnd: () => {
      listener.onEnd(gate.cursor)
    },
    onError: listener.onError,
  })
  return stream
}

/** A snapshot of the live tasks, and then whatever happens to any task. */
export function watchTasks(
  link: HubLink,
  filter: TaskFilter | null,
  listener: WatchListener,
  cursor: Cursor = FROM_THE_BEGINNING,
): Subscription {
  const gate = new EventGate(cursor)
  return link.stream({
    method: 'WatchTasks',
    args: () => [filter, gate.cursor.epoch, gate.cursor.after],
    onItem: (item) => {
      const event = parseEvent(item)
      if (event === null) return
      if (event.kind === 'snapshot' && event.reset) listener.onReset()
      if (gate.admits(event)) listener.onEvent(event)
    },
    onEnd: () => {
      listener.onEnd(gate.cursor)
    },
    onError: listener.onError,
  })
}
