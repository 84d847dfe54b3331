// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import PO from 'pofile'
import type { Plugin } from 'vite'

/** vue3-gettext imports the reader of PO files that only its tools need: the pages get none. */
const NO_READER = '\0headway-no-po-reader'

type Translation = string | string[]

/** A translation, or one for each context; the context "" is none. */
type Message = Translation | Record<string, Translation>

/** Lets 'import messages from "./de.po"' give what vue3-gettext reads, so that no made file is kept. */
export function gettextCatalogues(): Plugin {
  return {
    name: 'headway-gettext-catalogues',
    enforce: 'pre',
    resolveId(source, importer) {
      return source === 'pofile' && importer?.includes('vue3-gettext') ? NO_READER : null
    },
    load(id) {
      return id === NO_READER ? 'export default null' : null
    },
    transform(code, id) {
      if (!id.endsWith('.po')) return null
      return { code: `export default ${JSON.stringify(readCatalogue(code))}`, map: null }
    },
  }
}

/** Turns the text of a PO file into msgid → translation; what is fuzzy or empty is left out. */
export function readCatalogue(text: string): Record<string, Message> {
  const found = new Map<string, Record<string, Translation>>()

  for (const item of PO.parse(text).items) {
    const [first = ''] = item.msgstr
    if (item.obsolete || item.flags['fuzzy'] || first === '') continue

    const contexts = found.get(item.msgid) ?? {}
    contexts[item.msgctxt ?? ''] = item.msgid_plural ? item.msgstr : first
    found.set(item.msgid, contexts)
  }
  return Object.fromEntries([...found].map(([msgid, contexts]) => [msgid, simplify(contexts)]))
}

/** Most texts stand in no context. */
function simplify(contexts: Record<string, Translation>): Message {
  const plain = contexts['']
  return plain !== undefined && Object.keys(contexts).length === 1 ? plain : contexts
}
