// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Tab } from './support/browser.ts'
import { closeBrowser, openAnother, openTab } from './support/browser.ts'
import { startDaemon } from './support/daemon.ts'
import { sha256sum, writeNoise } from './support/files.ts'
import { connectHub, watchTask, watchTasks } from './support/hub.ts'
import { overTcp } from './support/rest.ts'
import { report } from './support/scale.ts'
import { until } from './support/wait.ts'
import type { Line } from './support/words.ts'

/** In MiB: enough for the daemon to read for a while, and what was promised to work. */
const FILE_SIZE = 512

afterAll(closeBrowser)

/** Waits until a page tells the whole story of a task that has ended. */
async function wholeStory(tab: Tab, length: number): Promise<Line[]> {
  return until(`${length} lines of the story`, async () => {
    const story = await tab.story()
    return story.length >= length && story
  })
}

describe('watching a task', () => {
  test('a checksum added in the browser is followed live to the right digest, by the page and by a SignalR client alike', async () => {
    // One at a time, so that a first task lets the second be seen waiting.
    const daemon = await startDaemon({ maxParallel: 1 })
    const path = join(daemon.folder, 'big.bin')
    writeNoise(path, FILE_SIZE)
    const rest = overTcp(daemon)
    const first = await rest.add('demo', { steps: 1000, delay: 3600 })
    const hub = await connectHub(daemon)
    const all = watchTasks(hub, { type: 'checksum' })
    await all.item('a snapshot', ({ kind }) => kind === 'snapshot')

    const tab = await openTab(daemon)
    await tab.page.getByRole('link', { name: 'New task' }).click()
    await tab.page.getByRole('link', { name: 'Checksum' }).click()
    await tab.noteSights()
    await tab.page.getByLabel('File').fill(path)
    await tab.page.getByRole('button', { name: 'Add task' }).click()
    const id = await tab.taskId()
    const client = watchTask(hub, id)
    await tab.whenState('Pending')

    const began = performance.now()
    await rest.cancel(first.id)
    await tab.whenState('Completed')
    report(`checksum of ${FILE_SIZE} MiB`, `${((performance.now() - began) / 1000).toFixed(1)} s`)

    const sights = await tab.sights()
    const states = sights.map(({ state }) => state)
    expect(states.filter((state, i) => state !== states[i - 1])).toEqual([
      'Pending',
      'Processing',
      'Completed',
    ])

    const shown = sights
      .filter(({ state, progress }) => state === 'Processing' && progress !== null)
      .map(({ progress }) => progress ?? -1)
    expect(shown).toEqual([...shown].sort((a, b) => a - b))
    expect(new Set(shown).size).toBeGreaterThanOrEqual(5)

    const told = await client.whole()
    const levels = told.flatMap(({ kind, progress }) =>
      kind === 'progress' ? [progress ?? -1] : [],
    )
    expect(levels).toEqual([...levels].sort((a, b) => a - b))
    expect(new Set(levels).size).toBeGreaterThanOrEqual(5)

    const digest = sha256sum(path)
    expect(await tab.page.getByTestId('task-value-sha256').textContent()).toBe(digest)
    expect((await rest.task(id)).value).toEqual({ sha256: digest, size: FILE_SIZE * 1024 * 1024 })

    expect(client.lines.map(([, , kind, state]) => [kind, state])).toEqual([
      ['added', 'Pending'],
      ['state', 'Processing'],
      ['state', 'Completed'],
    ])
    const seqs = client.lines.map(([seq]) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    expect(await wholeStory(tab, client.lines.length)).toEqual(client.lines)
    await all.endings(1)
    expect(all.lines).toEqual(client.lines)
  })

  test('a page opened in the middle of a task shows the whole story from the first event', async () => {
    const daemon = await startDaemon()
    const { id } = await overTcp(daemon).add('demo', { steps: 30, delay: 0.15 })
    const client = watchTask(await connectHub(daemon), id)
    await until('the task is under way', () => client.lines.length >= 6)

    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    await tab.whenState('Processing')
    const inTheMiddle = await wholeStory(tab, 6)
    expect(inTheMiddle).toEqual(client.lines.slice(0, inTheMiddle.length))
    expect(inTheMiddle[0]?.[2]).toBe('added')

    await client.whole()
    await tab.whenState('Completed')
    expect(await wholeStory(tab, client.lines.length)).toEqual(client.lines)
  })

  test('a page opened after a task shows the whole story from the first event', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 4, delay: 0 })
    const client = watchTask(await connectHub(daemon), id)
    await client.whole()

    const tab = await openTab(daemon)
    const late = await openAnother(tab, daemon, `/tasks/${id}`)
    await late.whenState('Completed')
    expect(await wholeStory(late, client.lines.length)).toEqual(client.lines)
    expect(client.lines.map(([, , kind]) => kind)).toContain('message')
  })

  test('a page reloaded in the middle of a task misses nothing and shows nothing twice', async () => {
    const daemon = await startDaemon()
    const { id } = await overTcp(daemon).add('demo', { steps: 30, delay: 0.15 })
    const client = watchTask(await connectHub(daemon), id)
    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    await wholeStory(tab, 5)
    await tab.page.reload()
    await client.whole()
    await tab.whenState('Completed')
    expect(await wholeStory(tab, client.lines.length)).toEqual(client.lines)
  })

  test('the seed’s plain way: who subscribed is called with the whole task at each change', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const rest = overTcp(daemon)
    const hub = await connectHub(daemon)
    const updates: { id: number; state: string; seq: number }[] = []
    hub.on('TaskUpdated', (task: (typeof updates)[number]) => updates.push(task))

    const first = await rest.add('demo', { steps: 1, delay: 3600 })
    const id = await hub.invoke<number>('AddTask', 'demo', { steps: 2, delay: 0 }, null)
    expect(await hub.invoke('Subscribe', id)).toBeNull()
    await until('it is called at once', () => updates.length > 0)
    expect(updates[0]).toEqual(await rest.task(id))
    await rest.cancel(first.id)
    await until('the task has ended', () => updates.at(-1)?.state === 'Completed')

    expect(new Set(updates.map((task) => task.id))).toEqual(new Set([id]))
    const seqs = updates.map(({ seq }) => seq)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    expect([...new Set(updates.map(({ state }) => state))]).toEqual([
      'Pending',
      'Processing',
      'Completed',
    ])
    expect(updates.at(-1)).toEqual(await rest.task(id))
  })

  test('who unsubscribed is called no more', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const rest = overTcp(daemon)
    const hub = await connectHub(daemon)
    const updates: { id: number; state: string }[] = []
    hub.on('TaskUpdated', (task: (typeof updates)[number]) => updates.push(task))

    const first = await rest.add('demo', { steps: 1, delay: 3600 })
    const second = await rest.add('noop')
    const third = await rest.add('noop')
    await hub.invoke('Subscribe', second.id)
    await hub.invoke('Subscribe', third.id)
    await until('the second is told', () => updates.some(({ id }) => id === second.id))
    expect(await hub.invoke('Unsubscribe', second.id)).toBeNull()
    await rest.cancel(first.id)
    // The third ends after the second, so what would come of the second has come.
    await until('the third has ended', () =>
      updates.some(({ id, state }) => id === third.id && state === 'Completed'),
    )
    expect(updates.filter(({ id }) => id === second.id).map(({ state }) => state)).toEqual([
      'Pending',
    ])
  })
})
