/** A thread of the sandbox: runs one source at a time, and keeps others ready. */
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'
import variant from '@jitl/quickjs-wasmfile-release-sync'
import { parentPort, workerData } from 'node:worker_threads'
import { CpuMeter } from './cpu-meter.ts'
import { outputHashOf, jsonProblem } from './json.ts'
import { MAX_INPUT_BYTES, RETIRE_BYTES } from './constants.ts'
import { EngineInstance } from './engine-instance.ts'
import { RunFailure } from './run-failure.ts'
import { installVirtualClock } from './virtual-clock.ts'
import type { QuickJSSyncVariant } from 'quickjs-emscripten-core'
import type { EngineModule } from './engine.ts'
import type { Limits } from './limits.ts'
import type {
  Answer,
  FailedRun,
  MessageFromThread,
  CompletedRun,
  RunTask,
  MessageToThread,
  TracedCall
} from './messages.ts'

export interface ThreadData {
  readonly module: EngineModule
  readonly meter: SharedArrayBuffer
}

const port = parentPort
if (port === null) throw new Error('This file runs only in a thread of the sandbox.')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what SandboxThread hands over
const { module, meter: memory } = workerData as ThreadData

installVirtualClock()
const meter = new CpuMeter(memory)
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types are those of its CommonJS form
const sync = variant as unknown as QuickJSSyncVariant
const engine = await newQuickJSWASMModuleFromVariant(newVariant(sync, { wasmModule: module }))
const prepared = new Map<string, EngineInstance>()
let isDamaged = false
/**
 * The instance of the finished task; freeing its memory may take longer than the caller should
 * wait.
 */
let finishedInstance: EngineInstance | undefined
let answered: ((call: number, answer: Answer) => void) | undefined

port.on('message', (message: MessageToThread) => {
  void handle(message)
})
post({ type: 'ready' })

async function handle(message: MessageToThread): Promise<void> {
  if (message.type === 'answer') return answered?.(message.call, message.answer)
  if (message.type === 'cool') return cool(message.source)
  meter.reset()
  await perform(message)
  if (finishedInstance === undefined) return
  dispose(finishedInstance)
  finishedInstance = undefined
  if (isDamaged) return done({ isExhausted: true })
  post({ type: 'ready' })
}

async function perform(
  message: Exclude<MessageToThread, { readonly type: 'answer' | 'cool' }>
): Promise<void> {
  try {
    if (message.type === 'run') return done({ completed: await run(message) })
    if (message.type === 'check') finishedInstance = createInstance(message.source, message.limits)
    if (message.type === 'prepare') prepare(message.source, message.limits)
    done({})
  } catch (error) {
    const [reason, isExhausted] =
      error instanceof AggregateError ? [error.errors[0], true] : [error]
    if (reason instanceof RunFailure) {
      done({ failed: { code: reason.code, message: reason.message }, isExhausted })
    } else {
      done({ failed: engineFailure(reason), isExhausted: true })
    }
  }
}

async function run(order: RunTask): Promise<CompletedRun> {
  const { source, limits, replay } = order
  const ready = prepared.get(source)
  prepared.delete(source)
  const machine = ready ?? createInstance(source, limits)
  finishedInstance = machine
  const calls: TracedCall[] = []
  /** Answers in the order of calls; those of a trace are present from the start. */
  const answers: Promise<Answer>[] = []
  const asked = new Map<number, (answer: Answer) => void>()
  let argumentBytes = 0
  let answerBytes = 0
  const callHost = (name: string, argument: string): void => {
    const at = answers.length
    argumentBytes += Buffer.byteLength(argument)
    if (argumentBytes > limits.outputBytes) {
      throw new RunFailure(
        'SKILL_OUTPUT',
        `The arguments of all host calls have more than ${limits.outputBytes} bytes, the limit \`outputBytes\`.`
      )
    }
    assertPlainJson(argument, 'argument of a host call')
    if (at >= limits.hostCalls) {
      throw new RunFailure(
        'SKILL_DENIED',
        `The run made more than ${limits.hostCalls} host calls, the limit \`hostCalls\`.`
      )
    }
    if (replay !== undefined) {
      answers.push(Promise.resolve(replayed(replay[at], name, argument)))
    } else {
      const { promise, resolve } = Promise.withResolvers<Answer>()
      asked.set(at, resolve)
      answers.push(promise)
      post({ type: 'call', call: at, name, argument })
    }
    calls.push({ name, argument, answer: { error: '' } })
  }
  let next = 0
  answered = (call, answer) => asked.get(call)?.(answer)
  try {
    machine.start({ ...order, callHost })
    let output = machine.output()
    while (output === undefined) {
      const answer = await answers[next]
      const call = calls[next]
      if (answer === undefined || call === undefined) break
      answerBytes += 'json' in answer ? Buffer.byteLength(answer.json) : 0
      if (answerBytes > MAX_INPUT_BYTES) {
        throw new RunFailure(
          'SKILL_MEMORY',
          `The results of all host calls have more than ${MAX_INPUT_BYTES} bytes. Return less from the grants.`
        )
      }
      calls[next] = { ...call, answer }
      next += 1
      machine.deliver(answer)
      output = machine.output()
    }
    assertPlainJson(output ?? 'null', 'output')
    return {
      output: output ?? 'null',
      outputHash: outputHashOf(output ?? 'null'),
      calls: calls.slice(0, next),
      log: machine.log,
      cpuMs: meter.used,
      wasWarm: ready !== undefined
    }
  } finally {
    answered = undefined
  }
}

function assertPlainJson(json: string, what: string): void {
  const problem = jsonProblem(json)
  if (problem !== undefined) throw new RunFailure('SKILL_OUTPUT', `The ${what} ${problem}.`)
}

function replayed(traced: TracedCall | undefined, name: string, argument: string): Answer {
  if (traced?.name === name && traced.argument === argument) return traced.answer
  throw new RunFailure('SKILL_DENIED', `The replay called ${name} differently from the trace.`)
}

function createInstance(source: string, limits: Limits): EngineInstance {
  return EngineInstance.read(engine, source, limits, meter)
}

function prepare(source: string, limits: Limits): void {
  if (!prepared.has(source)) prepared.set(source, createInstance(source, limits))
}

function cool(source: string): void {
  const machine = prepared.get(source)
  prepared.delete(source)
  if (machine !== undefined) dispose(machine)
}

/** After an interrupted run the engine may refuse to free it. */
function dispose(machine: EngineInstance): void {
  try {
    machine.dispose()
  } catch {
    isDamaged = true
  }
}

/** The engine itself failed: its memory or the stack below it overflowed. */
function engineFailure(error: unknown): FailedRun {
  const text = String(error)
  if (/stack|out of bounds|unreachable/i.test(text)) {
    return { code: 'SKILL_STACK', message: 'The run recursed until the engine failed.' }
  }
  return { code: 'SKILL_MEMORY', message: 'The engine ran out of memory.' }
}

function done({
  isExhausted = isDamaged || engine.getWasmMemory().buffer.byteLength > RETIRE_BYTES,
  ...rest
}: {
  readonly completed?: CompletedRun
  readonly failed?: FailedRun
  readonly isExhausted?: boolean
}): void {
  post({ type: 'done', isExhausted, isClean: finishedInstance === undefined, ...rest })
}

function post(message: MessageFromThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port?.postMessage(message)
}
