import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { readInvite, writeInvite } from '../../../node/join/index.ts'
import { withSettings } from '../../../node/join/settings-text.ts'
import { generateSwarmKey } from '../../../src/index.ts'

const PEER = '12D3KooWBPg5sf6wMDL9udpU4yvMrtHfi5zhADFo8shCMKch2huA'

describe('an invite', () => {
  const peers = [`/ip4/192.0.2.1/tcp/4001/p2p/${PEER}`]
  const key = generateSwarmKey()
  const text = writeInvite({ swarm: 'team', key, peers })
  const sealed = (payload: unknown, version = 0): string => {
    const body = `hive${version}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
    return `${body}.${hash('sha256', body, 'hex').slice(0, 8)}`
  }

  it('gives back what was put in, with space around it', () => {
    const hex = /[0-9a-f]{64}/.exec(key)?.[0]
    assert.deepEqual(readInvite(` ${text}\n`), { swarm: 'team', key: hex, peers })
    assert.deepEqual(readInvite(writeInvite({ swarm: 'open', peers })), { swarm: 'open', peers })
  })

  it('is refused when a character is missing or another one, without its text in the error', () => {
    for (let at = 6; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A'
      for (const wrong of [
        text.slice(0, at) + text.slice(at + 1),
        text.slice(0, at) + other + text.slice(at + 1),
        text.slice(0, at)
      ]) {
        assert.throws(
          () => readInvite(wrong),
          (error: Error) => error.name === 'UsageError' && !error.message.includes('eyJ')
        )
      }
    }
  })

  it('of a later version asks for a newer program', () => {
    assert.throws(() => readInvite(sealed({ anything: true }, 1)), /version 1.*newer/)
  })

  it('is refused when its content is no swarm', () => {
    const good = { swarm: 'team', peers }
    assert.deepEqual(readInvite(sealed(good)), good)
    for (const wrong of [
      { ...good, swarm: '' },
      { ...good, key: 'short' },
      { ...good, peers: [] },
      { ...good, peers: ['/udp/1'] },
      { ...good, peers: ['not an address'] },
      { ...good, peers: Array.from({ length: 17 }, () => peers[0]) },
      { ...good, models: 'evil.json' },
      []
    ]) {
      assert.throws(() => readInvite(sealed(wrong)), /cannot be read/, JSON.stringify(wrong))
    }
  })
})

describe('the settings of a join', () => {
  const settings = { swarm: 'team', 'swarm-key': undefined, bootstrap: ['/ip4/192.0.2.1/tcp/1'] }

  it('replace those at the top, and leave comments and tables', () => {
    const before =
      '# mine\nlight = true # yes\nbootstrap = [\n  "a", # one ]\n  "b"\n]\nswarm-key = "k"\n\n[recall]\nlimit = 5 # few\n'
    assert.equal(
      withSettings(before, 'toml', settings),
      'swarm = "team"\nbootstrap = ["/ip4/192.0.2.1/tcp/1"]\n\n# mine\nlight = true # yes\n\n[recall]\nlimit = 5 # few\n'
    )
  })

  it('are refused where lines do not show what they set', () => {
    const before = 'light = true\nnote = """\nswarm = "in a text"\n"""\n'
    assert.throws(() => withSettings(before, 'toml', settings), /by hand/)
  })

  it('are set in JSON too', () => {
    const after = withSettings('{"swarm-key": "k", "recall": {"limit": 5}}', 'json', settings)
    const { swarm, bootstrap } = settings
    assert.deepEqual(JSON.parse(after), { recall: { limit: 5 }, swarm, bootstrap })
  })
})
