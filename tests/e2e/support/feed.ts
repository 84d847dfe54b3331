// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { RequestOptions } from 'node:http'
import { onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import { EventReader } from './event-reader.js'
import { until } from './wait.ts'
import type { HubEvent, Line } from './words.ts'
import { lines } from './words.ts'

/** The pause before it comes again, in ms: shorter than a browser is told to make it. */
const RETRY = 50

/** Somebody who follows events as a browser's EventSource does, and all that they were told. */
export class Feed {
  readonly items: HubEvent[] = []
  /** What it was told in place of events: 204 when all is known. */
  ending: number | null = null
  /** How often it was let in. */
  openings = 0

  constructor(
    options: RequestOptions & { headers: Readonly<Record<string, string>> },
    lastId?: string,
  ) {
    const reader = new EventReader(options, {
      ...(lastId !== undefined && { lastId }),
      retry: RETRY,
      take: (data) => {
        this.items.push(JSON.parse(data) as HubEvent)
      },
      opened: () => this.openings++,
      ended: (status) => (this.ending = status),
    })
    onTestFinished(() => {
      reader.close()
    })
  }

  /** The transitions, a line each. */
  get lines(): Line[] {
    return lines(this.items)
  }

  /** Waits for the first item that is so. */
  item(what: string, isIt: (item: HubEvent) => boolean, limit?: number): Promise<HubEvent> {
    return until(what, () => this.items.find(isIt), limit)
  }

  /** Waits until it is told not to come again, as all is known. */
  async whole(limit?: number): Promise<HubEvent[]> {
    const ending = await until('the feed ends', () => this.ending, limit)
    if (ending !== 204) throw new Error(`The feed ended with ${ending}`)
    return this.items
  }
}

/** Follows over TCP, with the token. */
export function feedOverTcp(daemon: Daemon, path: string, lastId?: string): Feed {
  const headers = { Authorization: `Bearer ${daemon.token}` }
  return new Feed({ host: '127.0.0.1', port: daemon.port, path, headers }, lastId)
}

export function feedOverSocket(daemon: Daemon, path: string, lastId?: string): Feed {
  return new Feed({ socketPath: daemon.socketPath, path, headers: { Host: 'localhost' } }, lastId)
}
