/** The file of a swarm key. A process that reads it can join the swarm. */
import { readFile, stat } from 'node:fs/promises'
import { messageOf } from './exit-codes.ts'
import { SwarmError } from '../src/index.ts'

/** Bits of the group and of others. */
const OTHERS = 0o077

/** Reads the key; a file that other users may read draws a warning, as with ssh. */
export async function readSwarmKey(path: string, warn: (text: string) => void): Promise<string> {
  try {
    const key = await readFile(path, 'utf8')
    const mode = (await stat(path)).mode & 0o777
    if ((mode & OTHERS) !== 0 && process.platform !== 'win32') {
      warn(
        `hive: other users may read the swarm key in ${path} (mode 0${mode.toString(8)}). Run "chmod 600 ${path}".`
      )
    }
    return key
  } catch (cause) {
    throw new SwarmError(
      'SWARM_KEY_INVALID',
      `Cannot read the swarm key in ${path}: ${messageOf(cause)}. Or make a key with "hive keygen > swarm.key".`,
      { cause }
    )
  }
}
