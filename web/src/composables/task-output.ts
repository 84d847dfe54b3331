// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Ref } from 'vue'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Subscription } from '@/api/hub-stream'
import type { Task } from '@/api/task'
import { hasEnded } from '@/api/task'
import type { OutputBlock } from '@/stores/output-buffer'
import { OutputBuffer } from '@/stores/output-buffer'
import { useApi } from './api'
import { useBatch } from './batch'

/** Results of attempts whose end nobody saw: how much they printed is not known. */
const ENDS_UNSEEN = ['interrupted', 'lost']

/** What the newest attempt of a task prints, as it prints it. */
export function useTaskOutput(task: Readonly<Ref<Task>>) {
  const api = useApi()
  const blocks = shallowRef<OutputBlock[]>([])
  const droppedLines = ref(0)
  const lostBytes = ref(0)
  const attempt = ref(0)
  let buffer = new OutputBuffer()
  let reading: Subscription | null = null

  /** Text, or how many bytes are missing. */
  const pieces = useBatch<{ buffer: OutputBuffer; piece: string | number }>((waiting) => {
    for (const { buffer, piece } of waiting) {
      if (typeof piece === 'string') buffer.append(piece)
      else buffer.addGap(piece)
    }
    blocks.value = buffer.isEmpty ? [] : buffer.blocks
    droppedLines.value = buffer.droppedLines
  })

  /** The attempt to read; 0 while there is nothing that could be read. */
  function attemptOf({ state, result, outputSize, attempt }: Task): number {
    const isKnown = hasEnded({ state }) && !ENDS_UNSEEN.includes(result)
    const isSilent = isKnown && outputSize === 0
    return isSilent && reading === null ? 0 : attempt
  }

  watch(
    () => attemptOf(task.value),
    (number) => {
      reading?.close()
      const mine = (buffer = new OutputBuffer())
      blocks.value = []
      droppedLines.value = 0
      lostBytes.value = 0
      attempt.value = number
      if (number === 0) return

      reading = api.readOutput(task.value.id, number, {
        onText(text) {
          pieces.add({ buffer: mine, piece: text })
        },
        onHole(bytes) {
          lostBytes.value += bytes
          pieces.add({ buffer: mine, piece: bytes })
        },
        onEnd() {
          // All of it is here: nothing more to do.
        },
        onError() {
          // It is asked for again; the task itself tells what is wrong.
        },
      })
    },
    { immediate: true },
  )
  onScopeDispose(() => reading?.close())

  return { blocks, droppedLines, lostBytes, attempt }
}
