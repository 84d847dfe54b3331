// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Daemon } from './support/daemon.ts'
import { NEXT_HEADWAYD, startDaemon } from './support/daemon.ts'
import { connectHub, joinLog, readLog, watchTask } from './support/hub.ts'
import { kill } from './support/processes.ts'
import type { Rest } from './support/rest.ts'
import { overSocket } from './support/rest.ts'
import { TEST_TYPES } from './support/task-types.ts'
import { until } from './support/wait.ts'

const RUNNING = 8

/** Prints a part, waits for a file, prints the rest, and ends with a code. */
function talker(daemon: Daemon, number: number): string[] {
  const script = [
    `seq -f "${number} early %.0f" 1 3000`,
    'for i in $(seq 3000); do [ -e "$0" ] && break; sleep 0.02; done',
    `seq -f "${number} late %.0f" 1 3000`,
    `exit ${number}`,
  ].join('; ')
  return ['/bin/sh', '-c', script, join(daemon.folder, 'go')]
}

function wordsOf(number: number, part: string): string {
  return Array.from({ length: 3000 }, (_, i) => `${number} ${part} ${i + 1}\n`).join('')
}

async function outputOf(rest: Rest, id: number): Promise<string> {
  return (await rest.output(id)).toString()
}

async function startTalkers(daemon: Daemon, rest: Rest): Promise<number[]> {
  const ids: number[] = []
  for (let i = 0; i < RUNNING; i++) {
    ids.push((await rest.add('command', { argv: talker(daemon, i) })).id)
  }
  for (const [i, id] of ids.entries()) {
    const early = wordsOf(i, 'early').length
    await until(`task ${id} has printed`, async () => (await outputOf(rest, id)).length === early)
  }
  return ids
}

/** Who wanted the last thing that happened to a task: no door tells, but it is written down. */
function lastActorOf(daemon: Daemon, id: number): string {
  const sql = `SELECT actor FROM events WHERE task = ${id} ORDER BY seq DESC LIMIT 1`
  const database = join(daemon.stateFolder, 'headway.db')
  return execFileSync('sqlite3', ['-readonly', database, sql], { encoding: 'utf8' }).trim()
}

const ENDS: [name: string, end: (daemon: Daemon) => Promise<unknown>][] = [
  ['kill -9', (daemon) => daemon.crash()],
  ['SIGTERM', (daemon) => daemon.stop()],
]

describe.each(ENDS)('after %s of the daemon', (_name, end) => {
  test(`${RUNNING} running tasks go on, with all of their output and their exit codes`, async () => {
    const daemon = await startDaemon({ maxParallel: RUNNING })
    const first = overSocket(daemon)
    const ids = await startTalkers(daemon, first)
    const shims = daemon.shims.sort()
    expect(shims).toHaveLength(RUNNING)
    first.close()

    await end(daemon)
    expect(daemon.shims.sort()).toEqual(shims)
    await daemon.start()
    const rest = overSocket(daemon)
    for (const task of await rest.tasks()) {
      expect(task).toMatchObject({ state: 'Processing', attempt: 1 })
    }
    writeFileSync(join(daemon.folder, 'go'), '')

    for (const [i, id] of ids.entries()) {
      const whole = wordsOf(i, 'early') + wordsOf(i, 'late')
      expect(await rest.whenEnded(id)).toMatchObject({
        state: i === 0 ? 'Completed' : 'Failed',
        result: i === 0 ? 'success' : 'exit-code',
        exitCode: i,
        attempt: 1,
        outputSize: whole.length,
      })
      expect((await outputOf(rest, id)) === whole, `output of task ${id}`).toBe(true)
      const story = watchTask(await connectHub(daemon), id)
      await story.whole()
      expect(story.lines.map(([, , , state]) => state)).toEqual([
        'Pending',
        'Processing',
        i === 0 ? 'Completed' : 'Failed',
      ])
    }
    await until('no shim is left', () => daemon.shims.length === 0)
  })

  test('a task that ends while nobody is there has ended for the next', async () => {
    const daemon = await startDaemon({ maxParallel: RUNNING })
    const first = overSocket(daemon)
    const ids = await startTalkers(daemon, first)
    first.close()
    await end(daemon)
    writeFileSync(join(daemon.folder, 'go'), '')
    await until('they have ended', () => daemon.shims.length === 0)

    await daemon.start()
    const rest = overSocket(daemon)
    for (const [i, id] of ids.entries()) {
      expect(await rest.whenEnded(id)).toMatchObject({ exitCode: i, attempt: 1 })
      expect((await outputOf(rest, id)) === wordsOf(i, 'early') + wordsOf(i, 'late')).toBe(true)
    }
  })
})

