// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, test } from 'vitest'
import { startDaemon } from './support/daemon.ts'
import { connectHub } from './support/hub.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'

describe('canceling', () => {
  test('a task that waits has ended at once', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const rest = overTcp(daemon)
    const first = await rest.add('demo', { steps: 1, delay: 3600 })
    const { id } = await rest.add('noop')
    const answer = await rest.cancel(id)
    expect(answer.status).toBe(202)
    expect(answer.json).toMatchObject({
      id,
      state: 'Failed',
      result: 'canceled',
      attempt: 0,
      error: 'The task was canceled before it began.',
    })
    await rest.cancel(first.id)
  })

  test('a function of the daemon that runs ends soon', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 5, delay: 3600 })
    await rest.whenRunning(id)
    expect((await rest.cancel(id)).status).toBe(202)
    expect(await rest.whenEnded(id, 5_000)).toMatchObject({ state: 'Failed', result: 'canceled' })
  })

  test('a command ends with everything that it started', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const script = 'sleep 3601 & setsid sleep 3602 & sleep 3603'
    const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', script] })
    await until('all of it runs', () => daemon.programs.length >= 4)
    const hub = await connectHub(daemon)
    expect(await hub.invoke('CancelTask', id)).toBeNull()
    expect(await rest.whenEnded(id, 8_000)).toMatchObject({
      state: 'Failed',
      result: 'canceled',
      activity: null,
    })
    await until('nothing of it is left', () => daemon.programs.length === 0)
  })
})
