// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { afterAll, describe, expect, test } from 'vitest'
import type { Tab } from './support/browser.ts'
import { closeBrowser, openTab } from './support/browser.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'

afterAll(closeBrowser)

/** Walks with the Tab key to what has this name, as somebody without a mouse. */
async function tabTo(tab: Tab, name: string) {
  for (let i = 0; i < 40; i++) {
    await tab.page.keyboard.press('Tab')
    const focused = await tab.page.evaluate(() => {
      const element = document.activeElement
      const label = element instanceof HTMLInputElement ? element.labels?.[0] : element
      return label?.textContent.trim() ?? ''
    })
    if (focused.startsWith(name)) return
  }
  throw new Error(`The Tab key does not lead to “${name}”`)
}

/** A daemon with a task in each state, for pages that have something to show. */
async function furnish(): Promise<{ daemon: Daemon; running: number; printed: number }> {
  const daemon = await startDaemon({ maxParallel: 1 })
  const rest = overSocket(daemon)
  const ended = [
    await rest.add('checksum', { path: '/etc/os-release' }),
    await rest.add('checksum', { path: '/nonexistent/a-file-with-a-rather-long-name.iso' }),
    await rest.add('command', {
      argv: ['/bin/sh', '-c', 'seq 1 200; echo "a <b>line</b>"; exit 3'],
    }),
  ]
  for (const { id } of ended) await rest.whenEnded(id)
  const running = await rest.add('demo', { steps: 1000, delay: 0.2 })
  const canceled = await rest.add('noop', {}, { title: 'A task that nobody wants any more' })
  await rest.cancel(canceled.id)
  await rest.add('archive', {
    folder: '/var/lib/a/rather/deep/folder',
    output: '/nonexistent/x.tar.gz',
  })
  await rest.when(running.id, 'has come somewhere', ({ done }) => (done ?? 0) > 2)
  return { daemon, running: running.id, printed: ended[2]?.id ?? 0 }
}

