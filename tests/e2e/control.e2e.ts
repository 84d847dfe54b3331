// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { afterAll, describe, expect, test } from 'vitest'
import { closeBrowser, openAnother, openTab } from './support/browser.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { connectHub } from './support/hub.ts'
import type { Rest } from './support/rest.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'

afterAll(closeBrowser)

/** Counts up, a line a step, for some minutes should nobody end it. */
const COUNTER = 'while [ $((i+=1)) -lt 30000 ]; do echo $i; sleep 0.01; done'
const STEPS = 100

/** Has an hour to end when it is asked to, and does not: force alone ends it. */
const DEAF = `[Task]
title=Deaf
stop-timeout=3600

[Command]
argv=/bin/sh;-c;trap "" TERM\\; echo ready\\; while [ $((n+=1)) -lt 6000 ]\\; do sleep 0.05\\; done
`

async function linesOf(rest: Rest, id: number): Promise<string[]> {
  const text = (await rest.output(id)).toString()
  return text.split('\n').slice(0, -1)
}

/** Starts a program that counts, and waits until it does. */
async function startCounter(daemon: Daemon, rest: Rest): Promise<number> {
  const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', COUNTER] })
  await until('it counts', async () => (await linesOf(rest, id)).length > 5)
  await rest.when(id, 'is a program', ({ containment }) => containment !== null)
  return id
}

/** Lets another program do as many steps as a paused one would have done meanwhile. */
async function doSteps(rest: Rest) {
  const script = `for i in $(seq ${STEPS}); do sleep 0.01; done`
  const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', script] })
  expect(await rest.whenEnded(id)).toMatchObject({ state: 'Completed' })
}

async function post(rest: Rest, id: number, verb: string, body?: unknown) {
  const answer = await rest.post(`/api/v1/tasks/${id}/${verb}`, body)
  expect(answer.status, answer.text).toBe(202)
  return answer.json
}

describe('pausing', () => {
  test('a program stands still, and goes on where it stood', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const id = await startCounter(daemon, rest)

    expect(await post(rest, id, 'pause')).toMatchObject({ state: 'Processing', activity: 'paused' })
    // What was in the pipe at that moment comes yet.
    await doSteps(rest)
    const before = await linesOf(rest, id)
    await doSteps(rest)
    expect(await linesOf(rest, id)).toEqual(before)

    expect(await post(rest, id, 'resume')).toMatchObject({ activity: null })
    await until('it counts on', async () => (await linesOf(rest, id)).length > before.length + 5)
    await rest.cancel(id)
    await rest.whenEnded(id)
    const all = await linesOf(rest, id)
    expect(all).toEqual(all.map((_, i) => String(i + 1)))
  })

  test('a paused program ends when it is canceled, with all that it started', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const id = await startCounter(daemon, rest)
    await post(rest, id, 'pause')
    await post(rest, id, 'cancel')
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Failed', result: 'canceled' })
    await until('nothing of it is left', () => daemon.programs.length + daemon.shims.length === 0)
  })

  test('a paused program is paused when the daemon comes back, too', async () => {
    const daemon = await startDaemon()
    const first = overSocket(daemon)
    const id = await startCounter(daemon, first)
    await post(first, id, 'pause')
    first.close()
    await daemon.crash()
    await daemon.start()
    const rest = overSocket(daemon)
    await rest.when(id, 'is paused', ({ activity }) => activity === 'paused')
    const before = (await linesOf(rest, id)).length
    expect(await post(rest, id, 'resume')).toMatchObject({ activity: null, attempt: 1 })
    await until('it counts on', async () => (await linesOf(rest, id)).length > before + 5)
    await rest.cancel(id)
    await rest.whenEnded(id)
  })

  test('the hub does the same, and tells of it', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const id = await startCounter(daemon, rest)
    const hub = await connectHub(daemon)
    expect(await hub.invoke('PauseTask', id)).toBeNull()
    expect(await rest.task(id)).toMatchObject({ activity: 'paused' })
    expect(await hub.invoke('ResumeTask', id)).toBeNull()
    expect(await rest.task(id)).toMatchObject({ activity: null })
    expect(await hub.invoke('CancelTask', id, { now: true })).toBeNull()
    expect(await rest.whenEnded(id)).toMatchObject({ result: 'canceled' })
    await expect(hub.invoke('PauseTask', id)).rejects.toThrow('only a task that runs')
  })

  test('what waits, has ended or is work of the daemon itself is not paused', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 1, delay: 3600 })
    const waiting = await rest.add('noop')
    await rest.whenRunning(id)
    for (const one of [id, waiting.id]) {
      const answer = await rest.post(`/api/v1/tasks/${one}/pause`)
      expect(answer.status).toBe(409)
      expect(answer.problem).toMatchObject({ error: 'wrong-state' })
    }
    await rest.cancel(id)
    await rest.whenEnded(waiting.id)
    expect((await rest.post(`/api/v1/tasks/${waiting.id}/resume`)).status).toBe(409)
  })
})

