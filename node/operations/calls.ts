/** Calls of operations by name, whatever door they take. */
import { HiveError } from '../../src/index.ts'
import { describeIssues } from './errors.ts'
import { jsonify } from './jsonify.ts'
import { OPERATIONS } from './table.ts'
import type { z } from 'zod'
import type { CallOptions } from './call-options.ts'
import type { NodeAccess } from './operation.ts'
import type { OperationName, Operations } from './table.ts'

/** What an operation takes. */
export type InputOf<Name extends OperationName> = z.input<Operations[Name]['input']>
/** What an operation returns. */
export type ResultOf<Name extends OperationName> = z.output<Operations[Name]['output']>

/** Calls one operation. An operation without input takes `{}`. */
export type Call = <Name extends OperationName>(
  name: Name,
  input: InputOf<Name>,
  options?: CallOptions
) => Promise<ResultOf<Name>>

/**
 * Calls on a node of this process. Inputs are checked as those of every door. They throw `HiveError`
 * (ARGUMENT_INVALID) for one that is not valid.
 */
export function localCalls(node: NodeAccess): Call {
  return async (name, input, options = {}) => {
    const result = await runOperation(node, name, jsonify(input), options).catch(
      (error: unknown) => {
        const issues = describeIssues(error)
        throw issues === undefined
          ? error
          : new HiveError('ARGUMENT_INVALID', issues, { cause: error })
      }
    )
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the result of that operation
    return result as ResultOf<typeof name>
  }
}

/** Runs an operation with an input that was not checked. Throws `ZodError`. */
export async function runOperation(
  node: NodeAccess,
  name: OperationName,
  input: unknown,
  options: CallOptions
): Promise<unknown> {
  const operation = OPERATIONS[name]
  const { measurements, observers = [] } = node
  const watching = measurements === undefined ? observers : [measurements, ...observers]
  const ends = watching.map((each) => each.begin(name))
  const end = (error?: unknown): void => {
    for (const each of ends) each(error)
  }
  const run = (): Promise<unknown> =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by its own schema
    operation.run(node, operation.input.parse(input) as never, options)
  try {
    const result = jsonify(await run())
    end()
    return result
  } catch (error) {
    end(error)
    throw error
  }
}
