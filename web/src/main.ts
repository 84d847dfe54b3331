// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import '@/styles/tokens.css'
import '@/styles/base.css'
import '@/styles/form.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createApi } from '@/api'
import { takeToken } from '@/api/token'
import App from '@/App.vue'
import { apiKey } from '@/composables/api'
import { chooseLanguage, loadTexts } from '@/locale'
import { createAppRouter } from '@/router'
import { useSessionStore } from '@/stores/session'

// Before the router looks at the address, and before anything can fail.
const token = takeToken(window)

document.documentElement.lang = chooseLanguage(navigator.languages).tag

const pinia = createPinia()
const api = createApi({
  onUnauthorized() {
    useSessionStore(pinia).set('missing')
  },
})

createApp(App, { token })
  .use(pinia)
  .use(await loadTexts(navigator.languages))
  .use(createAppRouter())
  .provide(apiKey, api)
  .mount('#app')
