// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeApi } from '@/testing/fake-api'
import { byRole, mountPage, settle } from '@/testing/mount'
import { added, changed, makeTask } from '@/testing/samples'
import TaskPage from '../TaskPage.vue'

const start = changed('state', 2, { ...makeTask({ state: 'Processing', attempt: 1, seq: 2 }) })

async function setUp(api = new FakeApi(), language = 'en') {
  if (api.tasks.length === 0) api.tasks = [makeTask()]
  const { wrapper } = await mountPage(TaskPage, { api, props: { id: 7 }, language })
  const root: HTMLElement = wrapper.element
  const tell = async (...events: Parameters<FakeApi['watcher']['onEvent']>[0][]) => {
    for (const event of events) api.watcher.onEvent(event)
    await settle()
  }
  return { api, wrapper, root, tell }
}

describe('the output on the page of a task', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  it('shows the output as it comes, without what is meant for a terminal', async () => {
    const { api, wrapper, tell } = await setUp()
    await tell(added(makeTask()), start)

    api.readers.at(-1)?.onText('\u001b[32mone\u001b[0m\n')
    await settle()
    api.readers.at(-1)?.onText('two\n')
    await settle()

    expect(api.readOutput).toHaveBeenCalledWith(7, 1, expect.anything())
    expect(wrapper.get('[data-testid=task-output]').text()).toBe('one\ntwo')
  })

  it.each([
    ['en', '1 KiB of output are missing here: there was too much to keep.'],
    ['de', 'Hier fehlen 1 KiB der Ausgabe: Es war zu viel, um alles zu behalten.'],
  ])('has a line where output is missing, also in the download (%s)', async (language, words) => {
    const { api, root, wrapper, tell } = await setUp(new FakeApi(), language)
    await tell(added(makeTask()), start)

    api.readers.at(-1)?.onText('one\n')
    api.readers.at(-1)?.onHole(1024)
    api.readers.at(-1)?.onText('three\n')
    await settle()

    const parts = Array.from(wrapper.get('[data-testid=task-output]').element.children)
    expect(parts.map((part) => part.textContent.trim())).toEqual(['one', words, 'three'])

    byRole(root, 'button', language === 'de' ? 'Herunterladen' : 'Download').click()
    await settle()
    expect(api.fetchOutput.mock.lastCall?.[2](1024)).toBe(words)
  })

  it('shows the output of an attempt that was lost, however much nobody knows', async () => {
    const api = new FakeApi()
    const lost = { state: 'Failed', result: 'interrupted', attempt: 1, seq: 9 } as const
    api.tasks = [makeTask(lost)]

    await setUp(api)

    expect(api.readOutput).toHaveBeenCalledWith(7, 1, expect.anything())
  })

  it('reads the output of the new attempt when there is one', async () => {
    const { api, wrapper, tell } = await setUp()
    await tell(added(makeTask()), start)
    api.readers[0]?.onText('first\n')

    await tell(changed('state', 5, { state: 'Processing', attempt: 2 }))
    api.readers[1]?.onText('second\n')
    await settle()

    expect(api.readOutput.mock.calls.map(([, attempt]) => attempt)).toEqual([1, 2])
    expect(wrapper.get('[data-testid=task-output]').text()).toBe('second')
  })

  it('asks for no output of a task that ended without any', async () => {
    const api = new FakeApi()
    api.tasks = [makeTask({ state: 'Completed', attempt: 1, seq: 9 })]

    await setUp(api)

    expect(api.readOutput).not.toHaveBeenCalled()
  })
})
