/**
 * One source in its own engine (QuickJS, https://bellard.org/quickjs/, in WebAssembly): parsed
 * once, then called once. All its state ends with it.
 */
import { Scope } from 'quickjs-emscripten-core'
import { MAX_ERROR_LENGTH } from './constants.ts'
import { PRELUDE } from './prelude.ts'
import { RunFailure } from './run-failure.ts'
import { RunWatch } from './run-watch.ts'
import { seededRandom } from './seeded-random.ts'
import { DEFAULT_NOW, setClock } from './virtual-clock.ts'
import type {
  QuickJSContext,
  QuickJSDeferredPromise,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSWASMModule,
  SuccessOrFail
} from 'quickjs-emscripten-core'
import type { CpuMeter } from './cpu-meter.ts'
import type { Limits } from './limits.ts'
import type { Answer } from './messages.ts'

/** Calls a host function; `deliver` takes the answer. */
export type CallHost = (name: string, argument: string) => void

export interface EngineCall {
  readonly input: string
  readonly seed: string
  readonly now: number
  readonly grants: readonly string[]
  readonly limits: Limits
  readonly callHost: CallHost
}

/** Promise jobs between two checks of the limits. */
const JOBS = 1_000

export class EngineInstance {
  readonly #watch: RunWatch
  readonly #runtime: QuickJSRuntime
  readonly #context: QuickJSContext
  /** Owns all handles that live as long as the instance. */
  readonly #scope = new Scope()
  #parse: QuickJSHandle | undefined
  #stringify: QuickJSHandle | undefined
  #describe: QuickJSHandle | undefined
  #main: QuickJSHandle | undefined
  #result: QuickJSHandle | undefined
  readonly #waiting: QuickJSDeferredPromise[] = []
  #random: () => number

  /** Throws `RunFailure` if the source cannot be parsed; the instance is then freed. */
  static read(
    engine: QuickJSWASMModule,
    source: string,
    limits: Limits,
    meter: CpuMeter
  ): EngineInstance {
    const machine = new EngineInstance(engine, source, limits, meter)
    try {
      machine.#read(source)
      return machine
    } catch (error) {
      try {
        machine.dispose()
      } catch (cause) {
        // Its memory is lost; the engine must not be used again.
        throw new AggregateError([error, cause], 'The engine is damaged.', { cause })
      }
      throw error
    }
  }

  private constructor(engine: QuickJSWASMModule, source: string, limits: Limits, meter: CpuMeter) {
    this.#watch = new RunWatch(meter, limits)
    this.#random = seededRandom(source)
    this.#runtime = engine.newRuntime()
    this.#runtime.setInterruptHandler(() => this.#watch.mustStop())
    this.#runtime.setMemoryLimit(limits.memoryBytes)
    this.#runtime.setMaxStackSize(limits.stackBytes)
    setClock(DEFAULT_NOW)
    this.#context = this.#runtime.newContext()
  }

  get log(): readonly string[] {
    return this.#watch.log
  }

  /** Calls the function of the source. At its end, `output` has its result. */
  start({ input, seed, now, grants, limits, callHost }: EngineCall): void {
    this.#watch.limits = limits
    this.#random = seededRandom(seed)
    this.#runtime.setMemoryLimit(limits.memoryBytes)
    this.#runtime.setMaxStackSize(limits.stackBytes)
    setClock(now)
    const context = this.#context
    this.#watch.measure(() => {
      Scope.withScope((scope) => {
        const text = scope.manage(context.newString(input))
        const value = scope.manage(this.#call(this.#parse, text))
        const host = scope.manage(context.newObject())
        for (const name of grants) {
          const grant = scope.manage(this.#grant(name, callHost))
          context.setProp(host, name, grant)
        }
        this.#result = this.#scope.manage(this.#call(this.#main, value, host))
      })
      this.#settle()
    })
  }

  /** The result as JSON; undefined while it waits for answers. */
  output(): string | undefined {
    const context = this.#context
    const result = this.#result
    if (result === undefined) return undefined
    return this.#watch.measure(() =>
      Scope.withScope((scope) => {
        const state = context.getPromiseState(result)
        if (state.type === 'pending') {
          if (this.#waiting.length > 0) return undefined
          throw new RunFailure(
            'SKILL_THREW',
            'The run waits for a promise that never settles. Return the promise of a host call.'
          )
        }
        if (state.type === 'rejected') throw this.#failure(scope.manage(state.error))
        const value = state.notAPromise === true ? state.value : scope.manage(state.value)
        const json = scope.manage(this.#call(this.#stringify, value))
        if (context.typeof(json) !== 'string') {
          throw new RunFailure(
            'SKILL_OUTPUT',
            'The output cannot be written as JSON. Return a JSON value.'
          )
        }
        return this.#textOf(json, 'output')
      })
    )
  }

  /** Answers the oldest waiting call. */
  deliver(answer: Answer): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) return
    this.#watch.measure(() => {
      Scope.withScope((scope) => {
        scope.manage(waiting)
        if ('error' in answer) {
          waiting.reject(scope.manage(this.#context.newError(answer.error)))
          return
        }
        const text = scope.manage(this.#context.newString(answer.json))
        waiting.resolve(scope.manage(this.#call(this.#parse, text)))
      })
      this.#settle()
    })
  }

  dispose(): void {
    for (const waiting of this.#waiting) waiting.dispose()
    this.#waiting.length = 0
    this.#scope.dispose()
    this.#context.dispose()
    this.#runtime.dispose()
  }

  #read(source: string): void {
    const context = this.#context
    this.#watch.measure(() => {
      this.#installPrelude()
      Scope.withScope((scope) => {
        const evaluated = context.evalCode(source, 'skill.js', { type: 'module', strict: true })
        if (evaluated.error !== undefined) {
          throw this.#syntaxFailure(scope.manage(evaluated.error))
        }
        const exported = scope.manage(evaluated.value)
        this.#settle()
        const state = context.getPromiseState(exported)
        if (state.type === 'rejected') {
          throw this.#failure(scope.manage(state.error), 'SKILL_INVALID')
        }
        if (state.type === 'pending') {
          throw new RunFailure(
            'SKILL_INVALID',
            'The module uses await at its top level. Move the await into the exported function.'
          )
        }
        const namespace = state.notAPromise === true ? state.value : scope.manage(state.value)
        const main = this.#scope.manage(context.getProp(namespace, 'default'))
        if (context.typeof(main) !== 'function') {
          throw new RunFailure(
            'SKILL_INVALID',
            'The default export of the module must be a function: export default (input, host) => ...'
          )
        }
        this.#main = main
      })
    })
  }

