/** `npm run bench -- NAME [--OPTION N]`: runs one benchmark; without a name, says which there are. */
import { parseArgs } from 'node:util'
import { anonymity } from './anonymity.ts'
import { filter } from './filter.ts'
import { hostile } from './hostile.ts'
import { ingest } from './ingest.ts'
import { light } from './light.ts'
import { millions } from './millions.ts'
import { models } from './models.ts'
import { recall } from './recall.ts'
import { rest } from './rest.ts'
import { sandbox } from './sandbox.ts'
import { skills } from './skills.ts'
import { scale } from './scale.ts'
import { standing } from './standing.ts'
import { stem } from './stem.ts'
import type { Benchmark } from './benchmark.ts'

const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map(
  Object.entries({
    anonymity,
    hostile,
    ingest,
    filter,
    light,
    millions,
    models,
    recall,
    rest,
    sandbox,
    scale,
    skills,
    standing,
    stem
  })
)

const WRONG_USE = 2

process.exitCode = await main(process.argv.slice(2))

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(usage())
    return 0
  }
  const benchmark = BENCHMARKS.get(name)
  if (benchmark === undefined) return refuse(`There is no benchmark "${name}".`)
  const parameters = parametersOf(benchmark, args)
  if (typeof parameters === 'string') return refuse(parameters)
  await benchmark.run(parameters)
  return 0
}

/** The parameters, or what is wrong with them. */
function parametersOf(
  { defaults }: Benchmark,
  args: readonly string[]
): Record<string, number> | string {
  const options = Object.fromEntries(
    Object.keys(defaults).map((name) => [name, { type: 'string' } as const])
  )
  const parameters: Record<string, number> = { ...defaults }
  try {
    for (const [name, text] of Object.entries(parseArgs({ args: [...args], options }).values)) {
      const value = Number(text)
      if (!Number.isSafeInteger(value) || value < 1) return `--${name} takes a number from 1 on.`
      parameters[name] = value
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return parameters
}

function usage(): string {
  const lines = [...BENCHMARKS].map(([name, { about, defaults }]) => {
    const options = Object.entries(defaults).map(([option, value]) => `--${option} ${value}`)
    return `  ${name.padEnd(10)}${about}\n            ${options.join(' ')}`
  })
  return `npm run bench -- NAME [--OPTION N]\n\n${lines.join('\n')}`
}

function refuse(problem: string): number {
  console.error(`${problem}\n\n${usage()}`)
  return WRONG_USE
}
