import assert from 'node:assert/strict'
import { generateSwarmKey, parseSwarmKey, SwarmError, swarmId } from '../../../transport/index.ts'

describe('swarm keys', () => {
  it('are generated in the standard format and read back', () => {
    const text = generateSwarmKey()
    assert.match(text, /^\/key\/swarm\/psk\/1\.0\.0\/\n\/base16\/\n[0-9a-f]{64}\n$/)
    assert.equal(Buffer.from(parseSwarmKey(text)).toString(), text.trim())
  })

  it('are the same key with other line ends and case', () => {
    const text = generateSwarmKey()
    const other = text
      .toUpperCase()
      .replace('/KEY/SWARM/PSK', '/key/swarm/psk')
      .replace('/BASE16/', '/base16/')
    assert.deepEqual(parseSwarmKey(other.replaceAll('\n', '\r\n')), parseSwarmKey(text))
  })

  it('are refused when they are something else', () => {
    for (const text of [
      '',
      'hello',
      '/key/swarm/psk/1.0.0/\n/base16/\nabc',
      `${generateSwarmKey()}00`
    ]) {
      assert.throws(
        () => parseSwarmKey(text),
        (error) => {
          return error instanceof SwarmError && error.code === 'SWARM_KEY_INVALID'
        }
      )
    }
  })

  it('leave a swarm its name, so that they can be replaced', () => {
    assert.match(swarmId('a'), /^[0-9a-f]{16}$/)
    assert.notEqual(swarmId('a'), swarmId('b'))
  })
})
