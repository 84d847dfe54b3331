// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { setTimeout as pause } from 'node:timers/promises'
import type { Daemon } from './daemon.ts'
import { overSocket } from './rest.ts'

/** Each task is added, begins and ends. */
const EVENTS_OF_A_TASK = 3

/** How many tasks are asked for at once, so that a delay is made up for, but not in one go. */
const TASKS_A_POST = 50

/** Tasks at a rate, whatever becomes of the daemon. */
export class Load {
  readonly #daemon: Daemon
  readonly #began = performance.now()
  readonly #rate: number
  readonly #end: Promise<void>
  #added = 0
  #isOver = false

  /** Begins; the rate is in events a second. */
  constructor(daemon: Daemon, rate: number) {
    this.#daemon = daemon
    this.#rate = rate / EVENTS_OF_A_TASK
    this.#end = this.#run()
  }

  async #run() {
    const rest = overSocket(this.#daemon)
    while (!this.#isOver) {
      const due = ((performance.now() - this.#began) / 1_000) * this.#rate
      const count = Math.min(TASKS_A_POST, Math.floor(due - this.#added))
      try {
        if (count > 0) {
          const { status } = await rest.post('/api/v1/tasks', Array(count).fill({ type: 'noop' }))
          if (status === 202) this.#added += count
        }
      } catch {
        // The daemon is away.
        rest.close()
      }
      await pause(5)
    }
  }

  /** Ends, and tells how many seconds it took. */
  async stop(): Promise<number> {
    this.#isOver = true
    await this.#end
    return (performance.now() - this.#began) / 1_000
  }
}
