/** `hive import`: stores facts as JSON Lines from standard input, as `hive export` writes them. */
import { UsageError } from '../exit-codes.ts'
import { command as distill } from './distill.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    if (process.stdin.isTTY) {
      throw new UsageError(
        'Nothing to import. Give JSON Lines on standard input: hive import < facts.jsonl'
      )
    }
    return distill.run(argv, context)
  }
}
