// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { ApiError } from './problem'

export interface SessionKeeperOptions {
  openSession: (token: string) => Promise<void>
  /** The cookie is not good any more, and there is no token to get another for. */
  onLost: () => void
}

/**
 * A cookie ends with the daemon that gave it. As long as the tab is open, the token that it was
 * traded for stands here, and nowhere else, so that a page lives on when the daemon is started anew.
 */
export class SessionKeeper {
  readonly #openSession: SessionKeeperOptions['openSession']
  readonly #onLost: () => void
  #token: string | null = null
  #renewing: Promise<boolean> | null = null
  #lastTrade: Promise<void> = Promise.resolve()

  constructor({ openSession, onLost }: SessionKeeperOptions) {
    this.#openSession = openSession
    this.#onLost = onLost
  }

  /** Opens a session, and remembers how. */
  async open(token: string) {
    await this.#tradeInTurn(token)
    this.#token = token
  }

  /** One after the other: half of a session is a cookie, and must not stand beside another's half. */
  #tradeInTurn(token: string): Promise<void> {
    const trade = this.#lastTrade.then(() => this.#openSession(token))
    this.#lastTrade = trade.catch(() => {
      // Whoever asked for it hears why.
    })
    return trade
  }

  /** Whether there is a good cookie again. Many may ask at once: the token is traded once. */
  renew(): Promise<boolean> {
    this.#renewing ??= this.#trade().finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #trade(): Promise<boolean> {
    if (this.#token === null) {
      this.#onLost()
      return false
    }
    try {
      await this.#tradeInTurn(this.#token)
      return true
    } catch (error) {
      // No answer says nothing about the token.
      if (!(error instanceof ApiError)) return false
      this.#token = null
      this.#onLost()
      return false
    }
  }
}
