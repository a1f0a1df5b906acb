/** Commands that ask a node one question and have no options of their own. */
import { readArguments } from './command.ts'
import { withNode } from './control/running-node.ts'
import type { CommandContext } from './command.ts'
import type { CommandSpec } from './command-line/command-spec.ts'
import type { Call } from './operations/index.ts'

export interface NodeAnswer<T> {
  readonly answer: T
  readonly dataDir: string
  /** Whether `--json` was given. */
  readonly isJson: boolean
}

/** Asks the running node, or opens the directory if no node runs on it. Throws `UsageError`. */
export async function askNode<T>(
  argv: readonly string[],
  spec: CommandSpec,
  context: CommandContext,
  question: (call: Call, options: { readonly signal: AbortSignal }) => Promise<T>
): Promise<NodeAnswer<T>> {
  const { signal } = context
  const { values, dataDir } = readArguments(argv, spec, context)
  const answer = await withNode(dataDir, (call) => question(call, { signal }))
  return { answer, dataDir, isJson: values.json === true }
}
