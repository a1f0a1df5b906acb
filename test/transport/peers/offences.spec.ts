import assert from 'node:assert/strict'
import { BAN_DURATION, MAX_OFFENDERS, OFFENCE_LIFETIME } from '../../../transport/constants.ts'
import { Offences } from '../../../transport/peers/offences.ts'

describe('Offences', () => {
  let time = 0
  const clock = { now: () => time }

  it('shut a peer out at the third within their lifetime, and for a time only', () => {
    const offences = new Offences(clock)
    assert.deepEqual(
      [offences.add('a'), offences.add('a'), offences.isBanned('a')],
      [false, false, false]
    )
    assert.equal(offences.add('a'), true)
    assert.equal(offences.isBanned('a'), true)
    assert.equal(offences.isBanned('b'), false)
    time += BAN_DURATION
    assert.equal(offences.isBanned('a'), false)
  })

  it('are forgotten after their lifetime', () => {
    const offences = new Offences(clock)
    offences.add('a')
    offences.add('a')
    time += OFFENCE_LIFETIME
    assert.equal(offences.count('a'), 0)
    assert.equal(offences.add('a'), false)
  })

  it('are remembered of a bounded number of peers', () => {
    const offences = new Offences(clock)
    for (let i = 0; i <= MAX_OFFENDERS; i++) offences.add(`peer ${i}`)
    assert.equal(offences.count('peer 0'), 0)
    assert.equal(offences.count(`peer ${MAX_OFFENDERS}`), 1)
    assert.equal(offences.total, MAX_OFFENDERS + 1)
  })
})
