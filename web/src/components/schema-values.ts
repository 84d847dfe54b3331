// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { JsonObject, JsonValue } from '@/api/json'
import type { NumberParameter, Parameter, TextParameter } from '@/api/task-type'

/** What stands in a form, as it was typed: nothing is lost, however wrong it is. */
export type FormValues = Record<string, string | boolean>

/** What is wrong with a field; how to say it is the form's business. */
export type FieldFault =
  | { kind: 'missing' }
  | { kind: 'not-a-number' }
  | { kind: 'not-whole' }
  | { kind: 'too-small'; limit: number }
  | { kind: 'too-large'; limit: number }
  | { kind: 'too-short'; limit: number }
  | { kind: 'too-long'; limit: number }

export interface Collected {
  parameters: JsonObject
  faults: ReadonlyMap<string, FieldFault>
}

export function initialValues(parameters: readonly Parameter[]): FormValues {
  return Object.fromEntries(
    parameters.map(({ name, kind, otherwise }) => [
      name,
      kind === 'switch' ? otherwise === true : textOf(otherwise),
    ]),
  )
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** What to send for what was typed. A field left empty is left out: the daemon has its default. */
export function collect(parameters: readonly Parameter[], values: FormValues): Collected {
  const collected: JsonObject = {}
  const faults = new Map<string, FieldFault>()

  for (const parameter of parameters) {
    const { name, isRequired } = parameter
    const value = values[name] ?? ''
    if (typeof value === 'boolean') {
      collected[name] = value
      continue
    }
    if (value === '') {
      if (isRequired) faults.set(name, { kind: 'missing' })
      continue
    }
    const fault = faultOf(parameter, value)
    if (fault !== null) faults.set(name, fault)
    else collected[name] = parameter.kind === 'number' ? toNumber(value) : value
  }
  return { parameters: collected, faults }
}

function faultOf(parameter: Parameter, value: string): FieldFault | null {
  switch (parameter.kind) {
    case 'number':
      return numberFault(parameter, toNumber(value))
    case 'text':
      return textFault(parameter, Array.from(value).length)
    case 'choice':
    case 'switch':
    case 'other':
      return null
  }
}

/** Where a comma parts the decimals people type one. */
function toNumber(value: string): number {
  const text = value.trim().replace(',', '.')
  return text === '' ? Number.NaN : Number(text)
}

function numberFault({ isWhole, minimum, maximum }: NumberParameter, value: number) {
  if (!Number.isFinite(value)) return { kind: 'not-a-number' } as const
  if (isWhole && !Number.isSafeInteger(value)) return { kind: 'not-whole' } as const
  if (minimum !== null && value < minimum) return { kind: 'too-small', limit: minimum } as const
  if (maximum !== null && value > maximum) return { kind: 'too-large', limit: maximum } as const
  return null
}

function textFault({ minLength, maxLength }: TextParameter, length: number) {
  if (minLength !== null && length < minLength)
    return { kind: 'too-short', limit: minLength } as const
  if (maxLength !== null && length > maxLength)
    return { kind: 'too-long', limit: maxLength } as const
  return null
}

/** The parameter that a JSON pointer into the request leads to; null for another part of it. */
export function parameterAt(pointer: string | null): string | null {
  const [, root, name] = pointer?.split('/') ?? []
  if (root !== 'parameters' || name === undefined) return null
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
