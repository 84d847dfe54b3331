// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import type { Tab } from './support/browser.ts'
import { closeBrowser, openAnother, openTab } from './support/browser.ts'
import { BusWatcher, callBus, refusalOfBus, startBus } from './support/bus.ts'
import { startDaemon } from './support/daemon.ts'
import { connectHub, watchTasks } from './support/hub.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { HEADWAY, ShellWatcher } from './support/shell.ts'
import { until } from './support/wait.ts'
import type { TaskPage } from './support/words.ts'

afterAll(closeBrowser)

async function headway(socket: string, ...arguments_: string[]) {
  const call = promisify(execFile)(HEADWAY, ['--socket', socket, ...arguments_])
  return call.then(
    ({ stdout }) => ({ stdout, stderr: '' }),
    (error: unknown) => error as { stdout: string; stderr: string },
  )
}

async function rowsOf(tab: Tab): Promise<string[]> {
  const names = await tab.page.locator('tbody tr .name').allTextContents()
  return names.map((name) => name.trim())
}

async function whenRows(tab: Tab, names: string[]) {
  await until(`the page lists ${names.join(', ')}`, async () => {
    return JSON.stringify(await rowsOf(tab)) === JSON.stringify(names)
  })
}

describe('in the browser', () => {
  test('tasks are found by words, and followed, without a mouse', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id: old } = await rest.add('noop', {}, { title: 'Holiday photos, sorted' })
    await rest.add('noop', {}, { title: 'Work' })
    const { id: running } = await rest.add(
      'demo',
      { steps: 1, delay: 3600 },
      { title: 'Holiday film' },
    )
    await rest.whenEnded(old)
    await rest.whenRunning(running)
    const tab = await openTab(daemon)
    await tab.page.getByRole('heading', { name: 'Earlier' }).waitFor()

    await tab.page.keyboard.press('/')
    await tab.page.keyboard.type('holi')
    await whenRows(tab, ['Holiday film', 'Holiday photos, sorted'])
    expect(tab.page.url()).toBe(`${daemon.origin}/?q=holi`)
    expect(await tab.page.getByTestId('search-outcome').textContent()).toBe('2 tasks found')
    const box = tab.page.getByRole('searchbox', { name: 'Search tasks' })
    expect(await box.evaluate((element) => element === document.activeElement)).toBe(true)

    await tab.picture('search')
    await tab.page.emulateMedia({ colorScheme: 'dark' })
    await tab.picture('search-dark')
    await tab.page.setViewportSize({ width: 360, height: 740 })
    const width = await tab.page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(360)
    await tab.picture('search-narrow')

    await rest.cancel(running)
    await tab.page.locator(`[data-task="${running}"]`).getByText('Canceled').waitFor()
    expect((await rest.ask('DELETE', `/api/v1/tasks/${old}`)).status).toBe(204)
    await whenRows(tab, ['Holiday film'])

    const another = await openAnother(tab, daemon, '/?q=nowhere')
    await another.page
      .getByText('No task has “nowhere” in its title, type, parameters or error.')
      .waitFor()
    await another.picture('search-nothing')
    await another.page.keyboard.press('/')
    await another.page.keyboard.press('Escape')
    await whenRows(another, ['Holiday film', 'Work'])
    expect(another.page.url()).toBe(`${daemon.origin}/`)
  })

  test('a task that is removed goes wherever it is shown, and is told of alike', async () => {
    const bus = await startBus()
    const daemon = await startDaemon({ bus })
    const rest = overTcp(daemon)
    const hub = watchTasks(await connectHub(daemon))
    await hub.item('a snapshot', ({ kind }) => kind === 'snapshot')
    const watchers = {
      'D-Bus': await BusWatcher.start(bus),
      'headway watch': await ShellWatcher.start(daemon),
    }
    const { id } = await rest.add('noop', {}, { title: 'To be removed' })
    await rest.add('noop', {}, { title: 'To be kept' })
    await rest.whenEnded(id)
    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    await tab.whenState('Completed')
    const list = await openAnother(tab, daemon, '/')
    await whenRows(list, ['To be kept', 'To be removed'])
    const same = await openAnother(tab, daemon, `/tasks/${id}`)
    await same.whenState('Completed')

    await tab.page.getByRole('button', { name: 'Remove …' }).click()
    await tab.picture('remove')
    await tab.page.getByRole('button', { name: 'Keep it' }).click()
    expect((await rest.get(`/api/v1/tasks/${id}`)).status).toBe(200)
    await tab.page.getByRole('button', { name: 'Remove …' }).click()
    await tab.page.getByRole('button', { name: 'Remove', exact: true }).click()

    await whenRows(tab, ['To be kept'])
    await whenRows(list, ['To be kept'])
    await same.page.getByRole('heading', { name: `Task ${id} was removed` }).waitFor()
    expect((await rest.get(`/api/v1/tasks/${id}`)).status).toBe(404)
    await hub.item('a removal', ({ kind }) => kind === 'removed')
    expect(hub.lines.filter(([, task]) => task === id).map(([, , kind]) => kind)).toEqual([
      ...['added', 'state', 'state', 'removed'],
    ])
    for (const [door, watcher] of Object.entries(watchers)) {
      await until(`${door} tells of it`, () => watcher.lines.length === hub.lines.length)
      expect(watcher.lines, door).toEqual(hub.lines)
    }
  })
})

