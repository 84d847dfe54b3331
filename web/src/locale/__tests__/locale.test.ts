// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it } from 'vitest'
import { parseSrc } from 'vue3-gettext'
import catalogue from '../de.po'
import { chooseLanguage, loadTexts } from '../index'

const SOURCES = import.meta.glob<string>(
  ['/src/**/*.vue', '/src/**/*.ts', '!/src/**/__tests__/**', '!/src/testing/**'],
  { query: '?raw', import: 'default', eager: true },
)

const texts = Object.entries(SOURCES).flatMap(([path, source]) =>
  parseSrc(source).map(({ message, context, messagePlural }) => ({
    path,
    message,
    context,
    messagePlural,
  })),
)

/** The translations of one text: one, or one for each plural form. */
function translationsOf(message: string, context?: string): string[] {
  const found = catalogue[message] ?? []
  if (typeof found === 'string') return context === undefined ? [found] : []
  if (Array.isArray(found)) return found
  return [found[context ?? ''] ?? []].flat()
}

function placeholders(text: string): string[] {
  return [...new Set(text.match(/%\{\w+\}/g))].sort()
}

describe('the texts', () => {
  it('are found in the sources', () => {
    expect(texts.length).toBeGreaterThan(100)
  })

  it.each(texts)('are all translated into German: $message ($path)', (text) => {
    const { message, context, messagePlural } = text
    const translations = translationsOf(message, context)

    expect(translations).toHaveLength(messagePlural === undefined ? 1 : 2)
    for (const translation of translations) {
      expect(placeholders(translation)).toEqual(placeholders(message))
    }
  })

  it.each([
    [['de-AT', 'en'], 'de', 'de-AT'],
    [['fr', 'de', 'en'], 'de', 'de'],
    [['en-GB', 'de'], 'en', 'en-GB'],
    [['fr'], 'en', 'en'],
    [[], 'en', 'en'],
  ])('are in the language that the reader likes best: %j', (wanted, language, tag) => {
    expect(chooseLanguage(wanted)).toEqual({ language, tag })
  })

  it('come with their plurals', async () => {
    const { $ngettext } = await loadTexts(['de'])
    const running = (count: number) =>
      $ngettext('%{count} running', '%{count} running', count, { count })

    expect([running(1), running(2)]).toEqual(['1 läuft', '2 laufen'])
  })
})
