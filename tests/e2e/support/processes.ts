// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // It ended meanwhile, or is somebody else's.
    return ''
  }
}

function isZombie(pid: number): boolean {
  return /^State:\tZ/m.test(read(`/proc/${pid}/status`))
}

/** The programs that run for tasks of a daemon: those that carry one of these numbers of its
 *  database. With each, which attempt it is: EPOCH/ID/ATTEMPT. */
export function markedOf(epochs: readonly string[]): Map<number, string> {
  const marked = new Map<number, string>()
  for (const pid of readdirSync('/proc').map(Number)) {
    if (!(pid > 0) || isZombie(pid)) continue
    const variables = read(`/proc/${pid}/environ`).split('\0')
    const mark = variables
      .find((variable) => variable.startsWith('HEADWAY_TASK='))
      ?.slice('HEADWAY_TASK='.length)
    if (mark !== undefined && epochs.some((epoch) => mark.startsWith(`${epoch}/`))) {
      marked.set(pid, mark)
    }
  }
  return marked
}

/** The shims that watch programs for tasks of a daemon: they are named after the attempt. */
export function shimsOf(epochs: readonly string[]): Map<number, string> {
  const shims = new Map<number, string>()
  for (const pid of readdirSync('/proc').map(Number)) {
    const [program, mark] = pid > 0 ? read(`/proc/${pid}/cmdline`).split('\0') : []
    if (program !== 'headway-shim' || mark === undefined) continue
    if (epochs.some((epoch) => mark.startsWith(`${epoch}/`))) shims.set(pid, mark)
  }
  return shims
}

/** The processes that a process started and has not reaped. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(
      (pid) => pid > 0 && new RegExp(`^PPid:\\t${parent}$`, 'm').test(read(`/proc/${pid}/status`)),
    )
}

/** How many sockets a process has open. */
export function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')
    } catch {
      return false
    }
  }).length
}

/** Sends a signal to one process: never to all of them, which is what 0 and -1 mean. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL') {
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`${pid} is no process to signal`)
  try {
    process.kill(pid, signal)
  } catch {
    // It ended meanwhile.
  }
}
