/** The trace of a run: with it, equal source and input give an equal output again. */
import { parseJson } from './json.ts'
import type { Json } from './canonical-json.ts'
import type { TracedCall } from './messages.ts'

export type HostCall =
  | { readonly name: string; readonly argument: Json; readonly answer: Json }
  | { readonly name: string; readonly argument: Json; readonly error: string }

export interface Trace {
  readonly seed: string
  /** The constant time of the run, in milliseconds since 1970. */
  readonly now: number
  /** In the order of the calls, which is that of the answers. */
  readonly calls: readonly HostCall[]
}

/** A call as it is sent to the thread of the run. */
export function toTracedCall(call: HostCall): TracedCall {
  const { name } = call
  const answer = 'error' in call ? { error: call.error } : { json: JSON.stringify(call.answer) }
  return { name, argument: JSON.stringify(call.argument), answer }
}

/** A call as the thread returns it. */
export function hostCallOf({ name, argument, answer }: TracedCall): HostCall {
  const given = parseJson(argument)
  return 'error' in answer
    ? { name, argument: given, error: answer.error }
    : { name, argument: given, answer: parseJson(answer.json) }
}
