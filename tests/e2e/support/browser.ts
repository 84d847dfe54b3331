// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { Daemon } from './daemon.ts'
import { until } from './wait.ts'
import type { Line, State } from './words.ts'

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Its sandbox asks for what root in a container may not have.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

const PICTURES = fileURLToPath(new URL('../../../_build/check/pictures', import.meta.url))

/** What a page did that no page of ours may do. */
class Watchdog {
  readonly faults: string[] = []
  readonly #origin: string
  readonly #allowed: RegExp[] = []

  constructor(page: Page, origin: string) {
    this.#origin = origin
    page.on('console', (message) => {
      this.#onConsole(message)
    })
    page.on('pageerror', (error) => this.faults.push(`uncaught: ${error.message}`))
    page.on('request', (request) => {
      if (!this.#isOwn(request.url())) this.faults.push(`request to ${request.url()}`)
    })
    page.on('websocket', (socket) => {
      if (!this.#isOwn(socket.url().replace(/^ws:/, 'http:'))) {
        this.faults.push(`WebSocket to ${socket.url()}`)
      }
    })
  }

  allow(pattern: RegExp) {
    this.#allowed.push(pattern)
  }

  #isOwn(url: string): boolean {
    return url.startsWith(`${this.#origin}/`) || url.startsWith('data:') || url.startsWith('blob:')
  }

  #onConsole(message: ConsoleMessage) {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const text = `${message.text()} (${message.location().url})`
    if (!this.#allowed.some((pattern) => pattern.test(text))) this.faults.push(`console: ${text}`)
  }
}

/** What a page showed of a task at one moment. */
export interface Sight {
  state: string
  progress: number | null
}

interface WatchedWindow extends Window {
  sights: Sight[]
}

/** Notes each state and each progress that a page shows, however short. */
function noteSights() {
  const watched = window as unknown as WatchedWindow
  watched.sights = []
  const note = () => {
    const state = document.querySelector<HTMLElement>('[data-testid="task-state"]')?.dataset[
      'state'
    ]
    const bar = document.querySelector<HTMLProgressElement>('main progress')
    if (state === undefined) return
    const progress = bar === null || bar.position < 0 ? null : bar.value
    const last = watched.sights.at(-1)
    if (last?.state !== state || last.progress !== progress)
      watched.sights.push({ state, progress })
  }
  new MutationObserver(note).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  })
}

/** A page of the web client, as a person uses it. */
export class Tab {
  readonly page: Page
  readonly #watchdog: Watchdog

  constructor(page: Page, daemon: Daemon, allowed?: RegExp) {
    this.page = page
    this.#watchdog = new Watchdog(page, daemon.origin)
    if (allowed !== undefined) this.allow(allowed)
  }

  /** A complaint of the browser that the test provokes. */
  allow(pattern: RegExp) {
    this.#watchdog.allow(pattern)
  }

  get faults(): readonly string[] {
    return this.#watchdog.faults
  }

  /** The lines of the task's story. */
  async story(): Promise<Line[]> {
    const id = Number(/\/tasks\/(\d+)/.exec(this.page.url())?.[1] ?? -1)
    const items = await this.page
      .locator('main li[data-seq]')
      .evaluateAll((entries) =>
        entries.map((entry) =>
          ['data-seq', 'data-kind', 'data-state'].map((name) => entry.getAttribute(name) ?? ''),
        ),
      )
    return items.map(([seq, kind, state]) => [Number(seq), id, kind ?? '', state ?? ''])
  }

  async shownState(): Promise<string> {
    const shown = await this.page.getByTestId('task-state').getAttribute('data-state')
    return shown ?? ''
  }

  /** Waits until the page shows a task in a state. */
  async whenState(state: State, limit = 60_000) {
    await this.page.locator(`[data-testid="task-state"][data-state="${state}"]`).waitFor({
      timeout: limit,
    })
  }

  async noteSights() {
    await this.page.evaluate(noteSights)
  }

  sights(): Promise<Sight[]> {
    return this.page.evaluate(() => (window as unknown as WatchedWindow).sights)
  }

  /** Keeps a picture of the page among what the run leaves behind. */
  async picture(name: string) {
    mkdirSync(PICTURES, { recursive: true })
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
  }

  /** The number of the task whose page is shown. */
  async taskId(): Promise<number> {
    const id = await until('the page of a task', () => {
      const found = /\/tasks\/(\d+)$/.exec(new URL(this.page.url()).pathname)
      return found && Number(found[1])
    })
    return id
  }
}

let browser: Promise<Browser> | undefined

function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: [...FLAGS, ...more],
  })
}

function launchOnce(): Promise<Browser> {
  browser ??= launch()
  return browser
}

/** A browser that comes to a daemon by another port, and does not know. */
async function launchBehind(port: number, daemon: Daemon): Promise<Browser> {
  const map = `MAP 127.0.0.1:${daemon.port} 127.0.0.1:${port}`
  const own = await launch(`--host-resolver-rules=${map}`)
  onTestFinished(() => own.close())
  return own
}

export async function closeBrowser() {
  await (await browser)?.close()
  browser = undefined
}

export interface TabOptions extends BrowserContextOptions {
  /** A complaint of the browser that the test provokes before it can say so. */
  allowed?: RegExp
  /** The port of a proxy of the test, in a browser of its own. */
  through?: number
}

/** Opens a page in a browser that knows nothing yet; its faults fail the test. */
export async function openTab(
  daemon: Daemon,
  url = daemon.url,
  { allowed, through, ...options }: TabOptions = {},
): Promise<Tab> {
  const own = await (through === undefined ? launchOnce() : launchBehind(through, daemon))
  const context = await own.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const tab = new Tab(page, daemon, allowed)
  onTestFinished(async () => {
    await context.close()
    expect(tab.faults, 'what the page did that it may not do').toEqual([])
  })
  await page.goto(url)
  return tab
}

/** Another page of the same browser, which is signed in already. */
export async function openAnother(tab: Tab, daemon: Daemon, path: string): Promise<Tab> {
  const page = await tab.page.context().newPage()
  page.setDefaultTimeout(20_000)
  const another = new Tab(page, daemon)
  onTestFinished(() => {
    expect(another.faults, 'what the page did that it may not do').toEqual([])
  })
  await page.goto(daemon.origin + path)
  return another
}
