// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { isJsonObject, isString, memberOr } from './json'

/** The daemon's no to a request, as it said it (application/problem+json). */
export class ApiError extends Error {
  readonly status: number
  /** The error's name, the same on every door of the daemon: "invalid-parameter", "not-found" … */
  readonly word: string
  /** A JSON pointer to the part of the request that is at fault. */
  readonly field: string | null

  constructor(status: number, word: string, sentence: string, field: string | null = null) {
    super(sentence)
    this.name = 'ApiError'
    this.status = status
    this.word = word
    this.field = field
  }
}

/** There was no answer at all: the daemon is down, or the way to it is. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The daemon does not answer.', { cause })
    this.name = 'UnreachableError'
  }
}

/** What an answer that is not a success says; never throws, whatever stands in it. */
export async function readProblem(response: Response): Promise<ApiError> {
  const problem: unknown = await response.json().catch(() => null)
  const plain = new ApiError(response.status, 'failed', `HTTP ${response.status}`)

  if (!isJsonObject(problem)) return plain
  try {
    return new ApiError(
      response.status,
      memberOr(problem, 'error', isString, plain.word),
      memberOr(problem, 'detail', isString, plain.message),
      memberOr(problem, 'field', isString, null),
    )
  } catch {
    return plain
  }
}
