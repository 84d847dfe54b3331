// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { IStreamResult, IStreamSubscriber } from '@microsoft/signalr'
import type { HubConnectionLike } from '@/api/hub-link'

/** One stream that the page asked for, seen from the daemon. */
export interface FakeStream {
  method: string
  args: unknown[]
  isCanceled: boolean
  send: (item: unknown) => void
  end: () => void
  fail: (message: string) => void
}

/** A connection to a hub that does what the test says. Behaves as Microsoft's in each break. */
export class FakeHub implements HubConnectionLike {
  state = 'Disconnected'
  starts = 0
  readonly streams: FakeStream[] = []
  /** As long as this is set each start fails. */
  isDown = false
  readonly #observers = new Set<IStreamSubscriber<unknown>>()
  #onClose: () => void = () => undefined

  start(): Promise<void> {
    this.starts++
    if (this.isDown) return Promise.reject(new Error('connection refused'))
    this.state = 'Connected'
    return Promise.resolve()
  }

  stop(): Promise<void> {
    if (this.state === 'Connected') this.break()
    return Promise.resolve()
  }

  onclose(callback: () => void) {
    this.#onClose = callback
  }

  /** The connection is lost. Like the real one: first the streams hear of it, then the state. */
  break() {
    for (const observer of this.#observers) observer.error(new Error('connection lost'))
    this.#observers.clear()
    this.state = 'Disconnected'
    this.#onClose()
  }

  get last(): FakeStream {
    const stream = this.streams.at(-1)
    if (stream === undefined) throw new Error('No stream was asked for')
    return stream
  }

  stream(method: string, ...args: unknown[]): IStreamResult<unknown> {
    return {
      subscribe: (observer) => {
        const stream: FakeStream = {
          method,
          args,
          isCanceled: false,
          send: (item) => {
            if (this.#observers.has(observer)) observer.next(item)
          },
          end: () => {
            this.#observers.delete(observer)
            observer.complete()
          },
          fail: (message) => {
            this.#observers.delete(observer)
            observer.error(new Error(message))
          },
        }
        this.#observers.add(observer)
        this.streams.push(stream)
        return {
          dispose: () => {
            stream.isCanceled = true
            this.#observers.delete(observer)
          },
        }
      },
    }
  }
}
