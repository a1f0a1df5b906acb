/** Models and embeddings: files, keys, endpoints. */
import { readFile } from 'node:fs/promises'
import { createHive } from '../../src/index.ts'
import { messageOf } from '../exit-codes.ts'
import { readModels } from '../models-file.ts'
import { bad, good } from './check.ts'
import type { HiveInit } from '../../src/index.ts'
import type { Check, DoctorFinding, Examined } from './check.ts'

/** Milliseconds for an endpoint. */
const ENDPOINT_TIMEOUT = 3_000

/** Variables of the providers that every node knows. */
const KEY_VARIABLES: Readonly<Record<string, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  groq: 'GROQ_API_KEY',
  openai: 'OPENAI_API_KEY'
}

export const MODEL_CHECKS: readonly Check[] = [
  { section: 'models', run: checkModels },
  { section: 'models', run: checkEmbeddings }
]

async function checkModels({ start: { values }, env }: Examined): Promise<DoctorFinding[]> {
  const path = values.models
  if (path === undefined) return []
  let models: HiveInit['models']
  try {
    models = await readModels(path)
    await using _ = await createHive({ swarm: false, models, upkeep: false })
  } catch (error) {
    return [bad('models-file', messageOf(error), `correct ${path}`)]
  }
  const { tiers = {}, providers = {} } = models ?? {}
  const used = new Set(Object.values(tiers).flatMap((list) => list?.map(providerOf) ?? []))
  const findings: DoctorFinding[] = []
  for (const name of used) {
    const provider = providers[name]
    const endpoint = provider !== undefined && 'kind' in provider ? provider : undefined
    const variable = endpoint?.keyEnv ?? (endpoint === undefined ? KEY_VARIABLES[name] : undefined)
    if (endpoint?.keyFile !== undefined) {
      const key = await readFile(endpoint.keyFile, 'utf8').catch(() => '')
      if (key.trim() !== '') continue
      const text = `the key of the provider "${name}" cannot be read: ${endpoint.keyFile}`
      findings.push(bad('provider-key', text, 'write the key into the file'))
    } else if (variable !== undefined && (env[variable] ?? '') === '') {
      const text = `a tier uses the provider "${name}", and ${variable} is not set`
      findings.push(bad('provider-key', text, `export ${variable}=KEY, or name a keyFile`))
    }
  }
  return findings.length === 0 ? [good('models', `${path} can be used`)] : findings
}

function providerOf(model: string): string {
  return model.split('/')[0] ?? ''
}

async function checkEmbeddings({ configuration, signal }: Examined): Promise<DoctorFinding[]> {
  const { settings } = configuration
  const url = settings.get('embeddings.base-url')?.value
  const model = settings.get('embeddings.model')?.value
  if (url === undefined && model === undefined) return []
  if (typeof url !== 'string' || model === undefined) {
    const missing = url === undefined ? 'embeddings.base-url' : 'embeddings.model'
    return [bad('embeddings', `${missing} is not set`, `set ${missing} too, or neither`)]
  }
  const keyFile = settings.get('embeddings.key-file')?.value
  if (
    typeof keyFile === 'string' &&
    (await readFile(keyFile).catch(() => undefined)) === undefined
  ) {
    const text = `the key of the embeddings cannot be read: ${keyFile}`
    return [bad('embeddings-key', text, 'correct embeddings.key-file')]
  }
  try {
    await fetch(`${url.replace(/\/$/, '')}/models`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ENDPOINT_TIMEOUT)])
    })
    return [good('embeddings', 'the endpoint of the embeddings answers')]
  } catch (error) {
    const { cause } = error instanceof Error ? error : {}
    const text = `the endpoint of the embeddings does not answer: ${messageOf(cause ?? error)}`
    return [bad('embeddings-endpoint', text, 'start the server, or correct embeddings.base-url')]
  }
}
