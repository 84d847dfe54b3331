// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { HubConnection, IHttpConnectionOptions, IHubProtocol } from '@microsoft/signalr'
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import { until } from './wait.ts'
import type { HubEvent, Line } from './words.ts'
import { hasEnded, lines } from './words.ts'

export interface HubOptions {
  connection?: IHttpConnectionOptions
  /** The pauses before each try to reconnect, in ms. */
  reconnect?: number[]
  /** What it speaks, if it is not JSON. */
  protocol?: IHubProtocol
}

/** Microsoft's client, as it comes, connected to the daemon. */
export async function connectHub(
  daemon: Daemon,
  { connection, reconnect, protocol }: HubOptions = {},
): Promise<HubConnection> {
  const builder = new HubConnectionBuilder()
    .withUrl(`${daemon.origin}/hub`, { accessTokenFactory: () => daemon.token, ...connection })
    .configureLogging(LogLevel.None)
  if (protocol) builder.withHubProtocol(protocol)
  if (reconnect) builder.withAutomaticReconnect(reconnect)
  const hub = builder.build()
  onTestFinished(() => hub.stop())
  await hub.start()
  return hub
}

export const WITHOUT_NEGOTIATION: IHttpConnectionOptions = {
  skipNegotiation: true,
  transport: HttpTransportType.WebSockets,
}

/** A stream of the hub, and all that came out of it. */
export class Follower<T> {
  readonly items: T[] = []
  readonly cancel: () => void
  /** "" while it goes on, then "complete" or why it broke. */
  ending = ''

  constructor(hub: HubConnection, method: string, ...arguments_: unknown[]) {
    const subscription = hub.stream<T>(method, ...arguments_).subscribe({
      next: (item) => this.items.push(item),
      complete: () => {
        this.ending = 'complete'
      },
      error: (error: unknown) => {
        this.ending = error instanceof Error ? error.message : String(error)
      },
    })
    this.cancel = () => {
      subscription.dispose()
    }
  }

  /** Waits for the first item that is so. */
  item(what: string, isIt: (item: T) => boolean, limit?: number): Promise<T> {
    const look = () => {
      const found = this.items.find(isIt)
      if (found === undefined && this.ending !== '') {
        throw new Error(`The stream ended (${this.ending}) before: ${what}`)
      }
      return found
    }
    return until(what, look, limit)
  }

  /** Waits for the end, which must be a good one. */
  async whole(limit?: number): Promise<T[]> {
    const ending = await until('the stream ends', () => this.ending !== '' && this.ending, limit)
    if (ending !== 'complete') throw new Error(ending)
    return this.items
  }
}

export class EventFollower extends Follower<HubEvent> {
  /** The transitions, a line each. */
  get lines(): Line[] {
    return lines(this.items)
  }

  /** Waits until so many tasks have ended. */
  async endings(count: number, limit?: number): Promise<void> {
    await until(
      `${count} tasks have ended`,
      () => this.items.filter((event) => event.kind === 'state' && hasEnded(event)).length >= count,
      limit,
    )
  }
}

export function watchTask(hub: HubConnection, id: number, epoch = 0, after = 0): EventFollower {
  return new EventFollower(hub, 'WatchTask', id, epoch, after)
}

export function watchTasks(
  hub: HubConnection,
  filter: { type?: string; owner?: string } | null = null,
  epoch = 0,
  after = 0,
): EventFollower {
  return new EventFollower(hub, 'WatchTasks', filter, epoch, after)
}

export interface LogItem {
  offset: number
  data: string
}

/** What a program printed, live; its parts must stand one behind the other. */
export function readLog(
  hub: HubConnection,
  id: number,
  attempt: number,
  offset = 0,
): Follower<LogItem> {
  return new Follower<LogItem>(hub, 'ReadLog', id, attempt, offset)
}

export function joinLog(items: readonly LogItem[], start = 0): Buffer {
  let end = start
  const parts = items.map(({ offset, data }) => {
    if (offset !== end) throw new Error(`Output goes on at ${offset} instead of ${end}`)
    const part = Buffer.from(data, 'base64')
    end += part.length
    return part
  })
  return Buffer.concat(parts)
}
