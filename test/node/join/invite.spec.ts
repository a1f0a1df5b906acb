import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { decodeQR } from 'qr/decode.js'
import { toHex } from '../../../crdt/bytes/index.ts'
import { qrText } from '../../../node/output/qr-text.ts'
import { readInvite, writeInvite } from '../../../node/join/index.ts'
import { withSettings } from '../../../node/join/settings-text.ts'
import { generateSwarmKey } from '../../../src/index.ts'
import { ClosedSwarm } from '../../fixtures/members.ts'

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
    const broken = `${text.slice(0, 76)}\r\n${text.slice(76)}`
    assert.deepEqual(readInvite(broken), { swarm: 'team', key: hex, peers }, 'broken by mail')
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
    assert.throws(() => readInvite(sealed({ anything: true }, 2)), /version 2.*newer/)
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
      // The invite of a closed swarm has a secret.
      { ...good, swarm: new ClosedSwarm().swarm },
      []
    ]) {
      assert.throws(() => readInvite(sealed(wrong)), /cannot be read/, JSON.stringify(wrong))
    }
  })
})

describe('an invite to a closed swarm', () => {
  const lab = new ClosedSwarm()
  const peers = [`/ip4/192.0.2.1/tcp/4001/p2p/${PEER}`]
  const admission = {
    founding: toHex(lab.founding.bytes),
    id: '00112233445566ff',
    secret: '00112233445566778899aabbccddeeff',
    role: 'member',
    expires: '2027-01-15T08:00:00.000Z'
  } as const
  const invite = { swarm: lab.swarm, peers, admission }

  it('gives back what was put in, as version 1', () => {
    const text = writeInvite(invite)
    assert.match(text, /^hive1\.[\w-]+\.[0-9a-f]{8}$/)
    assert.deepEqual(readInvite(text), invite)
  })

  it('is refused where the name does not bind the founding', () => {
    const wrongs = [
      { ...invite, swarm: new ClosedSwarm().swarm },
      { ...invite, swarm: 'lab' },
      { ...invite, admission: { ...admission, founding: '00' } },
      {
        ...invite,
        admission: { ...admission, founding: toHex(lab.issue().certificate.bytes.subarray(0, 65)) }
      }
    ]
    for (const wrong of wrongs) {
      assert.throws(() => readInvite(writeInvite(wrong)), /cannot be read/)
    }
  })

  it('fits into a QR code that reads as the invite, also with several addresses', () => {
    const text = writeInvite({ ...invite, peers: Array.from({ length: 8 }, () => peers[0] ?? '') })
    const lines = (qrText(text) ?? '').split('\n')
    const width = lines[0]?.length ?? 0
    assert.ok(lines.every((line) => line.length === width))
    // The modules again, each of 4 pixels, dark where the terminal is.
    const scale = 4
    const side = width * scale
    const data = new Uint8ClampedArray(side * side * 4).fill(255)
    for (let y = 0; y < width; y++) {
      for (let x = 0; x < width; x++) {
        const cell = lines[y >> 1]?.[x] ?? ' '
        const isLight = cell === '█' || cell === (y % 2 === 0 ? '▀' : '▄')
        if (isLight) continue
        for (let i = 0; i < scale * scale; i++) {
          const at = ((y * scale + Math.floor(i / scale)) * side + x * scale + (i % scale)) * 4
          data.fill(0, at, at + 3)
        }
      }
    }
    assert.equal(decodeQR({ width: side, height: side, data }), text)
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
