// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr'
import type { Cursor } from './event-gate'
import type { LinkPhase } from './hub-link'
import { HubLink } from './hub-link'
import type { Subscription } from './hub-stream'
import type { GapWords, OutputListener } from './output'
import { fetchOutput, readOutput } from './output'
import type { Rest } from './rest'
import { createRest } from './rest'
import { SessionKey } from './session-key'
import { SessionKeeper } from './session-keeper'
import type { TaskFilter, WatchListener } from './watch'
import { watchTask, watchTasks } from './watch'

/** All that this page can ask of the daemon. */
export interface Api extends Rest {
  watchTask: (id: number, cursor: Cursor, listener: WatchListener) => Subscription
  watchTasks: (filter: TaskFilter | null, listener: WatchListener, cursor?: Cursor) => Subscription
  readOutput: (id: number, attempt: number, listener: OutputListener) => Subscription
  fetchOutput: (id: number, attempt: number, gapWords: GapWords) => Promise<Blob>
  link: {
    readonly phase: LinkPhase
    onPhase: (listener: (phase: LinkPhase) => void) => () => void
    open: () => void
    close: () => Promise<void>
    wake: () => void
  }
}

export interface ApiOptions {
  /** The cookie is not good any more, and cannot be renewed. */
  onUnauthorized: () => void
}

export function createApi({ onUnauthorized }: ApiOptions): Api {
  const key = new SessionKey(() => window.localStorage)
  const rest: Rest = createRest({
    fetch: window.fetch.bind(window),
    key,
    renew: () => keeper.renew(),
  })
  const keeper = new SessionKeeper({ openSession: rest.openSession, onLost: onUnauthorized })
  const link = new HubLink({
    connection: new HubConnectionBuilder()
      .withUrl(new URL('/hub', window.location.href).href, {
        accessTokenFactory: () => key.get() ?? '',
      })
      .configureLogging(LogLevel.None)
      .build(),
    onFailure: () => {
      rest.hasSession().then(
        (isGood) => {
          if (!isGood) void keeper.renew()
        },
        () => {
          // No answer: the link tries again anyway.
        },
      )
    },
  })

  return {
    ...rest,
    openSession: (token) => keeper.open(token),
    watchTask: (id, cursor, listener) => watchTask(link, id, cursor, listener),
    watchTasks: (filter, listener, cursor) => watchTasks(link, filter, listener, cursor),
    readOutput: (id, attempt, listener) => readOutput(link, id, attempt, listener),
    fetchOutput: (id, attempt, gapWords) => fetchOutput(rest, id, attempt, gapWords),
    link,
  }
}
