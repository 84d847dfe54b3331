// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import vitest from '@vitest/eslint-plugin'
import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import prettier from 'eslint-config-prettier/flat'
import vue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'
import { globalIgnores } from 'eslint/config'

const TESTS = ['src/**/__tests__/**', 'src/testing/**']

export default defineConfigWithVueTs(
  globalIgnores(['dist/**', 'coverage/**']),
  { files: ['**/*.{ts,vue}'] },
  ...vue.configs['flat/recommended'],
  ...a11y.configs['flat/recommended'],
  vueTsConfigs.strictTypeChecked,
  { ...vitest.configs.recommended, files: TESTS },
  {
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': 'error',
      'vue/no-unused-emit-declarations': 'error',
      'vue/no-v-html': 'error',
      // Numbers and booleans in a template text are what they look like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A label beside its control is as good as one around it.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  {
    name: 'a suite is one function, however many claims it makes',
    files: TESTS,
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    name: 'only api/ talks to the daemon',
    files: ['src/**/*.{ts,vue}'],
    ignores: ['src/api/**', 'src/testing/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: ['@microsoft/signalr'] }],
      'no-restricted-globals': ['error', 'fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource'],
    },
  },
  {
    name: 'stores are pure: they neither ask the daemon nor the page',
    files: ['src/stores/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^@/(components|composables|pages)', message: 'Stores know only api types.' },
            { regex: '^@microsoft/signalr', message: 'Only api/ talks to the daemon.' },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'fetch', 'WebSocket', 'window', 'document', 'setTimeout'],
    },
  },
  prettier,
)
