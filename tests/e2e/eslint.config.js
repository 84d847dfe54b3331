// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import vitest from '@vitest/eslint-plugin'
import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import prettier from 'eslint-config-prettier/flat'
import { globalIgnores } from 'eslint/config'

export default defineConfigWithVueTs(
  globalIgnores(['node_modules', 'node_modules/**']),
  { files: ['**/*.ts', '**/*.js'] },
  vueTsConfigs.strictTypeChecked,
  { ...vitest.configs.recommended, files: ['*.e2e.ts', 'stress/*.ts'] },
  {
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      // Numbers and booleans in a template text are what they look like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // What a test waits for shows in the order it is written.
      'no-await-in-loop': 'off',
    },
  },
  {
    name: 'helpers that hold a claim of their own',
    files: ['*.e2e.ts', 'stress/*.ts'],
    rules: {
      'vitest/valid-expect': ['error', { maxArgs: 2 }],
      'vitest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*'] }],
    },
  },
  prettier,
)
