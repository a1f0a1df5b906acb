/** `npm run bench -- NAME [--OPTION N]`: runs one benchmark; without a name, says which there are. */
import { parseArgs } from 'node:util'
import { agents } from './agents.ts'
import { authors } from './authors.ts'
import { evolution } from './evolution.ts'
import { exchange } from './exchange.ts'
import { anonymity } from './anonymity.ts'
import { broadcast } from './broadcast.ts'
import { bursts } from './bursts.ts'
import { doors } from './doors.ts'
import { filter } from './filter.ts'
import { foreignText } from './foreign-text.ts'
import { heal } from './heal.ts'
import { hostile } from './hostile.ts'
import { ingest } from './ingest.ts'
import { languages } from './languages.ts'
import { load } from './load.ts'
import { light } from './light.ts'
import { closedSwarmBench } from './closed-swarm.ts'
import { members } from './members.ts'
import { mesh } from './mesh.ts'
import { millions } from './millions.ts'
import { models } from './models.ts'
import { peers } from './peers.ts'
import { publications } from './publications.ts'
import { recall } from './recall.ts'
import { relevance } from './relevance.ts'
import { rest } from './rest.ts'
import { running } from './running.ts'
import { sandbox } from './sandbox.ts'
import { skills } from './skills.ts'
import { scale } from './scale.ts'
import { standing } from './standing.ts'
import { starvation } from './starvation.ts'
import { links } from './links.ts'
import { spies } from './spies.ts'
import { stem } from './stem.ts'
import { voices } from './voices.ts'
import type { Benchmark } from './benchmark.ts'

const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map(
  Object.entries({
    agents,
    authors,
    evolution,
    exchange,
    anonymity,
    broadcast,
    bursts,
    doors,
    heal,
    hostile,
    ingest,
    filter,
    'foreign-text': foreignText,
    languages,
    light,
    load,
    'closed-swarm': closedSwarmBench,
    members,
    mesh,
    millions,
    models,
    peers,
    publications,
    recall,
    relevance,
    rest,
    running,
    sandbox,
    scale,
    skills,
    standing,
    starvation,
    links,
    spies,
    stem,
    voices
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
  await benchmark.run(parameters.numbers, parameters.texts)
  return 0
}

interface Parameters {
  readonly numbers: Record<string, number>
  readonly texts: Record<string, string>
}

/** The parameters, or what is wrong with them. */
function parametersOf(
  { defaults, texts = {} }: Benchmark,
  args: readonly string[]
): Parameters | string {
  const options = Object.fromEntries(
    Object.keys({ ...defaults, ...texts }).map((name) => [name, { type: 'string' } as const])
  )
  const parameters: Parameters = { numbers: { ...defaults }, texts: { ...texts } }
  try {
    for (const [name, text] of Object.entries(parseArgs({ args: [...args], options }).values)) {
      if (name in texts) {
        parameters.texts[name] = String(text)
        continue
      }
      const value = Number(text)
      if (!Number.isSafeInteger(value) || value < 1) return `--${name} takes a number from 1 on.`
      parameters.numbers[name] = value
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return parameters
}

function usage(): string {
  const lines = [...BENCHMARKS].map(([name, { about, defaults, texts }]) => {
    const options = Object.entries({ ...defaults, ...texts }).map(
      ([option, value]) => `--${option} ${value}`
    )
    return `  ${name.padEnd(13)}${about}\n               ${options.join(' ')}`
  })
  return `npm run bench -- NAME [--OPTION N]\n\n${lines.join('\n')}`
}

function refuse(problem: string): number {
  console.error(`${problem}\n\n${usage()}`)
  return WRONG_USE
}
