// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { kill } from '../support/processes.ts'
import type { Rest } from '../support/rest.ts'
import { overSocket } from '../support/rest.ts'
import { report, scaled } from '../support/scale.ts'
import { until } from '../support/wait.ts'

const MIB = 1024 * 1024
/** What a task's output may be on disk unless its type says otherwise, and what one file of it has. */
const LIMIT = 64 * MIB
const SEGMENT = 4 * MIB
/** How much memory more a daemon may have after work than before: less than any such output. */
const ROOM = 48 * MIB

/** Prints so many blocks of a MiB, each full of its number, and notes after each how many there were. */
const BLOCKS = `
my ($blocks, $file) = @ARGV;
$| = 1;
for my $i (0 .. $blocks - 1) {
  print sprintf("%015d\\n", $i) x 65536;
  open my $note, ">", $file or die; print $note $i + 1; close $note;
}`

/** A task type that says nothing of its output, and so has the usual limit. */
const PRINT = `[Task]
title=Print

[Command]
argv=/usr/bin/perl;{script};{blocks};{file}

[Parameter script]
type=path
required=true

[Parameter blocks]
type=integer
required=true

[Parameter file]
type=path
required=true
`

function blocksOf(from: number, to: number): Buffer {
  const first = Math.floor(from / MIB)
  const parts: Buffer[] = []
  for (let i = first; i * MIB < to; i++) {
    parts.push(Buffer.alloc(MIB, `${String(i).padStart(15, '0')}\n`))
  }
  return Buffer.concat(parts).subarray(from - first * MIB, to - first * MIB)
}

/** User memory of a process in bytes; none if it has ended. */
function memoryOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) * 1024
  } catch {
    return 0
  }
}

/** How much is in a folder whose files may be packed at this moment. */
function sizeOf(folder: string): number {
  return readdirSync(folder)
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((a, b) => a + b, 0)
}

interface Reading {
  /** What was left out, from one offset to another. */
  skips: [from: number, to: number][]
  end: number
}

/** Reads all that an attempt printed, piece by piece. */
async function read(
  rest: Rest,
  id: number,
  onData: (offset: number, data: Buffer) => void,
): Promise<Reading> {
  const skips: [number, number][] = []
  for (let offset = 0; ;) {
    const answer = await rest.get(`/api/v1/tasks/${id}/log?offset=${offset}`)
    expect(answer.status).toBe(200)
    const next = Number(answer.headers['headway-next-offset'])
    const skip = /^(\d+)-(\d+)$/.exec(String(answer.headers['headway-skip']))
    if (skip !== null) skips.push([Number(skip[1]), Number(skip[2])])
    else if (answer.body.length === 0) return { skips, end: offset }
    else onData(offset, answer.body)
    offset = next
  }
}

function printed(daemon: Daemon): number {
  try {
    return Number(readFileSync(join(daemon.folder, 'blocks'), 'utf8'))
  } catch {
    return 0
  }
}

/** Waits until the program prints no more, for a while. */
async function whenBlocked(daemon: Daemon): Promise<number> {
  for (let before = -1; ;) {
    const now = printed(daemon)
    if (now > 0 && now === before) return now
    before = now
    await pause(500)
  }
}

