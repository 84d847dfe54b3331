// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startDaemon } from './support/daemon.ts'
import { connectHub, joinLog, readLog, watchTask, watchTasks } from './support/hub.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'

const UID = process.getuid?.() ?? -1

/** Runs a command as another user, which takes root, or a sudo that does not ask. */
function asNobody(...command: string[]) {
  const as =
    UID === 0
      ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
      : ['sudo', '-n', '-u', 'nobody']
  const [program = '', ...rest] = [...as, ...command]
  execFileSync(program, rest, { stdio: 'pipe' })
}

const canBeNobody = (() => {
  try {
    asNobody('true')
    return true
  } catch {
    return false
  }
})()

describe('over the Unix socket', () => {
  test('a caller is known by the user they are, and needs no token', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id } = await rest.add('noop')
    expect((await rest.whenEnded(id)).owner).toBe(`uid:${UID}`)
  })

  test('a browser is not let in', async () => {
    const daemon = await startDaemon()
    const headers = { Origin: 'http://localhost' }
    expect((await overSocket(daemon).get('/api/v1/tasks', { headers })).status).toBe(403)
  })

  test('only its owner may reach the socket, the token and what the daemon keeps', async () => {
    const daemon = await startDaemon()
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    expect(mode(join(daemon.stateFolder, 'token'))).toBe('600')
    expect(mode(daemon.stateFolder)).toBe('700')
    expect(mode(join(daemon.stateFolder, 'run'))).toBe('700')
    expect(mode(daemon.socketPath)).toBe('600')
    expect(readFileSync(join(daemon.stateFolder, 'run', 'url'), 'utf8').trim()).toBe(
      `${daemon.origin}/`,
    )
  })

  test.skipIf(!canBeNobody)('another user of the machine gets nowhere', async () => {
    const daemon = await startDaemon()
    expect(() => {
      asNobody('cat', join(daemon.stateFolder, 'token'))
    }).toThrow('Permission denied')
    const url = 'http://localhost/api/v1/tasks'
    expect(() => {
      asNobody('curl', '-sS', '--unix-socket', daemon.socketPath, url)
    }).toThrow(/Permission denied|connect/)
  })

  test('a command runs with the arguments, folder, environment and umask that it was given', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const script = 'pwd; umask; env; printf "%s|" "$@"; echo; touch made'
    const { id } = await rest.add('command', {
      argv: ['/bin/sh', '-c', script, 'sh', 'one two', '$HOME', '', '--x', 'ä"\'\\'],
      cwd: daemon.folder,
      env: { PATH: '/usr/bin:/bin', MINE: 'a b' },
      umask: 0o27,
    })
    expect(await rest.whenEnded(id)).toMatchObject({ state: 'Completed', exitCode: 0 })
    const printed = (await rest.output(id)).toString().split('\n')
    expect(printed.slice(0, 2)).toEqual([daemon.folder, '0027'])
    expect(printed).toContain('one two|$HOME||--x|ä"\'\\|')
    const names = printed.filter((line) => /^\w+=/.test(line)).map((line) => line.split('=')[0])
    // PWD is the shell's own.
    expect(names.filter((name) => name !== 'PWD' && name !== '_').sort()).toEqual([
      'HEADWAY_PROGRESS_FD',
      'HEADWAY_RESULT_DIR',
      'HEADWAY_TASK',
      'MINE',
      'NOTIFY_SOCKET',
      'PATH',
    ])
    expect((statSync(join(daemon.folder, 'made')).mode & 0o777).toString(8)).toBe('640')
  })

  test('a command gets nothing that belongs to the daemon: no descriptor, no input', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id } = await rest.add('command', { argv: ['/bin/ls', '-l', '/proc/self/fd'] })
    expect((await rest.whenEnded(id)).exitCode).toBe(0)
    const printed = (await rest.output(id)).toString()
    const found = [...printed.matchAll(/ (\d+) -> (.*)$/gm)].map(([, fd, target]) => [fd, target])
    expect(found).toEqual([
      ['0', '/dev/null'],
      ['1', expect.stringMatching(/^pipe:/)],
      ['2', expect.stringMatching(/^pipe:/)],
      // Where it may tell how far it is, and the folder that ls lists.
      ['3', expect.stringMatching(/^pipe:/)],
      ['4', expect.stringMatching(/^\/proc\/\d+\/fd$/)],
    ])
  })

  test('a command begins with no signal blocked or ignored, and leads a session', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id } = await rest.add('command', { argv: ['/bin/cat', '/proc/self/status'] })
    await rest.whenEnded(id)
    const status = (await rest.output(id)).toString()
    const field = (name: string) => new RegExp(`^${name}:\\t(\\S+)`, 'm').exec(status)?.[1] ?? ''
    expect(BigInt(`0x${field('SigBlk')}`)).toBe(0n)
    // The C library keeps two for itself, and nobody else can have them.
    const own = (1n << 31n) | (1n << 32n)
    expect(BigInt(`0x${field('SigIgn')}`) & ~own).toBe(0n)
    expect(field('NSsid')).toBe(field('NSpid'))
  })

  test('what a command prints comes live and byte for byte, by the hub and by REST', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const noise = join(daemon.folder, 'noise')
    const gate = join(daemon.folder, 'gate')
    const bytes = randomBytes(300_000)
    writeFileSync(noise, bytes)
    const script = 'cat "$0"; while [ ! -e "$1" ]; do sleep 0.02; done; cat "$0"'
    const { id } = await rest.add('command', { argv: ['/bin/sh', '-c', script, noise, gate] })
    const log = readLog(await connectHub(daemon), id, 1)
    await until('the first half is there', () => joinLog(log.items).length === bytes.length)
    expect((await rest.task(id)).state).toBe('Processing')
    expect(log.ending).toBe('')
    writeFileSync(gate, '')

    const whole = Buffer.concat([bytes, bytes])
    expect(joinLog(await log.whole()).equals(whole)).toBe(true)
    expect((await rest.output(id, 1)).equals(whole)).toBe(true)
    expect((await rest.task(id)).outputSize).toBe(whole.length)
    const late = readLog(await connectHub(daemon), id, 1, 299_999)
    expect(joinLog(await late.whole(), 299_999).equals(whole.subarray(299_999))).toBe(true)
  })

  test('what was declared secret is shown nowhere: not by REST, not by the hub, not to a stranger', async () => {
    const daemon = await startDaemon({ maxParallel: 1 })
    const rest = overSocket(daemon)
    const hub = await connectHub(daemon)
    const updates: unknown[] = []
    hub.on('TaskUpdated', (task: unknown) => updates.push(task))
    const everything = watchTasks(hub)
    await everything.item('a snapshot', ({ kind }) => kind === 'snapshot')
    const first = await rest.add('demo', { steps: 1, delay: 3600 })

    const secret = randomBytes(12).toString('hex')
    const folder = join(daemon.folder, secret)
    mkdirSync(folder)
    const posted = await rest.post('/api/v1/tasks', {
      type: 'command',
      parameters: { argv: ['/bin/true', 'shown'], cwd: folder, env: { PASSWORD: secret } },
    })
    const { id } = posted.json as { id: number }
    await hub.invoke('Subscribe', id)
    const live = watchTasks(hub)
    await live.item(
      'a snapshot with the task',
      ({ tasks }) => tasks?.some((task) => task.id === id) ?? false,
    )
    await rest.cancel(first.id)
    await rest.whenEnded(id)
    const story = await watchTask(hub, id).whole()
    await everything.endings(2)

    const told = [
      posted.text,
      (await rest.get(`/api/v1/tasks/${id}`)).text,
      (await overTcp(daemon).get('/api/v1/tasks')).text,
      JSON.stringify([updates, everything.items, live.items, story]),
    ]
    for (const text of told) {
      expect(text).toContain('shown')
      expect(text).not.toContain(secret)
      expect(text).not.toContain('PASSWORD')
    }
    expect(daemon.stderr).not.toContain(secret)
  })
})

test('an archive is one that tar can list', async () => {
  const daemon = await startDaemon()
  const rest = overTcp(daemon)
  const folder = join(daemon.folder, 'to pack')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  writeFileSync(join(folder, 'one'), '1')
  writeFileSync(join(folder, 'deep', 'two ä'), '2')
  const output = join(daemon.folder, 'packed.tar.gz')
  const { id } = await rest.add('archive', { folder, output })
  expect(await rest.whenEnded(id)).toMatchObject({ state: 'Completed', exitCode: 0 })
  const listed = execFileSync('tar', ['--quoting-style=literal', '-tzf', output], {
    encoding: 'utf8',
  })
  expect(listed.trim().split('\n').sort()).toEqual(['./', './deep/', './deep/two ä', './one'])
})
