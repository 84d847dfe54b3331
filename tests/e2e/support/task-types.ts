// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/** Task types of programs that write into a file which attempt they are: EPOCH/ID/ATTEMPT. */

const NOTE = 'echo "$HEADWAY_TASK" >> "$0"'

function type(onInterrupt: 'requeue' | 'fail', script: string): string {
  return `[Task]
title=Test
on-interrupt=${onInterrupt}

[Command]
argv=/bin/sh;-c;${script};{file}

[Parameter file]
type=path
required=true
`
}

export const TEST_TYPES = {
  /** Notes that it ran. */
  count: type('requeue', NOTE),
  /** Notes that it ran, and takes a moment. */
  'count-slowly': type('requeue', `${NOTE} && sleep 0.05`),
  /** Runs until it is stopped, and is not tried again. */
  hold: type('fail', `${NOTE} && exec sleep 3600`),
  /** Runs until it is stopped, and is tried again. */
  'hold-requeue': type('requeue', `${NOTE} && exec sleep 3600`),
} as const
