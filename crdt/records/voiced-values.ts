/** The tags of an entry, on the registers that they are for. */
import type { Value } from './value.ts'

/** The values, each register with its voice. `tags` has one for each register. */
export function withVoices(values: readonly Value[], tags: readonly Uint8Array[]): Value[] {
  let next = 0
  return values.map((value) => {
    if (value.type !== 'register') return value
    const voice = tags[next]
    next += 1
    return voice === undefined ? value : { ...value, voice }
  })
}
