// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { IncomingHttpHeaders } from 'node:http'
import type { Daemon } from './daemon.ts'
import { startDaemon } from './daemon.ts'
import type { Rest } from './rest.ts'
import { overTcp } from './rest.ts'
import type { Json } from './words.ts'

export interface Schema {
  type?: string | string[]
  enum?: string[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  $ref?: string
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  schema: Schema
  required?: boolean
  example?: string
  'x-media-type'?: string
}

interface Header {
  required?: boolean
  schema: Schema
}

interface Response {
  $ref?: string
  headers?: Record<string, Header>
  content?: Record<string, { schema: Schema }>
}

export interface Operation {
  operationId: string
  description?: string
  parameters?: Parameter[]
  requestBody?: unknown
  responses: Record<string, Response>
  security?: Record<string, string[]>[]
  'x-any-query'?: boolean
  'x-websocket'?: boolean
}

export interface Place {
  path: string
  method: string
  operation: Operation
  /** Those of the path, too. */
  parameters: Parameter[]
}

type Method = 'get' | 'head' | 'post' | 'delete'

type PathItem = Partial<Record<Method, Operation>> & { parameters?: Parameter[] }

export interface OpenApi {
  openapi: string
  security: Record<string, string[]>[]
  paths: Record<string, PathItem>
  components: { schemas: Record<string, Record<string, Json>> }
}

/** What can be judged of an answer. */
export interface Heard {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']

/** Fields that mean something here, so that they are listed wherever they come. */
const TELLING = /^(?:headway-.*|location|set-cookie|etag|www-authenticate|content-disposition)$/

const FORMATS = {
  path: /^\//,
  password: true,
  uri: { validate: (text: string) => URL.canParse(text) },
  'uri-reference': { validate: (text: string) => URL.canParse(text, 'http://localhost/') },
  'date-time': { validate: (text: string) => !Number.isNaN(Date.parse(text)) },
  'json-pointer': /^(?:\/(?:[^~/]|~0|~1)*)*$/,
} as const

/** A member that is not in the document is a fault here, while clients pass over it. */
function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      name === 'unevaluatedProperties' ? false : close(entry),
    ]),
  )
}

function placesOf(path: string, { parameters: shared = [], ...operations }: PathItem): Place[] {
  return Object.entries(operations).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation,
    parameters: [...shared, ...(operation.parameters ?? [])],
  }))
}

/** The daemon's description of itself, and whatever is held to it. */
export class Description {
  readonly json: OpenApi
  readonly places: Place[]
  readonly #ajv = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false })
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(json: OpenApi) {
    this.json = json
    for (const [name, format] of Object.entries(FORMATS)) this.#ajv.addFormat(name, format)
    this.#ajv.addVocabulary(['discriminator', ...Object.keys(json)])
    this.#ajv.addSchema(close(json) as object, 'openapi')
    this.places = Object.entries(json.paths).flatMap(([path, item]) => placesOf(path, item))
    for (const place of this.places) {
      place.parameters = place.parameters.map((parameter) => this.resolve(parameter))
    }
  }

  static async of(rest: Rest): Promise<Description> {
    return new Description((await rest.get('/openapi.json')).json as OpenApi)
  }

  /** What a reference leads to, if the value is one and nothing else. */
  resolve<T extends object>(value: T): T {
    if (!('$ref' in value) || typeof value.$ref !== 'string') return value
    const parts = value.$ref.replace(/^#\//, '').split('/')
    const found = parts.reduce<unknown>(
      (at, part) => (at as Record<string, unknown>)[part],
      this.json,
    )
    return found as T
  }

  /** Where a request goes to. */
  find(method: string, url: string): Place | undefined {
    const path = url.replace(/\?.*/, '')
    return this.places.find(
      (place) =>
        place.method === method &&
        new RegExp(`^${place.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    )
  }

  place(operationId: string): Place {
    const found = this.places.find(({ operation }) => operation.operationId === operationId)
    if (found === undefined) throw new Error(`There is no operation ${operationId}`)
    return found
  }

  /** What is wrong with a value, by a pointer into the document. */
  faultsAt(pointer: string, value: unknown): string[] {
    let validate = this.#validators.get(pointer)
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` })
      this.#validators.set(pointer, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    )
  }

  faultsOf(schema: string, value: unknown): string[] {
    return this.faultsAt(`/components/schemas/${schema}`, value)
  }

  /** Whatever an answer has that its operation does not say. */
  faults(place: Place, { status, headers, text }: Heard): string[] {
    const { path, method, operation } = place
    const listed = operation.responses[String(status)]
    if (listed === undefined) return [`${status} is not listed`]

    const response = this.resolve(listed)
    const pointer =
      listed.$ref?.slice(1) ??
      `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${status}`
    return [
      ...this.#faultsOfHeaders(response, headers),
      ...this.#faultsOfBody(response, pointer, headers, method === 'HEAD' ? undefined : text),
    ]
  }

  #faultsOfHeaders({ headers: listed = {} }: Response, headers: IncomingHttpHeaders): string[] {
    const faults: string[] = []
    for (const [name, header] of Object.entries(listed)) {
      const value = headers[name.toLowerCase()]
      if (value === undefined && this.resolve(header).required) faults.push(`${name} is missing`)
    }
    const names = Object.keys(listed).map((name) => name.toLowerCase())
    const unlisted = Object.keys(headers).filter(
      (name) => TELLING.test(name) && !names.includes(name),
    )
    return [...faults, ...unlisted.map((name) => `${name} is not listed`)]
  }

  #faultsOfBody(
    { content = {} }: Response,
    pointer: string,
    headers: IncomingHttpHeaders,
    text: string | undefined,
  ): string[] {
    if (text === undefined) return []
    const type = headers['content-type']
    const types = Object.keys(content)
    if (types.length === 0) return text === '' ? [] : [`there is a body of ${type ?? 'nothing'}`]
    if (type === undefined || !types.includes(type)) return [`a body of ${type ?? 'nothing'}`]

    const name = type.replaceAll('~', '~0').replaceAll('/', '~1')
    const value: unknown = type.endsWith('json') ? JSON.parse(text) : text
    return this.faultsAt(`${pointer}/content/${name}/schema`, value)
  }
}

const TYPES = {
  leave:
    '[Task]\ntitle=Leave\n[Command]\nargv=/bin/sh;-c;cd "$HEADWAY_RESULT_DIR" && echo x | tee a.txt;\n',
  hold: '[Task]\ntitle=Hold\ntimeout=3600\n[Command]\nargv=/bin/sleep;3600\n',
  secret:
    '[Task]\ntitle=Secret\n[Command]\nargv=/bin/true\nenvironment={env}\n[Parameter env]\ntype=environment\nhidden=true\n',
}

/** A daemon with what it says of itself. */
export interface Begun {
  daemon: Daemon
  rest: Rest
  api: Description
}

export async function beginDescribed(): Promise<Begun> {
  const daemon = await startDaemon({ taskTypes: TYPES })
  const rest = overTcp(daemon)
  return { daemon, rest, api: await Description.of(rest) }
}

/** A number that no task has here. */
export const NOBODY = 999

/** The address of an operation. */
export function fill({ path }: Place, id: number, query = ''): string {
  const filled = path.replace('{id}', String(id)).replace('{name}', 'a.txt')
  return query === '' ? filled : `${filled}?${query}`
}
