import assert from 'node:assert/strict'
import * as crdt from '../../crdt/index.ts'
import * as library from '../../src/index.ts'
import * as transport from '../../transport/index.ts'
import { ProtocolError } from '../../transport/errors.ts'

type ErrorClass = new (code: string, message: string) => Error & { readonly code?: unknown }

const classes = new Set<unknown>([ProtocolError])
for (const exported of [crdt, library, transport].flatMap(
  (each) => Object.values(each) as unknown[]
)) {
  if (typeof exported === 'function' && exported.prototype instanceof Error) classes.add(exported)
}

describe('errors', () => {
  it('extend one class, and have a name and a code', () => {
    assert.ok(classes.size >= 9)
    for (const each of classes) {
      const error = new (each as ErrorClass)('CODE', 'What happened.')
      const { name } = each as ErrorClass
      assert.ok(error instanceof library.CodedError, name)
      assert.equal(typeof error.code, 'string', name)
      if (each !== library.CodedError) assert.equal(error.name, name)
    }
  })
})
