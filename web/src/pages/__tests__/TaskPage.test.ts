// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/problem'
import { useAnnouncerStore } from '@/stores/announcer'
import { FakeApi } from '@/testing/fake-api'
import { byRole, mountPage, settle } from '@/testing/mount'
import { added, changed, EPOCH, makeTask, progressed } from '@/testing/samples'
import TaskPage from '../TaskPage.vue'

const running = makeTask({
  state: 'Processing',
  attempt: 1,
  startedAt: '2026-11-22T19:00:01.000000Z',
  seq: 2,
})
const removed = { kind: 'removed', epoch: EPOCH, seq: 20, task: 7, at: running.createdAt } as const
const start = changed('state', 2, { ...running })

async function setUp(api = new FakeApi(), language = 'en') {
  if (api.tasks.length === 0) api.tasks = [makeTask()]
  const { wrapper, router } = await mountPage(TaskPage, { api, props: { id: 7 }, language })
  const root: HTMLElement = wrapper.element
  const tell = async (...events: Parameters<FakeApi['watcher']['onEvent']>[0][]) => {
    for (const event of events) api.watcher.onEvent(event)
    await settle()
  }
  const state = () => wrapper.get('[data-testid=task-state]')
  const bar = () => byRole(root, 'progressbar', 'Progress of Checksum of big.bin')
  return { api, wrapper, root, router, tell, state, bar }
}

