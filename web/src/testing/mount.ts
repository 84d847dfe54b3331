// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ComponentMountingOptions, VueWrapper } from '@vue/test-utils'
import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, vi } from 'vitest'
import type { Component } from 'vue'
import type { Router } from 'vue-router'
import { createMemoryHistory } from 'vue-router'
import { apiKey } from '@/composables/api'
import { loadTexts } from '@/locale'
import { createAppRouter } from '@/router'
import { FakeApi } from './fake-api'

enableAutoUnmount(afterEach)

export interface Mounted {
  wrapper: VueWrapper
  api: FakeApi
  router: Router
}

export interface MountOptions {
  api?: FakeApi
  path?: string
  language?: string
  props?: Record<string, unknown>
}

/** Mounts @component as in the page, with a daemon that the test plays. */
export async function mountPage(
  component: Component,
  { api = new FakeApi(), path = '/', language = 'en', props = {} }: MountOptions = {},
): Promise<Mounted> {
  const pinia = createPinia()
  const router = createAppRouter(createMemoryHistory())
  const options: ComponentMountingOptions<Component> = {
    props,
    attachTo: document.body,
    global: {
      plugins: [pinia, router, await loadTexts([language])],
      provide: { [apiKey]: api },
    },
  }

  setActivePinia(pinia)
  await router.push(path)
  const wrapper = mount(component, options)
  await flushPromises()
  return { wrapper, api, router }
}

/** Lets what was gathered for the page reach it; needs fake timers. */
export async function settle() {
  await vi.advanceTimersByTimeAsync(100)
  await flushPromises()
}

/** The element with that role and name, as somebody finds it who cannot see the page. */
export function byRole(root: ParentNode, role: string, name: string): HTMLElement {
  const found = [...root.querySelectorAll<HTMLElement>(SELECTORS[role] ?? `[role=${role}]`)].find(
    (element) => nameOf(element) === name,
  )
  if (found === undefined) throw new Error(`There is no ${role} with the name "${name}"`)
  return found
}

const SELECTORS: Readonly<Partial<Record<string, string>>> = {
  button: 'button',
  link: 'a[href]',
  heading: 'h1, h2, h3',
  progressbar: 'progress',
  textbox: 'input, textarea',
  checkbox: 'input[type=checkbox]',
  combobox: 'select',
}

function nameOf(element: HTMLElement): string {
  const label = element.getAttribute('aria-label')
  if (label !== null) return label
  const labels = element.id === '' ? null : document.querySelector(`label[for="${element.id}"]`)
  return (labels ?? element).textContent.replace(/\s+/g, ' ').trim()
}
