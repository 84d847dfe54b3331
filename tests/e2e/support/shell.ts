// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { dirname, join } from 'node:path'
import type { Daemon } from './daemon.ts'
import { HEADWAYD } from './daemon.ts'
import { linesOf, run } from './programs.ts'
import { until } from './wait.ts'
import type { HubEvent, Line } from './words.ts'
import { lines } from './words.ts'

/** The program for the shell, from the build of the daemon. */
export const HEADWAY = join(dirname(HEADWAYD), '..', 'cli', 'headway')

/** What `headway watch` tells a program. */
export class ShellWatcher {
  readonly #said: string[]

  private constructor(said: string[]) {
    this.#said = said
  }

  static async start(daemon: Daemon): Promise<ShellWatcher> {
    const watch = run([HEADWAY, '--socket', daemon.socketPath, 'watch', '--json'])
    watch.stderr.resume()
    const watcher = new ShellWatcher(linesOf(watch.stdout))
    await until('headway watches', () => watcher.#events[0]?.kind === 'snapshot')
    return watcher
  }

  get #events(): HubEvent[] {
    return this.#said.map((line) => JSON.parse(line) as HubEvent)
  }

  /** The transitions, a line each. */
  get lines(): Line[] {
    return lines(this.#events)
  }
}
