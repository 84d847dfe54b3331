// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Follows events as a browser's EventSource does (WHATWG HTML, 9.2). Not in TypeScript, as
// clients that are processes of their own use it, too.

import { request } from 'node:http'

/** What a stream of events is taken apart into. */
class Parser {
  /**
   * @param {string} lastId
   * @param {(data: string) => void} take
   */
  constructor(lastId, take) {
    this.lastId = lastId
    this.id = lastId
    this.take = take
    this.decoder = new TextDecoder()
    this.rest = ''
    /** @type {string[]} */
    this.data = []
  }

  /** @param {Uint8Array} bytes */
  push(bytes) {
    const all = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n')
    this.rest = all.pop() ?? ''
    for (const line of all) this.read(line.replace(/\r$/, ''))
  }

  /** @param {string} line */
  read(line) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (line === '') this.dispatch()
    else if (name === 'data') this.data.push(value)
    else if (name === 'id') this.id = value
  }

  dispatch() {
    this.lastId = this.id
    const data = this.data.join('\n')
    this.data = []
    if (data !== '') this.take(data)
  }
}

/**
 * @typedef {object} Reading
 * @property {string} [lastId] behind which event to begin
 * @property {number} retry the pause before it comes again, in ms
 * @property {number} [silence] after how long it takes a connection for dead, in ms
 * @property {(data: string) => void} take
 * @property {() => void} [opened]
 * @property {(status: number) => void} [ended] when it was told not to come again
 */

/** Somebody who follows events, and comes again by themselves. */
export class EventReader {
  /**
   * @param {import('node:http').RequestOptions & { headers: Readonly<Record<string, string>> }} options
   * @param {Reading} reading
   */
  constructor(options, reading) {
    this.options = options
    this.reading = reading
    this.lastId = reading.lastId ?? ''
    this.isClosed = false
    /** @type {import('node:http').ClientRequest | null} */
    this.sent = null
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined
    this.connect()
  }

  close() {
    this.isClosed = true
    clearTimeout(this.timer)
    this.sent?.destroy()
  }

  connect() {
    const headers = {
      ...this.options.headers,
      Accept: 'text/event-stream',
      ...(this.lastId !== '' && { 'Last-Event-ID': this.lastId }),
    }
    const sent = request({ ...this.options, headers, agent: false })
    const again = () => {
      this.again(sent)
    }
    sent.on('response', (answer) => {
      this.hear(answer, again)
    })
    sent.on('error', again)
    if (this.reading.silence !== undefined) sent.setTimeout(this.reading.silence, again)
    this.sent = sent
    sent.end()
  }

  /**
   * @param {import('node:http').IncomingMessage} answer
   * @param {() => void} again
   */
  hear(answer, again) {
    if (answer.statusCode !== 200) {
      this.isClosed = true
      answer.resume()
      this.reading.ended?.(answer.statusCode ?? 0)
      return
    }

    this.reading.opened?.()
    const parser = new Parser(this.lastId, (data) => {
      this.lastId = parser.lastId
      this.reading.take(data)
    })
    answer.on('data', (/** @type {Buffer} */ bytes) => {
      parser.push(bytes)
    })
    answer.on('error', again).on('close', again)
  }

  /**
   * However many ways of an end it hears, it comes again once.
   * @param {import('node:http').ClientRequest} sent
   */
  again(sent) {
    if (this.isClosed || this.sent !== sent) return
    this.sent = null
    sent.destroy()
    this.timer = setTimeout(() => {
      this.connect()
    }, this.reading.retry)
  }
}
