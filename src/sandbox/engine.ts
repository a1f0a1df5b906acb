/** The engine's WebAssembly, compiled once in a process for all threads. */
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { DEFAULT_LIMITS } from './limits.ts'
import { PRELUDE } from './prelude.ts'
import { DEFAULT_NOW } from './virtual-clock.ts'

/** A result of WebAssembly.compile, which threads can receive. */
export type EngineModule = object

/** TypeScript declares these types for browsers only. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<EngineModule> }

const WASM = '@jitl/quickjs-wasmfile-release-sync/wasm'

/** Raise it with every change of this code that may change the result of a run. */
const RUNS = 1

const ID_DIGITS = 16

let compiled: Promise<EngineModule> | undefined
const identified = new Map<string, Promise<string>>()

export function loadEngine(): Promise<EngineModule> {
  compiled ??= compile()
  return compiled
}

/**
 * 16 hex digits: with equal ids, equal source and input give equal output. Derived from the
 * engine's bytes, the code around them, and the kind of processor, whose NaNs may differ in their
 * bits.
 */
export function engineId(processor: string): Promise<string> {
  const id = identified.get(processor) ?? identify(processor)
  identified.set(processor, id)
  return id
}

async function compile(): Promise<EngineModule> {
  return WebAssembly.compile(await read())
}

async function identify(processor: string): Promise<string> {
  const around = JSON.stringify([RUNS, PRELUDE, DEFAULT_NOW, DEFAULT_LIMITS, processor])
  const bytes = Buffer.concat([Buffer.from(around), await read()])
  return hash('sha256', bytes, 'hex').slice(0, ID_DIGITS)
}

function read(): Promise<Buffer> {
  return readFile(new URL(import.meta.resolve(WASM)))
}
