/** `hive completion SHELL`: prints the script that completes command lines of hive in a shell. */
import { readArguments } from '../command.ts'
import { COMPLETION } from '../command-line/specs/machine.ts'
import { completionOf, SHELLS } from '../command-line/completion.ts'
import { didYouMean } from '../command-line/nearest.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  run(argv, context) {
    const { values, positionals } = readArguments(argv, COMPLETION, context)
    const [given = '', ...more] = positionals
    const shell = SHELLS.find((name) => name === given)
    if (shell === undefined || more.length > 0) {
      const hint = given === '' ? '' : didYouMean(given, SHELLS)
      throw new UsageError(`completion takes one of ${SHELLS.join(', ')}.${hint}`)
    }
    const script = completionOf(shell)
    if (values.json === true) printJson({ shell, script })
    else process.stdout.write(script)
    return Promise.resolve(EXIT.ok)
  }
}
