/** Commands that ask a node one question and have no options of their own. */
import { COMMON_OPTIONS, readArguments } from './command.ts'
import { defaultDataDir } from './data-paths.ts'
import { withNode } from './control/running-node.ts'
import type { CommandContext } from './command.ts'
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
  { env, signal }: CommandContext,
  question: (call: Call, options: { readonly signal: AbortSignal }) => Promise<T>
): Promise<NodeAnswer<T>> {
  const { values } = readArguments(argv, COMMON_OPTIONS)
  const dataDir = values['data-dir'] ?? defaultDataDir(env)
  const answer = await withNode(dataDir, (call) => question(call, { signal }))
  return { answer, dataDir, isJson: values.json === true }
}
