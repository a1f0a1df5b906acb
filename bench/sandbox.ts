/**
 * What the sandbox costs beside the bare engine in this thread, how much a warm source spares, how soon
 * floods are stopped after their limit, and whether the host notices.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core'
import variant from '@jitl/quickjs-wasmfile-release-sync'
import { createSandbox, SandboxError } from '../src/sandbox/index.ts'
import { moduleOf } from '../test/fixtures/sandbox-attacks.ts'
import { FLOODS } from '../test/fixtures/sandbox-floods.ts'
import { percentile } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import type { QuickJSSyncVariant } from 'quickjs-emscripten-core'
import type { Sandbox } from '../src/sandbox/index.ts'
import type { Json } from '../src/sandbox/canonical-json.ts'
import type { Benchmark } from './benchmark.ts'

/** Reads versions of packages: some 40 lines, as a skill would have. */
const SOURCE = `
const NUMBER = /^(?:0|[1-9]\\d*)$/
function parse(text) {
  const [core, pre] = text.trim().replace(/^v/, '').split('-', 2)
  const parts = core.split('.')
  if (parts.length !== 3 || !parts.every((part) => NUMBER.test(part))) throw new Error('no version: ' + text)
  return { major: +parts[0], minor: +parts[1], patch: +parts[2], pre: pre ?? null }
}
export default ({ versions }) => versions.map(parse)`

const INPUT = { versions: ['1.2.3', 'v10.0.1', '4.5.6-rc.1'] }

/** Longest time that a run may go on after its limit. */
const LATE = 50

export const sandbox: Benchmark<'runs' | 'rounds'> = {
  about: 'runs in the sandbox, cold and warm, beside the bare engine; floods and the host',
  defaults: { runs: 300, rounds: 2 },

  async run({ runs, rounds }) {
    await using made = createSandbox({ processor: process.arch })
    await made.run({ source: SOURCE, input: INPUT })
    const bare = await bareRuns(runs)
    const cold = await timed(made, runs, (i) => `${SOURCE}\n// ${i}`)
    const warm = await warmRuns(made, runs)
    const flooded = await floods(made, rounds)
    printTable(
      [`sandbox: a skill of ${SOURCE.length} characters, ${runs} runs; ${FLOODS.length} floods`],
      [
        {
          figure: 'a cold run, ms',
          measured: cold,
          reference: { name: 'bare engine', measured: bare },
          digits: 2
        },
        {
          figure: 'a warm run, ms',
          measured: warm,
          reference: { name: 'a cold run', measured: cold },
          digits: 2
        },
        { figure: 'a flood ends after its limit by, ms', measured: flooded.late, digits: 1 }
      ]
    )
    console.log(`warm p99: ${formatNumber(percentile(warm, 0.99), 2)} ms (bar: median 1 ms)`)
    const within = flooded.late.filter((each) => each <= LATE).length
    console.log(`${within} of ${flooded.late.length} floods ended within ${LATE} ms of their limit`)
    console.log(
      `event loop of the host meanwhile: p99 ${formatNumber(flooded.p99, 1)} ms, most ${formatNumber(flooded.most, 1)} ms (bar: 20 ms)`
    )
  }
}

async function timed(
  made: Sandbox,
  runs: number,
  sourceOf: (run: number) => string
): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < runs; i++) {
    const source = sourceOf(i)
    const started = performance.now()
    await made.run({ source, input: INPUT })
    samples.push(performance.now() - started)
  }
  return samples
}

/** The first call of a source that was made ready. */
async function warmRuns(made: Sandbox, runs: number): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < runs; i++) {
    const source = `${SOURCE}\n// warm ${i}`
    await made.warm(source)
    const started = performance.now()
    const { wasWarm } = await made.run({ source, input: INPUT })
    samples.push(performance.now() - started)
    if (!wasWarm) throw new Error('A source that was made ready was not.')
    made.cool(source)
  }
  return samples
}

async function bareRuns(runs: number): Promise<number[]> {
  const engine = await newQuickJSWASMModuleFromVariant(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types are those of its CommonJS form
    variant as unknown as QuickJSSyncVariant
  )
  const samples: number[] = []
  const code = `${SOURCE.replace('export default', 'const main =')}\nJSON.stringify(main(${JSON.stringify(INPUT)}))`
  for (let i = 0; i < runs; i++) {
    const started = performance.now()
    const context = engine.newContext()
    context
      .unwrapResult(context.evalCode(`(() => { ${code.replace('\nJSON', '\nreturn JSON')} })()`))
      .dispose()
    context.dispose()
    samples.push(performance.now() - started)
  }
  return samples
}

interface Flooded {
  readonly late: number[]
  readonly p99: number
  readonly most: number
}

async function floods(made: Sandbox, rounds: number): Promise<Flooded> {
  const limits = { cpuMs: 200, wallMs: 250, outputBytes: 64 * 1024, hostCalls: 50 }
  const grants = {
    echo: (argument: Json): Json => argument,
    hang: (): Promise<never> => new Promise(() => undefined)
  }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const late: number[] = []
  delay.enable()
  for (let round = 0; round < rounds; round++) {
    for (const { source } of FLOODS) {
      const started = performance.now()
      try {
        await made.run({ source: moduleOf(source), input: null, limits, grants })
      } catch (error) {
        if (!(error instanceof SandboxError)) throw error
        const limit = source.includes('host.hang') ? limits.wallMs : limits.cpuMs
        if (error.code === 'SKILL_TIMEOUT') late.push(performance.now() - started - limit)
      }
    }
  }
  delay.disable()
  const toMs = 1e-6
  return { late, p99: delay.percentile(99) * toMs, most: delay.max * toMs }
}
