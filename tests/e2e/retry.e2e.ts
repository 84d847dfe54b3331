// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { closeBrowser, openTab } from './support/browser.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { connectHub, watchTask, watchTasks } from './support/hub.ts'
import type { Rest } from './support/rest.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'
import type { Line } from './support/words.ts'
import { lines, readPoll } from './support/words.ts'

afterAll(closeBrowser)

const ONCE_MORE = ['Pending', 'Processing', 'Failed', 'Pending', 'Processing', 'Completed']

function states(story: readonly Line[]): string[] {
  return story.map(([, , , state]) => state).filter((state) => state !== '')
}

/** A command that fails as long as a file is not there, and prints what it finds. */
async function addFailing(rest: Rest, daemon: Daemon): Promise<{ id: number; path: string }> {
  const path = join(daemon.folder, 'comes-later')
  const script = 'echo "looking for it"; cat "$0"'
  const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', script, path] })
  expect(await rest.whenEnded(id)).toMatchObject({ state: 'Failed', result: 'exit-code' })
  return { id, path }
}

describe('retrying', () => {
  test('a task that failed runs again when its page is told so, and everybody sees the same', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id, path } = await addFailing(rest, daemon)
    const hub = await connectHub(daemon)
    const all = watchTasks(hub)
    await all.item('a snapshot', ({ kind }) => kind === 'snapshot')

    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    await tab.whenState('Failed')
    await tab.picture('retry-failed')
    writeFileSync(path, 'here it is\n')
    await tab.page.getByRole('button', { name: 'Retry' }).click()
    await tab.whenState('Completed')

    expect(await rest.task(id)).toMatchObject({
      state: 'Completed',
      result: 'success',
      error: null,
      exitCode: 0,
      attempt: 2,
    })
    expect((await rest.output(id, 1)).toString()).toMatch(/^looking for it\ncat: .*comes-later/)
    expect((await rest.output(id)).toString()).toBe('looking for it\nhere it is\n')
    await until('the page shows the output of the second attempt', async () =>
      (await tab.page.getByTestId('task-output').textContent())?.includes('here it is'),
    )

    const whole = watchTask(hub, id)
    await whole.whole()
    expect(states(whole.lines)).toEqual(ONCE_MORE)
    await all.endings(1)
    expect(all.lines).toEqual(whole.lines.slice(3))
    const polled = readPoll(await rest.get(`/api/v1/tasks/${id}/events`))
    expect(polled.ended).toBe(true)
    expect(lines(polled.events)).toEqual(whole.lines)
    await until(
      'the page tells the whole story',
      async () => JSON.stringify(await tab.story()) === JSON.stringify(whole.lines),
    )
  })

  test('an open page goes on with a task that a SignalR client retries', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id, path } = await addFailing(rest, daemon)
    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    await tab.whenState('Failed')
    writeFileSync(path, 'here it is\n')

    const hub = await connectHub(daemon)
    expect(await hub.invoke('RetryTask', id)).toBeNull()
    await tab.whenState('Completed')

    await until(
      'the page tells the whole story',
      async () => states(await tab.story()).join() === ONCE_MORE.join(),
    )
  })

  test('a task that was canceled before it began waits again', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const rest = overTcp(daemon)
    const first = await rest.add('demo', { steps: 1, delay: 3600 })
    const { id } = await rest.add('noop')
    await rest.cancel(id)
    expect((await rest.post(`/api/v1/tasks/${id}/retry`)).json).toMatchObject({
      id,
      state: 'Pending',
      result: '',
      error: null,
      attempt: 0,
    })
    await rest.cancel(first.id)
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Completed', attempt: 1 })
  })

  test('a task that has not failed is not retried, and the sentence says so', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id } = await rest.add('noop')
    await rest.whenEnded(id)
    const answer = await rest.post(`/api/v1/tasks/${id}/retry`)
    expect(answer.status).toBe(409)
    expect(answer.problem).toMatchObject({ error: 'wrong-state' })
    expect(answer.problem.detail).toMatch(/is Completed, and only a task that has failed/)
  })
})
