import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { EventFeed } from '../../../node/operations/index.ts'
import { startApi } from '../../fixtures/api.ts'
import type { HiveEvents } from '../../../src/index.ts'

describe('the events of a node', () => {
  it('are sent as server-sent events, and again from the last known one', async () => {
    await using api = await startApi()
    const follow = async (headers: Record<string, string>, until: RegExp): Promise<string> => {
      const leave = new AbortController()
      const response = await fetch(`${api.url}/v1/events`, {
        headers: { authorization: `Bearer ${api.token}`, ...headers },
        signal: leave.signal
      })
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
      assert.ok(response.body !== null)
      let text = ''
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk
        if (text === chunk) api.db.emit('hive:warn', 'watch out')
        if (until.test(text)) break
      }
      leave.abort()
      return text
    }
    const first = await follow({}, /watch out/)
    const id = Number(/id: (\d+)\nevent: hive:warn/.exec(first)?.[1])
    assert.ok(id > 0)
    const again = await follow({ 'last-event-id': String(id - 1) }, /watch out[^]*watch out/)
    assert.ok(again.includes(`id: ${id}\n`))
  })

  it('cost a slow reader a notice, and the node nothing', async () => {
    const db = new EventEmitter<HiveEvents>()
    const feed = new EventFeed(db)
    const reader = feed.follow(0)
    for (let i = 0; i < 3_000; i++) db.emit('hive:warn', `text ${i}`)
    const first = await reader.next()
    assert.partialDeepStrictEqual(first.value, {
      event: 'events:missed',
      data: { count: 3_000 - 1_024 }
    })
    assert.partialDeepStrictEqual((await reader.next()).value, { data: { text: 'text 1976' } })
    feed.close()
    assert.equal(db.listenerCount('hive:warn'), 0)
  })

  it('of a node that was restarted follow from the first one', async () => {
    const db = new EventEmitter<HiveEvents>()
    const feed = new EventFeed(db)
    db.emit('hive:warn', 'first')
    assert.partialDeepStrictEqual((await feed.follow(500).next()).value, { id: 1 })
    feed.close()
  })

  it('end at once when the node stops', async () => {
    const api = await startApi()
    const response = await fetch(`${api.url}/v1/events`, {
      headers: { authorization: `Bearer ${api.token}` }
    })
    await api[Symbol.asyncDispose]()
    // The stream ends, or breaks: either way nobody waits.
    const [outcome] = await Promise.allSettled([response.text()])
    assert.ok(outcome.status === 'rejected' || outcome.value.startsWith('retry:'))
  })
})
