// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { closeBrowser, openTab } from './support/browser.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import type { Failure } from './support/golden.ts'
import { expand, golden } from './support/golden.ts'
import { connectHub } from './support/hub.ts'
import type { Rest } from './support/rest.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { TEST_TYPES } from './support/task-types.ts'
import type { Json, Problem } from './support/words.ts'
import { hasEnded } from './support/words.ts'

afterAll(closeBrowser)

function doorOf(daemon: Daemon, local: boolean | undefined): Rest {
  return local ? overSocket(daemon) : overTcp(daemon)
}

/** The table's requests lean on these. */
function prepare({ folder }: Daemon) {
  writeFileSync(join(folder, 'not-executable'), '#!/bin/sh\n')
  writeFileSync(join(folder, 'no-interpreter'), '#!/nonexistent/interpreter\n')
  chmodSync(join(folder, 'no-interpreter'), 0o755)
  writeFileSync(join(folder, 'unreadable'), 'x')
}

/** A sentence says what is wrong, and what to do: at least two of them. */
function expectNextStep(sentence: string | null | undefined) {
  expect(sentence).toMatch(/[.:;] [A-Z“].*\.$|, (?:so|and) .*\.$/)
}

describe('what cannot be accepted is refused with a sentence', () => {
  test.for(golden.refusals)('$name', async (row, { expect }) => {
    const daemon = await startDaemon({ taskTypes: TEST_TYPES })
    prepare(daemon)
    const rest = doorOf(daemon, row.local)
    const body = row.raw ?? (row.body === undefined ? undefined : expand(row.body, daemon.folder))
    const answer = await rest.ask(row.method ?? 'POST', row.path ?? '/api/v1/tasks', { body })

    expect(answer.problem).toMatchObject({
      status: row.status,
      error: row.error,
      detail: row.detail.replaceAll('${folder}', daemon.folder),
    } satisfies Partial<Problem>)
    expect(answer.problem.field).toBe(row.field)
    expect(answer.status).toBe(row.status)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/)
    expectNextStep(answer.problem.detail)
    expect(await rest.tasks()).toEqual([])
  })

  const overHub = golden.refusals.filter(
    ({ local, path, body, noHub }) => !local && !noHub && path === undefined && body !== undefined,
  )

  test.for(overHub)('over the hub: $name', async (row, { expect }) => {
    const daemon = await startDaemon({ taskTypes: TEST_TYPES })
    const hub = await connectHub(daemon)
    const { type, parameters, ...options } = expand(row.body ?? {}, daemon.folder) as Record<
      string,
      Json
    >
    const refused = hub.invoke('AddTask', type, parameters ?? {}, options)
    await expect(refused).rejects.toThrow(`HubException: ${row.detail}`)
    expect(await overTcp(daemon).tasks()).toEqual([])
  })
})

describe('what goes wrong later ends the task with a sentence', () => {
  test.for(golden.failures)('$name', async (row, { expect }) => {
    const daemon = await startDaemon({ taskTypes: TEST_TYPES })
    prepare(daemon)
    const rest = doorOf(daemon, row.local)
    const { type, parameters } = expand(row.body, daemon.folder) as Failure['body']
    const { id } = await rest.add(type, parameters)
    const task = await rest.whenEnded(id)
    const { error, ...others } = row.task
    expect(task).toMatchObject({ state: 'Failed', ...others })
    expect(task.error).toBe(error?.replaceAll('${folder}', daemon.folder))
    expectNextStep(task.error)
  })
})

test('nothing that was accepted is lost, whatever was refused beside it', async () => {
  const daemon = await startDaemon({ taskTypes: TEST_TYPES })
  prepare(daemon)
  const accepted: number[] = []

  for (const { local, body } of golden.failures) {
    const { type, parameters } = expand(body, daemon.folder) as Failure['body']
    accepted.push((await doorOf(daemon, local).add(type, parameters)).id)
  }
  for (const { local, body, path } of golden.refusals) {
    if (path !== undefined || body === undefined) continue
    const answer = await doorOf(daemon, local).post('/api/v1/tasks', expand(body, daemon.folder))
    expect(answer.status).toBeGreaterThanOrEqual(400)
  }
  accepted.push((await overTcp(daemon).add('noop')).id)

  const rest = overTcp(daemon)
  for (const id of accepted) expect(hasEnded(await rest.whenEnded(id))).toBe(true)
  expect((await rest.tasks()).map(({ id }) => id)).toEqual(accepted)
})

