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

  it('opens one session after the other, as half of each is a cookie', async () => {
    const { keeper, openSession } = setUp()
    await keeper.open('secret')
    let answer = () => {}
    openSession.mockReturnValueOnce(
      new Promise((resolve) => {
        answer = resolve
      }),
    )

    const renewed = keeper.renew()
    const opened = keeper.open('fresh')
    await Promise.resolve()
    expect(openSession.mock.calls).toEqual([['secret'], ['secret']])

    answer()
    await Promise.all([renewed, opened])
    expect(openSession.mock.calls).toEqual([['secret'], ['secret'], ['fresh']])
  })

  it('opens a session although the one before was refused', async () => {
    const { keeper, openSession } = setUp()
    openSession.mockRejectedValueOnce(new ApiError(401, 'unauthorized', 'No'))

    const [refused, opened] = await Promise.allSettled([keeper.open('old'), keeper.open('fresh')])
    expect([refused.status, opened.status]).toEqual(['rejected', 'fulfilled'])
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
