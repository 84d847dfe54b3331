// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/problem'
import { useAnnouncerStore } from '@/stores/announcer'
import { FakeApi } from '@/testing/fake-api'
import { byRole, mountPage, settle } from '@/testing/mount'
import { added, changed, makeTask, progressed } from '@/testing/samples'
import TaskPage from '../TaskPage.vue'

const running = makeTask({
  state: 'Processing',
  attempt: 1,
  startedAt: '2026-11-22T19:00:01.000000Z',
  seq: 2,
})
const program = { ...running, containment: 'session' }
const start = changed('state', 2, { ...running })

async function setUp(api = new FakeApi()) {
  api.tasks = [makeTask()]
  const { wrapper } = await mountPage(TaskPage, { api, props: { id: 7 } })
  const root: HTMLElement = wrapper.element
  const tell = async (...events: Parameters<FakeApi['watcher']['onEvent']>[0][]) => {
    for (const event of events) api.watcher.onEvent(event)
    await settle()
  }
  const state = () => wrapper.get('[data-testid=task-state]')
  return { api, root, tell, state }
}

describe('the page of a program', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  it('pauses a program and lets it go on, and says which', async () => {
    const { api, root, state, tell } = await setUp()
    await tell(added(makeTask()), start, progressed(1, { containment: 'session' }))
    api.pauseTask.mockResolvedValue({ ...program, activity: 'paused' })
    api.resumeTask.mockResolvedValue(program)

    byRole(root, 'button', 'Pause').click()
    await tell(progressed(2, { activity: 'paused' }))
    expect(api.pauseTask).toHaveBeenCalledWith(7)
    expect(state().text()).toBe('Paused')
    expect(useAnnouncerStore().words).toBe('Checksum of big.bin: Paused')
    expect(document.title).toBe('Paused · Checksum of big.bin · Headway')

    byRole(root, 'button', 'Resume').click()
    await tell(progressed(3, { activity: null }))
    expect(api.resumeTask).toHaveBeenCalledWith(7)
    expect(state().text()).toBe('Processing')
    expect(byRole(root, 'button', 'Pause')).toHaveProperty('disabled', false)
  })

  it.each([
    ['that is no program', {}],
    ['that is about to end', { containment: 'cgroup', activity: 'stopping' }],
    ['that has only begun', { containment: 'cgroup', activity: 'starting' }],
  ])('offers no pause of a task %s', async (_what, level) => {
    const { root, tell } = await setUp()

    await tell(added(makeTask()), start, progressed(1, level))

    expect(() => byRole(root, 'button', 'Pause')).toThrow()
  })

  it('says why a pause was refused', async () => {
    const { api, root, tell } = await setUp()
    await tell(added(makeTask()), start, progressed(1, { containment: 'session' }))
    api.pauseTask.mockRejectedValue(new ApiError(409, 'wrong-state', 'It has ended.'))

    byRole(root, 'button', 'Pause').click()
    await settle()

    expect(root.querySelector('[role=alert]')?.textContent).toBe('It has ended.')
    expect(byRole(root, 'button', 'Pause')).toHaveProperty('disabled', false)
  })

  it('stops a program at once that takes its time to end, after a question', async () => {
    const { api, root, state, tell } = await setUp()
    const stopping = { containment: 'session', activity: 'stopping' }
    await tell(added(makeTask()), start, progressed(1, stopping))
    api.cancelTask.mockResolvedValue({ ...running, ...stopping })
    expect(state().text()).toBe('Stopping')
    expect(() => byRole(root, 'button', 'Cancel')).toThrow()

    byRole(root, 'button', 'Stop now …').click()
    await settle()
    expect(document.activeElement).toBe(byRole(root, 'button', 'Keep waiting'))
    byRole(root, 'button', 'Keep waiting').click()
    await settle()
    expect(document.activeElement).toBe(byRole(root, 'button', 'Stop now …'))
    expect(api.cancelTask).not.toHaveBeenCalled()

    byRole(root, 'button', 'Stop now …').click()
    await settle()
    byRole(root, 'button', 'Stop now').click()
    await settle()
    expect(api.cancelTask).toHaveBeenCalledExactlyOnceWith(7, { now: true })
    expect(byRole(root, 'button', 'Stopping now …')).toHaveProperty('disabled', true)
  })

  it('says how long an attempt may take, and what holds a program together', async () => {
    const { root, tell } = await setUp()

    await tell(
      added(makeTask()),
      changed('state', 2, { ...running, timeout: 90 }),
      progressed(1, { containment: 'cgroup' }),
    )

    expect(root.textContent).toContain('1 min 30 sec')
    expect(root.textContent).toContain('none gets away from a cancellation')
  })

  it('lists the files that a program left, and where they are', async () => {
    const api = new FakeApi()
    api.files = [{ name: 'a b/é?.txt', size: 1_536, modifiedAt: '2026-11-22T19:00:03.000000Z' }]
    const { root, tell } = await setUp(api)
    await tell(added(makeTask()), start, progressed(1, { containment: 'session' }))

    const link = byRole(root, 'link', 'a b/é?.txt')
    expect(link.getAttribute('href')).toBe('/files/7/1/a b/é?.txt')
    expect(link.getAttribute('download')).toBe('a b/é?.txt')
    expect(root.textContent).toContain('1.5 KiB')
    expect(api.listFiles).toHaveBeenCalledWith(7, 1)
  })

  it('looks for files while a program runs, and once more at its end', async () => {
    const { api, tell } = await setUp()
    await tell(added(makeTask()), start, progressed(1, { containment: 'session' }))
    const before = api.listFiles.mock.calls.length

    await vi.advanceTimersByTimeAsync(10_000)
    expect(api.listFiles).toHaveBeenCalledTimes(before + 1)

    await tell(changed('state', 9, { state: 'Completed', containment: null }))
    expect(api.listFiles).toHaveBeenCalledTimes(before + 2)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(api.listFiles).toHaveBeenCalledTimes(before + 2)
  })

  it('shows no list of files where there are none', async () => {
    const { root, tell } = await setUp()

    await tell(added(makeTask()), start)

    expect(() => byRole(root, 'heading', 'Files')).toThrow()
  })
})
