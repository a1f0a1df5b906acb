import assert from 'node:assert/strict'
import fc from 'fast-check'
import { costOf, maxCostOf } from '../../../src/models/spending/price.ts'
import { Breaker } from '../../../src/models/calling/breaker.ts'
import { BudgetCounter } from '../../../src/models/spending/budgets.ts'
import { loadCatalogue, stateOf } from '../../../src/models/catalogue.ts'
import { BREAKER_PAUSE, CACHE_BYTES } from '../../../src/models/constants.ts'
import { formatUsd, parseUsd } from '../../../src/models/spending/money.ts'
import { ReplyCache } from '../../../src/models/routing/reply-cache.ts'
import { retryAfterOf } from '../../../src/models/calling/retry-after.ts'
import { RateBucket } from '../../../src/models/calling/rate-bucket.ts'
import { rateStateOf } from '../../../src/models/calling/rate-headers.ts'

const tokens = fc.nat(1_000_000)

describe('money and waiting', () => {
  it('reads back every amount it writes', () => {
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 24n), (n) => parseUsd(formatUsd(n)) === n))
    assert.equal(parseUsd('1e3'), undefined)
    assert.equal(parseUsd('0.0000000000001'), undefined)
  })

  it('bounds what any use within the reserved tokens costs', () => {
    const bands = [
      { upTo: 1_000, input: '1', cacheRead: '0.1', cacheWrite: '1.25', output: '5' },
      { upTo: null, input: '0.5', cacheRead: '3', cacheWrite: null, output: '2' }
    ]
    fc.assert(
      fc.property(tokens, tokens, tokens, fc.nat(100), (input, cacheRead, output, slack) => {
        const cost = costOf({ input, cacheRead, cacheWrite: 0, output }, bands)
        const worst = maxCostOf(input + cacheRead + slack, output + slack, bands)
        return cost !== undefined && worst !== undefined && cost <= worst
      })
    )
  })

  it('reads Retry-After in seconds and as a date of a wrong clock', () => {
    const read = (init: Record<string, string>) => retryAfterOf(new Headers(init), 1_000)
    assert.equal(read({ 'retry-after': '3' }), 3_000)
    const date = (ms: number) => new Date(ms).toUTCString()
    assert.equal(read({ 'retry-after': date(9e12 + 5_000), date: date(9e12) }), 5_000)
    assert.equal(read({ 'retry-after': date(0), date: date(10_000) }), 0)
    assert.equal(read({ 'retry-after': 'soon' }), undefined)
    assert.equal(read({ 'retry-after': '-1' }), undefined)
  })

  it('reads rate limits of both families', () => {
    const chat = new Headers({
      'x-ratelimit-remaining-requests': '7',
      'x-ratelimit-reset-requests': '1m2.5s'
    })
    assert.deepEqual(rateStateOf(chat, 0).requests, { remaining: 7, reset: 62_500 })
    const messages = new Headers({
      'anthropic-ratelimit-tokens-remaining': '0',
      'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:30Z',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT'
    })
    assert.deepEqual(rateStateOf(messages, 0).tokens, { remaining: 0, reset: 30_000 })
  })

  it('subtracts requests from a rate limit, and refills it in the next window', () => {
    const bucket = new RateBucket({ requestsPerMinute: 2 })
    const waits = [0, 1, 2, 60_000].map((now) => {
      const wait = bucket.wait(1, now)
      if (wait === 0) bucket.take(1)
      return wait
    })
    assert.deepEqual(waits, [0, 0, 59_998, 0])
    bucket.update({ tokens: { remaining: 5, reset: 1_000 } }, 60_000)
    assert.deepEqual(
      [bucket.wait(5, 60_000), bucket.wait(6, 60_000), bucket.wait(6, 61_000)],
      [0, 1_000, 0]
    )
  })

  it('opens a breaker only when nearly all fail, and closes it by one probe', () => {
    const breaker = new Breaker()
    for (let i = 0; i < 200; i++) breaker.record(i % 2 === 0, i)
    assert.equal(breaker.stateAt(200), 'closed')
    for (let i = 0; i < 20; i++) breaker.record(false, 200)
    assert.equal(breaker.stateAt(200 + BREAKER_PAUSE - 1), 'open')
    assert.equal(breaker.stateAt(200 + BREAKER_PAUSE), 'half-open')
    assert.equal(breaker.stateAt(10_000), 'half-open')
    breaker.begin()
    assert.ok(breaker.wait(10_000) > 0, 'one probe at a time')
    breaker.record(true, 10_000)
    assert.deepEqual([breaker.stateAt(10_000), breaker.wait(10_000)], ['closed', 0])
  })

  it('lets a budget be spent to its last token and picodollar, and waits for what is held', () => {
    const counter = new BudgetCounter('a test', { usd: '0.00000000001', tokens: 10 })
    const tooMuch = { code: 'BUDGET_EXCEEDED' }
    assert.equal(counter.fits(10n, 10), 'now')
    assert.throws(() => counter.fits(11n, 10), tooMuch)
    assert.throws(() => counter.fits(10n, 11), tooMuch)
    counter.reservedTokens = 1
    assert.deepEqual([counter.fits(10n, 9), counter.fits(10n, 10)], ['now', 'later'])
    counter.reservedTokens = 0
    counter.reservedUsd = 1n
    assert.deepEqual([counter.fits(9n, 10), counter.fits(10n, 10)], ['now', 'later'])
    counter.spentUsd = 7n
    counter.spentTokens = 7
    assert.ok(!counter.isNearlySpent)
    counter.spentUsd = 8n
    assert.ok(counter.isNearlySpent, 'four fifths of the money')
    counter.spentUsd = 7n
    counter.spentTokens = 8
    assert.ok(counter.isNearlySpent, 'four fifths of the tokens')
  })

  it('keeps the replies used last, and counts the bytes of each once', () => {
    const cache = new ReplyCache<number>()
    const size = CACHE_BYTES / 4
    for (let i = 0; i < 20; i++) cache.set('again', i, size)
    for (const key of ['b', 'c', 'd']) cache.set(key, 0, size)
    assert.equal(cache.get('again'), 19)
    cache.set('e', 0, size)
    const kept = ['again', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key) !== undefined)
    assert.deepEqual(kept, ['again', 'c', 'd', 'e'])
    cache.set('again', 20, CACHE_BYTES + 1)
    assert.equal(cache.get('again'), undefined, 'neither the new one, too large, nor the old one')
    cache.set('f', 0, size)
    assert.equal(cache.get('c'), 0)
  })

  it('ends a model on the first moment of its last day, and warns from 60 days before', async () => {
    const [listed] = (await loadCatalogue()).list()
    assert.ok(listed !== undefined)
    const model = { ...listed, retired: false, shutdown: '2026-03-02' }
    const end = Date.parse('2026-03-02')
    const warning = Date.parse('2026-01-01')
    const states = [warning - 1, warning, end - 1, end].map((now) => stateOf(model, now))
    assert.deepEqual(states, ['active', 'ending', 'ending', 'shut-down'])
  })
})
