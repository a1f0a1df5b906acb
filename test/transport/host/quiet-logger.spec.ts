import assert from 'node:assert/strict'
import { quietLogger } from '../../../transport/host/quiet-logger.ts'

describe('the logger of libp2p', () => {
  it('is one object for all connections and streams', () => {
    const logger = quietLogger({})
    const log = logger?.forComponent('connection 1')
    assert.ok(log !== undefined)
    assert.equal(logger?.forComponent('connection 2'), log)
    assert.equal(log.newScope('stream'), log)
    assert.equal(log.enabled, false)
    assert.doesNotThrow(() => [log('text'), log.error('text'), log.trace('text')])
  })

  it('is that of libp2p where somebody asks for what it says', () => {
    assert.equal(quietLogger({ DEBUG: 'libp2p:*' }), undefined)
    assert.notEqual(quietLogger({ DEBUG: '' }), undefined)
  })
})
