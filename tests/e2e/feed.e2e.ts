// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { connect } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import type { Tab } from './support/browser.ts'
import { closeBrowser, openTab } from './support/browser.ts'
import { ChaosProxy } from './support/chaos-proxy.ts'
import { startDaemon } from './support/daemon.ts'
import { feedOverSocket, feedOverTcp } from './support/feed.ts'
import { connectHub, watchTask } from './support/hub.ts'
import { socketsOf } from './support/processes.ts'
import { overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'
import type { HubEvent } from './support/words.ts'
import { lines } from './support/words.ts'

afterAll(closeBrowser)

interface WatchedWindow extends Window {
  told: string[]
  feed: EventSource
}

/** Has the browser's own EventSource follow events on a page that is signed in. */
async function beginFeedIn(tab: Tab, path: string) {
  await tab.page.getByRole('heading', { name: 'Tasks' }).waitFor()
  await tab.page.evaluate((url) => {
    const watched = window as unknown as WatchedWindow
    watched.told = []
    // It can set no field: the half of the session that is not in the cookie is in the address.
    watched.feed = new EventSource(`${url}?key=${localStorage.getItem('headway-session') ?? ''}`)
    watched.feed.onmessage = ({ data }: MessageEvent<string>) => {
      watched.told.push(data)
    }
  }, path)
}

async function toldIn(tab: Tab): Promise<HubEvent[]> {
  const told = await tab.page.evaluate(() => (window as unknown as WatchedWindow).told)
  return told.map((data) => JSON.parse(data) as HubEvent)
}

function isClosedIn(tab: Tab): Promise<boolean> {
  return tab.page.evaluate(() => (window as unknown as WatchedWindow).feed.readyState === 2)
}

describe('feeds', () => {
  test('whoever follows one sees exactly what a SignalR client sees, over a restart too, and is told when to stop', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 1, delay: 3600 })
    const path = `/api/v1/tasks/${id}/events`
    const feeds = [feedOverTcp(daemon, path), feedOverSocket(daemon, path)]
    await until('both have heard something', () => feeds.every((feed) => feed.lines.length >= 2))
    await daemon.crash()
    rest.close()
    await daemon.start(daemon.port)

    const client = watchTask(await connectHub(daemon), id)
    await overTcp(daemon).when(id, 'runs again', ({ attempt }) => attempt === 2)
    expect((await overTcp(daemon).cancel(id)).status).toBe(202)
    await client.whole()
    for (const feed of feeds) {
      await feed.whole()
      expect(feed.lines).toEqual(client.lines)
      expect(feed.openings).toBe(2)
    }
  })

  test('a browser’s own EventSource goes on where it was cut off, and comes no more when all is known', async () => {
    const daemon = await startDaemon()
    const proxy = await ChaosProxy.start(daemon.port)
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 1, delay: 3600 })
    const tab = await openTab(daemon, daemon.url, {
      through: proxy.port,
      allowed: /ERR_|WebSocket|net::/,
    })
    await beginFeedIn(tab, `/api/v1/tasks/${id}/events`)
    await until('it has heard something', async () => lines(await toldIn(tab)).length >= 2)

    proxy.goOffline()
    await rest.cancel(id)
    await rest.whenEnded(id)
    proxy.goOnline()
    await until('it comes no more', () => isClosedIn(tab))
    const client = watchTask(await connectHub(daemon), id)
    await client.whole()
    expect(lines(await toldIn(tab))).toEqual(client.lines)
  })

  test('an event on a feed is the very text that the hub tells', async () => {
    const daemon = await startDaemon()
    const { id } = await overTcp(daemon).add('demo', { steps: 2, delay: 0 })
    const client = watchTask(await connectHub(daemon), id)
    await client.whole()
    const feed = feedOverTcp(daemon, `/api/v1/tasks/${id}/events`)
    await feed.whole()
    const transitions = (events: readonly HubEvent[]) =>
      events.filter(({ kind }) => kind !== 'progress')
    expect(transitions(feed.items)).toEqual(transitions(client.items))
  })

  test('clients that leave leave nothing behind', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 1, delay: 3600 })
    await rest.whenRunning(id)
    const before = socketsOf(daemon.pid)
    const head =
      `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n` +
      `Accept: text/event-stream\r\nAuthorization: Bearer ${daemon.token}\r\n\r\n`
    const sockets = Array.from({ length: 50 }, () => connect(daemon.port, '127.0.0.1'))
    let opened = 0
    for (const socket of sockets) {
      socket.write(head)
      socket.once('data', () => opened++)
    }
    await until('all of them are told something', () => opened === sockets.length)
    for (const [i, socket] of sockets.entries()) {
      if (i % 2 === 0) socket.resetAndDestroy()
      else socket.destroy()
    }
    await until('the daemon has let go of them', () => socketsOf(daemon.pid) <= before)
    expect((await rest.cancel(id)).status).toBe(202)
  })
})
