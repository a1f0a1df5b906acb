/** `hive mcp`: serves an agent over standard input and output, by the node of this machine. */
import { readArguments } from '../command.ts'
import { MCP } from '../command-line/specs/machine.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { sharedNodeCalls } from '../control/shared-node.ts'
import { createMcpServer } from '../mcp/server.ts'
import { serveAgent } from '../mcp/stdio.ts'
import { warn } from '../output/terminal.ts'
import { standardInput } from '../standard-input.ts'
import { projectOf } from '../project.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, dataDir } = readArguments(argv, MCP, context)
    const { profile } = values
    if (profile !== 'hive' && profile !== 'cq') {
      throw new UsageError(`--profile takes hive or cq, not "${profile}".`)
    }
    const project = values.project ?? (await projectOf(process.cwd()))
    using node = sharedNodeCalls(dataDir)
    const { call } = node
    // Loaded here: it has the table of operations behind it, which the other tools do not need.
    const cq = profile === 'cq' ? await import('../cq/mcp-server.ts') : undefined
    await serveAgent({
      create: () => cq?.createCqServer(call) ?? createMcpServer({ call, project, now: Date.now }),
      input: standardInput('A client of MCP starts this command, and writes to it.'),
      output: process.stdout,
      signal,
      onError: (message) => warn(`hive mcp: ${message}`)
    })
    return EXIT.ok
  }
}