describe('through every door', () => {
  test('the same words find the same tasks', async () => {
    const bus = await startBus()
    const daemon = await startDaemon({ bus })
    const rest = overSocket(daemon)
    for (const title of ['Holiday photos', 'Photos of work', 'Work']) {
      await rest.whenEnded((await rest.add('noop', {}, { title })).id)
    }
    const { tasks } = (await rest.get('/api/v1/tasks?q=photo&limit=10')).json as TaskPage
    const [onBus] = callBus(bus, 'List', 'a{sv}su', '1', 'text', 's', 'photo', '', '10') as [
      { id: { data: number } }[],
    ]
    const shell = await headway(daemon.socketPath, 'list', '--search', 'photo', '--json')

    expect(tasks.map(({ id }) => id)).toEqual([2, 1])
    expect(onBus.map(({ id }) => id.data)).toEqual([2, 1])
    expect((JSON.parse(shell.stdout) as TaskPage).tasks.map(({ id }) => id)).toEqual([2, 1])
  })

  test('what cannot be found or removed has one name and one sentence', async () => {
    const bus = await startBus()
    const daemon = await startDaemon({ bus })
    const rest = overSocket(daemon)
    const { id } = await rest.add('demo', { steps: 1, delay: 3600 })
    await rest.whenRunning(id)
    const hub = await connectHub(daemon)

    const removals: [number, number, string, string][] = [
      [id, 409, 'wrong-state', 'WrongState'],
      [77, 404, 'not-found', 'NotFound'],
    ]
    for (const [task, status, name, busName] of removals) {
      const answer = await rest.ask('DELETE', `/api/v1/tasks/${task}`)
      const { error, detail } = answer.problem
      expect([answer.status, error]).toEqual([status, name])
      expect(refusalOfBus(bus, 'Remove', `[uint64 ${task}]`, '{}')).toBe(`${busName}: ${detail}`)
      await expect(hub.invoke('RemoveTask', task)).rejects.toThrow(`HubException: ${detail}`)
    }

    const answer = await rest.get('/api/v1/tasks?q=%3F')
    const { error, detail } = answer.problem
    expect([answer.status, error]).toEqual([400, 'invalid-request'])
    expect(refusalOfBus(bus, 'List', "{'text': <'?'>}", "''", 'uint32 0')).toBe(
      `InvalidRequest: ${detail}`,
    )
    const shell = await headway(daemon.socketPath, 'list', '--search', '?')
    expect(shell.stderr).toBe(`headway: ${detail}\n`)
  })
})
