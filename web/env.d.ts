// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/// <reference types="vite/client" />

/** A catalogue, turned into what vue3-gettext reads by scripts/po-plugin.ts. */
declare module '*.po' {
  import type { LanguageData } from 'vue3-gettext'

  const messages: LanguageData
  export default messages
}
