import assert from 'node:assert/strict'
import fc from 'fast-check'
import { splicesOf } from '../../crdt/playbooks/splices.ts'

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

  it('replace a text that differs in too many places as a whole', () => {
    const was = 'ab'.repeat(200)
    const to = 'axb'.repeat(200)
    assert.equal(apply(was, was, to), to)
    assert.equal(splicesOf(was, was, to).length, 2)
  })
})
