// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeApi } from '@/testing/fake-api'
import { byRole, mountPage, settle } from '@/testing/mount'
import { changed, EPOCH, makeTask, progressed } from '@/testing/samples'
import TaskListPage from '../TaskListPage.vue'

const old = makeTask({ id: 3, title: 'Old holiday', state: 'Completed', result: 'success' })

async function setUp(path = '/', language = 'en') {
  const api = new FakeApi()
  api.tasks = [makeTask(), old]
  const { wrapper, router } = await mountPage(TaskListPage, { api, path, language })
  const root: HTMLElement = wrapper.element
  const box = () => wrapper.get<HTMLInputElement>('input[type=search]')
  const type = async (text: string) => {
    await box().setValue(text)
    await vi.advanceTimersByTimeAsync(300)
    await flushPromises()
  }
  const tell = async (...events: Parameters<FakeApi['watcher']['onEvent']>[0][]) => {
    for (const event of events) api.watcher.onEvent(event)
    await settle()
  }
  const rows = () =>
    wrapper.findAll('tbody tr').map((row) => [row.get('a').text(), row.get('[data-state]').text()])
  const outcome = () => wrapper.get('[role=status]').text()
  const press = async (key: string, target: EventTarget = document.body) => {
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    await settle()
  }
  return { api, wrapper, root, router, box, type, tell, rows, outcome, press }
}

describe('the search', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-11-22T20:15:00') })
    return () => vi.useRealTimers()
  })

  it('finds tasks by words when nobody types any more, and has them in the address', async () => {
    const { api, box, outcome, router, rows, root } = await setUp()
    api.tasks = [old]
    api.listTasks.mockClear()

    for (const text of ['h', 'ho', 'hol']) {
      await box().setValue(text)
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(api.listTasks).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(300)
    await flushPromises()

    expect(api.listTasks).toHaveBeenCalledExactlyOnceWith({ limit: 50, text: 'hol' })
    expect(router.currentRoute.value.fullPath).toBe('/?q=hol')
    expect(rows()).toEqual([['Old holiday', 'Completed']])
    expect(outcome()).toBe('1 task found')
    expect(byRole(root, 'textbox', 'Search tasks')).toBe(box().element)
    expect(root.textContent).toMatch(/As of 8:15.*search again for those that came later/)
  })

  it('begins with the words of the address', async () => {
    const { api, box, rows } = await setUp('/?q=two+words')

    expect(box().element.value).toBe('two words')
    expect(api.listTasks).toHaveBeenCalledWith({ limit: 50, text: 'two words' })
    expect(rows()).toHaveLength(2)
  })

  it('shows all tasks again when the box is emptied', async () => {
    const { root, router, rows, type, box, press } = await setUp('/?q=holiday')
    await press('Escape', box().element)
    expect(router.currentRoute.value.fullPath).toBe('/')
    expect(byRole(root, 'heading', 'Now')).toBeDefined()

    await type('  ')
    expect(router.currentRoute.value.fullPath).toBe('/')
    await type('holiday')
    byRole(root, 'button', 'Clear').click()
    await settle()
    expect(rows()).toHaveLength(2)
    expect(document.activeElement).toBe(box().element)
  })

  it('says so when nothing is found, and keeps the box', async () => {
    const { api, box, outcome, type } = await setUp()
    api.tasks = []

    await type('nowhere ')

    expect(outcome()).toBe('No task has “nowhere” in its title, type, parameters or error.')
    expect(box().element.value).toBe('nowhere ')
  })

  it('goes by the stroke, unless somebody writes one', async () => {
    const { box, press } = await setUp()

    await press('/')
    expect(document.activeElement).toBe(box().element)

    box().element.blur()
    const other = document.body.appendChild(document.createElement('textarea'))
    await press('/', other)
    expect(document.activeElement).not.toBe(box().element)
    other.remove()
  })

  it('shows what happens to what was found, and nothing else', async () => {
    const { rows, root, tell, type, outcome } = await setUp()
    await type('big')

    await tell(
      changed('state', 2, { state: 'Processing', attempt: 1 }),
      progressed(1, { progress: 0.31 }),
      { ...changed('state', 3, {}, 3), kind: 'removed' },
      { kind: 'snapshot', epoch: EPOCH, seq: 4, reset: false, tasks: [makeTask({ id: 9 })] },
    )

    expect(rows()).toEqual([['Checksum of big.bin', 'Processing']])
    expect(root.textContent).toContain('31 %')
    expect(outcome()).toBe('1 task found')
  })

  it('brings the next page when asked to, and passes over empty ones', async () => {
    const { api, outcome, root, rows, type } = await setUp()
    const page = { epoch: EPOCH, seq: 1 }
    api.listTasks
      .mockResolvedValueOnce({ ...page, tasks: [], next: '40' })
      .mockResolvedValueOnce({ ...page, tasks: [makeTask()], next: '20' })
      .mockResolvedValueOnce({ ...page, tasks: [old], next: null })
    await type('checksum')
    expect(api.listTasks).toHaveBeenLastCalledWith({ limit: 50, text: 'checksum', cursor: '40' })
    expect(outcome()).toBe('The newest 1 task')

    byRole(root, 'button', 'Show more').click()
    await flushPromises()

    expect(api.listTasks).toHaveBeenLastCalledWith({ limit: 50, text: 'checksum', cursor: '20' })
    expect(rows().map(([name]) => name)).toEqual(['Checksum of big.bin', 'Old holiday'])
    expect(outcome()).toBe('2 tasks found')
  })

  it('shows no answer that comes too late', async () => {
    const { api, rows, type } = await setUp()
    let answer: () => void = () => undefined
    const late = { epoch: EPOCH, seq: 1, tasks: [makeTask({ title: 'Late' })], next: null }
    api.listTasks.mockReturnValueOnce(
      new Promise((resolve) => {
        answer = () => {
          resolve(late)
        }
      }),
    )
    await type('slow')
    api.tasks = [old]
    await type('quick')
    answer()
    await flushPromises()

    expect(rows()).toEqual([['Old holiday', 'Completed']])
  })

  it('says why the daemon does not search, and searches again', async () => {
    const { api, root, rows, type } = await setUp()
    api.listTasks.mockRejectedValueOnce(new Error('There is no word in the search.'))
    await type('??')
    expect(root.querySelector('[role=alert]')?.textContent).toContain('There is no word')

    api.tasks = [old]
    await type('holiday')
    expect(root.querySelector('[role=alert]')).toBeNull()
    api.tasks = [makeTask({ title: 'New holiday' }), old]
    byRole(root, 'button', 'Search again').click()
    await flushPromises()
    expect(rows().map(([name]) => name)).toEqual(['New holiday', 'Old holiday'])
  })

  it('searches anew when the daemon begins anew', async () => {
    const { api, rows, type } = await setUp()
    await type('holiday')
    expect(rows()).toHaveLength(2)

    api.tasks = [makeTask({ id: 1, title: 'Holiday of another database' })]
    api.watcher.onReset()
    await flushPromises()

    expect(rows()).toEqual([['Holiday of another database', 'Pending']])
  })

  it('speaks German', async () => {
    const { api, outcome, type } = await setUp('/', 'de')
    api.tasks = []

    await type('nirgends')

    expect(outcome()).toMatch(/^Keine Aufgabe hat „nirgends“ in /)
  })
})
