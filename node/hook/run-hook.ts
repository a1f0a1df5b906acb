/**
 * Runs a hook: reads the client's JSON, asks the running node, and prints what its client takes. It
 * never fails: whatever is unexpected or late prints nothing. A node that does not run is not started.
 */
import { realpath } from 'node:fs/promises'
import { defaultDataDir } from '../data-paths.ts'
import { projectOf } from '../project.ts'
import { callNode } from './call-node.ts'
import { readClientInput } from './client-input.ts'
import { clientOutput } from './client-output.ts'
import { findSocket } from './node-socket.ts'
import { readInput } from './read-input.ts'

/** Milliseconds from the start of the process. Its end takes up to 30 more. */
const DEADLINE = 270

/** An hour: no agent waits so long. */
const MAX_DEADLINE = 3_600_000

/** Part of the time that the input may take: some clients may leave it open. */
const INPUT_SHARE = 0.5

interface HookArguments {
  readonly event: string
  readonly host: string
  readonly dataDir: string
}

/**
 * Resolves in time, always. `elapsed`: milliseconds since the process started, if it runs this hook
 * alone.
 */
export async function runHook(argv: readonly string[], elapsed = 0): Promise<void> {
  const late = new AbortController()
  const left = Math.max(0, deadlineOf(optionOf(argv, '--deadline')) - elapsed)
  const timer = setTimeout(() => late.abort(), left)
  const ended = new Promise<void>((resolve) => {
    late.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const work = answer(argv, { left, signal: late.signal }).catch(() => undefined)
  await Promise.race([work, ended])
  clearTimeout(timer)
  late.abort()
}

function deadlineOf(text: string | undefined): number {
  const given = Number(text ?? DEADLINE)
  return given >= 0 && given <= MAX_DEADLINE ? given : DEADLINE
}

interface Time {
  /** Milliseconds. */
  readonly left: number
  readonly signal: AbortSignal
}

async function answer(argv: readonly string[], { left, signal }: Time): Promise<void> {
  const given = readHookArguments(argv)
  if (given === undefined) return
  const { event, host, dataDir } = given
  const found = findSocket(dataDir)
  found.catch(() => undefined)
  const text = await readInput(process.stdin, { timeout: left * INPUT_SHARE, signal })
  const input = text === undefined ? undefined : readClientInput(event, host, text)
  const socket = await found
  if (input === undefined || socket === undefined || signal.aborted) return
  const { name, cwd = process.cwd(), ...request } = input
  const project = await projectOf(await realpath(cwd))
  const lines = await callNode(socket, { ...request, project: project?.slice(0, 255) }, signal)
  if (signal.aborted || lines.length === 0) return
  await write(clientOutput({ event, host, name }, lines))
}

function readHookArguments(argv: readonly string[]): HookArguments | undefined {
  const [event, ...options] = argv
  const host = optionOf(options, '--host')
  if (event === undefined || host === undefined) return undefined
  return { event, host, dataDir: optionOf(options, '--data-dir') ?? defaultDataDir(process.env) }
}

function optionOf(options: readonly string[], name: string): string | undefined {
  const at = options.indexOf(name)
  return at < 0
    ? options.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1)
    : options[at + 1]
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once('error', () => resolve())
    process.stdout.write(text, () => resolve())
  })
}
