// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { connect } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { closeBrowser, openTab } from './support/browser.ts'
import { startDaemon } from './support/daemon.ts'
import { connectHub, watchTask } from './support/hub.ts'
import { socketsOf } from './support/processes.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'
import type { HubEvent } from './support/words.ts'
import { lines, readPoll } from './support/words.ts'

afterAll(closeBrowser)

describe('long polls', () => {
  test('somebody who only polls sees exactly what a SignalR client sees, over a restart too', async () => {
    const daemon = await startDaemon()
    const { id } = await overTcp(daemon).add('demo', { steps: 20, delay: 0.1 })
    const events: HubEvent[] = []
    let cursor = { epoch: 0, seq: 0, rev: 0, ended: false }
    const poll = async () => {
      const { epoch, seq, rev } = cursor
      const query = `epoch=${epoch}&after=${seq}&rev=${rev}&wait=10`
      const answer = readPoll(await overTcp(daemon).get(`/api/v1/tasks/${id}/events?${query}`))
      events.push(...answer.events)
      cursor = answer
    }
    while (lines(events).length < 8) await poll()
    await daemon.crash()
    await daemon.start(daemon.port)
    while (!cursor.ended) await poll()

    const client = watchTask(await connectHub(daemon), id)
    await client.whole()
    expect(lines(events)).toEqual(client.lines)
    const revs = events.flatMap(({ rev }) => rev ?? [])
    expect(revs).toEqual([...new Set(revs)].sort((a, b) => a - b))
    expect(revs.length).toBeGreaterThan(0)
  })

  test('output is followed to its end by polls', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const script = 'for i in 1 2 3 4 5; do echo "line $i"; sleep 0.2; done'
    const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', script] })
    let text = ''
    for (let isEnd = false, offset = 0; !isEnd;) {
      const answer = await rest.get(`/api/v1/tasks/${id}/log?offset=${offset}&wait=10`)
      expect(answer.status).toBe(200)
      text += answer.text
      offset = Number(answer.headers['headway-next-offset'])
      isEnd = answer.headers['headway-output-end'] === 'true'
    }
    expect(text).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n')
  })

  test('a client that leaves in the middle of a poll leaves nothing behind', async () => {
    const daemon = await startDaemon()
    // Only sockets: to read for so many, the daemon may open its database more often.
    const before = socketsOf(daemon.pid)
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 1, delay: 3600 })
    await rest.whenRunning(id)
    const { epoch, seq } = readPoll(await rest.get(`/api/v1/tasks/${id}/events`))
    const head =
      `GET /api/v1/tasks/${id}/events?epoch=${epoch}&after=${seq}&wait=60 HTTP/1.1\r\n` +
      `Host: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${daemon.token}\r\n\r\n`
    const sockets = Array.from({ length: 50 }, () => connect(daemon.port, '127.0.0.1'))
    for (const socket of sockets) socket.write(head)
    await until('all of them wait', () => socketsOf(daemon.pid) >= before + sockets.length)
    for (const socket of sockets) socket.destroy()
    // Whoever asks between keeps one, and one may be on its way out.
    await until('the daemon has let go of them', () => socketsOf(daemon.pid) <= before + 2)
    expect((await rest.cancel(id)).status).toBe(202)
  })
})

describe('a link', () => {
  test('that the Unix socket gives opens the page of a task, signed in', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id } = await rest.add('checksum', { path: '/etc/os-release' })
    const answer = await rest.get(`/api/v1/link?task=${id}`)
    expect(answer.status).toBe(200)
    const { url } = answer.json as { url: string }
    expect(url).toBe(`${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    const tab = await openTab(daemon, url)
    await tab.whenState('Completed')
    expect(tab.page.url()).toBe(`${daemon.origin}/tasks/${id}`)
    expect((await overTcp(daemon).get('/api/v1/link')).status).toBe(403)
  })
})
