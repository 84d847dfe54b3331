// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeApi } from '@/testing/fake-api'
import { byRole, mountPage, settle } from '@/testing/mount'
import { added, changed, EPOCH, makeTask, makeTaskType, progressed } from '@/testing/samples'
import TaskListPage from '../TaskListPage.vue'

const ended = makeTask({ id: 3, title: 'An old one', state: 'Completed', result: 'success' })

async function setUp(api = new FakeApi()) {
  const { wrapper, router } = await mountPage(TaskListPage, { api })
  const root: HTMLElement = wrapper.element
  const tell = async (...events: Parameters<FakeApi['watcher']['onEvent']>[0][]) => {
    for (const event of events) api.watcher.onEvent(event)
    await settle()
  }
  const rows = () =>
    wrapper.findAll('tbody tr').map((row) => [row.get('a').text(), row.get('[data-state]').text()])
  return { api, wrapper, root, router, tell, rows }
}

describe('the list of tasks', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  it('shows what runs and what has ended', async () => {
    const api = new FakeApi()
    api.tasks = [makeTask(), ended]

    const { rows, wrapper } = await setUp(api)

    expect(rows()).toEqual([
      ['Checksum of big.bin', 'Pending'],
      ['An old one', 'Completed'],
    ])
    expect(wrapper.get('tbody a').attributes('href')).toBe('/tasks/7')
  })

  it('shows one from long ago that runs again', async () => {
    const api = new FakeApi()
    const { rows, tell } = await setUp(api)
    api.getTask.mockResolvedValue(makeTask({ id: 3, title: 'Ancient', attempt: 1, seq: 90 }))

    await tell(changed('state', 90, { state: 'Pending' }, 3))
    await tell(changed('state', 91, { state: 'Processing', attempt: 2 }, 3))

    expect(api.getTask).toHaveBeenCalledExactlyOnceWith(3)
    expect(rows()).toEqual([['Ancient', 'Processing']])
  })

  it('follows what happens', async () => {
    const { rows, root, tell } = await setUp()

    await tell(added(makeTask()))
    expect(rows()).toEqual([['Checksum of big.bin', 'Pending']])

    await tell(
      changed('state', 2, { state: 'Processing', attempt: 1 }),
      progressed(1, { progress: 0.31 }),
    )
    const bar = byRole(root, 'progressbar', 'Progress of Checksum of big.bin')
    expect(bar.getAttribute('value')).toBe('0.31')
    expect(root.textContent).toContain('31 %')
    expect(document.title).toBe('1 running · Headway')

    await tell(changed('state', 3, { state: 'Failed', result: 'canceled' }))
    expect(rows()).toEqual([['Checksum of big.bin', 'Canceled']])
  })

  it('brings more of what was before when asked to', async () => {
    const api = new FakeApi()
    api.tasks = [ended]
    api.next = 'cursor-1'
    const { root, rows } = await setUp(api)

    api.tasks = [{ ...ended, id: 2, title: 'A still older one' }]
    api.next = null
    byRole(root, 'button', 'Show more').click()
    await flushPromises()

    expect(api.listTasks).toHaveBeenLastCalledWith({ limit: 50, cursor: 'cursor-1' })
    expect(rows().map(([name]) => name)).toEqual(['An old one', 'A still older one'])
    expect(() => byRole(root, 'button', 'Show more')).toThrow()
  })

  it('reads the list anew when the daemon begins anew', async () => {
    const api = new FakeApi()
    api.tasks = [ended]
    const { rows, tell } = await setUp(api)

    api.tasks = []
    api.watcher.onReset()
    await tell({ kind: 'snapshot', epoch: EPOCH, seq: 1, reset: true, tasks: [makeTask()] })

    expect(rows()).toEqual([['Checksum of big.bin', 'Pending']])
  })

  it('looks up tasks that it hears of without knowing them', async () => {
    const { api, tell, rows } = await setUp()
    api.tasks = [ended]

    await tell(changed('state', 5, { state: 'Completed' }, 3))
    await vi.advanceTimersByTimeAsync(600)
    await flushPromises()

    expect(rows()).toEqual([['An old one', 'Completed']])
  })

  it('shows a hundred of many that wait, and all when asked to', async () => {
    const { root, rows, tell } = await setUp()
    const many = Array.from({ length: 130 }, (_, id) => makeTask({ id }))

    await tell({ kind: 'snapshot', epoch: EPOCH, seq: 1, reset: false, tasks: many })
    expect(rows()).toHaveLength(100)

    byRole(root, 'button', 'Show all 130').click()
    await flushPromises()
    expect(rows()).toHaveLength(130)
  })

  it('says why there is no list, and tries again when asked to', async () => {
    const api = new FakeApi()
    api.listTasks.mockRejectedValueOnce(new Error('The disk is full.'))
    const { root, rows } = await setUp(api)
    expect(root.querySelector('[role=alert]')?.textContent).toContain('The disk is full.')

    api.tasks = [ended]
    byRole(root, 'button', 'Try again').click()
    await flushPromises()

    expect(rows()).toHaveLength(1)
    expect(root.querySelector('[role=alert]')).toBeNull()
  })

  it('offers tasks to try where nothing has run yet, and goes to the one that is started', async () => {
    const api = new FakeApi()
    api.types = [makeTaskType(), makeTaskType({ name: 'demo' })]
    api.addTask.mockResolvedValue(makeTask())
    const { root, router } = await setUp(api)

    byRole(root, 'button', 'Start: Count to ten').click()
    await flushPromises()

    expect(root.querySelectorAll('.sample')).toHaveLength(3)
    expect(api.addTask).toHaveBeenCalledWith({
      type: 'demo',
      title: 'Count to ten',
      parameters: { steps: 10, delay: 1 },
    })
    expect(router.currentRoute.value.path).toBe('/tasks/7')
  })

  it('says how long tasks are kept, as far as the daemon limits it', async () => {
    const api = new FakeApi()
    api.tasks = [ended]
    const { wrapper } = await setUp(api)
    expect(wrapper.get('[data-testid=kept]').text()).toBe(
      'Tasks stay here for 30 days after their end. Of each type the newest 10,000 stay. ' +
        'So far, 12,345 were added.',
    )

    api.getAbout.mockResolvedValue({ keepDays: 0, keepTasks: 0, added: 1 })
    const unlimited = (await setUp(api)).wrapper
    expect(unlimited.get('[data-testid=kept]').text()).toBe('So far, 1 was added.')

    api.getAbout.mockRejectedValue(new Error('It is an older daemon.'))
    expect((await setUp(api)).wrapper.find('[data-testid=kept]').exists()).toBe(false)
  })

  it('offers only tasks of a kind that the daemon knows', async () => {
    const api = new FakeApi()
    api.types = [makeTaskType()]

    const { root } = await setUp(api)

    expect(root.querySelectorAll('.sample')).toHaveLength(1)
  })
})
