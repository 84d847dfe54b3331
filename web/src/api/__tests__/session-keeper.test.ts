// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import { describe, expect, it, vi } from 'vitest'
import { ApiError, UnreachableError } from '../problem'
import { SessionKeeper } from '../session-keeper'

function setUp() {
  const openSession = vi.fn<(token: string) => Promise<void>>(() => Promise.resolve())
  const onLost = vi.fn()
  return { keeper: new SessionKeeper({ openSession, onLost }), openSession, onLost }
}

describe('the keeper of the session', () => {
  it('trades the same token again when the daemon was started anew', async () => {
    const { keeper, openSession, onLost } = setUp()
    await keeper.open('secret')

    expect(await keeper.renew()).toBe(true)
    expect(openSession.mock.calls).toEqual([['secret'], ['secret']])
    expect(onLost).not.toHaveBeenCalled()
  })

  it('trades once for all that ask at the same time', async () => {
    const { keeper, openSession } = setUp()
    await keeper.open('secret')

    expect(await Promise.all([keeper.renew(), keeper.renew()])).toEqual([true, true])
    expect(openSession).toHaveBeenCalledTimes(2)
  })

  it('says that the session is lost without a token', async () => {
    const { keeper, openSession, onLost } = setUp()

    expect(await keeper.renew()).toBe(false)
    expect(openSession).not.toHaveBeenCalled()
    expect(onLost).toHaveBeenCalledOnce()
  })

  it('forgets a token that is not the daemon’s any more', async () => {
    const { keeper, openSession, onLost } = setUp()
    await keeper.open('secret')
    openSession.mockRejectedValueOnce(new ApiError(401, 'unauthorized', 'No'))

    expect([await keeper.renew(), await keeper.renew()]).toEqual([false, false])
    expect(openSession).toHaveBeenCalledTimes(2)
    expect(onLost).toHaveBeenCalledTimes(2)
  })

  it('keeps the token while the daemon does not answer', async () => {
    const { keeper, openSession, onLost } = setUp()
    await keeper.open('secret')
    openSession.mockRejectedValueOnce(new UnreachableError(null))

    expect([await keeper.renew(), await keeper.renew()]).toEqual([false, true])
    expect(onLost).not.toHaveBeenCalled()
  })

  it('does not keep a token that was refused', async () => {
    const { keeper, openSession, onLost } = setUp()
    openSession.mockRejectedValueOnce(new ApiError(401, 'unauthorized', 'No'))

    await expect(keeper.open('wrong')).rejects.toThrow('No')
    expect(await keeper.renew()).toBe(false)
    expect(onLost).toHaveBeenCalledOnce()
  })
})
