// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { LanguageData } from 'vue3-gettext'
import { createGettext } from 'vue3-gettext'

/** Each catalogue is loaded only by who reads it. */
const CATALOGUES: Readonly<Record<string, () => Promise<{ default: LanguageData }>>> = {
  de: () => import('./de.po'),
}

const SOURCE_LANGUAGE = 'en'

/** The first of @wanted that there are texts in: its catalogue, and the tag with its region. */
export function chooseLanguage(wanted: readonly string[]): { language: string; tag: string } {
  for (const tag of wanted) {
    const language = tag.split('-', 1)[0]?.toLowerCase() ?? ''
    if (language === SOURCE_LANGUAGE || language in CATALOGUES) return { language, tag }
  }
  return { language: SOURCE_LANGUAGE, tag: SOURCE_LANGUAGE }
}

export type Texts = ReturnType<typeof createGettext>

/** The texts of this page in the language its reader likes best. */
export async function loadTexts(wanted: readonly string[]): Promise<Texts> {
  const { language } = chooseLanguage(wanted)
  const messages = await CATALOGUES[language]?.()

  return createGettext({
    availableLanguages: { en: 'English', de: 'Deutsch' },
    defaultLanguage: language,
    sourceCodeLanguage: SOURCE_LANGUAGE,
    translations: messages === undefined ? {} : { [language]: messages.default },
    // English is the source: it has no catalogue, and that is no fault.
    silent: true,
  })
}
