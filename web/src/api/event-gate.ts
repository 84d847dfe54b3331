// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ProgressEvent, RemovedEvent, SnapshotEvent, WatchEvent } from './event'
import { removes } from './event'

/** Up to where a watcher knows everything; (0, 0) is the beginning. */
export interface Cursor {
  epoch: number
  after: number
}

export const FROM_THE_BEGINNING: Cursor = { epoch: 0, after: 0 }

/**
 * Lets each event through once: what comes again after a reconnect is told by its number, a late
 * progress by its rev. Knows from where to go on.
 */
export class EventGate {
  #epoch: number
  #after: number
  readonly #revs = new Map<number, number>()

  constructor({ epoch, after }: Cursor = FROM_THE_BEGINNING) {
    this.#epoch = epoch
    this.#after = after
  }

  get cursor(): Cursor {
    return { epoch: this.#epoch, after: this.#after }
  }

  /** Whether @event is news. */
  admits(event: WatchEvent): event is Exclude<WatchEvent, { kind: 'heartbeat' }> {
    switch (event.kind) {
      case 'heartbeat':
        if (event.epoch === this.#epoch) this.#after = Math.max(this.#after, event.seq)
        return false
      case 'snapshot':
        this.#startFrom(event)
        return true
      case 'progress':
        return this.#admitsProgress(event)
      case 'added':
      case 'state':
      case 'message':
      case 'changed':
      case 'removed':
        if (event.epoch === this.#epoch && event.seq <= this.#after) return false
        this.#epoch = event.epoch
        this.#after = event.seq
        if (event.kind === 'removed') this.#forget(event)
        return true
    }
  }

  #forget(event: RemovedEvent) {
    for (const id of this.#revs.keys()) if (removes(event, id)) this.#revs.delete(id)
  }

  /** Forgets everything, so that the story is told from the beginning. */
  restart() {
    this.#epoch = 0
    this.#after = 0
    this.#revs.clear()
  }

  #startFrom({ epoch, seq }: SnapshotEvent) {
    // It may be older than what was told of progress: all of that is told again behind it.
    this.#revs.clear()
    this.#epoch = epoch
    this.#after = seq
  }

  #admitsProgress({ epoch, task, rev }: ProgressEvent): boolean {
    if (this.#epoch !== 0 && epoch !== this.#epoch) return false
    if (rev <= (this.#revs.get(task) ?? -1)) return false
    this.#revs.set(task, rev)
    return true
  }
}
