// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { added, changed, makeTask, progressed } from '@/testing/samples'
import { useStoryStore } from '../story'

const start = changed('state', 2, { state: 'Processing', attempt: 1 })
const word = changed('message', 3, { message: 'Step 1 of 5' })
const end = changed('state', 9, { state: 'Completed', result: 'success' })

describe('the story of a task', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
  })

  it('has every transition in order, and no progress', () => {
    const story = useStoryStore()

    story.apply([added(makeTask()), start])
    story.apply([progressed(1, { progress: 0.2 }), word, end])

    expect(story.entries.map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'added'],
      [2, 'state'],
      [3, 'message'],
      [9, 'state'],
    ])
    expect(story.task).toMatchObject({ state: 'Completed', message: 'Step 1 of 5', seq: 9 })
  })

  it('shows the task as it is while the story is still being read', () => {
    const story = useStoryStore()
    story.show(makeTask({ state: 'Completed', attempt: 1, seq: 9 }))

    story.apply([added(makeTask()), start])

    expect(story.task?.state).toBe('Completed')
    expect(story.entries).toHaveLength(2)
  })

  it('shows what it was told as soon as that is as new, without going back', () => {
    const story = useStoryStore()
    story.show(makeTask({ seq: 2, state: 'Processing', attempt: 1, progress: 0.1 }))

    story.apply([added(makeTask()), start])
    expect(story.task?.progress).toBe(0.1)

    story.apply([progressed(1, { progress: 0.2 })])
    expect(story.task?.progress).toBe(0.2)
  })

  it('forgets the last task when it begins another', () => {
    const story = useStoryStore()
    story.apply([added(makeTask())])

    story.begin()

    expect(story.task).toBeUndefined()
    expect(story.entries).toEqual([])
  })
})
