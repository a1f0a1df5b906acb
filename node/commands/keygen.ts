/** `hive keygen`: prints a new swarm key. */
import { generateSwarmKey } from '../../src/index.ts'
import { readArguments } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  run(argv) {
    readArguments(argv, {})
    process.stdout.write(generateSwarmKey())
    return Promise.resolve(EXIT.ok)
  }
}
