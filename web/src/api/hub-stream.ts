// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { IStreamSubscriber, ISubscription } from '@microsoft/signalr'
import { retryDelay } from './retry'

export interface Subscription {
  close: () => void
}

export interface StreamRequest {
  method: string
  /** Asked each time the stream is opened, so that it goes on where it stopped. */
  args: () => unknown[]
  /** May throw: then the item is told as an error, and the stream is opened again. */
  onItem: (item: unknown) => void
  /** The daemon says that this was all. */
  onEnd: () => void
  /** The daemon refused, or spoke nonsense. The stream is tried again until it is closed. */
  onError: (error: Error) => void
}

/** What a stream needs of the connection it runs over. */
export interface StreamHost {
  /** Null while there is no connection. */
  subscribe: (observer: IStreamSubscriber<unknown>) => ISubscription<unknown> | null
  isConnected: () => boolean
  onNews: () => void
  onDone: () => void
}

/** One hub stream that outlives the connections which carry it. */
export class HubStream implements Subscription {
  readonly #request: StreamRequest
  readonly #host: StreamHost
  #subscription: ISubscription<unknown> | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  /** Counts the subscriptions, so that a late word of an old one is known. */
  #turn = 0
  #isDone = false

  constructor(request: StreamRequest, host: StreamHost) {
    this.#request = request
    this.#host = host
  }

  /** Asks the daemon (again), from where the request now stands. Waits where there is no link. */
  resume() {
    if (this.#isDone) return
    clearTimeout(this.#retry)
    const turn = ++this.#turn
    const ifCurrent = (act: () => void) => {
      if (turn === this.#turn && !this.#isDone) act()
    }

    this.#subscription = this.#host.subscribe({
      next: (item) => {
        ifCurrent(() => {
          this.#take(item)
        })
      },
      complete: () => {
        ifCurrent(() => {
          this.#finish()
          this.#request.onEnd()
        })
      },
      error: (error: unknown) => {
        // A break of the connection ends its streams first and shows in its state only then.
        queueMicrotask(() => {
          ifCurrent(() => {
            if (this.#host.isConnected()) this.#fail(error)
          })
        })
      },
    })
  }

  /** Drops what is under way and asks again. */
  restart() {
    this.#subscription?.dispose()
    this.resume()
  }

  close() {
    if (this.#isDone) return
    this.#finish()
    this.#subscription?.dispose()
  }

  #take(item: unknown) {
    try {
      this.#request.onItem(item)
      this.#failures = 0
    } catch (error) {
      this.#subscription?.dispose()
      this.#fail(error)
    }
    this.#host.onNews()
  }

  #fail(error: unknown) {
    this.#turn++
    this.#host.onNews()
    this.#request.onError(toError(error))
    if (this.#isDone) return
    this.#retry = setTimeout(
      () => {
        this.resume()
      },
      retryDelay(this.#failures++ + 2),
    )
  }

  #finish() {
    this.#isDone = true
    clearTimeout(this.#retry)
    this.#host.onDone()
  }
}

/** Microsoft's client puts its own words before the sentence of a hub error. */
const HUB_PREFIX = /^.*?HubException: /s

function toError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (!HUB_PREFIX.test(error.message)) return error
  return new Error(error.message.replace(HUB_PREFIX, ''), { cause: error })
}