  #installPrelude(): void {
    const context = this.#context
    Scope.withScope((scope) => {
      const prelude = scope.manage(this.#unwrap(context.evalCode(PRELUDE, 'prelude.js')))
      const write = scope.manage(
        context.newFunction('write', (line) => this.#watch.write(context.getString(line)))
      )
      const random = scope.manage(
        context.newFunction('random', () => context.newNumber(this.#random()))
      )
      const length = scope.manage(context.newNumber(MAX_ERROR_LENGTH))
      const parts = scope.manage(
        this.#unwrap(context.callFunction(prelude, context.undefined, write, random, length))
      )
      this.#parse = this.#scope.manage(context.getProp(parts, 0))
      this.#stringify = this.#scope.manage(context.getProp(parts, 1))
      this.#describe = this.#scope.manage(context.getProp(parts, 2))
    })
  }

  /** The function of one host call: takes one argument, returns a promise. */
  #grant(name: string, callHost: CallHost): QuickJSHandle {
    const context = this.#context
    return context.newFunction(name, (argument) =>
      Scope.withScope((scope) => {
        const given = argument ?? context.null
        const json = scope.manage(this.#call(this.#stringify, given))
        const text =
          context.typeof(json) === 'string' ? this.#textOf(json, 'argument of a host call') : 'null'
        const waiting = context.newPromise()
        this.#waiting.push(waiting)
        try {
          callHost(name, text)
        } catch (error) {
          // The source may catch this error, but the run ends nevertheless.
          if (error instanceof RunFailure) this.#watch.recordExceeded(error)
          throw error
        }
        return waiting.handle
      })
    )
  }

  /** Runs promise jobs until none is left. */
  #settle(): void {
    while (this.#runtime.hasPendingJob()) {
      const done = this.#runtime.executePendingJobs(JOBS)
      if (done.error !== undefined) {
        throw Scope.withScope((scope) => this.#failure(scope.manage(done.error)))
      }
      done.dispose()
      if (this.#watch.mustStop()) throw this.#watch.timeout()
    }
    if (this.#watch.overflow !== undefined) throw this.#watch.overflow
  }

  #call(called: QuickJSHandle | undefined, ...given: QuickJSHandle[]): QuickJSHandle {
    if (called === undefined) throw new Error('The engine instance is not ready.')
    return this.#unwrap(this.#context.callFunction(called, this.#context.undefined, ...given))
  }

  #unwrap(
    result: SuccessOrFail<QuickJSHandle, QuickJSHandle>,
    code?: RunFailure['code']
  ): QuickJSHandle {
    if (result.error === undefined) return result.value
    const { error } = result
    throw Scope.withScope((scope) => this.#failure(scope.manage(error), code))
  }

  /** The error that the source threw, or why it was stopped. */
  #failure(thrown: QuickJSHandle, code: RunFailure['code'] = 'SKILL_THREW'): RunFailure {
    return this.#watch.failure(() => this.#described(thrown), code)
  }

  /** The error of the compiler, with its place: nothing of the source has run. */
  #syntaxFailure(error: QuickJSHandle): RunFailure {
    const failure = this.#failure(error, 'SKILL_INVALID')
    const [line, column] = ['lineNumber', 'columnNumber'].map((name) =>
      this.#context.getProp(error, name).consume((value) => this.#context.dump(value) as unknown)
    )
    if (failure.code !== 'SKILL_INVALID' || typeof line !== 'number') return failure
    const message = `${failure.message} at line ${line}, column ${String(column)} of the source`
    return new RunFailure('SKILL_INVALID', message)
  }

  #described(thrown: QuickJSHandle): readonly [name: string, message: string] {
    const context = this.#context
    if (this.#describe === undefined) return ['Error', 'The engine did not start.']
    const described = context.callFunction(this.#describe, context.undefined, thrown)
    if (described.error !== undefined) {
      described.error.dispose()
      // Without memory no error can be described.
      return ['InternalError', 'out of memory']
    }
    const text = described.value.consume((value) => context.getString(value))
    const end = text.indexOf('\n')
    return [text.slice(0, end), text.slice(end + 1)]
  }

  #textOf(json: QuickJSHandle, what: string): string {
    const { outputBytes } = this.#watch.limits
    const length = this.#context
      .getProp(json, 'length')
      .consume((it) => this.#context.getNumber(it))
    const text = length > outputBytes ? undefined : this.#context.getString(json)
    if (text !== undefined && Buffer.byteLength(text) <= outputBytes) return text
    throw this.#watch.outputTooLarge(what)
  }
}
