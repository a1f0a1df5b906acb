/** `hive hook EVENT --host CLIENT`: what an agent should know now. The binary runs it by itself. */
import { EXIT } from '../exit-codes.ts'
import { runHook } from '../hook/index.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv) {
    await runHook(argv)
    return EXIT.ok
  }
}
