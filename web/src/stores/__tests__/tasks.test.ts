// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '@/api/task'
import { added, changed, EPOCH, makeTask, progressed } from '@/testing/samples'
import { useTasksStore } from '../tasks'

function page(tasks: Task[], next: string | null = null) {
  return { epoch: EPOCH, seq: 1, tasks, next }
}

function snapshot(tasks: Task[]) {
  return { kind: 'snapshot' as const, epoch: EPOCH, seq: 1, reset: false, tasks }
}

const ids = (tasks: Task[]) => tasks.map(({ id }) => id)

describe('the list of tasks', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
  })

  it('has those at work first, then those that wait in the order of their turn', () => {
    const tasks = useTasksStore()

    tasks.apply([
      snapshot([
        makeTask({ id: 3 }),
        makeTask({ id: 2 }),
        makeTask({ id: 4, priority: 5 }),
        makeTask({ id: 9, state: 'Processing' }),
      ]),
    ])

    expect(ids(tasks.live)).toEqual([9, 4, 2, 3])
  })

  it('moves a task that has ended to the others, the newest first', () => {
    const tasks = useTasksStore()
    tasks.takePage(page([makeTask({ id: 5, state: 'Completed' })]))
    tasks.apply([snapshot([makeTask()])])

    tasks.apply([changed('state', 2, { state: 'Failed', result: 'canceled' })])

    expect(ids(tasks.live)).toEqual([])
    expect(ids(tasks.ended)).toEqual([7, 5])
  })

  it('drops on a snapshot what is live no more', () => {
    const tasks = useTasksStore()
    tasks.apply([snapshot([makeTask()])])

    tasks.apply([snapshot([])])

    expect(tasks.byId.size).toBe(0)
  })

  it('does not go back to an older view of a page', () => {
    const tasks = useTasksStore()
    tasks.apply([snapshot([makeTask({ state: 'Processing', attempt: 1, seq: 6 })])])

    tasks.takePage(page([makeTask({ seq: 3 })], 'more'))

    expect(tasks.byId.get(7)?.state).toBe('Processing')
    expect(tasks.next).toBe('more')
  })

  it('tells when there was news of a task that it does not know', () => {
    const tasks = useTasksStore()

    expect(tasks.apply([added(makeTask()), progressed(1, { progress: 0 })])).toBe(false)
    expect(tasks.apply([changed('state', 9, { state: 'Completed' }, 8)])).toBe(true)
  })

  it('forgets all tasks that were removed at once', () => {
    const tasks = useTasksStore()
    tasks.takePage(page([1, 2, 3, 4].map((id) => makeTask({ id, state: 'Completed' }))))
    const { epoch, seq, at } = changed('changed', 9, {})

    tasks.apply([{ kind: 'removed', epoch, seq, task: 2, last: 3, at }])

    expect([...tasks.byId.keys()]).toEqual([1, 4])
  })

  it('forgets a task that was removed', () => {
    const tasks = useTasksStore()
    tasks.apply([added(makeTask())])
    const { epoch, seq, task, at } = changed('changed', 9, {})

    tasks.apply([{ kind: 'removed', epoch, seq, task, at }])

    expect(tasks.byId.size).toBe(0)
  })

  it('says when too many have gathered', () => {
    const tasks = useTasksStore()
    const many = Array.from({ length: 2_001 }, (_, id) => makeTask({ id, state: 'Completed' }))

    tasks.takePage(page(many.slice(1)))
    expect(tasks.isFull).toBe(false)
    tasks.takePage(page(many))
    expect(tasks.isFull).toBe(true)

    tasks.forgetEnded()
    expect(tasks.byId.size).toBe(0)
  })
})
