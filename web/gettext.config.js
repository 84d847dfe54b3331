// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/** For 'npm run extract': merges new texts into the catalogues (needs msgmerge of GNU gettext). */
export default {
  input: {
    path: './src',
    include: ['**/*.vue', '**/*.ts'],
    exclude: ['**/__tests__/**', 'testing/**'],
  },
  output: {
    path: './src/locale',
    // Only a step on the way to the catalogues: not kept.
    potPath: '../../node_modules/.tmp/headway-web.pot',
    locales: ['de'],
    flat: true,
    linguas: false,
    locations: false,
    fuzzyMatching: false,
  },
}
