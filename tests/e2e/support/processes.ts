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

/** The programs that run for tasks of a daemon: those that carry one of these numbers of its database. */
export function programsOf(epochs: readonly string[]): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && !isZombie(pid))
    .filter((pid) => {
      const variables = read(`/proc/${pid}/environ`).split('\0')
      return variables.some((variable) =>
        epochs.some((epoch) => variable.startsWith(`HEADWAY_TASK=${epoch}/`)),
      )
    })
}

/** The shims that watch programs for tasks of a daemon: they are named after the task. */
export function shimsOf(epochs: readonly string[]): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      const [program, task] = pid > 0 ? read(`/proc/${pid}/cmdline`).split('\0') : []
      return program === 'headway-shim' && epochs.some((epoch) => task?.startsWith(`${epoch}/`))
    })
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
