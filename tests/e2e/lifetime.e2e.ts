// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HEADWAYD, runToEnd, startDaemon } from './support/daemon.ts'
import { connectHub, watchTask } from './support/hub.ts'
import { childrenOf } from './support/processes.ts'
import { overSocket, overTcp } from './support/rest.ts'
import { until } from './support/wait.ts'

describe('starting and ending', () => {
  test('a port that is taken is said to be, with whose it is', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
    })
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const daemon = await startDaemon()
    await daemon.stop()
    const { code, stdout, stderr } = await runToEnd(daemon.arguments(port))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      new RegExp(
        `^headwayd: Port ${port} is taken by .* \\(process ${process.pid}\\)\\. ` +
          'Stop it, or start this one with --http-port 0\\.\n$',
      ),
    )
  })

  test('a second daemon on the same folder is refused, and the first goes on', async () => {
    const daemon = await startDaemon()
    const { code, stdout, stderr } = await runToEnd(daemon.arguments(0))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toBe(
      `headwayd: Another headwayd (process ${daemon.pid}) uses ${daemon.stateFolder}. ` +
        'Stop it, or start this one with another --state-dir.\n',
    )
    expect((await overSocket(daemon).get('/api/v1/tasks')).status).toBe(200)
  })

  test('the socket that a dead daemon left is no hindrance', async () => {
    const daemon = await startDaemon()
    await daemon.crash()
    expect(existsSync(daemon.socketPath)).toBe(true)
    await daemon.start()
    expect((await overSocket(daemon).get('/api/v1/tasks')).status).toBe(200)
  })

  test('the token and the epoch are the same after a restart', async () => {
    const daemon = await startDaemon()
    const epoch = async () =>
      ((await overTcp(daemon).get('/api/v1/tasks')).json as { epoch: number }).epoch
    const before = [daemon.token, await epoch()]
    await daemon.stop()
    await daemon.start()
    expect([daemon.token, await epoch()]).toEqual(before)
  })

  test('a token file that others may read is refused with a sentence', async () => {
    const daemon = await startDaemon()
    await daemon.stop()
    execFileSync('chmod', ['0644', join(daemon.stateFolder, 'token')])
    const { code, stderr } = await runToEnd(daemon.arguments(0))
    expect(code).toBe(1)
    expect(stderr).toContain(`Others may read the token in ${daemon.stateFolder}/token. Remove`)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it within a second, without what it runs, and tells its watchers to come back',
    async (signal) => {
      const daemon = await startDaemon()
      const rest = overSocket(daemon)
      const { id } = await rest.add('command', {
        argv: ['/bin/sh', '-c', 'sleep 3600 & sleep 3600'],
      })
      await rest.add('demo', { steps: 3, delay: 3600 })
      await until('it runs', () => daemon.programs.length === 3)
      const hub = await connectHub(daemon, { reconnect: [60_000] })
      let isToComeBack = false
      hub.onreconnecting(() => (isToComeBack = true))
      const watcher = watchTask(hub, id)
      await watcher.item('anything', () => true)
      rest.close()

      const { code, took } = await daemon.stop(signal)
      expect(code).toBe(0)
      expect(took).toBeLessThan(1_000)
      expect(daemon.programs).toHaveLength(3)
      expect(existsSync(daemon.socketPath)).toBe(false)
      await until('the client reconnects', () => isToComeBack)
    },
  )

  test('on standard output there is one line, and the daemon leaves no process behind', async () => {
    const daemon = await startDaemon()
    const rest = overSocket(daemon)
    const { id } = await rest.add('command', { argv: ['/bin/echo', 'hello'] })
    await rest.whenEnded(id)
    await until('its shim is gone', () => childrenOf(daemon.pid).length === 0, 2_000)
    rest.close()
    await daemon.stop()
    expect(daemon.stdout).toBe(`Headway is ready at ${daemon.origin}/\n`)
  })

  test('an option that there is not is refused with a sentence', async () => {
    const { code, stderr } = await runToEnd(['--no-such-option'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^headwayd: .*--no-such-option/)
  })

  test('it tells its version', () => {
    expect(execFileSync(HEADWAYD, ['--version'], { encoding: 'utf8' })).toMatch(
      /^headwayd \d+\.\d+\.\d+\n$/,
    )
  })
})
