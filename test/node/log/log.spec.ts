import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { componentLogger, Log } from '../../../node/log/index.ts'
import type { LogInit } from '../../../node/log/index.ts'

describe('a structured log', () => {
  const NOON = Date.UTC(2026, 10, 28, 12)

  function logged(init: Partial<LogInit>, use: (log: Log) => void): string[] {
    const lines: string[] = []
    use(
      new Log({
        level: 'info',
        format: 'json',
        write: (line) => lines.push(line),
        now: () => NOON,
        ...init
      })
    )
    return lines
  }

  it('has lines of its level and above, as JSON or as text', () => {
    const use = (log: Log): void => {
      log.line('warn', 'hive:peer', 'refused a connection', { address: '/ip4/192.0.2.1', count: 2 })
      log.line('debug', 'hive:peer', 'not written')
    }
    assert.deepEqual(logged({}, use), [
      '{"time":"2026-11-28T12:00:00.000Z","level":"warn","component":"hive:peer","message":"refused a connection","address":"/ip4/192.0.2.1","count":2}'
    ])
    assert.deepEqual(logged({ format: 'text' }, use), [
      '2026-11-28T12:00:00.000Z WARN  hive:peer refused a connection address=/ip4/192.0.2.1 count=2'
    ])
    assert.equal(logged({ level: 'debug' }, use).length, 2)
    assert.equal(logged({ level: 'error' }, use).length, 0)
  })

  it('is one short line, whatever a peer sends', () => {
    const [line = ''] = logged({ format: 'text' }, (log) => {
      log.line('info', 'hive:peer', 'one\ntwo\u001b[31m', {
        reason: `a\r\nfake ${'x'.repeat(9_000)}`
      })
    })
    assert.ok(
      line.length < 700 && !['\n', '\r', '\u001b'].some((each) => line.includes(each)),
      line
    )
    assert.match(line, /one two \[31m reason="a fake x+\.\.\."$/)
  })

  it('has lines of libp2p at trace only, without objects and bytes', () => {
    const use = (log: Log): void => {
      const own = componentLogger(log).forComponent('hive:sync')
      const libp2p = componentLogger(log).forComponent('libp2p:dialer').newScope('tcp')
      own(
        'with %p over %a: %o %b %s 100%%',
        'peer',
        multiaddr('/ip4/192.0.2.1'),
        { a: 'secret' },
        Buffer.from('secret'),
        7
      )
      own.error('failed - %e', new Error('gone'))
      libp2p.error(new Error('refused'))
      libp2p('%s', { text: 'secret' })
    }
    assert.equal(logged({}, use).length, 1)
    const messages = logged({ level: 'trace' }, use).map((line) => {
      const { level, component, message }: Record<string, unknown> = JSON.parse(line)
      return [level, component, message].join(' ')
    })
    assert.deepEqual(messages, [
      'debug hive:sync with peer over /ip4/192.0.2.1: [object] [6 bytes] 7 100%',
      'warn hive:sync failed - Error: gone',
      'trace libp2p:dialer:tcp Error: refused',
      'trace libp2p:dialer:tcp [object]'
    ])
  })
})
