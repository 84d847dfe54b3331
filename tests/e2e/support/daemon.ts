// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { kill, markedOf, shimsOf, socketsOf } from './processes.ts'
import { until, within } from './wait.ts'

export const HEADWAYD =
  process.env['HEADWAYD'] ??
  fileURLToPath(new URL('../../../_build/src/daemon/headwayd', import.meta.url))

/** The daemon of a later release, which speaks the next version of the protocol with shims. */
export const NEXT_HEADWAYD = join(dirname(HEADWAYD), '../../tests/e2e/headwayd-next')

/** The daemon with sanitizers, which ./check builds beside the other. */
export const SANITIZED_HEADWAYD = fileURLToPath(
  new URL('../../../_build-sanitize/src/daemon/headwayd', import.meta.url),
)

/** What these sanitizers are told: leaks of libraries are theirs. */
export const SANITIZER_VARIABLES = {
  ASAN_OPTIONS: 'detect_leaks=1:fast_unwind_on_malloc=0',
  LSAN_OPTIONS: `print_suppressions=0:suppressions=${fileURLToPath(new URL('../../lsan-suppressions', import.meta.url))}`,
  UBSAN_OPTIONS: 'print_stacktrace=1',
  G_SLICE: 'always-malloc',
}

/** Makes a disk slow: what is written is safe only some ms later. */
const SLOW_DISK = join(dirname(HEADWAYD), '../../tests/e2e/slow-disk.so')

const READY = /^Headway is ready at (http:\/\/127\.0\.0\.1:(\d+)\/)\n$/

/** What a daemon without faults does not write; a sanitizer's words included. */
const COMPLAINT = /\b(?:WARNING|CRITICAL|ERROR)\b|runtime error:|Sanitizer/

/** How long a daemon may take to start or to end before it counts as hanging, in ms. */
const PATIENCE = 20_000

export interface DaemonOptions {
  maxParallel?: number
  /** Files for its folder of task types: name → text. */
  taskTypes?: Readonly<Record<string, string>>
  port?: number
  /** The address of a session bus; it has none if nobody says. */
  bus?: string
  /** What is started in place of the daemon as it is built. */
  program?: string
  /** More lines of its headway.conf. */
  settings?: readonly string[]
  /** More variables of its environment. */
  variables?: Readonly<Record<string, string>>
}

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  /** From the signal to the end, in ms. */
  took: number
}

interface Run {
  child: ChildProcess
  stdout: string
  stderr: string
}

/** A program that ends when this one does, however that ends. */
function spawnBound(
  arguments_: readonly string[],
  home: string,
  more: Readonly<Record<string, string>> = {},
  program = HEADWAYD,
): Run {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...arguments_], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      LC_ALL: 'C.UTF-8',
      HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      G_DEBUG: 'fatal-criticals',
      ...(process.env['ASAN_OPTIONS'] && { ASAN_OPTIONS: process.env['ASAN_OPTIONS'] }),
      ...(process.env['UBSAN_OPTIONS'] && { UBSAN_OPTIONS: process.env['UBSAN_OPTIONS'] }),
      ...more,
    },
  })
  const run: Run = { child, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (run.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (run.stderr += text))
  return run
}

function isRunning({ child }: Run): boolean {
  return child.exitCode === null && child.signalCode === null
}

async function ended({ child }: Run): Promise<void> {
  // Its pipes are read to their ends by then.
  await within('the daemon ends', PATIENCE, once(child, 'close'))
}

