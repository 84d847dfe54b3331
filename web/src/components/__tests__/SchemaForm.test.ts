// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/problem'
import type { Parameter } from '@/api/task-type'
import { byRole, mountPage } from '@/testing/mount'
import SchemaForm from '../SchemaForm.vue'

const base = { description: '', isRequired: false, otherwise: null }
const parameters: Parameter[] = [
  {
    ...base,
    kind: 'text',
    name: 'path',
    title: 'File',
    description: 'What to read',
    isRequired: true,
    isPath: true,
    minLength: null,
    maxLength: null,
  },
  { ...base, kind: 'choice', name: 'method', title: 'Method', choices: ['gzip', 'xz'] },
  {
    ...base,
    kind: 'number',
    name: 'level',
    title: 'Level',
    isWhole: true,
    minimum: 1,
    maximum: 9,
    otherwise: 6,
  },
  { ...base, kind: 'switch', name: 'verify', title: 'Verify' },
  {
    ...base,
    kind: 'text',
    name: 'notes',
    title: 'Notes',
    isPath: false,
    minLength: null,
    maxLength: 4_000,
  },
  { ...base, kind: 'other', name: 'env', title: 'Environment' },
]

async function setUp() {
  const { wrapper } = await mountPage(SchemaForm, {
    props: { parameters, refusal: null, isBusy: false },
  })
  const root: HTMLElement = wrapper.element
  const field = (role: string, name: string) => byRole(root, role, name) as HTMLInputElement
  const type = (name: string, text: string) => {
    const input = field('textbox', name)
    input.value = text
    input.dispatchEvent(new Event('input'))
  }
  const submit = async () => {
    await wrapper.get('form').trigger('submit')
    await flushPromises()
  }
  const refuse = async (pointer: string | null, detail = 'That file is not there') => {
    await wrapper.setProps({ refusal: new ApiError(400, 'invalid-parameter', detail, pointer) })
    await flushPromises()
  }
  const orders = () => wrapper.emitted('order') ?? []
  return { wrapper, field, type, submit, refuse, orders }
}

/** What a screen reader says about a field, beside its name. */
function description(field: HTMLElement): string {
  const ids = field.getAttribute('aria-describedby')?.split(' ') ?? []
  return ids.map((id) => document.getElementById(id)?.textContent).join(' ')
}

describe('a form made of a schema', () => {
  it('has a control of its kind for each parameter', async () => {
    const { wrapper, field } = await setUp()

    expect(field('textbox', 'File').required).toBe(true)
    expect(field('combobox', 'Method (optional)').tagName).toBe('SELECT')
    expect(field('textbox', 'Level (optional)').value).toBe('6')
    expect(field('checkbox', 'Verify').checked).toBe(false)
    expect(field('textbox', 'Notes (optional)').tagName).toBe('TEXTAREA')
    expect(wrapper.text()).toContain('“Environment” cannot be given in this form.')
  })

  it('says what was typed, and the title', async () => {
    const { field, type, submit, orders } = await setUp()
    type('File', '/srv/big.bin')
    type('Title (optional)', ' Mine ')
    field('checkbox', 'Verify').click()

    await submit()

    expect(orders()).toEqual([
      [{ title: 'Mine', parameters: { path: '/srv/big.bin', level: 6, verify: true } }],
    ])
  })

  it('goes to the first field that is wrong, and says there what to do', async () => {
    const { field, type, submit, orders } = await setUp()
    type('Level (optional)', '12')

    await submit()

    const file = field('textbox', 'File')
    expect(orders()).toEqual([])
    expect(document.activeElement).toBe(file)
    expect(description(file)).toBe('What to read Fill this in.')
    expect(description(field('textbox', 'Level (optional)'))).toBe('Type 9 or less.')
  })

  it('shows the refusal of the daemon at the field that it is about, and goes there', async () => {
    const { field, refuse } = await setUp()

    await refuse('/parameters/path')

    const file = field('textbox', 'File')
    expect(file.getAttribute('aria-invalid')).toBe('true')
    expect(description(file)).toBe('What to read That file is not there')
    expect(document.activeElement).toBe(file)
  })

  it.each(['/title'])('knows the field of the title: %s', async (pointer) => {
    const { field, refuse } = await setUp()

    await refuse(pointer, 'Too long')

    expect(description(field('textbox', 'Title (optional)'))).toContain('Too long')
  })

  it.each([null, '/type', '/parameters/unknown'])(
    'shows a refusal that no field is to blame for above them: %s',
    async (pointer) => {
      const { wrapper, refuse } = await setUp()

      await refuse(pointer, 'The queue is full')

      const alert = wrapper.get('[role=alert]')
      expect(alert.text()).toBe('The queue is full')
      expect(document.activeElement).toBe(alert.element)
    },
  )

  it('loses nothing that was typed when the daemon refuses', async () => {
    const { field, type, submit, refuse } = await setUp()
    type('File', 'big.bin')
    type('Notes (optional)', 'many words')
    await submit()

    await refuse('/parameters/path')

    expect(field('textbox', 'File').value).toBe('big.bin')
    expect(field('textbox', 'Notes (optional)').value).toBe('many words')
  })
})
