/**
 * An operation: one thing that a node does for its users. The table of operations is the source of
 * every door: commands, HTTP routes, MCP tools and clients are made from it, or checked against it.
 */
import type { z } from 'zod'
import type { HiveNode } from '../../src/index.ts'
import type { CallOptions } from './call-options.ts'
import type { Sessions } from '../sessions/index.ts'
import type { EventFeed } from './event-feed.ts'
import type { NodeFinding } from './shapes/node.ts'
import type { Trends } from './trends.ts'

/** What an operation is about; the API reference groups by it. */
export type Topic =
  | 'knowledge'
  | 'hive'
  | 'goals'
  | 'skills'
  | 'agents'
  | 'members'
  | 'models'
  | 'node'

/** What an operation may change. */
export type Effect =
  /** Nothing. */
  | 'reads'
  /** This node alone. */
  | 'changes'
  /** What peers can read: after anonymisation, if it has text of this node. */
  | 'publishes'
  /** Removes what this node stores. */
  | 'deletes'

/** How an operation is reached by a door, or why it is not. */
export type Door = { readonly by: string } | { readonly none: string }

/** A command: its form, and arguments that call the operation. */
export interface CommandDoor {
  readonly by: string
  readonly args: readonly string[]
}

/** Watches the operations of a node. */
export interface OperationObserver {
  /** An operation begins; the returned function is called at its end, with the error if it failed. */
  begin(name: string): (error?: unknown) => void
}

/** The measurements of a running node. */
export interface Measurements extends OperationObserver {
  /** In the text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

/** A running node, or a directory that was opened for one call. */
export interface NodeAccess {
  readonly db: HiveNode
  /** Whether the node runs, and does not end with the call. */
  readonly running: boolean
  /** Of a running node. */
  readonly events?: EventFeed
  /** Where it stores what it knows. */
  readonly dataDir: string
  /** Of a running node: the sessions of agents whose clients run hooks. */
  readonly sessions?: Sessions
  /** Of a running node. */
  readonly measurements?: Measurements
  /** What else watches the operations. */
  readonly observers?: readonly OperationObserver[]
  /** The address of its HTTP API, if it has one. */
  readonly http?: string
  /** Of a running node: how its counts grew. */
  readonly trends?: Trends
  /** Of a running node: makes codes with which the dashboard is opened. */
  readonly logins?: { issue(): { readonly code: string; readonly seconds: number } }
  /** Of a running node. */
  readonly diagnose?: Diagnose
}

/** Finds what is wrong with a node and its surroundings, in the words of the doctor. */
export type Diagnose = (signal?: AbortSignal) => Promise<readonly NodeFinding[]>

/** A result before JSON: a time may be a `Date`, and nothing is written to it. */
export type Given<T> = T extends string
  ? string extends T
    ? string | Date
    : T
  : T extends readonly (infer Item)[]
    ? readonly Given<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: Given<T[K]> }
      : T

export interface Operation<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Result = unknown
> {
  readonly topic: Topic
  /** One line, in the imperative. */
  readonly summary: string
  /** What a caller must know beside it. */
  readonly detail?: string
  readonly effect: Effect
  readonly input: Input
  readonly output: Output
  /** Of an operation that returns many items one by one, before its result. */
  readonly item?: z.ZodType
  /** The field of the input that may come as JSON Lines instead, one item a line, without a limit. */
  readonly lines?: string
  /** Whether it reports progress: numbers by name. */
  readonly hasProgress?: boolean
  /** Codes of errors beside ARGUMENT_INVALID. */
  readonly errors: readonly string[]
  readonly example: { readonly input: unknown; readonly output: unknown }
  readonly cli: CommandDoor
  /** The tool of the MCP server. */
  readonly mcp: Door
  run(node: NodeAccess, input: z.output<Input>, call: CallOptions): Promise<Result>
}

/** Checks the types of an operation. */
export function operation<
  Input extends z.ZodType,
  Output extends z.ZodType,
  Result extends Given<z.output<Output>>
>(
  definition: Operation<Input, Output, Result> & {
    readonly example: { readonly input: z.input<Input>; readonly output: z.input<Output> }
  }
): Operation<Input, Output, Result> {
  return definition
}

/** Why most operations are no tool of their own. */
export const FIVE_TOOLS: Door = {
  none: 'five tools keep their definitions within 1,200 tokens of an agent’s context'
}
export const NOT_FOR_AGENTS: Door = { none: 'a person decides it, not an agent' }
export const BY_REPORT: Door = { none: 'the tool "report" does it, by the outcome' }
