/** The parts of the sandbox and of the models that skills use. */
import type { z } from 'zod'
import type { Sandbox } from '../sandbox/index.ts'

export type SkillSandbox = Pick<Sandbox, 'check' | 'cool' | 'engine' | 'isWarm' | 'run' | 'warm'>

export type Messages = { role: 'system' | 'user'; content: string }[]

export interface SkillModels {
  plan(request: { readonly task: string; readonly messages: Messages }): { readonly tier: string }
  generate<T = undefined>(request: {
    readonly task: string
    readonly messages: Messages
    readonly schema?: z.ZodType<T>
    readonly tier?: 'premium'
    readonly maxOutputTokens?: number
    readonly signal?: AbortSignal
  }): Promise<{
    readonly text: string
    readonly value: T
    readonly offline: boolean
    readonly model: string
  }>
}
