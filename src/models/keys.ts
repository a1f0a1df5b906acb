/**
 * Keys of providers: from the environment or a file, never from options, so that no configuration
 * contains one. A key is stored in its provider's client only: in no error, event, log line or
 * record.
 */
import { readFile } from 'node:fs/promises'
import { HiveError } from '../errors.ts'
import { ModelError } from './errors.ts'
import type { Endpoint } from './model-options.ts'

export interface KeySource {
  /** Name of the environment variable. */
  readonly keyEnv?: string
  /** Path of a file that contains the key and nothing else. */
  readonly keyFile?: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Where a provider of a kind is reached when its endpoint names no `baseURL`. */
export const BASE_URLS: Readonly<Record<Endpoint['kind'], string>> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com/v1',
  compatible: 'https://api.openai.com/v1'
}

/** The one origin that the key in each of these variables is sent to. */
const KEY_ORIGINS: ReadonlyMap<string, string> = new Map([
  ['ANTHROPIC_API_KEY', 'https://api.anthropic.com'],
  ['ANTHROPIC_AUTH_TOKEN', 'https://api.anthropic.com'],
  ['OPENAI_API_KEY', 'https://api.openai.com'],
  ['OPENAI_ADMIN_KEY', 'https://api.openai.com'],
  ['GROQ_API_KEY', 'https://api.groq.com']
])

/** The variable whose key belongs to the origin of this URL. */
export function keyEnvOf(baseURL: string): string | undefined {
  const { origin } = new URL(baseURL)
  for (const [keyEnv, home] of KEY_ORIGINS) if (home === origin) return keyEnv
  return undefined
}

/** The only origin that the key of this endpoint may be sent to, when the endpoint is elsewhere. */
export function foreignOriginOf({ kind, baseURL, keyEnv, keyFile }: Endpoint): string | undefined {
  if (keyEnv === undefined || keyFile !== undefined) return undefined
  const home = KEY_ORIGINS.get(keyEnv)
  return home === new URL(baseURL ?? BASE_URLS[kind]).origin ? undefined : home
}

/** Where each SDK reads further headers from by itself, and the one origin that they are for. */
const CUSTOM_HEADERS: Readonly<Record<'anthropic' | 'openai', readonly [string, string]>> = {
  anthropic: ['ANTHROPIC_CUSTOM_HEADERS', 'https://api.anthropic.com'],
  openai: ['OPENAI_CUSTOM_HEADERS', 'https://api.openai.com']
}

/**
 * The headers that the environment adds to requests of an SDK, as null: the SDK leaves them out.
 * None at the provider's own origin. They may hold credentials, as the keys do.
 */
export function withheldHeaders(
  sdk: 'anthropic' | 'openai',
  baseURL: string,
  env: Environment
): Readonly<Record<string, null>> {
  const [variable, home] = CUSTOM_HEADERS[sdk]
  if (new URL(baseURL).origin === home) return {}
  const lines = (env[variable] ?? '').split('\n').filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).trim(), null]))
}

/** Throws `HiveError` (OPTIONS_INVALID) when the options send a provider's key to another host. */
export function checkKeyOrigin(name: string, endpoint: Endpoint): void {
  const home = foreignOriginOf(endpoint)
  if (home === undefined) return
  throw new HiveError(
    'OPTIONS_INVALID',
    `models.providers.${name}: the key in ${endpoint.keyEnv} is sent to ${home} only. Put the key of this endpoint in a variable of another name (keyEnv), or in a file (keyFile).`
  )
}

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
    throw new ModelError(
      'FILE_INVALID',
      `Cannot read the key file ${keyFile}. Check its path and its permissions.`
    )
  }
  if (key === '')
    throw new ModelError(
      'FILE_INVALID',
      `The key file ${keyFile} is empty. Write the key of the provider into it.`
    )
  return key
}