/** Runs a daemon that is not expected to stay, and tells how it ended. */
export async function runToEnd(
  arguments_: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const home = mkdtempSync(join(tmpdir(), 'headway-e2e-'))
  const run = spawnBound(arguments_, home)
  try {
    await ended(run)
  } finally {
    run.child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
  return { code: run.child.exitCode, stdout: run.stdout, stderr: run.stderr }
}

/** A record that was changed, with the sum that its last line ends with (FNV-1a). */
function sealed(record: string): string {
  const said = record.replace(/ [0-9a-f]{8}\n$/, '')
  let sum = 2166136261
  for (const byte of Buffer.from(said)) sum = Math.imul(sum ^ byte, 16777619) >>> 0
  return `${said} ${sum.toString(16).padStart(8, '0')}\n`
}

/** A daemon with a folder of its own; it may end and start again on that folder. */
export class Daemon {
  /** For the files of a test; the daemon's own are below it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'headway-e2e-'))
  readonly stateFolder = join(this.folder, 'state')
  readonly socketPath = join(this.stateFolder, 'run', 'api.sock')
  readonly #options: DaemonOptions
  readonly #runs: Run[] = []
  readonly #expected: RegExp[] = []
  #port = 0
  /** Whether what it writes is safe only some ms later, from its next start on. */
  hasSlowDisk = false
  /** What is started the next time. */
  program: string

  constructor(options: DaemonOptions) {
    this.#options = options
    this.program = options.program ?? HEADWAYD
    const types = join(this.folder, 'task-types')
    mkdirSync(types)
    for (const [name, text] of Object.entries(options.taskTypes ?? {})) {
      writeFileSync(join(types, `${name}.task`), text)
    }
    const settings = [
      // A long test adds more tasks than are kept of a type by themselves.
      'keep-tasks=0',
      ...(options.maxParallel === undefined ? [] : [`max-parallel=${options.maxParallel}`]),
      ...(options.settings ?? []),
    ]
    writeFileSync(join(this.folder, 'headway.conf'), `[Daemon]\n${settings.join('\n')}\n`)
  }

  get #run(): Run {
    const run = this.#runs.at(-1)
    if (run === undefined) throw new Error('The daemon was not started')
    return run
  }

  get #variables(): Record<string, string> {
    const { bus } = this.#options
    return {
      ...this.#options.variables,
      ...(bus !== undefined && { DBUS_SESSION_BUS_ADDRESS: bus }),
      ...(this.hasSlowDisk && { LD_PRELOAD: SLOW_DISK }),
    }
  }

  get port(): number {
    return this.#port
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** What ./run prints: it lets its reader in. */
  get url(): string {
    return `${this.origin}/#token=${this.token}`
  }

  get token(): string {
    return readFileSync(join(this.stateFolder, 'token'), 'utf8').trim()
  }

  get pid(): number {
    return this.#run.child.pid ?? -1
  }

  get stdout(): string {
    return this.#run.stdout
  }

  get stderr(): string {
    return this.#run.stderr
  }

  get isRunning(): boolean {
    return isRunning(this.#run)
  }

  /** What it wrote that a daemon without faults does not. */
  get complaints(): string[] {
    return this.#runs
      .flatMap(({ stderr }) => stderr.split('\n'))
      .filter((line) => COMPLAINT.test(line) && !this.#expected.some((known) => known.test(line)))
  }

  /** The numbers of its database, and of those before it. */
  get #epochs(): string[] {
    try {
      return readdirSync(join(this.stateFolder, 'output'))
    } catch {
      return []
    }
  }

  /** The programs that run for its tasks. */
  get programs(): number[] {
    return [...markedOf(this.#epochs).keys()]
  }

  /** The attempts whose programs run, each as EPOCH/ID/ATTEMPT. */
  get running(): Set<string> {
    return new Set(markedOf(this.#epochs).values())
  }

  /** The processes that watch those programs. */
  get shims(): number[] {
    return [...this.watched.keys()]
  }

  /** With each of those processes, which attempt it watches: EPOCH/ID/ATTEMPT. */
  get watched(): Map<number, string> {
    return shimsOf(this.#epochs)
  }

  /** Where an attempt at a task leaves its files. */
  attemptFolder(id: number, attempt = 1): string {
    return join(this.stateFolder, 'output', this.#epochs[0] ?? '', String(id), String(attempt))
  }

  /** How many sockets it has open. */
  get socketCount(): number {
    return socketsOf(this.pid)
  }

  /** The arguments of this daemon, for another one on the same folder. */
  arguments(port: number): string[] {
    return [
      ...['--config', join(this.folder, 'headway.conf')],
      ...['--state-dir', this.stateFolder],
      ...['--task-types', join(this.folder, 'task-types')],
      ...['--http-port', String(port)],
    ]
  }

  /** A line in its log that the test provokes. */
  expectInLog(pattern: RegExp) {
    this.#expected.push(pattern)
  }

  async start(port = this.#options.port ?? 0) {
    const run = spawnBound(this.arguments(port), this.folder, this.#variables, this.program)
    this.#runs.push(run)
    await until(
      'the daemon is ready, or ended',
      () => run.stdout.includes('\n') || !isRunning(run),
      PATIENCE,
    )
    const found = READY.exec(run.stdout)
    if (found === null) throw new Error(`The daemon did not start:\n${run.stdout}${run.stderr}`)
    this.#port = Number(found[2])
  }

  /** Starts it and ends it so many ms later, ready or not. */
  async startInVain(life: number) {
    const run = spawnBound(this.arguments(0), this.folder, this.#variables, this.program)
    this.#runs.push(run)
    await pause(life)
    await this.crash()
  }

  /** Ends it at once; what it runs goes on. */
  async crash() {
    const run = this.#run
    run.child.kill('SIGKILL')
    await ended(run)
  }

  /** Ends it and all that it runs, as a power failure would, and lets the machine come up again. */
  async losePower() {
    await this.crash()
    this.#killAll()
    const output = join(this.stateFolder, 'output')
    for (const name of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
      if (basename(name) !== 'start') continue
      const path = join(output, name)
      const record = readFileSync(path, 'utf8')
      writeFileSync(path, sealed(record.replace(/^life .*$/m, 'life another-boot/1')))
    }
  }

  #killAll() {
    for (const pid of this.shims) kill(pid)
    for (const pid of this.programs) kill(pid)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    const run = this.#run
    const began = performance.now()
    run.child.kill(signal)
    const [code, by] = (await within('the daemon ends', PATIENCE, once(run.child, 'exit'))) as [
      number | null,
      NodeJS.Signals | null,
    ]
    const took = performance.now() - began
    if (run.child.stderr?.readableEnded === false) await ended(run)
    return { code, signal: by, took }
  }

  /** Has its program do something instead of being a daemon. */
  async errand(...options: string[]) {
    const { code, stderr } = await runToEnd(['--state-dir', this.stateFolder, ...options])
    if (code !== 0 || stderr !== '')
      throw new Error(`${options.join(' ')}: ${code ?? ''} ${stderr}`)
  }

  /** Ends all that is left, and throws if the daemon complained of anything. */
  async dispose() {
    let fault = ''
    try {
      if (this.#runs.length > 0 && this.isRunning) {
        const { code, signal } = await this.stop()
        if (code !== 0) fault = `The daemon ended with ${signal ?? code}`
      }
    } finally {
      for (const { child } of this.#runs) child.kill('SIGKILL')
      this.#killAll()
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
    }

    const { complaints } = this
    const chatter = this.#runs
      .map(({ stdout }) => stdout)
      .filter((text) => text !== '' && !READY.test(text))
    if (complaints.length > 0) fault = `The daemon complained:\n${complaints.join('\n')}`
    else if (chatter.length > 0) fault = `The daemon printed:\n${chatter.join('\n')}`
    if (fault !== '') {
      throw new Error(`${fault}\n── its log\n${this.#runs.map(({ stderr }) => stderr).join('')}`)
    }
  }
}

/** Starts a daemon for the test that runs now. */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const daemon = new Daemon(options)
  onTestFinished(() => daemon.dispose(), PATIENCE * 2)
  await daemon.start()
  return daemon
}
