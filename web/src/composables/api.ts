// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { InjectionKey } from 'vue'
import { inject } from 'vue'
import type { Api } from '@/api'

export const apiKey: InjectionKey<Api> = Symbol('the daemon')

export function useApi(): Api {
  const api = inject(apiKey)
  if (api === undefined) throw new Error('Nobody provided an Api')
  return api
}
