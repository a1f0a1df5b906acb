/** `hive keygen`: prints a new swarm key. */
import { generateSwarmKey } from '../../src/index.ts'
import { readArguments } from '../command.ts'
import { KEYGEN } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  run(argv, context) {
    readArguments(argv, KEYGEN, context)
    process.stdout.write(generateSwarmKey())
    return Promise.resolve(EXIT.ok)
  }
}
