/** `hive mcp`: serves an agent over standard input and output, by the node of this machine. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { sharedNodeCalls } from '../control/shared-node.ts'
import { serveAgent } from '../mcp/index.ts'
import { warn } from '../output/terminal.ts'
import { projectOf } from '../project.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, {
      'data-dir': COMMON_OPTIONS['data-dir'],
      project: { type: 'string' }
    })
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const project = values.project ?? (await projectOf(process.cwd()))
    using node = sharedNodeCalls(dataDir)
    await serveAgent({
      call: node.call,
      project,
      input: process.stdin,
      signal,
      onError: (error) => warn(`hive mcp: ${error.message}`)
    })
    return EXIT.ok
  }
}
