// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { ProxyOptions } from 'vite'
import { defineConfig } from 'vitest/config'
import { gettextCatalogues } from './scripts/po-plugin.ts'

/** The daemon that 'npm run dev' talks to. */
const daemon = process.env['HEADWAY_URL'] ?? 'http://127.0.0.1:5031'

// The daemon answers only a request whose Host and Origin are its own.
const proxy: ProxyOptions = {
  target: daemon,
  changeOrigin: true,
  ws: true,
  headers: { origin: new URL(daemon).origin },
}

export default defineConfig({
  plugins: [vue(), gettextCatalogues()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    target: 'es2022',
    // The polyfill is for browsers that this target leaves out anyway.
    modulePreload: { polyfill: false },
    // The content security policy allows data: for images only.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'vendor', test: /node_modules/ }] } },
    },
  },
  server: { proxy: { '/api': proxy, '/hub': proxy, '/add-task': proxy } },
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { url: 'http://127.0.0.1:5031/' } },
    include: ['src/**/__tests__/*.test.ts'],
    // Only the colours are read by a test.
    css: { include: /tokens\.css/ },
    restoreMocks: true,
    unstubGlobals: true,
  },
})
