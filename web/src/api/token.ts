// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * Takes the token out of the page's address (#token=…), where neither a server's log nor a referrer
 * ever sees it, and clears it from there, so that it does not stay in the history either.
 */
export function takeToken(page: Pick<Window, 'location' | 'history'>): string | null {
  const { hash, pathname, search } = page.location
  const token = new URLSearchParams(hash.slice(1)).get('token')
  if (token === null) return null

  page.history.replaceState(page.history.state, '', pathname + search)
  return token === '' ? null : token
}

/** The token in what somebody pasted: the bare token, or the address with the token in it. */
export function tokenFrom(pasted: string): string {
  const text = pasted.trim()
  const fragment = text.split('#')[1]
  return new URLSearchParams(fragment ?? '').get('token') ?? text
}
