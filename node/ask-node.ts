/** Commands that ask a node one question and have no options of their own. */
import { COMMON_OPTIONS, readArguments } from './command.ts'
import { defaultDataDir } from './data-paths.ts'
import { withOperations } from './control/running-node.ts'
import type { CommandContext } from './command.ts'
import type { Operations } from './control/operations.ts'

export interface NodeAnswer<T> {
  readonly answer: T
  readonly dataDir: string
  /** Whether `--json` was given. */
  readonly isJson: boolean
}

/** Asks the running node, or opens the directory if no node runs on it. Throws `UsageError`. */
export async function askNode<T>(
  argv: readonly string[],
  { env, signal }: CommandContext,
  question: (node: Operations, options: { readonly signal: AbortSignal }) => Promise<T>
): Promise<NodeAnswer<T>> {
  const { values } = readArguments(argv, COMMON_OPTIONS)
  const dataDir = values['data-dir'] ?? defaultDataDir(env)
  const answer = await withOperations(dataDir, (node) => question(node, { signal }))
  return { answer, dataDir, isJson: values.json === true }
}
