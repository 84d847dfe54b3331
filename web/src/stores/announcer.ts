// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { defineStore } from 'pinia'
import { ref } from 'vue'

/** The last thing worth saying aloud to somebody who cannot see the page change. */
export const useAnnouncerStore = defineStore('announcer', () => {
  const words = ref('')

  function say(sentence: string) {
    words.value = sentence
  }

  return { words, say }
})
