// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

const NAME = 'headway-session'

/**
 * The half of the session that is not in the cookie. A browser gives cookies to every server on this
 * machine, whoever runs it, and what is stored here only to pages of this one's port; and a script
 * that reads this does not read the cookie. So neither is worth anything alone.
 */
export class SessionKey {
  readonly #getStorage: () => Storage
  #value: string | null = null

  /** Where nothing may be stored, even to ask for the storage throws. */
  constructor(getStorage: () => Storage) {
    this.#getStorage = getStorage
  }

  /** What another tab has stored is as good, and newer: the cookie is of all tabs as well. */
  get(): string | null {
    try {
      return this.#getStorage().getItem(NAME) ?? this.#value
    } catch {
      return this.#value
    }
  }

  /** Where nothing may be stored, it is good for as long as the tab is open. */
  set(value: string) {
    this.#value = value
    try {
      this.#getStorage().setItem(NAME, value)
    } catch {
      // It stands in this tab.
    }
  }
}
