// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { closeBrowser, openAnother, openTab } from './support/browser.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { sha256sum } from './support/files.ts'
import type { Rest } from './support/rest.ts'
import { overSocket } from './support/rest.ts'
import { until, within } from './support/wait.ts'

afterAll(closeBrowser)

const MIB = 1024 * 1024
const LARGE = 1024 * MIB

/** More than a daemon needs to send a file, and less than a hundredth of the file. */
const FLAT = 8 * MIB

interface FileList {
  attempt: number
  files: { name: string; size: number; modifiedAt: string }[]
  others: number
  truncated: boolean
}

async function filesOf(rest: Rest, id: number, query = ''): Promise<FileList> {
  const answer = await rest.get(`/api/v1/tasks/${id}/files${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.json as FileList
}

/** Adds a program that stands in the folder for its results. */
function addScript(rest: Rest, script: string, ...more: string[]) {
  const argv = ['/bin/sh', '-c', `cd "$HEADWAY_RESULT_DIR" || exit 99; ${script}`, ...more]
  return rest.add('command', { argv }, { title: 'Make files' })
}

function memoryOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1] ?? Number.NaN) * 1024
}

test('what a program leaves is fetched while it runs, and after, and after a crash', async () => {
  const daemon = await startDaemon()
  const first = overSocket(daemon)
  const go = join(daemon.folder, 'go')
  const script =
    'echo one > "a é.txt"; while ! [ -e "$0" ]; do sleep 0.02; done; seq 1 100000 > numbers'
  const { id } = await addScript(first, script, go)
  await until('it has left a file', async () => (await filesOf(first, id)).files.length === 1)
  const early = await first.get(`/api/v1/tasks/${id}/files/${encodeURIComponent('a é.txt')}`)
  expect(early.text).toBe('one\n')
  expect(early.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="a _.txt"; filename*=UTF-8\'\'a%20%C3%A9.txt',
    'x-content-type-options': 'nosniff',
    'content-length': '4',
    'headway-attempt': '1',
  })
  writeFileSync(go, '')
  await first.whenEnded(id)
  first.close()

  await daemon.crash()
  await daemon.start()
  const rest = overSocket(daemon)
  const list = await filesOf(rest, id, '?attempt=1')
  expect(list.files.map(({ name, size }) => [name, size])).toEqual([
    ['a é.txt', 4],
    ['numbers', 588_895],
  ])
  const numbers = await rest.get(`/api/v1/tasks/${id}/files/numbers?attempt=1`)
  expect(createHash('sha256').update(numbers.body).digest('hex')).toBe(
    sha256sum(join(daemon.attemptFolder(id), 'files', 'numbers')),
  )
})

test('each attempt has files of its own', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const { id } = await addScript(rest, 'echo "$HEADWAY_TASK" > mark; exit 1')
  await rest.whenEnded(id)
  await rest.post(`/api/v1/tasks/${id}/retry`)
  await rest.when(id, 'has failed again', (task) => task.attempt === 2 && task.state === 'Failed')
  for (const attempt of [1, 2]) {
    const { text } = await rest.get(`/api/v1/tasks/${id}/files/mark?attempt=${attempt}`)
    expect(text).toMatch(new RegExp(`/${id}/${attempt}\n$`))
  }
  expect((await filesOf(rest, id)).attempt).toBe(2)
  expect((await rest.get(`/api/v1/tasks/${id}/files?attempt=3`)).status).toBe(404)
})

test('what is no file is counted, and never given', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const script = [
    'echo fine > fine',
    'ln -s "$0" link',
    'ln -s . here',
    'mkfifo pipe',
    'mkdir folder',
    'echo x > folder/inner',
    'echo x > "$(printf "line\\nfeed")"',
  ].join('; ')
  const { id } = await addScript(rest, script, join(daemon.stateFolder, 'token'))
  await rest.whenEnded(id)
  expect(await filesOf(rest, id)).toMatchObject({
    files: [{ name: 'fine', size: 5 }],
    others: 5,
    truncated: false,
  })
  const names = ['link', 'here', 'pipe', 'folder', 'folder%2Finner', 'here%2Ffine', 'line%0Afeed']
  for (const name of [...names, '..%2Fstart', '%2Fetc%2Fpasswd']) {
    const answer = await rest.get(`/api/v1/tasks/${id}/files/${name}`)
    expect([name, answer.status]).toEqual([name, 404])
    expect(answer.text).not.toContain(daemon.token)
  }
})

test('a program that swaps its file for a link gets no other file out', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const swap = 'echo mine > a; mv a file; ln -s "$0" b; mv -T b file'
  const script = `while [ $((n+=1)) -lt 50000 ]; do ${swap}; done 2>&-`
  const { id } = await addScript(rest, script, join(daemon.stateFolder, 'token'))
  await until('it swaps', () => existsSync(join(daemon.attemptFolder(id), 'files', 'file')))
  const seen = new Set<string>()
  for (let i = 0; i < 500; i++) {
    const { status, text } = await rest.get(`/api/v1/tasks/${id}/files/file`)
    expect(text).not.toContain(daemon.token)
    seen.add(status === 200 ? text : String(status))
  }
  expect([...seen].filter((one) => one !== 'mine\n' && one !== '404')).toEqual([])
  await rest.post(`/api/v1/tasks/${id}/cancel`, { now: true })
  await rest.whenEnded(id)
})

/** Fetches a file and looks now and then what the daemon has in memory. */
function fetchLarge(daemon: Daemon, path: string): Promise<{ size: number; peak: number }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath: daemon.socketPath, path, headers: { Host: 'localhost' } },
      (message) => {
        let size = 0
        let looked = 0
        let peak = 0
        message
          .on('data', (part: Buffer) => {
            size += part.length
            if (size - looked < 16 * MIB) return
            looked = size
            peak = Math.max(peak, memoryOf(daemon.pid))
          })
          .on('end', () => {
            resolve({ size, peak })
          })
          .on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

test('a gibibyte is sent without being held in memory', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const { id } = await addScript(rest, `truncate -s ${LARGE} large; echo small > small`)
  await rest.whenEnded(id)
  await rest.get(`/api/v1/tasks/${id}/files/small`)
  const before = memoryOf(daemon.pid)

  const path = `/api/v1/tasks/${id}/files/large`
  const { size, peak } = await within('a gibibyte', 110_000, fetchLarge(daemon, path))

  expect(size).toBe(LARGE)
  expect(peak - before).toBeLessThan(FLAT)
}, 120_000)

test('the page lists the files, and the browser saves them', async () => {
  const daemon = await startDaemon()
  const rest = overSocket(daemon)
  const script =
    'echo "<script>" > "report é.html"; truncate -s 3M photos-of-the-summer-in-the-mountains.tar'
  const { id } = await addScript(rest, script)
  await rest.whenEnded(id)
  const list = await openTab(daemon)
  await list.page.getByRole('heading', { name: 'Tasks' }).waitFor()
  const tab = await openAnother(list, daemon, `/tasks/${id}`)
  const link = tab.page.getByRole('link', { name: 'report é.html' })
  await link.waitFor()
  await tab.picture('task-files')
  await tab.page.setViewportSize({ width: 360, height: 740 })
  await tab.picture('task-files-narrow')

  const coming = tab.page.waitForEvent('download')
  await link.click()
  const download = await coming
  expect(download.suggestedFilename()).toBe('report é.html')
  expect(readFileSync(await download.path(), 'utf8')).toBe('<script>\n')
  expect(tab.page.url()).toBe(`${daemon.origin}/tasks/${id}`)
})