describe('a task that outlived the daemon', () => {
  test('prints live for whoever asks', async () => {
    const daemon = await startDaemon()
    const first = overSocket(daemon)
    const argv = talker(daemon, 1)
    const { id } = await first.add('command', { argv })
    await until('it has begun', async () => (await outputOf(first, id)).length > 0)
    first.close()
    await daemon.crash()
    await daemon.start()

    const rest = overSocket(daemon)
    const early = wordsOf(1, 'early')
    await until('it has printed', async () => (await outputOf(rest, id)).length === early.length)
    const log = readLog(await connectHub(daemon), id, 1, early.length)
    expect(log.items).toEqual([])
    writeFileSync(join(daemon.folder, 'go'), '')
    const late = joinLog(await log.whole(), early.length)
    expect(late.toString()).toBe(wordsOf(1, 'late'))
    await rest.whenEnded(id)
  })

  test('that was being canceled still is, and ends canceled', async () => {
    const daemon = await startDaemon()
    const first = overSocket(daemon)
    const script = 'trap "" TERM; echo ready; while [ $((n+=1)) -lt 300 ]; do sleep 1; done'
    const { id } = await first.add('command', { argv: ['/bin/sh', '-c', script] })
    await until('it is ready', async () => (await outputOf(first, id)) === 'ready\n')
    await first.cancel(id)
    await first.when(id, 'is being stopped', ({ activity }) => activity === 'stopping')
    first.close()
    await daemon.crash()
    await daemon.start()

    const rest = overSocket(daemon)
    await rest.when(id, 'is still being stopped', ({ activity }) => activity === 'stopping')
    expect(await rest.whenEnded(id)).toMatchObject({ result: 'canceled', signal: 'SIGKILL' })
    expect(daemon.programs).toEqual([])
  })

  test('that was canceled in the last moment ends canceled by who asked', async () => {
    const daemon = await startDaemon()
    const first = overSocket(daemon)
    const { id } = await first.add('command', { argv: ['/bin/sleep', '3600'] })
    await first.whenRunning(id)
    await until('it runs', () => daemon.programs.length === 1)
    await first.cancel(id)
    await daemon.crash()
    first.close()
    await daemon.start()

    const rest = overSocket(daemon)
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Failed', result: 'canceled' })
    expect(lastActorOf(daemon, id)).toBe(`uid:${process.getuid?.() ?? ''}`)
    expect(daemon.programs).toEqual([])
  })

  test('was canceled while the next one looked for it, and still is for the one after', async () => {
    const daemon = await startDaemon()
    const first = overSocket(daemon)
    const { id } = await first.add('command', { argv: ['/bin/sleep', '3600'] })
    await first.whenRunning(id)
    await until('it runs', () => daemon.programs.length === 1)
    first.close()
    await daemon.crash()
    for (const pid of daemon.shims) kill(pid, 'SIGSTOP')
    await daemon.start()
    const second = overSocket(daemon)
    expect((await second.cancel(id)).status).toBe(202)
    await daemon.crash()
    second.close()
    for (const pid of daemon.shims) kill(pid, 'SIGCONT')
    await daemon.start()

    const rest = overSocket(daemon)
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Failed', result: 'canceled' })
    expect(lastActorOf(daemon, id)).toBe(`uid:${process.getuid?.() ?? ''}`)
    expect(daemon.programs).toEqual([])
  })

  test('goes on under a daemon of a later release, which controls it', async () => {
    const daemon = await startDaemon({ maxParallel: RUNNING })
    const first = overSocket(daemon)
    const [paused = 0, canceled = 0, ...others] = await startTalkers(daemon, first)
    const shims = daemon.shims.sort()
    first.close()
    await daemon.stop()
    daemon.program = NEXT_HEADWAYD
    await daemon.start()

    const rest = overSocket(daemon)
    expect(daemon.shims.sort()).toEqual(shims)
    for (const task of await rest.tasks()) {
      expect(task).toMatchObject({ state: 'Processing', attempt: 1 })
    }
    expect((await rest.post(`/api/v1/tasks/${paused}/pause`)).status).toBe(202)
    await rest.when(paused, 'is paused', ({ activity }) => activity === 'paused')
    await rest.cancel(canceled)
    expect(await rest.whenEnded(canceled)).toMatchObject({ result: 'canceled', attempt: 1 })
    writeFileSync(join(daemon.folder, 'go'), '')
    for (const id of others) expect(await rest.whenEnded(id)).toMatchObject({ attempt: 1 })

    expect(await rest.task(paused)).toMatchObject({ state: 'Processing', activity: 'paused' })
    expect(await outputOf(rest, paused)).toBe(wordsOf(0, 'early'))
    expect((await rest.post(`/api/v1/tasks/${paused}/resume`)).status).toBe(202)
    expect(await rest.whenEnded(paused)).toMatchObject({ state: 'Completed', attempt: 1 })
    expect(await outputOf(rest, paused)).toBe(wordsOf(0, 'early') + wordsOf(0, 'late'))
  })

  test('whose shim died is lost, and nothing of it is left', async () => {
    const daemon = await startDaemon({ taskTypes: TEST_TYPES })
    const first = overSocket(daemon)
    const { id } = await first.add('hold-requeue', { file: join(daemon.folder, 'runs') })
    await first.whenRunning(id)
    await until('it runs', () => daemon.programs.length === 1)
    first.close()
    await daemon.crash()
    for (const pid of daemon.shims) kill(pid)
    await daemon.start()

    const rest = overSocket(daemon)
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Failed', result: 'lost', attempt: 1 })
    expect(daemon.programs).toEqual([])
  })

  test('leaves no socket behind', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id } = await rest.add('command', { argv: ['/bin/echo', 'x'] })
    await rest.whenEnded(id)
    await until('its shim is gone', () => daemon.shims.length === 0)
    expect(readdirSync(daemon.attemptFolder(id)).sort()).toEqual([
      'end',
      'files',
      'index-0',
      'output-0',
      'start',
    ])
  })
})