describe('the page of a task', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  it('shows each state as the task goes through it', async () => {
    const { state, tell } = await setUp()
    expect(state().text()).toBe('Pending')

    await tell(added(makeTask()), start)
    expect(state().text()).toBe('Processing')

    await tell(changed('state', 9, { state: 'Completed', result: 'success' }))
    expect(state().text()).toBe('Completed')
    expect(state().attributes('data-state')).toBe('Completed')
  })

  it('says each new state aloud, and not each percent', async () => {
    const { tell } = await setUp()

    await tell(added(makeTask()), start, progressed(1, { progress: 0.1 }))
    await tell(progressed(2, { progress: 0.2 }))

    expect(useAnnouncerStore().words).toBe('Checksum of big.bin: Processing')
  })

  it('shows how far it is, in units for people', async () => {
    const { bar, root, tell } = await setUp()
    const half = { progress: 0.5, done: 268_435_456, total: 536_870_912, unit: 'bytes' }

    await tell(added(makeTask()), start, progressed(1, half))

    expect(bar().getAttribute('value')).toBe('0.5')
    expect(root.textContent).toContain('50 %')
    expect(root.textContent).toContain('256 MiB of 512 MiB')
    expect(document.title).toBe('50 % · Checksum of big.bin · Headway')
  })

  it('does not pretend to know how far a task is that does not tell', async () => {
    const { bar, root, tell } = await setUp()

    await tell(added(makeTask()), start)

    expect(bar().hasAttribute('value')).toBe(false)
    expect(root.textContent).not.toContain('%')
  })

  it('tells the whole story in order, with the numbers of the events', async () => {
    const { wrapper, tell } = await setUp()

    await tell(
      added(makeTask()),
      start,
      changed('message', 3, { message: 'Half of it', attempt: 1 }),
      changed('state', 9, { state: 'Failed', result: 'signal', error: 'It was killed.' }),
    )

    const entries = wrapper.findAll('li[data-seq]')
    expect(entries.map((entry) => entry.attributes('data-seq'))).toEqual(['1', '2', '3', '9'])
    expect(entries.map((entry) => entry.attributes('data-kind'))).toEqual([
      'added',
      'state',
      'message',
      'state',
    ])
    expect(entries.map((entry) => entry.attributes('data-state'))).toEqual([
      'Pending',
      'Processing',
      undefined,
      'Failed',
    ])
    expect(entries.map((entry) => entry.get('.what').text())).toEqual([
      'Added',
      'Processing',
      'Half of it',
      'Failed: The program was ended by a signal',
    ])
  })

  it('shows what the task gave back', async () => {
    const { wrapper, tell } = await setUp()

    await tell(
      added(makeTask()),
      changed('state', 9, { state: 'Completed', value: { sha256: 'abc123' } }),
    )

    expect(wrapper.get('[data-testid=task-value-sha256]').text()).toBe('abc123')
  })

  it('shows the sentence of a failure', async () => {
    const { wrapper, tell } = await setUp()

    await tell(
      added(makeTask()),
      changed('state', 9, { state: 'Failed', result: 'error', error: 'There is no such file.' }),
    )

    expect(wrapper.get('[data-testid=task-error]').text()).toBe('There is no such file.')
  })

  it('cancels the task when it is told to, and calls it canceled then', async () => {
    const { api, root, state, tell } = await setUp()
    await tell(added(makeTask()), start)
    api.cancelTask.mockResolvedValue({ ...running, activity: 'stopping' })

    byRole(root, 'button', 'Cancel').click()
    await settle()
    expect(api.cancelTask).toHaveBeenCalledWith(7)
    expect(byRole(root, 'button', 'Canceling …')).toHaveProperty('disabled', true)

    await tell(changed('state', 9, { state: 'Failed', result: 'canceled' }))
    expect(state().text()).toBe('Canceled')
    expect(root.querySelector('[role=alert]')).toBeNull()
  })

  it('offers no cancellation of a task that has ended', async () => {
    const { root, tell } = await setUp()

    await tell(added(makeTask()), changed('state', 9, { state: 'Completed' }))

    expect(() => byRole(root, 'button', 'Cancel')).toThrow()
  })

  it.each([
    ['that has failed', { state: 'Failed', result: 'error', error: 'It broke.' }],
    ['that was canceled', { state: 'Failed', result: 'canceled' }],
  ] as const)('retries a task %s when it is told to', async (_what, end) => {
    const { api, root, state, tell } = await setUp()
    await tell(added(makeTask()), start, changed('state', 9, { ...end }))
    api.watcher.onEnd({ epoch: EPOCH, after: 9 })
    api.retryTask.mockResolvedValue(makeTask({ attempt: 1, seq: 10 }))

    byRole(root, 'button', 'Retry').click()
    await settle()

    expect(api.retryTask).toHaveBeenCalledWith(7)
    expect(state().text()).toBe('Pending')
    expect(byRole(root, 'button', 'Cancel')).toHaveProperty('disabled', false)
    expect(root.querySelector('[role=alert]')).toBeNull()
  })

  it.each(['Pending', 'Processing', 'Completed'] as const)(
    'offers no retry of a task that is %s',
    async (state) => {
      const { root, tell } = await setUp()

      await tell(added(makeTask()), changed('state', 9, { state }))

      expect(() => byRole(root, 'button', 'Retry')).toThrow()
    },
  )

  it('says why a retry was refused', async () => {
    const { api, root, tell } = await setUp()
    await tell(added(makeTask()), changed('state', 9, { state: 'Failed', result: 'canceled' }))
    api.retryTask.mockRejectedValue(new ApiError(409, 'wrong-state', 'It runs already.'))

    byRole(root, 'button', 'Retry').click()
    await settle()

    expect(root.querySelector('[role=alert]')?.textContent).toBe('It runs already.')
    expect(byRole(root, 'button', 'Retry')).toHaveProperty('disabled', false)
  })

  it('tells the story further when somebody else retries the task', async () => {
    const { api, root, wrapper, state, tell } = await setUp()
    await tell(added(makeTask()), start, changed('state', 9, { state: 'Failed', result: 'error' }))
    api.watcher.onEnd({ epoch: EPOCH, after: 9 })
    expect(api.watchTasks).toHaveBeenCalledWith({ type: 'checksum' }, expect.anything(), {
      epoch: EPOCH,
      after: 9,
    })

    await tell(changed('state', 10, { state: 'Pending' }, 8))
    expect(api.watchTask).toHaveBeenCalledOnce()
    await tell(changed('state', 11, { state: 'Pending' }))
    expect(api.closed).toHaveBeenCalledOnce()
    expect(api.watchTask).toHaveBeenLastCalledWith(7, { epoch: EPOCH, after: 9 }, expect.anything())

    await tell(
      changed('state', 11, { state: 'Pending' }),
      changed('state', 12, { state: 'Processing', attempt: 2 }),
    )
    const entries = wrapper.findAll('li[data-seq]').map((entry) => entry.get('.what').text())
    expect(entries.slice(-2)).toEqual(['Pending again', 'Processing, attempt 2'])
    expect(state().text()).toBe('Processing')
    expect(byRole(root, 'button', 'Cancel')).toHaveProperty('disabled', false)
  })

  it('says that a task was removed, alone or among others, whoever did that', async () => {
    const { api, root, tell } = await setUp()
    await tell(added(makeTask()), changed('state', 9, { state: 'Completed' }))
    api.watcher.onEnd({ epoch: EPOCH, after: 9 })

    await tell({ ...removed, task: 8, last: 9 })
    expect(root.textContent).toContain('Checksum of big.bin')
    await tell({ ...removed, task: 2, last: 7 })

    expect(byRole(document.body, 'heading', 'Task 7 was removed')).toBeDefined()
  })

  it('removes a task that has ended when it is told to twice, and shows the others', async () => {
    const { api, root, router, tell } = await setUp()
    await tell(added(makeTask()), start)
    expect(() => byRole(root, 'button', 'Remove …')).toThrow()
    await tell(changed('state', 9, { state: 'Completed' }))

    byRole(root, 'button', 'Remove …').click()
    await settle()
    expect(document.activeElement).toBe(byRole(root, 'button', 'Keep it'))
    byRole(root, 'button', 'Keep it').click()
    await settle()
    expect(document.activeElement).toBe(byRole(root, 'button', 'Remove …'))
    expect(api.removeTask).not.toHaveBeenCalled()

    api.removeTask.mockResolvedValue()
    byRole(root, 'button', 'Remove …').click()
    await settle()
    byRole(root, 'button', 'Remove').click()
    await settle()
    expect(api.removeTask).toHaveBeenCalledExactlyOnceWith(7)
    expect(router.currentRoute.value.path).toBe('/')
    expect(useAnnouncerStore().words).toBe('Checksum of big.bin was removed')
  })

  it('says why a removal was refused', async () => {
    const { api, root, tell } = await setUp()
    await tell(added(makeTask()), changed('state', 9, { state: 'Completed' }))
    api.removeTask.mockRejectedValue(new ApiError(409, 'wrong-state', 'It was retried.'))

    byRole(root, 'button', 'Remove …').click()
    await settle()
    byRole(root, 'button', 'Remove').click()
    await settle()

    expect(root.querySelector('[role=alert]')?.textContent).toBe('It was retried.')
    expect(byRole(root, 'button', 'Remove …')).toHaveProperty('disabled', false)
  })

  it('says why a cancellation was refused', async () => {
    const { api, root } = await setUp()
    api.cancelTask.mockRejectedValue(new ApiError(409, 'wrong-state', 'It has ended.'))

    byRole(root, 'button', 'Cancel').click()
    await settle()

    expect(root.querySelector('[role=alert]')?.textContent).toBe('It has ended.')
    expect(byRole(root, 'button', 'Cancel')).toHaveProperty('disabled', false)
  })

  it('says that there is no such task, and stops watching', async () => {
    const api = new FakeApi()
    api.tasks = [makeTask({ id: 8 })]

    const { root } = await setUp(api)

    expect(byRole(root, 'heading', 'There is no task 7')).toBeTruthy()
    expect(api.closed).toHaveBeenCalled()
  })

  it('forgets the story when the daemon tells it anew', async () => {
    const { api, wrapper, tell } = await setUp()
    await tell(added(makeTask()), start)

    api.watcher.onReset()
    await tell(added(makeTask({ seq: 4 })))

    expect(wrapper.findAll('li[data-seq]').map((li) => li.attributes('data-seq'))).toEqual(['4'])
  })

  it('speaks German to who reads German', async () => {
    const { state } = await setUp(new FakeApi(), 'de')

    expect(state().text()).toBe('Wartend')
  })
})
