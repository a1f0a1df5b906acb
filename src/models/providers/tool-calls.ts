/** The calls of tools in a reply, in either format. */
import type { ToolCall } from '../provider.ts'

export interface WireToolCall {
  /** Missing, or empty: it gets one. */
  readonly id: string | null | undefined
  readonly name: string | null | undefined
  /** JSON as text, or a value. */
  readonly input: unknown
}

/** Each with an id of its own. Undefined if a call has no name: nothing says what to run. */
export function toolCallsOf(calls: readonly WireToolCall[]): ToolCall[] | undefined {
  const ids = new Set<string>()
  const named: ToolCall[] = []
  for (const [index, { id, name, input }] of calls.entries()) {
    if ((name ?? '') === '') return undefined
    const given = id ?? ''
    const own = given === '' || ids.has(given) ? `call_${index}` : given
    ids.add(own)
    named.push({ id: own, name: name ?? '', input: inputOf(input) })
  }
  return named
}

/** An input that is missing has no fields. Text that is not JSON is the model's own. */
function inputOf(input: unknown): unknown {
  if (typeof input !== 'string') return input ?? {}
  try {
    return input.trim() === '' ? {} : JSON.parse(input)
  } catch {
    return input
  }
}
