// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { createHash, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { startDaemon } from '../support/daemon.ts'
import { kill } from '../support/processes.ts'
import { Random } from '../support/random.ts'
import type { Rest } from '../support/rest.ts'
import { overSocket } from '../support/rest.ts'
import { histogram, quantile, report, scaled } from '../support/scale.ts'
import type { Accepted } from '../support/submitters.ts'
import { Submitters } from '../support/submitters.ts'
import { TEST_TYPES } from '../support/task-types.ts'
import { until } from '../support/wait.ts'
import type { Task, TaskPage } from '../support/words.ts'
import { hasEnded } from '../support/words.ts'

/** Another number of kills: HEADWAY_KILLS=NUMBER ./check --tier stress */
const KILLS = Number(process.env['HEADWAY_KILLS'] ?? scaled(2_000, 100))
/** The same kills again: HEADWAY_SEED=NUMBER ./check --tier stress */
const SEED = Number(process.env['HEADWAY_SEED'] ?? randomInt(2 ** 31))

/** How many tasks are accepted at least. */
const TASKS = KILLS * scaled(50, 10)

/** What a kill must meet to count: it proves little otherwise. */
const RUNNING = 8
const IN_FLIGHT = 16
/** How many more there may be that do not. */
const MOST_KILLS = KILLS * 1.5
/** More than that, so that it is met. */
const TALKERS = 14
const CLIENTS = 48

/** Every so many kills of the daemon, a shim is killed as well: by turns while the daemon watches,
 *  and together with it. */
const SHIM_KILL_EVERY = 4
/** Every so many kills, the daemon that comes next is killed while it starts. */
const VAIN_START_EVERY = 5

/** When a daemon is killed, in ms: after it was ready, and after all clients add tasks as fast as
 *  they are accepted. One that starts takes some 20 ms until it is ready. */
const LONGEST_LIFE = 150
const LONGEST_BURST = scaled(60, 20)
const LONGEST_START = 25

/** A program that notes that it ran, and prints for four seconds. In perl, whose pauses are no
 *  processes of their own. */
const LINES = 80
const TALK = `
use strict; use warnings;
my ($file, $lines, $width) = @ARGV;
my $mark = $ENV{HEADWAY_TASK};
open my $runs, ">>", $file or die; syswrite $runs, "$mark\\n"; close $runs;
$| = 1;
for my $i (1 .. $lines) { print "$mark line $i ", "x" x $width, "\\n"; select undef, undef, undef, 0.05 }
`
/** So long are its lines; one of sixteen prints more than a segment of output holds. */
const WIDTH = 100
const GREAT_WIDTH = 60_000
/** One that began so long ago goes on for long enough; one that was not seen to run for so long
 *  may never have been seen. In ms. */
const YOUNG = 2_000
const LATE = 10_000

function talkOf(mark: string, width: number): string {
  const tail = `${'x'.repeat(width)}\n`
  return Array.from({ length: LINES }, (_, i) => `${mark} line ${i + 1} ${tail}`).join('')
}