test(
  'a program that prints without end costs neither disk nor memory, and the rest is whole',
  async () => {
    const size = scaled(10 * 1024, 192) * MIB
    const daemon = await startDaemon({ taskTypes: { print: PRINT } })
    const rest = overSocket(daemon)
    const before = memoryOf(daemon.pid)
    const [script, file] = [join(daemon.folder, 'print.pl'), join(daemon.folder, 'blocks')]
    writeFileSync(script, BLOCKS)
    const began = performance.now()
    const { id } = await rest.add('print', { script, blocks: size / MIB, file })
    await until('its shim is there', () => daemon.shims.length === 1)
    const [shim = -1] = daemon.shims
    let most = 0
    const task = await until(
      'it has ended',
      async () => {
        // It may end between two looks, and its shim with it.
        if (daemon.shims.includes(shim)) most = Math.max(most, memoryOf(shim))
        const now = await rest.task(id)
        return now.endedAt !== null && now
      },
      scaled(600_000, 60_000),
    )
    const seconds = (performance.now() - began) / 1000
    expect(task).toMatchObject({ state: 'Completed', outputSize: size })

    const folder = daemon.attemptFolder(id)
    expect(sizeOf(folder)).toBeLessThan(LIMIT + 2 * SEGMENT)
    const { skips, end } = await read(rest, id, (offset, data) => {
      expect(data.equals(blocksOf(offset, offset + data.length)), `from ${offset}`).toBe(true)
    })
    expect(end).toBe(size)
    expect(skips).toHaveLength(1)
    const [[from, to] = [0, 0]] = skips
    expect(from).toBe(LIMIT / 2)
    expect(size - to).toBeGreaterThanOrEqual(LIMIT / 2 - SEGMENT)

    const after = memoryOf(daemon.pid)
    report(
      'a program that prints',
      `${size / MIB} MiB in ${seconds.toFixed(1)} s; memory of its shim up to ${(most / 1024).toFixed()} KiB, ` +
        `of the daemon ${(before / MIB).toFixed(1)} MiB before and ${(after / MIB).toFixed(1)} MiB after`,
    )
    expect(most).toBeLessThan(MIB)
    expect(after).toBeLessThan(before + ROOM)
  },
  scaled(15, 2) * 60_000,
)

test(
  'a line without end costs nobody anything',
  async () => {
    const size = scaled(1024, 48) * MIB
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const before = memoryOf(daemon.pid)
    const script = `$| = 1; print "x" x ${MIB} for 1 .. ${size / MIB}`
    const { id } = await rest.add('command', { argv: ['/usr/bin/perl', '-e', script] })
    expect(await rest.whenEnded(id, scaled(300_000, 60_000))).toMatchObject({
      state: 'Completed',
      outputSize: size,
    })

    const { end } = await read(rest, id, (_offset, data) => {
      expect(data.equals(Buffer.alloc(data.length, 'x'))).toBe(true)
    })
    expect(end).toBe(size)
    const lines = await rest.get(`/api/v1/tasks/${id}/log?line=1&lines=10`)
    expect(lines.status).toBe(200)
    expect(lines.body.length).toBeLessThanOrEqual(MIB)
    expect(memoryOf(daemon.pid)).toBeLessThan(before + ROOM)
  },
  scaled(10, 2) * 60_000,
)

/** Has what a shim writes refused beyond a size, as by a full disk. */
function limitFiles(pid: number, limit: number | 'unlimited') {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:`])
}

const HOLDS: [what: string, hold: (shim: number) => void, release: (shim: number) => void][] = [
  [
    'what it prints finds no room on the disk',
    (shim) => {
      limitFiles(shim, 3 * MIB)
    },
    (shim) => {
      limitFiles(shim, 'unlimited')
    },
  ],
  [
    'its shim is stopped',
    (shim) => {
      kill(shim, 'SIGSTOP')
    },
    (shim) => {
      kill(shim, 'SIGCONT')
    },
  ],
]

test.each(HOLDS)(
  'a program waits while %s, the daemon does not, and nothing is lost',
  async (_what, hold, release) => {
    const blocks = 24
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const gate = join(daemon.folder, 'go')
    const script = `select undef, undef, undef, 0.01 until -e $ARGV[2];${BLOCKS}`
    const argv = [
      '/usr/bin/perl',
      '-e',
      script,
      String(blocks),
      join(daemon.folder, 'blocks'),
      gate,
    ]
    const { id } = await rest.add('command', { argv })
    await until('it runs', () => daemon.programs.length === 1)
    const [shim = -1] = daemon.shims
    const before = memoryOf(daemon.pid)

    hold(shim)
    execFileSync('touch', [gate])
    // A pipe holds less than a block.
    const stuck = await Promise.race([whenBlocked(daemon), pause(3_000, 0)])
    expect(stuck).toBeLessThan(blocks)
    for (let i = 0; i < 50; i++) await rest.whenEnded((await rest.add('noop')).id)
    expect(await rest.task(id)).toMatchObject({ state: 'Processing' })
    expect(printed(daemon)).toBe(stuck)
    expect(memoryOf(daemon.pid)).toBeLessThan(before + ROOM)

    release(shim)
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Completed', outputSize: blocks * MIB })
    expect((await rest.output(id)).equals(blocksOf(0, blocks * MIB))).toBe(true)
  },
)
