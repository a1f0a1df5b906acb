/** Options of `createHive({ models })`, and of a call. */
import { z } from 'zod'
import { Signal } from '../arguments/index.ts'
import { BudgetOptions, Limit } from './spending/budgets.ts'
import { CatalogueFile } from './catalogue.ts'
import { PolicyOptions } from './routing/policy.ts'
import type { Message, Provider, Tier, Tool } from './provider.ts'

const Endpoint = z.strictObject({
  /** `compatible`: chat completions in OpenAI's format, from another server. */
  kind: z.enum(['anthropic', 'openai', 'compatible']),
  baseURL: z.url().optional(),
  keyEnv: z.string().min(1).optional(),
  keyFile: z.string().min(1).optional()
})

const isProvider = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'generate' in value && 'stream' in value

export const ModelOptions = z.strictObject({
  /** By name; `anthropic`, `openai` and `groq` are predefined, and used if their key is set. */
  providers: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'use only lower case letters, digits and "-"'),
      z.union([Endpoint, z.custom<Provider>(isProvider, 'is not a provider')])
    )
    .default({}),
  /**
   * Models of a tier as `provider/model`, in the order of calls. Default: those of the catalogue.
   */
  tiers: z
    .strictObject({
      premium: z.array(z.string()).optional(),
      fast: z.array(z.string()).optional(),
      embed: z.array(z.string()).optional()
    })
    .default({}),
  /** A catalogue that overrides the shipped one: its path, or its content. */
  catalogue: z.union([z.string(), CatalogueFile]).optional(),
  /** Models past their shutdown may be called. */
  allowShutDown: z.boolean().default(false),
  policy: PolicyOptions.default({}),
  budgets: BudgetOptions.default(BudgetOptions.parse({})),
  /** The most milliseconds of a call, including its retries. */
  timeout: z.int().min(1).optional(),
  /** Milliseconds after which a second model of the fast tier is asked too. */
  hedge: z.int().min(1).optional(),
  /** The substitute if no model answers: the offline tier, or none. */
  fallback: z.enum(['offline', 'none']).default('none')
})

/**
 * The option `models` of `createHive`: providers, tiers, policy and budgets.
 *
 * @interface
 */
export type ModelsInit = z.input<typeof ModelOptions>
export type ModelSettings = z.output<typeof ModelOptions>
export type Endpoint = z.output<typeof Endpoint>

const Content = z.string()
const MessageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: Content, cache: z.boolean().optional() }),
  z.strictObject({ role: z.literal('user'), content: Content, cache: z.boolean().optional() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: Content,
    toolCalls: z
      .array(z.strictObject({ id: z.string(), name: z.string(), input: z.unknown() }))
      .optional()
  }),
  z.strictObject({ role: z.literal('tool'), content: Content, toolCallId: z.string() })
])

export const RequestOptions = z.strictObject({
  /** The class of the task, such as `distill` or `mutate`. */
  task: z.string().min(1).max(64),
  messages: z.array(MessageSchema).min(1),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
        description: z.string(),
        parameters: z.record(z.string(), z.unknown())
      })
    )
    .default([]),
  schema: z
    .custom<z.ZodType>((value) => value instanceof z.ZodType, 'is not a zod schema')
    .optional(),
  verify: z
    .custom<Verifier>((value) => typeof value === 'function', 'is not a function')
    .optional(),
  tier: z.enum(['premium', 'fast', 'offline']).optional(),
  /** `provider/model`: this model and no other. */
  model: z.string().optional(),
  /** Budget of this call, including its retries and tiers. */
  budget: Limit.optional(),
  maxOutputTokens: z.int().min(1).optional(),
  timeout: z.int().min(1).optional(),
  /** Whether a cached reply to an equal request may be returned. */
  cache: z.boolean().default(false),
  signal: Signal
})

/**
 * A request to `models.generate`.
 *
 * @interface
 */
export type RequestInput = z.input<typeof RequestOptions>
export type RequestSettings = Omit<z.output<typeof RequestOptions>, 'messages' | 'tools'> & {
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  /** What the persona of the agent prefers; where it cannot be, the policy decides. */
  readonly prefer?: ModelPreference
}

/** Where an answer should come from first. */
export type ModelPreference = { readonly tier: Tier } | { readonly model: string }

/** Whether an answer passes; the next attempt receives the reason, if there is one. */
export type Verdict = boolean | { readonly ok: boolean; readonly reason?: string }

/**
 * Checks an answer, by tests, a sandbox or any other means. `value`: parsed by the schema, if there
 * is one.
 */
export type Verifier = (
  answer: { readonly text: string; readonly value: unknown },
  options: { readonly signal: AbortSignal }
) => Verdict | Promise<Verdict>