describe('the page', () => {
  test('trades the token of its address for a cookie, and clears it from the address', async () => {
    const daemon = await startDaemon()
    const tab = await openTab(daemon)
    await tab.page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await until('the page is live', async () =>
      (await tab.page.getByTestId('connection').textContent())?.includes('Live'),
    )
    expect(tab.page.url()).toBe(`${daemon.origin}/`)
    expect(await tab.page.evaluate(() => document.cookie)).toBe('')
    const stored = await tab.page.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
    )
    expect(stored).not.toContain(daemon.token)
    await tab.page.reload()
    await tab.page.getByRole('heading', { name: 'Tasks' }).waitFor()
  })

  test('asks who opens it without the token to sign in', async () => {
    const daemon = await startDaemon()
    const tab = await openTab(daemon, `${daemon.origin}/`, { allowed: /status of 401/ })
    await tab.page.getByRole('heading', { name: 'not signed in' }).waitFor()
    await tab.page.getByLabel('Address or token').fill(daemon.url)
    await tab.page.getByRole('button', { name: 'Sign in' }).click()
    await tab.page.getByRole('heading', { name: 'Tasks' }).waitFor()
    expect(tab.page.url()).toBe(`${daemon.origin}/`)
  })

  test('says when the daemon is gone, and is live again by itself when it is back', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const { id } = await overTcp(daemon).add('demo', { steps: 500, delay: 0.1 })
    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    tab.allow(/ERR_CONNECTION_REFUSED|status of 401|WebSocket|net::/)
    await tab.whenState('Processing')
    const link = tab.page.getByTestId('connection')
    await until('it is live', async () => (await link.textContent())?.includes('Live'))
    await daemon.crash()
    await until('it says so', async () => (await link.textContent())?.includes('Offline'))
    await daemon.start(daemon.port)
    // The cookie ended with the daemon that gave it.
    await tab.page.evaluate((token) => (location.hash = `token=${token}`), daemon.token)
    await until(
      'it is live again',
      async () => (await link.textContent())?.includes('Live'),
      40_000,
    )
    await until('the second attempt is told of', async () => {
      const states = (await tab.story())
        .map(([, , , state]) => state)
        .filter((state) => state !== '')
      return states.join() === 'Pending,Processing,Pending,Processing'
    })
    const seqs = (await tab.story()).map(([seq]) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  })

  test('shows what a command prints, as text and live', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const script = 'echo "<img src=x onerror=alert(1)>"; echo "<b>bold</b>"; exec sleep 3600'
    const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', script] })
    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    const output = tab.page.getByTestId('task-output')
    await until('both lines are there', async () =>
      (await output.textContent().catch(() => ''))?.includes('</b>'),
    )
    expect(await output.textContent()).toContain('<img src=x onerror=alert(1)>\n<b>bold</b>\n')
    expect(await output.locator('img, b').count()).toBe(0)
    await tab.page.getByRole('button', { name: 'Cancel' }).click()
    await tab.whenState('Failed')
    expect(await tab.page.getByTestId('task-state').textContent()).toContain('Canceled')
  })

  test('a task can be added with the keyboard alone', async () => {
    const daemon = await startDaemon()
    const tab = await openTab(daemon)
    await tab.page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await tabTo(tab, 'New task')
    await tab.page.keyboard.press('Enter')
    await tab.page.getByRole('heading', { name: 'New task' }).waitFor()
    await tabTo(tab, 'Checksum')
    await tab.page.keyboard.press('Enter')
    await tab.page.getByRole('heading', { name: 'Checksum' }).waitFor()
    await tabTo(tab, 'File')
    await tab.page.keyboard.type('/etc/os-release')
    await tab.page.keyboard.press('Enter')
    await tab.whenState('Completed')
    expect(await tab.taskId()).toBe(1)
  })

  test('each page has a title of its own, which begins with what matters', async () => {
    const { daemon, running } = await furnish()
    const tab = await openTab(daemon)
    // Who leaves before the session is there has none.
    await tab.page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor()
    const titleOf = async (path: string, heading: string) => {
      await tab.page.goto(daemon.origin + path)
      await tab.page.getByRole('heading', { level: 1, name: heading }).waitFor()
      return tab.page.title()
    }
    await until('the list is there', async () =>
      (await titleOf('/', 'Tasks')).startsWith('1 running'),
    )
    expect(await titleOf('/new', 'New task')).toMatch(/^New task/)
    expect(await titleOf('/new/checksum', 'Checksum')).toMatch(/^Checksum/)
    expect(await titleOf('/tasks/1', 'Checksum')).toMatch(/^Completed · Checksum of/)
    await until('the title says how far it is', async () =>
      /^\d+ % · Demo/.test(await titleOf(`/tasks/${running}`, 'Demo')),
    )
    expect(await titleOf('/nowhere', 'There is no such page')).toMatch(/^Not found/)
  })

  test('at 360 pixels nothing has to be scrolled sideways', async () => {
    const { daemon, running, printed } = await furnish()
    const tab = await openTab(daemon, daemon.url, {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    })
    // Who leaves before the page has shown its token is not let in.
    await tab.page.getByRole('heading', { name: 'Earlier' }).waitFor()
    const paths = [
      '/',
      '/new',
      '/new/checksum',
      '/new/demo',
      `/tasks/${running}`,
      `/tasks/${printed}`,
      '/tasks/2',
    ]
    for (const path of paths) {
      await tab.page.goto(daemon.origin + path)
      await tab.page.getByRole('heading', { level: 1 }).waitFor()
      await tab.page.locator('main [role=status]').waitFor({ state: 'detached' })
      const width = await tab.page.evaluate(() => document.documentElement.scrollWidth)
      expect(width, path).toBeLessThanOrEqual(360)
      await tab.picture(`360${path.replaceAll('/', '-')}`)
    }
  })

  test.each(['light', 'dark'] as const)(
    'it can be read when it is %s: pictures for people',
    async (scheme) => {
      const { daemon, running, printed } = await furnish()
      const tab = await openTab(daemon, daemon.url, {
        colorScheme: scheme,
        viewport: { width: 1200, height: 800 },
      })
      await tab.page.getByRole('heading', { name: 'Earlier' }).waitFor()
      await tab.picture(`${scheme}-list`)
      for (const [name, path] of [
        ['new', '/new'],
        ['form', '/new/demo'],
        ['running', `/tasks/${running}`],
        ['printed', `/tasks/${printed}`],
        ['failed', '/tasks/2'],
        ['completed', '/tasks/1'],
      ] as const) {
        await tab.page.goto(daemon.origin + path)
        await tab.page.getByRole('heading', { level: 1 }).waitFor()
        await tab.page.locator('main [role=status]').waitFor({ state: 'detached' })
        await tab.picture(`${scheme}-${name}`)
      }
      expect(
        await tab.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme),
      ).toContain(scheme)
    },
  )
})
