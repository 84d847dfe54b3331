// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeHub } from '@/testing/fake-hub'
import { HubLink } from '../hub-link'
import { fetchOutput, readOutput } from '../output'

const BYTES = new TextEncoder().encode('Größe: 3 €\n')

function part(from: number, to: number) {
  const data = btoa(String.fromCharCode(...BYTES.subarray(from, to)))
  return { offset: from, data }
}

async function setUp() {
  const hub = new FakeHub()
  const link = new HubLink({ connection: hub, onFailure: vi.fn() })
  const told: string[] = []
  const listener = {
    onText: (text: string) => told.push(text),
    onHole: (bytes: number) => told.push(`[${bytes} missing]`),
    onEnd: vi.fn(),
    onError: vi.fn(),
  }
  link.open()
  await vi.advanceTimersByTimeAsync(0)
  readOutput(link, 7, 1, listener)
  return { hub, listener, told: () => told.join('') }
}

describe('the output of a task', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  it('keeps a character that is cut in two', async () => {
    const { hub, told } = await setUp()

    for (let i = 0; i < BYTES.length; i++) hub.last.send(part(i, i + 1))

    expect(told()).toBe('Größe: 3 €\n')
  })

  it('goes on at the byte where the connection broke, in the middle of a character too', async () => {
    const { hub, told } = await setUp()
    hub.last.send(part(0, 3))
    hub.break()
    await vi.advanceTimersByTimeAsync(10_000)

    expect(hub.last).toMatchObject({ method: 'ReadLog', args: [7, 1, 3] })
    hub.last.send(part(3, BYTES.length))
    expect(told()).toBe('Größe: 3 €\n')
  })

  it('tells each byte once when the daemon begins too early', async () => {
    const { hub, told } = await setUp()
    hub.last.send(part(0, 6))

    hub.last.send(part(0, 4))
    hub.last.send(part(2, BYTES.length))

    expect(told()).toBe('Größe: 3 €\n')
  })

  it('says where something is missing', async () => {
    const { hub, told } = await setUp()
    hub.last.send(part(0, 2))

    hub.last.send({ skip: { from: 2, to: 9 } })
    hub.last.send(part(9, BYTES.length))

    expect(told()).toBe('Gr[7 missing]3 €\n')
  })

  it('ends when the attempt has ended', async () => {
    const { hub, listener } = await setUp()

    hub.last.end()

    expect(listener.onEnd).toHaveBeenCalledOnce()
  })

  it('reads all parts for a file', async () => {
    const getLog = vi.fn((_id: number, _attempt: number, offset: number) => {
      const nextOffset = Math.min(BYTES.length, offset + 5)
      return Promise.resolve({ bytes: BYTES.slice(offset, nextOffset), nextOffset, isGap: false })
    })

    const file = await fetchOutput({ getLog }, 7, 1, () => '')

    expect(await file.text()).toBe('Größe: 3 €\n')
  })

  it('has a line in the file where something is missing', async () => {
    const none = new Uint8Array()
    const parts = new Map([
      [0, { bytes: BYTES.slice(0, 2), nextOffset: 2, isGap: false }],
      [2, { bytes: none, nextOffset: 9, isGap: true }],
      [9, { bytes: BYTES.slice(9), nextOffset: BYTES.length, isGap: false }],
      [BYTES.length, { bytes: none, nextOffset: 99, isGap: true }],
    ])
    const getLog = vi.fn((_id: number, _attempt: number, offset: number) =>
      Promise.resolve(parts.get(offset) ?? { bytes: none, nextOffset: offset, isGap: false }),
    )

    const file = await fetchOutput({ getLog }, 7, 1, (bytes) => `${bytes} missing`)

    expect(await file.text()).toBe(`Gr\n[7 missing]\n3 €\n[${99 - BYTES.length} missing]\n`)
  })
})
