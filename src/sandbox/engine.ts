/** The engine's WebAssembly, compiled once in a process for all threads. */
import { readFile } from 'node:fs/promises'

/** What WebAssembly.compile makes: threads take it as it is. */
export type EngineModule = object

/** TypeScript has its types for browsers only. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<EngineModule> }

const WASM = '@jitl/quickjs-wasmfile-release-sync/wasm'

let compiled: Promise<EngineModule> | undefined

export function loadEngine(): Promise<EngineModule> {
  compiled ??= compile()
  return compiled
}

async function compile(): Promise<EngineModule> {
  return WebAssembly.compile(await readFile(new URL(import.meta.resolve(WASM))))
}
