/** Host functions: what the embedding agent allows a run to call. */
import { SandboxError } from './errors.ts'
import { parseJson } from './json.ts'
import { MAX_INPUT_BYTES } from './constants.ts'
import { messageOf } from '../errors.ts'
import type { Json } from './canonical-json.ts'
import type { Answer } from './messages.ts'
import type { HostCallHandler } from './sandbox-thread.ts'

/** JSON in, JSON out. `signal` aborts when the run has ended. */
export type HostFunction = (
  argument: Json,
  options: { readonly signal: AbortSignal }
) => Json | Promise<Json>

/** By the name that the source calls. */
export type Grants = Readonly<Record<string, HostFunction>>

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

/** Throws `SandboxError` (SANDBOX_ARGUMENT) for an invalid name. */
export function grantNames(grants: Grants): readonly string[] {
  const names = Object.keys(grants)
  for (const name of names) {
    if (!NAME.test(name) || typeof grants[name] !== 'function') {
      throw new SandboxError(
        'SANDBOX_ARGUMENT',
        `"${name}" is not a valid grant. A grant has a name of letters, digits and _, and is a function.`
      )
    }
  }
  return names
}

export function hostCallHandler(grants: Grants, signal: AbortSignal): HostCallHandler {
  return async (name, argument): Promise<Answer> => {
    try {
      const grant = Object.hasOwn(grants, name) ? grants[name] : undefined
      if (grant === undefined) return { error: `${name} is not granted.` }
      const given = parseJson(argument)
      const json: string | undefined = JSON.stringify(await grant(given, { signal }))
      if (json === undefined) return { json: 'null' }
      if (Buffer.byteLength(json) <= MAX_INPUT_BYTES) return { json }
      return { error: `${name} returned more than ${MAX_INPUT_BYTES} bytes.` }
    } catch (error) {
      return { error: messageOf(error) }
    }
  }
}
