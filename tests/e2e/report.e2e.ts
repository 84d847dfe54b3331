// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { closeBrowser, openTab } from './support/browser.ts'
import { startDaemon } from './support/daemon.ts'
import { overSocket } from './support/rest.ts'
import { until } from './support/wait.ts'
import type { HubEvent } from './support/words.ts'
import { readPoll } from './support/words.ts'

/** Is silent until there is a file. */
const WAIT = 'for i in $(seq 3000); do [ -e "$0" ] && break; sleep 0.02; done'

/** Tells how far it is by the descriptor, waits for a file, and goes on by the socket. */
const SCRIPT = [
  'echo PROGRESS=0.5 >&$HEADWAY_PROGRESS_FD',
  WAIT,
  'systemd-notify --status=Packing X_HEADWAY_TOTAL=8 X_HEADWAY_UNIT=files X_HEADWAY_DONE=6',
  'for i in $(seq 3000); do [ -e "$0.end" ] && break; sleep 0.02; done',
].join('; ')

afterAll(closeBrowser)

test('a program tells how far it is, before and after a kill -9 of the daemon', async () => {
  const daemon = await startDaemon()
  let rest = overSocket(daemon)
  const go = join(daemon.folder, 'go')
  const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', SCRIPT, go] })

  const events: HubEvent[] = []
  let cursor = { epoch: 0, seq: 0, rev: 0 }
  const pollUntil = async (isThere: (event: HubEvent) => boolean) => {
    while (!events.some(isThere)) {
      const { epoch, seq, rev } = cursor
      const query = `epoch=${epoch}&after=${seq}&rev=${rev}&wait=10`
      const answer = readPoll(await rest.get(`/api/v1/tasks/${id}/events?${query}`))
      events.push(...answer.events)
      cursor = answer
    }
  }

  await pollUntil(({ progress }) => progress === 0.5)
  const share = { state: 'Processing', progress: 0.5, done: null, total: null, unit: null }
  expect(await rest.task(id)).toMatchObject(share)
  rest.close()

  await daemon.crash()
  await daemon.start()
  rest = overSocket(daemon)
  writeFileSync(go, '')
  await pollUntil(({ progress }) => progress === 0.75)
  await pollUntil(({ kind, message }) => kind === 'message' && message === 'Packing')
  expect(await rest.task(id)).toMatchObject({ progress: 0.75, done: 6, total: 8, unit: 'files' })

  writeFileSync(`${go}.end`, '')
  expect(await rest.whenEnded(id)).toMatchObject({ state: 'Completed', attempt: 1 })
})

test('what a silent program said is shown after a kill -9 of the daemon, and in its end', async () => {
  const daemon = await startDaemon()
  let rest = overSocket(daemon)
  const go = join(daemon.folder, 'go')
  const report = 'echo "X_HEADWAY_DONE=3 X_HEADWAY_TOTAL=4" | tr " " "\\n" >&$HEADWAY_PROGRESS_FD'
  const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', `${report}; ${WAIT}`, go] })
  const told = { state: 'Processing', progress: 0.75, done: 3, total: 4 }
  const query = `SELECT done FROM tasks WHERE id = ${id}`
  const database = join(daemon.stateFolder, 'headway.db')
  await until(
    'it is on disk',
    () => execFileSync('sqlite3', ['-readonly', database, query], { encoding: 'utf8' }) === '3\n',
  )
  const { seq } = await rest.task(id)
  expect(await rest.task(id)).toMatchObject(told)
  rest.close()

  await daemon.crash()
  await daemon.start()
  rest = overSocket(daemon)
  expect(await rest.task(id)).toMatchObject({ ...told, seq })
  const tab = await openTab(daemon, `${daemon.origin}/tasks/${id}#token=${daemon.token}`)
  await tab.page.locator('main progress').waitFor()
  expect(await tab.page.locator('main progress').getAttribute('value')).toBe('0.75')

  writeFileSync(go, '')
  expect(await rest.whenEnded(id)).toMatchObject({
    state: 'Completed',
    attempt: 1,
    progress: 1,
    done: 3,
    total: 4,
  })
})
