/** `hive completion SHELL`: prints the script that completes command lines of hive in a shell. */
import { readArguments } from '../command.ts'
import { COMPLETION } from '../command-line/specs/machine.ts'
import { completionOf, SHELLS } from '../command-line/completion.ts'
import { didYouMean } from '../command-line/nearest.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  run(argv, context) {
    const { positionals } = readArguments(argv, COMPLETION, context)
    const [given = '', ...more] = positionals
    const shell = SHELLS.find((name) => name === given)
    if (shell === undefined || more.length > 0) {
      const hint = given === '' ? '' : didYouMean(given, SHELLS)
      throw new UsageError(`completion takes one of ${SHELLS.join(', ')}.${hint}`)
    }
    process.stdout.write(completionOf(shell))
    return Promise.resolve(EXIT.ok)
  }
}
