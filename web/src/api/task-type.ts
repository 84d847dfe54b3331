// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { JsonObject, JsonValue } from './json'
import {
  asList,
  asObject,
  isBoolean,
  isCount,
  isJsonValue,
  isNullOr,
  isNumber,
  isString,
  member,
  memberOr,
} from './json'

interface ParameterBase {
  name: string
  title: string
  description: string
  isRequired: boolean
  /** What the daemon takes when the parameter is left out. */
  otherwise: JsonValue
}

export interface TextParameter extends ParameterBase {
  kind: 'text'
  isPath: boolean
  minLength: number | null
  maxLength: number | null
}

export interface ChoiceParameter extends ParameterBase {
  kind: 'choice'
  choices: string[]
}

export interface NumberParameter extends ParameterBase {
  kind: 'number'
  isWhole: boolean
  minimum: number | null
  maximum: number | null
}

export interface SwitchParameter extends ParameterBase {
  kind: 'switch'
}

/** A parameter that no form can ask for, as the argument list of a command. */
export interface OtherParameter extends ParameterBase {
  kind: 'other'
}

export type Parameter =
  TextParameter | ChoiceParameter | NumberParameter | SwitchParameter | OtherParameter

/** How to run a kind of task, and what it must be told for that. */
export interface TaskType {
  name: string
  title: string
  description: string
  /** Only a shell on the daemon's own machine may add one. */
  isLocalOnly: boolean
  parameters: Parameter[]
}

export function parseTaskTypes(value: unknown): TaskType[] {
  return asList(asObject(value, 'task types')['taskTypes'], 'taskTypes').map(parseTaskType)
}

function parseTaskType(value: unknown): TaskType {
  const record = asObject(value, 'task type')
  const name = member(record, 'name', isString)
  return {
    name,
    title: memberOr(record, 'title', isString, '') || name,
    description: memberOr(record, 'description', isString, ''),
    isLocalOnly: memberOr(record, 'localOnly', isBoolean, false),
    parameters: parseSchema(asObject(record['schema'], 'schema')),
  }
}

function parseSchema(schema: JsonObject): Parameter[] {
  const properties = asObject(schema['properties'] ?? {}, 'properties')
  const required = asList(schema['required'] ?? [], 'required')

  return Object.entries(properties).map(([name, property]) =>
    parseParameter(name, asObject(property, name), required.includes(name)),
  )
}

function parseParameter(name: string, property: JsonObject, isRequired: boolean): Parameter {
  const base: ParameterBase = {
    name,
    title: memberOr(property, 'title', isString, '') || name,
    description: memberOr(property, 'description', isString, ''),
    isRequired,
    otherwise: memberOr(property, 'default', isJsonValue, null),
  }

  switch (property['type']) {
    case 'string':
      return property['enum'] === undefined
        ? parseText(base, property)
        : parseChoice(base, property)
    case 'integer':
    case 'number':
      return {
        ...base,
        kind: 'number',
        isWhole: property['type'] === 'integer',
        minimum: memberOr(property, 'minimum', isNullOr(isNumber), null),
        maximum: memberOr(property, 'maximum', isNullOr(isNumber), null),
      }
    case 'boolean':
      return { ...base, kind: 'switch' }
    default:
      return { ...base, kind: 'other' }
  }
}

function parseText(base: ParameterBase, property: JsonObject): TextParameter {
  return {
    ...base,
    kind: 'text',
    isPath: property['format'] === 'path',
    minLength: memberOr(property, 'minLength', isNullOr(isCount), null),
    maxLength: memberOr(property, 'maxLength', isNullOr(isCount), null),
  }
}

function parseChoice(base: ParameterBase, property: JsonObject): ChoiceParameter {
  return { ...base, kind: 'choice', choices: asList(property['enum'], 'enum').filter(isString) }
}
