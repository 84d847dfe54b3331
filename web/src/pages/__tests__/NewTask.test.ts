// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/problem'
import type { TextParameter } from '@/api/task-type'
import { FakeApi } from '@/testing/fake-api'
import { byRole, mountPage } from '@/testing/mount'
import { makeTask, makeTaskType } from '@/testing/samples'
import NewTaskFormPage from '../NewTaskFormPage.vue'
import NewTaskPage from '../NewTaskPage.vue'

const path: TextParameter = {
  kind: 'text',
  name: 'path',
  title: 'File',
  description: '',
  isRequired: true,
  otherwise: null,
  isPath: true,
  minLength: null,
  maxLength: null,
}

function daemon(): FakeApi {
  const api = new FakeApi()
  api.types = [
    makeTaskType({ parameters: [path] }),
    makeTaskType({ name: 'command', title: 'Command', isLocalOnly: true }),
  ]
  return api
}

async function mountForm(type: string, api = daemon()) {
  const { wrapper, router } = await mountPage(NewTaskFormPage, { api, props: { type } })
  const root: HTMLElement = wrapper.element
  const add = async (text: string) => {
    await wrapper.get('input').setValue(text)
    await wrapper.get('form').trigger('submit')
    await flushPromises()
  }
  return { api, wrapper, root, router, add }
}

describe('the choice of a kind of task', () => {
  it('leads to the form of each', async () => {
    const { wrapper } = await mountPage(NewTaskPage, { api: daemon() })

    const link = byRole(wrapper.element as HTMLElement, 'link', 'Checksum')

    expect(link.getAttribute('href')).toBe('/new/checksum')
  })

  it('does not offer a kind that needs a shell, and says so', async () => {
    const { wrapper } = await mountPage(NewTaskPage, { api: daemon() })

    expect(() => byRole(wrapper.element as HTMLElement, 'link', 'Command')).toThrow()
    expect(wrapper.get('.local').text()).toContain('Only from this machine’s shell')
    expect(wrapper.get('.local').text()).toContain('Command')
  })
})

describe('the form of a kind of task', () => {
  it('adds a task and leads to it', async () => {
    const { api, router, add } = await mountForm('checksum')
    api.addTask.mockResolvedValue(makeTask({ id: 12 }))

    await add('/srv/big.bin')

    expect(api.addTask).toHaveBeenCalledWith({
      type: 'checksum',
      parameters: { path: '/srv/big.bin' },
    })
    expect(router.currentRoute.value.path).toBe('/tasks/12')
  })

  it('stays, with all that was typed, when the daemon refuses', async () => {
    const { api, wrapper, root, add } = await mountForm('checksum')
    const refusal = new ApiError(400, 'invalid-parameter', 'No such file', '/parameters/path')
    api.addTask.mockRejectedValue(refusal)

    await add('/srv/gone')

    const file = byRole(root, 'textbox', 'File') as HTMLInputElement
    expect(file.value).toBe('/srv/gone')
    expect(document.activeElement).toBe(file)
    expect(wrapper.text()).toContain('No such file')
  })

  it('shows the same refusal again when the same is sent again', async () => {
    const { api, wrapper, add } = await mountForm('checksum')
    api.addTask.mockRejectedValue(new ApiError(400, 'x', 'No such file', '/parameters/path'))

    await add('/srv/gone')
    await add('/srv/gone')

    expect(wrapper.get('.problem').text()).toBe('No such file')
    expect(api.addTask).toHaveBeenCalledTimes(2)
  })

  it('has no fields for a kind that needs a shell', async () => {
    const { wrapper } = await mountForm('command')

    expect(wrapper.find('form').exists()).toBe(false)
    expect(wrapper.text()).toContain('only from this machine’s shell')
  })

  it('says that there is no such kind', async () => {
    const { root } = await mountForm('dance')

    expect(byRole(root, 'heading', 'There is no kind of task called “dance”')).toBeTruthy()
  })
})
