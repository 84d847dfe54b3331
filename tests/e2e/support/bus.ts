// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { linesOf, run } from './programs.ts'
import { until } from './wait.ts'
import type { Line } from './words.ts'

const NAME = 'org.headway.Headway1'

/** What the signals of the bus are called everywhere else. */
const KINDS: Readonly<Record<string, string>> = {
  TaskAdded: 'added',
  TaskStateChanged: 'state',
  TaskMessage: 'message',
  TaskChanged: 'changed',
  TaskRemoved: 'removed',
}

/** A message as busctl writes it down. */
interface Message {
  type: string
  member?: string
  payload?: { data: readonly unknown[] }
}

function configuration(folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`
}

/** A session bus of the test's own; gives its address. */
export async function startBus(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'headway-bus-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const path = join(folder, 'bus.conf')
  writeFileSync(path, configuration(folder))
  const bus = run(['dbus-daemon', '--nofork', '--print-address=1', `--config-file=${path}`], {})
  bus.stderr.resume()
  const said = linesOf(bus.stdout)
  return until('the bus says where it is', () => said[0])
}

function runTool(command: readonly string[], address: string) {
  const [program = '', ...arguments_] = command
  return spawnSync(program, arguments_, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', DBUS_SESSION_BUS_ADDRESS: address },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 20_000,
  })
}

/** What a method of the queue gives, as busctl reads it; its arguments as busctl writes them. */
export function callBus(address: string, method: string, ...arguments_: string[]): unknown[] {
  const place = [NAME, '/org/headway/Headway1', `${NAME}.Queue`]
  const command = ['busctl', '--user', '--json=short', 'call', ...place, method, ...arguments_]
  const { status, stdout, stderr } = runTool(command, address)
  if (status !== 0) throw new Error(`${method}: ${stderr}`)
  return (JSON.parse(stdout) as { data: unknown[] }).data
}

/** Why a method of the queue fails: “NAME: SENTENCE”; its arguments as gdbus writes them. */
export function refusalOfBus(address: string, method: string, ...arguments_: string[]): string {
  const place = ['--dest', NAME, '--object-path', '/org/headway/Headway1']
  const command = ['gdbus', 'call', '--session', ...place, '--method', `${NAME}.Queue.${method}`]
  const { stderr } = runTool([...command, ...arguments_], address)
  return stderr.trim().replace(`Error: GDBus.Error:${NAME}.Error.`, '')
}

/** What the daemon tells everybody on the bus, as `busctl` sees it. */
export class BusWatcher {
  readonly #said: string[]

  private constructor(said: string[]) {
    this.#said = said
  }

  static async start(address: string): Promise<BusWatcher> {
    const busctl = run(['busctl', '--user', 'monitor', '--json=short', NAME], {
      DBUS_SESSION_BUS_ADDRESS: address,
    })
    const said = linesOf(busctl.stdout)
    const notes = linesOf(busctl.stderr)
    await until('busctl listens', () => notes.some((note) => note.startsWith('Monitoring')))
    return new BusWatcher(said)
  }

  get #signals(): { member: string; data: readonly unknown[] }[] {
    return this.#said
      .map((line) => JSON.parse(line) as Message)
      .flatMap(({ type, member, payload }) =>
        type === 'signal' && member !== undefined && payload
          ? [{ member, data: payload.data }]
          : [],
      )
  }

  /** How many ranges of events were not told one by one. */
  get skips(): number {
    return this.#signals.filter(({ member }) => member === 'EventsSkipped').length
  }

  /** The transitions, a line each. */
  get lines(): Line[] {
    return this.#signals.flatMap(({ member, data }) => {
      const kind = KINDS[member]
      if (kind === undefined) return []
      const [, seq, task, fourth] = data as [number, number, number, unknown]
      const isWord = kind === 'state'
      const added = fourth as { state?: { data: string } }
      const state = isWord ? (fourth as string) : kind === 'added' ? added.state?.data : ''
      return [[seq, task, kind, state ?? ''] as const]
    })
  }
}
