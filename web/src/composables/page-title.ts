// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { MaybeRefOrGetter } from 'vue'
import { toValue, watchEffect } from 'vue'

/** Names the browser's tab. The least of a title is what stands first. */
export function usePageTitle(title: MaybeRefOrGetter<string>) {
  watchEffect(() => {
    document.title = `${toValue(title)} · Headway`
  })
}
