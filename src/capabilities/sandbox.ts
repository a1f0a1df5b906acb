/** What skills need of the sandbox, and of models; see `src/sandbox` and `src/models`. */
import type { z } from 'zod'
import type { Json } from './canonical-json.ts'

export type HostFunction = (
  argument: Json,
  options: { readonly signal: AbortSignal }
) => Json | Promise<Json>

export interface RunLimits {
  readonly memoryBytes: number
  readonly stackBytes: number
  readonly cpuMs: number
  readonly wallMs: number
  readonly outputBytes: number
  readonly hostCalls: number
}

export interface SkillSandbox {
  run(request: {
    readonly source: string
    readonly input: Json
    readonly grants?: Readonly<Record<string, HostFunction>>
    readonly limits?: Partial<RunLimits>
    readonly seed?: string
    readonly signal?: AbortSignal
  }): Promise<{
    readonly output: Json
    readonly outputHash: string
    readonly trace: unknown
    readonly log: readonly string[]
    readonly cpuMs: number
    readonly wasWarm: boolean
  }>
  check(source: string): Promise<void>
  warm(source: string): Promise<void>
  isWarm(source: string): boolean
  cool(source: string): void
}

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