describe('canceling with force', () => {
  test('ends a program at once that does not end when it is asked to', async () => {
    const daemon = await startDaemon({ taskTypes: { deaf: DEAF } })
    const rest = overTcp(daemon)
    const { id } = await rest.add('deaf')
    await until('it runs', async () => (await linesOf(rest, id)).includes('ready'))
    expect(await post(rest, id, 'cancel')).toMatchObject({ activity: 'stopping' })
    expect(await post(rest, id, 'cancel', {})).toMatchObject({ activity: 'stopping' })
    expect(daemon.programs.length).toBeGreaterThan(0)
    await post(rest, id, 'cancel', { now: true })
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Failed', result: 'canceled' })
    await until('nothing of it is left', () => daemon.programs.length + daemon.shims.length === 0)
  })
})

describe('a time limit', () => {
  test('ends a program that takes too long, and says so', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id } = await rest.add('command', { argv: ['sleep', '3600'] }, { timeout: 1 })
    expect(await rest.whenEnded(id)).toMatchObject({
      state: 'Failed',
      result: 'timeout',
      timeout: 1,
    })
    await until('nothing of it is left', () => daemon.programs.length + daemon.shims.length === 0)
  })

  test('holds for work of the daemon itself, too', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id } = await rest.add('demo', { steps: 1, delay: 3600 }, { timeout: 1 })
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Failed', result: 'timeout' })
  })

  test('is over when the daemon was away', async () => {
    const daemon = await startDaemon()
    const first = overSocket(daemon)
    const { id } = await first.add('command', { argv: ['sleep', '3600'] }, { timeout: 2 })
    await first.whenRunning(id)
    await until('it runs', () => daemon.programs.length === 1)
    first.close()
    await daemon.crash()
    await until('the program has ended', () => daemon.programs.length === 0)
    await daemon.start()
    expect(await overSocket(daemon).whenEnded(id)).toMatchObject({ result: 'timeout' })
  })
})

test('the daemon says what it is, and what holds a program together', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const about = await rest.get('/api/v1/about')
  expect(about.json).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+/) as unknown,
    epoch: expect.any(Number) as unknown,
    containment: expect.stringMatching(/^(scope|cgroup|session)$/) as unknown,
    ready: true,
    hindrance: null,
    keepDays: 30,
    keepTasks: 0,
    counts: {
      added: 0,
      pending: 0,
      processing: 0,
      completed: 0,
      failed: 0,
      ever: { completed: 0, failed: 0, canceled: 0 },
    },
  })
  const id = await startCounter(daemon, rest)
  expect((await rest.task(id)).containment).toMatch(/^(scope|cgroup|session)$/)
  await rest.cancel(id)
  expect(await rest.whenEnded(id)).toMatchObject({ containment: null })
})

test('the page pauses, resumes, asks to end, and stops at once', async () => {
  const daemon = await startDaemon({ taskTypes: { deaf: DEAF } })
  const rest = overTcp(daemon)
  const { id } = await rest.add('deaf', {}, { timeout: 5400, title: 'Copy the photos' })
  await until('it runs', async () => (await linesOf(rest, id)).includes('ready'))
  const list = await openTab(daemon)
  await list.page.getByRole('heading', { name: 'Tasks' }).waitFor()
  const tab = await openAnother(list, daemon, `/tasks/${id}`)
  const shown = (text: string) => tab.page.getByTestId('task-state').getByText(text).waitFor()
  const button = (name: string) => tab.page.getByRole('button', { name, exact: true })

  await button('Pause').click()
  await shown('Paused')
  await tab.picture('task-paused')
  await tab.page.setViewportSize({ width: 360, height: 740 })
  await tab.picture('task-paused-narrow')
  await button('Resume').click()
  await shown('Processing')
  await button('Cancel').click()
  await shown('Stopping')
  await button('Stop now …').click()
  await tab.picture('task-stopping-narrow')
  await tab.page.keyboard.press('Escape')
  await button('Stop now …').click()
  await button('Stop now').click()
  await shown('Canceled')
  expect(await rest.whenEnded(id)).toMatchObject({ result: 'canceled' })
  await until('nothing of it is left', () => daemon.programs.length === 0)
})
