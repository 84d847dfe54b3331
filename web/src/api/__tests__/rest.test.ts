// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it, vi } from 'vitest'
import { makeTask } from '@/testing/samples'
import { MalformedError } from '../json'
import { ApiError, UnreachableError } from '../problem'
import { createRest } from '../rest'

function setUp(answer: Response | Error) {
  const fetch = vi.fn<typeof globalThis.fetch>(() =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer),
  )
  const renew = vi.fn(() => Promise.resolve(false))
  const key = { get: vi.fn(() => 'half'), set: vi.fn() }
  return { rest: createRest({ fetch, key, renew }), fetch, key, renew }
}

function json(value: unknown, status = 200) {
  return new Response(JSON.stringify(value), { status })
}

const PROBLEM = {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  error: 'invalid-parameter',
  detail: '“path” must be an absolute path: begin it with “/”.',
  field: '/parameters/path',
}

describe('the REST client', () => {
  it('sends a task as JSON and gives back the task as it is now', async () => {
    const { rest, fetch } = setUp(json(makeTask(), 202))
    const order = { type: 'checksum', parameters: { path: '/srv/big.bin' } }

    expect(await rest.addTask(order)).toEqual(makeTask())
    expect(fetch).toHaveBeenCalledWith(
      '/api/v1/tasks',
      expect.objectContaining({ method: 'POST', body: JSON.stringify(order) }),
    )
  })

  it('keeps its half of the session, and sends it with everything', async () => {
    const { rest, fetch, key } = setUp(json({ key: 'other' }))

    await rest.openSession('token')
    expect(key.set).toHaveBeenCalledWith('other')
    const headers = new Headers(fetch.mock.calls[0]?.[1]?.headers)
    expect(headers.get('Authorization')).toBe('Bearer half')
    expect(rest.fileUrl(7, 1, 'a b/é?.txt')).toBe(
      '/api/v1/tasks/7/files/a%20b%2F%C3%A9%3F.txt?attempt=1&key=half',
    )
  })

  it('gives the sentence and the field of a refusal', async () => {
    const { rest } = setUp(json(PROBLEM, 400))

    const refusal = await rest
      .addTask({ type: 'checksum', parameters: {} })
      .catch((e: unknown) => e)

    expect(refusal).toBeInstanceOf(ApiError)
    expect(refusal).toMatchObject({
      status: 400,
      word: 'invalid-parameter',
      message: PROBLEM.detail,
      field: '/parameters/path',
    })
  })

  it.each(['<html>', '[]', '{"detail": 3}', ''])(
    'knows a refusal that explains nothing: %s',
    async (body) => {
      const { rest } = setUp(new Response(body, { status: 502 }))

      await expect(rest.getTask(7)).rejects.toMatchObject({ status: 502, word: 'failed' })
    },
  )

  it('asks for words as they were typed, and for the next page of what has them', async () => {
    const { rest, fetch } = setUp(json({ epoch: 1, seq: 2, tasks: [], next: '3' }))

    const page = await rest.listTasks({ limit: 50, cursor: '9', text: 'a&b =c ' })

    expect(fetch).toHaveBeenCalledWith(
      '/api/v1/tasks?limit=50&cursor=9&q=a%26b+%3Dc+',
      expect.anything(),
    )
    expect(page).toEqual({ epoch: 1, seq: 2, tasks: [], next: '3' })
  })

  it('removes a task', async () => {
    const { rest, fetch } = setUp(new Response(null, { status: 204 }))

    await rest.removeTask(7)

    expect(fetch).toHaveBeenCalledWith(
      '/api/v1/tasks/7',
      expect.objectContaining({ method: 'DELETE' }),
    )
  })

  it('reads what the daemon says of itself', async () => {
    const about = { version: '1', keepDays: 30, keepTasks: 0, counts: { added: 7, pending: 1 } }
    const { rest } = setUp(json(about))

    expect(await rest.getAbout()).toEqual({ keepDays: 30, keepTasks: 0, added: 7 })
  })

  it('tells a daemon that is not there from one that refuses', async () => {
    const { rest } = setUp(new TypeError('Failed to fetch'))

    await expect(rest.getTask(7)).rejects.toBeInstanceOf(UnreachableError)
  })

  it('notices that the session is over', async () => {
    const { rest, renew } = setUp(json({ error: 'unauthorized' }, 401))

    await expect(rest.getTask(7)).rejects.toMatchObject({ status: 401 })
    expect(renew).toHaveBeenCalledOnce()
  })

  it('asks again when the session could be renewed', async () => {
    const { rest, fetch, renew } = setUp(json(makeTask()))
    fetch.mockResolvedValueOnce(json({ error: 'unauthorized' }, 401))
    renew.mockResolvedValue(true)

    expect(await rest.getTask(7)).toEqual(makeTask())
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('asks only once more', async () => {
    const { rest, fetch, renew } = setUp(json({ error: 'unauthorized' }, 401))
    renew.mockResolvedValue(true)

    await expect(rest.getTask(7)).rejects.toMatchObject({ status: 401 })
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('asks for the next page by the cursor of the last', async () => {
    const { rest, fetch } = setUp(json({ epoch: 1, seq: 2, tasks: [], next: null }))

    await rest.listTasks({ limit: 50, cursor: 'a&b' })

    expect(fetch.mock.calls[0]?.[0]).toBe('/api/v1/tasks?limit=50&cursor=a%26b')
  })

  it.each([null, [], { ...makeTask(), id: '7' }, { ...makeTask(), state: 'Asleep' }, { id: 7 }])(
    'does not take for a task what is none: %j',
    async (value) => {
      const { rest } = setUp(json(value))

      await expect(rest.getTask(7)).rejects.toBeInstanceOf(MalformedError)
    },
  )

  it('reads an output from where the header says', async () => {
    const headers = { 'Headway-Next-Offset': '12' }
    const { rest } = setUp(new Response('output', { headers }))

    expect(await rest.getLog(7, 1, 6)).toMatchObject({ nextOffset: 12, isGap: false })
  })

  it('learns from a part of the output that it was not kept', async () => {
    const headers = { 'Headway-Next-Offset': '12', 'Headway-Skip': '6-12' }
    const { rest } = setUp(new Response('', { headers }))

    expect(await rest.getLog(7, 1, 6)).toMatchObject({ nextOffset: 12, isGap: true })
  })

  it('reads what a task type asks for', async () => {
    const schema = {
      type: 'object',
      properties: {
        path: { type: 'string', format: 'path', title: 'File' },
        level: { type: 'integer', minimum: 1, maximum: 9, default: 6 },
        method: { type: 'string', enum: ['gzip', 'xz'] },
        argv: { type: 'array' },
      },
      required: ['path'],
    }
    const { rest } = setUp(
      json({ taskTypes: [{ name: 'pack', title: 'Pack', localOnly: true, schema }] }),
    )

    const [type] = await rest.listTaskTypes()

    expect(type).toMatchObject({ name: 'pack', isLocalOnly: true })
    expect(type?.parameters).toMatchObject([
      { name: 'path', kind: 'text', title: 'File', isRequired: true, isPath: true },
      { name: 'level', kind: 'number', isWhole: true, minimum: 1, maximum: 9, otherwise: 6 },
      { name: 'method', kind: 'choice', choices: ['gzip', 'xz'], isRequired: false },
      { name: 'argv', kind: 'other' },
    ])
  })
})
