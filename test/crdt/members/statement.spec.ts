import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MalformedError, MemberError, readStatement } from '../../../crdt/index.ts'
import { sha256, toHex } from '../../../crdt/bytes/index.ts'
import { asIssuer, ClosedSwarm, DATES } from '../../fixtures/members.ts'

const lab = new ClosedSwarm()
const inviter = lab.issue(lab.asRoot, { role: 'inviter' })
const member = lab.issue(inviter)
const ids = [3, 1, 2].map((byte) => new Uint8Array(Buffer.alloc(32, byte)))

const renewal = lab.certify(member.keys, inviter, { renews: member.certificate.id })

const samples = [
  lab.founding,
  inviter.certificate,
  member.certificate,
  renewal.certificate,
  lab.revoke(member, inviter, { epoch: 7, kept: ids }),
  lab.succeed(ids)
]

/** With bytes in hexadecimal. */
function plain(statement: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(statement).map(([name, value]: [string, unknown]) => [name, textOf(value)])
  )
}

function textOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  return Array.isArray(value) ? value.map(textOf) : value
}

describe('the bytes of statements', () => {
  it('are read as they were written', () => {
    for (const sample of samples)
      assert.deepEqual(plain(readStatement(sample.bytes)), plain(sample))
  })

  it('have the documented sizes', () => {
    assert.deepEqual(
      samples.map(({ bytes }) => bytes.length),
      [65, 174, 174, 206, 227, 226]
    )
  })

  it('are named by the hash of what is signed', () => {
    for (const { id, bytes, kind } of samples) {
      const body = kind === 'founding' ? bytes : bytes.subarray(0, -64)
      assert.deepEqual(Buffer.from(id), Buffer.from(sha256(body)))
    }
  })

  it('are refused when one is missing, added or in a longer form', () => {
    for (const { bytes } of samples) {
      for (let end = 0; end < bytes.length; end++) {
        assert.throws(() => readStatement(bytes.subarray(0, end)), MalformedError)
      }
      assert.throws(() => readStatement(Buffer.concat([bytes, Buffer.of(0)])), MalformedError)
    }
    const { bytes } = member.certificate
    // The maximum, in two bytes.
    const longer = Buffer.concat([bytes.subarray(0, 66), Buffer.of(0x80, 0), bytes.subarray(67)])
    assert.equal(bytes[66], 0)
    assert.throws(() => readStatement(longer), MalformedError)
  })

  it('are refused with kept ids in another order, or twice', () => {
    const { bytes } = lab.revoke(member, inviter, { kept: ids })
    const at = 1 + 32 + 32 + 1 + 1
    const first = bytes.subarray(at, at + 32)
    const second = bytes.subarray(at + 32, at + 64)
    for (const swapped of [
      [second, first],
      [first, first]
    ]) {
      const changed = Buffer.concat([bytes.subarray(0, at), ...swapped, bytes.subarray(at + 64)])
      assert.throws(() => readStatement(changed), MalformedError)
    }
  })

  it('of any other kind never crash the reader', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.uint8Array({ maxLength: 300 }),
        (kind, rest) => {
          try {
            readStatement(Buffer.concat([Buffer.of(kind), rest]))
          } catch (error) {
            assert.ok(error instanceof MalformedError)
          }
        }
      )
    )
  })

  it('cannot be made from values that would be refused', () => {
    const bad = [
      { role: 'member', max: 1 },
      { role: 'inviter', max: 0 },
      { role: 'inviter', max: 4_097 },
      { number: 0 },
      { notBefore: 5, notAfter: 5 },
      { notBefore: 0.5 },
      { notBefore: -1 },
      { issuer: Buffer.alloc(31) },
      { renews: Buffer.alloc(31) }
    ] as const
    for (const init of bad) {
      assert.throws(
        () => lab.issue(lab.asRoot, { ...DATES, ...init }),
        MemberError,
        JSON.stringify(init)
      )
    }
    assert.throws(() => lab.succeed([Buffer.alloc(32), Buffer.alloc(32)]), MemberError)
    const many = Array.from({ length: 2_001 }, (_, i) => sha256(Buffer.from([i >> 8, i & 255])))
    assert.throws(() => lab.succeed(many), /At most 2000 ids/)
    assert.ok(lab.succeed(many.slice(1)).bytes.length <= 64_512)
    assert.throws(() => lab.revoke(member, asIssuer(lab.root), { epoch: -1 }), MemberError)
  })
})
