import assert from 'node:assert/strict'
import {
  count,
  decimal,
  duration,
  percent,
  timeText,
  whole
} from '../../../node/dashboard/format.ts'

describe('numbers and times of the dashboard', () => {
  it('groups digits by three, and leaves fractions and signs alone', () => {
    const cases = [
      [0, '0'],
      [999, '999'],
      [1_000, '1,000'],
      [1_234_567, '1,234,567'],
      [-1_234, '-1,234'],
      [-100, '-100'],
      [12_345.6, '12,346']
    ] as const
    for (const [number, text] of cases) assert.equal(whole(number), text)
    assert.equal(decimal(1_234.567), '1,234.6')
    assert.equal(decimal(5), '5')
    assert.equal(decimal(-1_234.56), '-1,234.6')
    assert.equal(percent(0.1234), '12.3 %')
    assert.equal(count(1_000_000, ['fact', 'facts']), '1,000,000 facts')
    assert.equal(count(1, ['fact', 'facts']), '1 fact')
  })

  it('writes durations in the unit of their size', () => {
    assert.equal(duration(12.34), '12.3 ms')
    assert.equal(duration(1_500), '1.5 s')
    assert.equal(duration(150_000), '2 min')
    assert.equal(duration(3_700_000), '1 h 1 min')
    assert.equal(duration(2_000 * 86_400_000), '2,000 d')
  })

  it('writes times in the zone of the reader', () => {
    const at = new Date(2026, 0, 2, 3, 4, 5)
    assert.equal(timeText(at.getTime()), '2026-01-02 03:04:05')
    assert.equal(timeText(at.toISOString()), '2026-01-02 03:04:05')
    assert.equal(timeText('soon'), 'at an unknown time')
  })
})