test('canceling a task that has ended says that it has', async () => {
  const daemon = await startDaemon()
  const rest = overTcp(daemon)
  const { id } = await rest.add('noop')
  await rest.whenEnded(id)
  const answer = await rest.cancel(id)
  expect(answer.status).toBe(409)
  expect(answer.problem).toMatchObject({
    error: 'wrong-state',
    detail: `Task ${id} has ended (Completed), so there is nothing to cancel.`,
  })
  const hub = await connectHub(daemon)
  await expect(hub.invoke('CancelTask', id)).rejects.toThrow(
    `HubException: ${answer.problem.detail}`,
  )
})

describe('in the browser', () => {
  /** The message that stands at a field of the form, as a screen reader finds it. */
  async function messageAt(daemon: Daemon, type: string, fields: Record<string, string>) {
    const tab = await openTab(daemon, `${daemon.origin}/new/${type}#token=${daemon.token}`)
    tab.allow(/status of 400/)
    for (const [label, text] of Object.entries(fields)) {
      await tab.page.getByLabel(label).fill(text)
    }
    await tab.page.getByRole('button', { name: 'Add task' }).click()
    const wrong = tab.page.locator('[aria-invalid="true"]')
    await wrong.waitFor()
    const ids = (await wrong.getAttribute('aria-describedby'))?.split(' ') ?? []
    const message = await tab.page.locator(`[id="${ids.at(-1) ?? ''}"]`).textContent()
    return {
      field: await wrong.getAttribute('name'),
      message,
      hasFocus: await wrong.evaluate((field) => field === document.activeElement),
    }
  }

  test('the daemon’s sentence about a parameter stands at its field', async () => {
    const daemon = await startDaemon()
    const body = { type: 'checksum', parameters: { path: 'relative/file' } }
    const { detail } = (await overTcp(daemon).post('/api/v1/tasks', body)).problem
    expect(await messageAt(daemon, 'checksum', { File: 'relative/file' })).toEqual({
      field: 'path',
      message: detail,
      hasFocus: true,
    })
  })

  test('the daemon’s sentence about the title stands at the title', async () => {
    const daemon = await startDaemon()
    const title = 'x'.repeat(201)
    const { detail } = (await overTcp(daemon).post('/api/v1/tasks', { type: 'noop', title }))
      .problem
    expect(await messageAt(daemon, 'noop', { Title: title })).toEqual({
      field: 'title',
      message: detail,
      hasFocus: true,
    })
  })

  test('a required field left empty says so before anything is sent', async () => {
    const daemon = await startDaemon()
    expect(await messageAt(daemon, 'checksum', {})).toEqual({
      field: 'path',
      message: 'Fill this in.',
      hasFocus: true,
    })
    expect(await overTcp(daemon).tasks()).toEqual([])
  })

  test('a number that is out of its range says which there may be', async () => {
    const daemon = await startDaemon()
    expect(await messageAt(daemon, 'demo', { Steps: '1001' })).toEqual({
      field: 'steps',
      message: 'Type 1000 or less.',
      hasFocus: true,
    })
  })

  test('the page of a task that failed shows the sentence of its error', async () => {
    const daemon = await startDaemon()
    const rest = overTcp(daemon)
    const { id } = await rest.add('checksum', { path: '/nonexistent/file' })
    const { error } = await rest.whenEnded(id)
    const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
    await tab.whenState('Failed')
    expect((await tab.page.getByTestId('task-error').textContent())?.trim()).toBe(error)
  })

  test('a task that there is not is said not to be there', async () => {
    const daemon = await startDaemon()
    const tab = await openTab(daemon, `${daemon.origin}/tasks/77#token=${daemon.token}`)
    tab.allow(/status of 404/)
    await tab.page.getByRole('heading', { name: 'There is no task 77' }).waitFor()
    expect(await tab.page.title()).toContain('Not found')
  })
})
