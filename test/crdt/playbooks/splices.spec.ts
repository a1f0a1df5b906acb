import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { splicesOf } from '../../../crdt/playbooks/splices.ts'

function apply(text: string, was: string, to: string): string {
  return splicesOf(text, was, to).reduce(
    (result, { at, remove, insert }) => result.slice(0, at) + insert + result.slice(at + remove),
    text
  )
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '🙂', '🙃'), maxLength: 40 })

describe('splices', () => {
  it('make one text of another', () => {
    fc.assert(fc.property(text, text, (was, to) => apply(was, was, to) === to))
  })

  it('change nothing where nothing was to change', () => {
    fc.assert(fc.property(text, text, (current, was) => apply(current, was, was) === current))
  })

  it('never part a surrogate pair', () => {
    fc.assert(
      fc.property(text, text, text, (current, was, to) => apply(current, was, to).isWellFormed())
    )
  })

  it('keep what was written meanwhile', () => {
    const was = 'Read it. Ship it.'
    assert.equal(apply('Read it. Test it. Ship it.', was, 'Ship it.'), 'Test it. Ship it.')
    assert.equal(apply('Read all of it. Ship it.', was, 'Read it. Ship.'), 'Read all of it. Ship.')
    assert.equal(apply('', was, 'Read it. Ship it!'), '!')
  })

  it('replace what lies between where texts differ in too many places', () => {
    const was = `begin ${'ab'.repeat(400)} end`
    const to = `begin ${'axb'.repeat(400)} end`
    assert.equal(apply(was, was, to), to)
    assert.equal(splicesOf(was, was, to).length, 2)
    const [last] = splicesOf(was, was, to)
    assert.ok((last?.insert.length ?? 0) < to.length - 8)
    const pairs = ['🙂', '🙃'].map((one) => `${one}${'🙂🙃'.repeat(400)}${one}`)
    const [one = '', other = ''] = pairs
    assert.equal(apply(one, one, other.replaceAll('🙂🙃', '🙃x')), other.replaceAll('🙂🙃', '🙃x'))
  })

  it('take no long time, however long the texts', () => {
    const [was, to] = [1, 2].map(() => randomBytes(250_000).toString('hex'))
    assert.equal(apply(was ?? '', was ?? '', to ?? ''), to)
  })
})