function digest(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function idOf(mark: string): number {
  return Number(mark.split('/')[1])
}

interface Kill {
  /** In ms after the daemon was ready. */
  moment: number
  /** The attempts that ran, but for one whose shim was killed. */
  running: string[]
  /** How many requests were sent and never answered. */
  inFlight: number
}

function counts({ running, inFlight }: Kill): boolean {
  return running.length >= RUNNING && inFlight >= IN_FLIGHT
}

/** What one run of the loop knows. */
class Loop {
  readonly daemon: Daemon
  readonly random = new Random(SEED)
  readonly runs: string
  /** When each program that talks was added, and when it was first seen to run, by its task. */
  readonly #talkers = new Map<number, number>()
  readonly #seen = new Map<number, number>()
  #added = 0

  readonly accepted: Accepted[] = []
  readonly unanswered: string[] = []
  /** Whose shims were killed. */
  readonly victims = new Set<string>()
  readonly kills: Kill[] = []
  /** How long it took until each task in progress had a process, or was decided about, in ms. */
  readonly decided: number[] = []

  constructor(daemon: Daemon) {
    this.daemon = daemon
    this.runs = join(daemon.folder, 'runs')
  }

  readonly #next = () => {
    const number = this.#added++
    return number % 16 === 0
      ? { type: 'count', title: `count ${number}`, parameters: { file: this.runs } }
      : { type: 'noop', title: `noop ${number}` }
  }

  async #addTalker(rest: Rest) {
    const title = `talk ${this.#added++}`
    const width = this.#talkers.size % 16 === 15 ? GREAT_WIDTH : WIDTH
    const argv = ['/usr/bin/perl', '-e', TALK, this.runs, String(LINES), String(width)]
    const { id } = await rest.add('command', { argv }, { title, priority: 1 })
    this.accepted.push({ id, title })
    this.#talkers.set(id, performance.now())
  }

  /** Sees to it that enough programs run that go on for a while. */
  async #keepBusy(rest: Rest) {
    const isYoung = (id: number) => performance.now() - (this.#seen.get(id) ?? 0) < YOUNG
    const isAwaited = ([id, at]: [number, number]) =>
      !this.#seen.has(id) && performance.now() - at < LATE
    await until('enough programs run', async () => {
      const running = [...this.daemon.running].map(idOf).filter((id) => this.#talkers.has(id))
      for (const id of running) this.#seen.set(id, this.#seen.get(id) ?? performance.now())
      const young = running.filter(isYoung).length
      const awaited = [...this.#talkers].filter(isAwaited).length
      for (let i = young + awaited; i < TALKERS; i++) await this.#addTalker(rest)
      return young >= RUNNING + 2
    })
  }

  /** Sees to it that no task is in progress of which nothing is there. */
  async #decide(rest: Rest) {
    const began = performance.now()
    const bare = async () => {
      const answer = await rest.get('/api/v1/tasks?state=Processing&limit=200')
      const watched = new Set(
        [...this.daemon.watched.values()].map((mark) => mark.split('/', 3)[1]),
      )
      return (answer.json as TaskPage).tasks
        .filter(({ type }) => type !== 'noop')
        .filter(({ id }) => !watched.has(String(id)))
        .map(({ id, attempt }) => `${id}/${attempt}`)
    }
    let left = await bare()
    await until('every task in progress has a process', async () => {
      if (left.length === 0) return true
      const now = new Set(await bare())
      left = left.filter((attempt) => now.has(attempt))
      return left.length === 0
    })
    this.decided.push(performance.now() - began)
  }

  #killShim() {
    const [pid, mark] = this.random.one([...this.daemon.watched]) ?? []
    if (pid === undefined || mark === undefined) return
    this.victims.add(mark)
    kill(pid)
  }

  /** One life of the daemon, from when it is ready to its end. */
  async live(number: number) {
    const life = this.random.below(LONGEST_LIFE)
    const burst = this.random.below(LONGEST_BURST)
    const turn = number % (2 * SHIM_KILL_EVERY)
    const rest = overSocket(this.daemon)
    await Promise.all([this.#decide(rest), this.#keepBusy(rest)])
    rest.close()
    await pause(life)

    const clients = new Submitters(this.daemon, CLIENTS, this.#next)
    await clients.haveBegun()
    if (turn === SHIM_KILL_EVERY - 1) this.#killShim()
    await pause(burst)
    if (turn === 2 * SHIM_KILL_EVERY - 1) this.#killShim()
    kill(this.daemon.pid)
    clients.finish()
    const running = [...this.daemon.running]

    await this.daemon.crash()
    const { accepted, unanswered } = await clients.whenCut()
    this.accepted.push(...accepted)
    this.unanswered.push(...unanswered)
    this.kills.push({ moment: life + burst, running, inFlight: unanswered.length })
  }

  get isDone(): boolean {
    const isEnough = this.kills.filter(counts).length >= KILLS && this.accepted.length >= TASKS
    return isEnough || this.kills.length >= MOST_KILLS
  }
}

/** What was accepted is there, as what it was accepted as; nothing is there twice. */
async function expectAccepted(loop: Loop, rest: Rest) {
  const tasks = await rest.tasks()
  const titles = new Map(tasks.map(({ id, title }) => [id, title]))
  expect(loop.accepted.filter(({ id, title }) => titles.get(id) !== title)).toEqual([])
  expect(new Set(loop.accepted.map(({ id }) => id)).size).toBe(loop.accepted.length)
  expect(new Set(titles.values()).size).toBe(titles.size)

  const known = new Set(titles.values())
  report(
    'tasks',
    `${loop.accepted.length} accepted, ${loop.unanswered.length} more asked for, of which ` +
      `${loop.unanswered.filter((title) => known.has(title)).length} were on disk`,
  )
}

async function whenAllHaveEnded(rest: Rest): Promise<Task[]> {
  const isOpen = async (state: string) => {
    const answer = await rest.get(`/api/v1/tasks?state=${state}&limit=1`)
    return (answer.json as TaskPage).tasks.length > 0
  }
  await until(
    'all tasks have ended',
    async () => !(await isOpen('Processing')) && !(await isOpen('Pending')),
    scaled(600_000, 60_000),
  )
  const tasks = await rest.tasks()
  expect(tasks.every(hasEnded)).toBe(true)
  return tasks
}

function reportKills({ kills, victims, decided }: Loop) {
  const good = kills.filter(counts)
  const moments = good.map(({ moment }) => moment)
  const running = good.map((one) => one.running.length)
  const inFlight = good.map((one) => one.inFlight)
  report('kills by ms after the daemon was ready', histogram(moments, 25))
  report('kills by tasks that ran', histogram(running, 4))
  report('kills by requests that were sent and never answered', histogram(inFlight, 8))
  report(
    'kills',
    `${good.length} of the daemon with at least ${RUNNING} tasks running and ${IN_FLIGHT} requests ` +
      `in flight, ${kills.length - good.length} with less; ${victims.size} of shims`,
  )
  report(
    'from ready until no task in progress was without a process',
    `p50 ${quantile(decided, 0.5).toFixed()} ms, longest ${Math.max(...decided).toFixed()} ms`,
  )
}

/** What ran at a kill went on as the same attempt, unless it was its shim that was killed. */
function expectSurvival({ kills, victims }: Loop, tasks: readonly Task[]) {
  const completed = tasks.filter(({ state }) => state === 'Completed')
  const attempts = new Map(completed.map(({ id, attempt }) => [id, attempt]))
  const spared = kills.flatMap(({ running }) => running).filter((mark) => !victims.has(mark))
  const dead = spared.filter((mark) => !mark.endsWith(`/${attempts.get(idOf(mark))}`))
  report(
    'survival',
    `${spared.length} times a program ran at a kill, ` +
      `${spared.length - dead.length} times it went on`,
  )
  expect(dead).toEqual([])
}

/** Only what lost its shim has failed, and what three daemons may have died of. */
function expectFailures(tasks: readonly Task[], victims: ReadonlySet<number>, ran: Set<number>) {
  const failed = tasks.filter(({ state }) => state !== 'Completed')
  const poison = failed.filter(({ result }) => result === 'poison')
  const others = failed.filter(({ result }) => result !== 'poison')
  expect(poison.filter(({ id, attempt }) => attempt < 3 || ran.has(id))).toEqual([])
  expect(poison.length).toBeLessThanOrEqual(KILLS / 50)
  expect(others.filter(({ id, result }) => result !== 'lost' || !victims.has(id))).toEqual([])
}

/** Each program ran once, in the attempt that counts, and all that it printed is there. */
async function expectRuns(rest: Rest, tasks: readonly Task[], runs: readonly string[]) {
  const marks = new Map(runs.map((mark) => [`${idOf(mark)}`, mark]))
  expect(marks.size).toBe(runs.length)

  const completed = tasks.filter(({ state, type }) => state === 'Completed' && type !== 'noop')
  for (const { id, type, attempt, parameters } of completed) {
    const mark = marks.get(`${id}`) ?? ''
    expect(mark).toMatch(new RegExp(`/${id}/${attempt}$`))
    if (type !== 'command') continue
    const whole = talkOf(mark, Number((parameters['argv'] as string[]).at(-1)))
    expect(digest(await rest.output(id)), `output of task ${id}`).toBe(digest(whole))
  }
}

test(
  `over ${KILLS} kills of the daemon what runs goes on, nothing is lost, and nothing runs twice`,
  async () => {
    report('seed of the kills', String(SEED))
    const daemon = await startDaemon({ taskTypes: TEST_TYPES, maxParallel: 4 * TALKERS })
    const loop = new Loop(daemon)
    for (let i = 0; !loop.isDone; i++) {
      await loop.live(i)
      // By turns, so that there is a commit in the midst of which it is killed.
      daemon.hasSlowDisk = i % 2 === 0
      if (i % VAIN_START_EVERY === 0) await daemon.startInVain(loop.random.below(LONGEST_START))
      await daemon.start()
    }

    reportKills(loop)
    expect(loop.kills.filter(counts).length).toBeGreaterThanOrEqual(KILLS)
    expect(loop.accepted.length).toBeGreaterThanOrEqual(TASKS)
    expect(loop.victims.size).toBeGreaterThanOrEqual(KILLS / 5)

    const rest = overSocket(daemon)
    await expectAccepted(loop, rest)
    const tasks = await whenAllHaveEnded(rest)
    const runs = readFileSync(loop.runs, 'utf8').trim().split('\n')
    expectSurvival(loop, tasks)
    expectFailures(tasks, new Set([...loop.victims].map(idOf)), new Set(runs.map(idOf)))
    await expectRuns(rest, tasks, runs)
    expect(daemon.programs).toEqual([])
    await until('no shim is left', () => daemon.shims.length === 0)
  },
  scaled(45, 4) * 60_000,
)
