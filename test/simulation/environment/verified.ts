/**
 * `verify` of `node:crypto`, which is pure: each node of a simulation checks the same signatures. What
 * one of them has computed is not computed again by the others.
 */
import { hash, KeyObject } from 'node:crypto'
import type { verify } from 'node:crypto'

/** Results that are kept. */
const MAX_RESULTS = 20_000

type Verify = (...given: unknown[]) => boolean

export function rememberingVerify(original: typeof verify): Verify {
  const run = original as Verify
  const keys = new WeakMap<KeyObject, number>()
  const results = new Map<string, boolean>()
  let lastKey = 0
  const numberOf = (key: KeyObject): number => {
    const number = keys.get(key) ?? ++lastKey
    keys.set(key, number)
    return number
  }
  return (algorithm, data, key, signature, ...rest) => {
    const isPlain =
      key instanceof KeyObject &&
      data instanceof Uint8Array &&
      signature instanceof Uint8Array &&
      (algorithm === null || algorithm === undefined) &&
      rest.length === 0
    if (!isPlain) return run(algorithm, data, key, signature, ...rest)
    const signed = Buffer.from(signature.buffer, signature.byteOffset, signature.length)
    const name = `${numberOf(key)} ${hash('sha256', data)} ${signed.toString('latin1')}`
    const known = results.get(name)
    if (known !== undefined) return known
    const isValid = run(algorithm, data, key, signature)
    if (results.size >= MAX_RESULTS) results.clear()
    results.set(name, isValid)
    return isValid
  }
}
