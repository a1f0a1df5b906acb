/** `hive keygen`: prints a new swarm key. */
import { generateSwarmKey } from '../../src/index.ts'
import { readArguments } from '../command.ts'
import { KEYGEN } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  run(argv, context) {
    const { values } = readArguments(argv, KEYGEN, context)
    const key = generateSwarmKey()
    if (values.json === true) printJson({ key })
    else process.stdout.write(key)
    return Promise.resolve(EXIT.ok)
  }
}
