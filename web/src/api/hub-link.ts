// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { IStreamResult, ISubscription } from '@microsoft/signalr'
import { HubStream } from './hub-stream'
import type { StreamRequest } from './hub-stream'
import { retryDelay } from './retry'

/** What of Microsoft's HubConnection is used here; tests have a smaller one. */
export interface HubConnectionLike {
  readonly state: string
  start: () => Promise<void>
  stop: () => Promise<void>
  stream: (method: string, ...args: unknown[]) => IStreamResult<unknown>
  onclose: (callback: () => void) => void
}

export type LinkPhase =
  | { name: 'connecting' }
  /** Connected, and what was missed is still coming. */
  | { name: 'catching-up' }
  | { name: 'live' }
  | { name: 'offline'; since: Date }

/** A connection that broke sooner than this counts as a failed try, so that no loop runs hot. */
const STEADY_MS = 5_000

/** A watch with nothing new stays silent; after this long it is taken to be up to date. */
const QUIET_MS = 1_000

export interface HubLinkOptions {
  connection: HubConnectionLike
  /** Called after each try that failed: perhaps the session is over. */
  onFailure: () => void
}

/**
 * The one connection of this page to the daemon's hub. It never gives up: what is asked for here is
 * asked for again after each break, from where it stopped.
 */
export class HubLink {
  readonly #connection: HubConnectionLike
  readonly #onFailure: () => void
  readonly #streams = new Set<HubStream>()
  readonly #behind = new Set<HubStream>()
  readonly #listeners = new Set<(phase: LinkPhase) => void>()
  #phase: LinkPhase = { name: 'connecting' }
  #isWanted = false
  #isRunning = false
  #cutPause: (() => void) | null = null
  #announceClosed: (() => void) | null = null

  constructor({ connection, onFailure }: HubLinkOptions) {
    this.#connection = connection
    this.#onFailure = onFailure
    connection.onclose(() => this.#announceClosed?.())
  }

  get phase(): LinkPhase {
    return this.#phase
  }

  get isConnected(): boolean {
    return this.#connection.state === 'Connected'
  }

  onPhase(listener: (phase: LinkPhase) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  open() {
    this.#isWanted = true
    this.wake()
    if (!this.#isRunning) void this.#run()
  }

  /** Lets go of the daemon; what is watched is taken up again by open(). */
  async close() {
    this.#isWanted = false
    this.wake()
    await this.#connection.stop()
  }

  /** Tries at once instead of at the end of the pause, as when the network is back. */
  wake() {
    this.#cutPause?.()
  }

  stream(request: StreamRequest): HubStream {
    const stream = new HubStream(request, {
      subscribe: (observer) => this.#subscribe(request, observer),
      isConnected: () => this.isConnected,
      onNews: () => {
        this.#caughtUp(stream)
      },
      onDone: () => {
        this.#streams.delete(stream)
        this.#caughtUp(stream)
      },
    })
    this.#streams.add(stream)
    stream.resume()
    return stream
  }

  async #run() {
    this.#isRunning = true
    for (let tries = 0; this.#isWanted; tries++) {
      const lasted = await this.#connectOnce()
      if (lasted > STEADY_MS) tries = 0
      await this.#pause(retryDelay(tries))
    }
    this.#isRunning = false
  }

  /** Connects, and returns when the connection is gone: how long there was one, in ms. */
  async #connectOnce(): Promise<number> {
    const closed = new Promise<void>((resolve) => {
      this.#announceClosed = resolve
    })
    try {
      await this.#connection.start()
    } catch {
      this.#goOffline()
      if (this.#isWanted) this.#onFailure()
      return 0
    }
    const start = performance.now()
    const timer = this.#catchUp()
    await closed
    clearTimeout(timer)
    this.#goOffline()
    return performance.now() - start
  }

  #catchUp(): ReturnType<typeof setTimeout> {
    this.#setPhase({ name: 'catching-up' })
    for (const stream of this.#streams) {
      this.#behind.add(stream)
      stream.resume()
    }
    if (this.#behind.size === 0) this.#setPhase({ name: 'live' })
    return setTimeout(() => {
      this.#behind.clear()
      this.#setPhase({ name: 'live' })
    }, QUIET_MS)
  }

  #caughtUp(stream: HubStream) {
    if (!this.#behind.delete(stream)) return
    if (this.#behind.size === 0) this.#setPhase({ name: 'live' })
  }

  #goOffline() {
    this.#behind.clear()
    if (this.#phase.name !== 'offline') this.#setPhase({ name: 'offline', since: new Date() })
  }

  #setPhase(phase: LinkPhase) {
    if (phase.name === this.#phase.name) return
    this.#phase = phase
    for (const listener of this.#listeners) listener(phase)
  }

  #subscribe(
    request: StreamRequest,
    observer: Parameters<IStreamResult<unknown>['subscribe']>[0],
  ): ISubscription<unknown> | null {
    if (!this.isConnected) return null
    return this.#connection.stream(request.method, ...request.args()).subscribe(observer)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isWanted) {
        resolve()
        return
      }
      const timer = setTimeout(resolve, ms)
      this.#cutPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
