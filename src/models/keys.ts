/**
 * Keys of providers: from the environment or a file, never from options, so that no configuration
 * contains one. A key is stored in its provider's client only: in no error, event, log line or
 * record.
 */
import { readFile } from 'node:fs/promises'
import { ModelError } from './errors.ts'

export interface KeySource {
  /** Name of the environment variable. */
  readonly keyEnv?: string
  /** Path of a file that contains the key and nothing else. */
  readonly keyFile?: string
}

export type Environment = Readonly<Record<string, string | undefined>>

export const processEnvironment: Environment = process.env

export function hasKey({ keyEnv, keyFile }: KeySource, env: Environment): boolean {
  return keyFile !== undefined || (keyEnv !== undefined && (env[keyEnv] ?? '') !== '')
}

export async function readKey(
  { keyEnv, keyFile }: KeySource,
  env: Environment
): Promise<string | undefined> {
  if (keyFile === undefined) return keyEnv === undefined ? undefined : env[keyEnv]?.trim()
  let key: string
  try {
    key = (await readFile(keyFile, 'utf8')).trim()
  } catch {
    throw new ModelError('FILE_INVALID', `Cannot read the key file ${keyFile}.`)
  }
  if (key === '') throw new ModelError('FILE_INVALID', `The key file ${keyFile} is empty.`)
  return key
}
