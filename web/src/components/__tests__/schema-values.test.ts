// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it } from 'vitest'
import type { NumberParameter, TextParameter } from '@/api/task-type'
import { collect, initialValues, parameterAt } from '../schema-values'

const base = { title: 'T', description: '', isRequired: false, otherwise: null }
const path: TextParameter = {
  ...base,
  kind: 'text',
  name: 'path',
  isRequired: true,
  isPath: true,
  minLength: null,
  maxLength: null,
}
const steps: NumberParameter = {
  ...base,
  kind: 'number',
  name: 'steps',
  isWhole: true,
  minimum: 1,
  maximum: 9,
  otherwise: 5,
}
const delay: NumberParameter = { ...steps, name: 'delay', isWhole: false, minimum: 0 }
const fail = { ...base, kind: 'switch' as const, name: 'fail', otherwise: true }

describe('the values of a form', () => {
  it('begin with the defaults', () => {
    expect(initialValues([path, steps, fail])).toEqual({ path: '', steps: '5', fail: true })
  })

  it('are sent in the type that the daemon asks for', () => {
    const values = { path: '/srv/a', steps: ' 3 ', delay: '0,5', fail: false }

    expect(collect([path, steps, delay, fail], values).parameters).toEqual({
      path: '/srv/a',
      steps: 3,
      delay: 0.5,
      fail: false,
    })
  })

  it('are left out where nothing was typed', () => {
    expect(collect([steps], { steps: '' })).toEqual({ parameters: {}, faults: new Map() })
  })

  it.each([
    [path, '', { kind: 'missing' }],
    [steps, 'three', { kind: 'not-a-number' }],
    [steps, '0x10', { kind: 'too-large', limit: 9 }],
    [steps, '1.5', { kind: 'not-whole' }],
    [steps, '0', { kind: 'too-small', limit: 1 }],
    [steps, '10', { kind: 'too-large', limit: 9 }],
    [{ ...path, minLength: 3 }, '/a', { kind: 'too-short', limit: 3 }],
    [{ ...path, maxLength: 2 }, '👍👍👍', { kind: 'too-long', limit: 2 }],
  ])('are held to the schema: %#', (parameter, typed, fault) => {
    const { faults, parameters } = collect([parameter], { [parameter.name]: typed })

    expect(faults.get(parameter.name)).toEqual(fault)
    expect(parameters).toEqual({})
  })

  it.each([
    ['/parameters/path', 'path'],
    ['/parameters/argv/0', 'argv'],
    ['/parameters/a~1b~0c', 'a/b~c'],
    ['/title', null],
    ['/parameters', null],
    [null, null],
  ])('are found by a JSON pointer: %s', (pointer, name) => {
    expect(parameterAt(pointer)).toBe(name)
  })
})
