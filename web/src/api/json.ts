// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

export interface JsonObject {
  [name: string]: JsonValue
}

/** A question whether a value that came from outside is what it should be. */
export type Check<T> = (value: unknown) => value is T

/** The daemon said something that is not in the protocol. */
export class MalformedError extends Error {
  constructor(what: string) {
    super(`The daemon sent something this page does not understand (${what}).`)
    this.name = 'MalformedError'
  }
}

export const isString: Check<string> = (value) => typeof value === 'string'

export const isBoolean: Check<boolean> = (value) => typeof value === 'boolean'

export const isNumber: Check<number> = (value): value is number =>
  typeof value === 'number' && Number.isFinite(value)

/** A number that counts or names something: whole, not negative, exact in JavaScript. */
export const isCount: Check<number> = (value): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

export const isInteger: Check<number> = (value): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value)

/** What JSON.parse() gives for an object is one of these, whatever is in it. */
export const isJsonObject: Check<JsonObject> = (value): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isJsonValue: Check<JsonValue> = (value): value is JsonValue =>
  value === null ||
  isString(value) ||
  isBoolean(value) ||
  isNumber(value) ||
  isJsonObject(value) ||
  Array.isArray(value)

export function isOneOf<T extends string>(words: readonly T[]): Check<T> {
  return (value): value is T => words.some((word) => word === value)
}

export function isNullOr<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value)
}

/** The member @name of @record, which must be there and pass @check. */
export function member<T>(record: JsonObject, name: string, check: Check<T>): T {
  const value: unknown = record[name]
  if (!check(value)) throw new MalformedError(name)
  return value
}

/** The member @name of @record, or @otherwise where there is none. */
export function memberOr<T, U>(
  record: JsonObject,
  name: string,
  check: Check<T>,
  otherwise: U,
): T | U {
  return record[name] === undefined ? otherwise : member(record, name, check)
}

export function asObject(value: unknown, what: string): JsonObject {
  if (!isJsonObject(value)) throw new MalformedError(what)
  return value
}

export function asList(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new MalformedError(what)
  return value
}
