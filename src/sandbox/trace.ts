/** The trace of a run: with it, the same source and input give the same output again. */
import type { Json } from './canonical-json.ts'

export type HostCall =
  | { readonly name: string; readonly argument: Json; readonly answer: Json }
  | { readonly name: string; readonly argument: Json; readonly error: string }

export interface Trace {
  readonly seed: string
  /** Milliseconds since 1970 that the run saw as the time, all the while. */
  readonly now: number
  /** In the order of the calls, which is that of the answers. */
  readonly calls: readonly HostCall[]
}
