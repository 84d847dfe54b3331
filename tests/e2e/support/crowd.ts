// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import { until } from './wait.ts'
import type { Line } from './words.ts'

type Message =
  | { kind: 'ready'; epoch: number; seq: number }
  | { kind: 'done'; lines: Line[]; latencies: number[] }
  | { kind: 'broken'; error: string }

export interface Sighting {
  lines: Line[]
  latencies: number[]
}

class Spectator {
  readonly #child: ChildProcess
  start: { epoch: number; seq: number } | null = null
  sighting: Sighting | null = null
  fault: string | null = null

  constructor(daemon: Daemon) {
    this.#child = fork(fileURLToPath(new URL('watcher.js', import.meta.url)), {
      execArgv: [],
      env: { PATH: process.env['PATH'], HUB: `${daemon.origin}/hub`, TOKEN: daemon.token },
    })
    this.#child.on('message', (message: Message) => {
      if (message.kind === 'ready') this.start = message
      else if (message.kind === 'done') this.sighting = message
      else this.fault = message.error
    })
    this.#child.on('exit', (code) => (this.fault ??= `It ended with ${code ?? 'a signal'}`))
    onTestFinished(() => {
      this.#child.kill('SIGKILL')
    })
  }

  finish(seq: number) {
    this.#child.send(seq)
  }

  check() {
    if (this.fault !== null) throw new Error(`A client broke: ${this.fault}`)
  }
}

/** Client processes that watch all tasks. */
export class Crowd {
  readonly #spectators: Spectator[]

  constructor(daemon: Daemon, size: number) {
    this.#spectators = Array.from({ length: size }, () => new Spectator(daemon))
  }

  /** Waits until all watch, and tells from where the last to come did. */
  async ready(): Promise<{ epoch: number; seq: number }> {
    const starts = await until(
      'all clients watch',
      () => {
        for (const spectator of this.#spectators) spectator.check()
        const there = this.#spectators.flatMap(({ start }) => (start === null ? [] : [start]))
        return there.length === this.#spectators.length && there
      },
      60_000,
    )
    return starts.reduce((a, b) => (a.seq > b.seq ? a : b))
  }

  /** What each of them saw up to a transition. */
  async sightings(last: number, limit: number): Promise<Sighting[]> {
    for (const spectator of this.#spectators) spectator.finish(last)
    return until(
      'all clients have seen all',
      () => {
        for (const spectator of this.#spectators) spectator.check()
        const seen = this.#spectators.flatMap(({ sighting }) => sighting ?? [])
        return seen.length === this.#spectators.length && seen
      },
      limit,
    )
  }
}
