/** The catalogue: a dated list of models with their prices, abilities and shutdown dates. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { WARNING_DAYS } from './constants.ts'
import { ModelError } from './errors.ts'
import { parse } from '../arguments/index.ts'
import shipped from './catalogue.json' with { type: 'json' }

const DAY = 24 * 60 * 60 * 1000

/** Six decimals at most, so that a token costs whole picodollars. */
const Price = z
  .string()
  .regex(/^\d+(?:\.\d{1,6})?$/, 'must be a price as text, with at most 6 decimals')
  .nullable()

const BandSchema = z.strictObject({
  upTo: z.int().min(1).nullable(),
  input: Price,
  cacheRead: Price,
  cacheWrite: Price,
  output: Price
})

const Entry = z.strictObject({
  provider: z.string().min(1),
  model: z.string().min(1),
  roles: z.array(z.enum(['premium', 'fast', 'embed'])),
  context: z.int().min(1).nullable(),
  maxOutput: z.int().min(1).nullable(),
  capabilities: z.array(z.enum(['text', 'stream', 'tools', 'structured', 'cache', 'embed'])),
  /** In the order of `upTo`; null if the price is unknown. */
  bands: z.array(BandSchema).min(1).nullable(),
  /** Limits of the account, if known; the provider's headers are more exact. */
  limits: z
    .strictObject({
      requestsPerMinute: z.int().min(1).optional(),
      tokensPerMinute: z.int().min(1).optional()
    })
    .optional(),
  /** The first day without service. */
  shutdown: z.iso.date().nullable(),
  /** Shut down on an unknown day. */
  retired: z.boolean().optional(),
  replacement: z.string().nullable(),
  sources: z.array(z.string())
})

export const CatalogueFile = z.strictObject({
  asOf: z.iso.date(),
  about: z.string().optional(),
  models: z.array(Entry)
})

export type CatalogueInput = z.input<typeof CatalogueFile>
export type CatalogueEntry = z.output<typeof Entry>
/** Whether a model can be called: `ending` has a shutdown date, `shut-down` is past it. */
export type ModelState = 'active' | 'ending' | 'shut-down'

export interface CataloguedModel extends CatalogueEntry {
  /** `provider/model`. */
  readonly id: string
}

export class Catalogue {
  readonly #models = new Map<string, CataloguedModel>()
  readonly asOf: string

  /** Entries of a later file replace those of an earlier one. */
  constructor(files: readonly z.output<typeof CatalogueFile>[]) {
    for (const { models } of files) {
      for (const entry of models) {
        const id = `${entry.provider}/${entry.model}`
        this.#models.delete(id)
        this.#models.set(id, { ...entry, id })
      }
    }
    this.asOf =
      files
        .map(({ asOf }) => asOf)
        .toSorted()
        .at(-1) ?? ''
  }

  list(): CataloguedModel[] {
    return [...this.#models.values()]
  }

  get(id: string): CataloguedModel | undefined {
    return this.#models.get(id)
  }

  /** Models of a role, those of later files first. */
  withRole(role: 'premium' | 'fast' | 'embed'): CataloguedModel[] {
    return this.list().filter(({ roles }) => roles.includes(role))
  }

  /** The first replacement that is not shut down. */
  replacementOf(id: string, now: number): string | undefined {
    const seen = new Set<string>()
    for (let next = this.get(id)?.replacement ?? undefined; next !== undefined;) {
      const model = this.get(next)
      if (model === undefined || stateOf(model, now) !== 'shut-down' || seen.has(next)) return next
      seen.add(next)
      next = model.replacement ?? undefined
    }
    return undefined
  }
}

export function stateOf(model: CatalogueEntry, now: number): ModelState {
  if (model.retired === true) return 'shut-down'
  if (model.shutdown === null) return 'active'
  const shutdown = Date.parse(model.shutdown)
  if (now >= shutdown) return 'shut-down'
  return now >= shutdown - WARNING_DAYS * DAY ? 'ending' : 'active'
}

/** The shipped file, overridden by the user's: a path, or its content. */
export async function loadCatalogue(user?: string | CatalogueInput): Promise<Catalogue> {
  const files = [parse(CatalogueFile, shipped, 'The shipped catalogue of models')]
  if (user !== undefined) {
    const input = typeof user === 'string' ? await readJson(user) : user
    files.push(parse(CatalogueFile, input, 'The catalogue of models', 'OPTIONS_INVALID'))
  }
  return new Catalogue(files)
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new ModelError(
      'FILE_INVALID',
      `Cannot read the catalogue of models in ${path}. Check the path in \`models.catalogue\`.`,
      {
        cause
      }
    )
  }
}
