/**
 * A hive of many records, half of them spam in quarantine: whether spam changes what is recalled,
 * and how long questions take, also while facts stream in.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createHive } from 'noormme-hive'
import { benchFact } from './fact-data.ts'
import { percentile, seconds } from './samples.ts'
import { questionOf } from './scale-records/records.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { FactInput } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'
import type { Filling } from './scale-records/fill.ts'

/** Authors that vouch for a record that is not spam, which is `k`. */
const AUTHORS = 2

/** Facts that come at once. */
const BATCH = 1_000

const FILL = fileURLToPath(new URL('./scale-records/fill.ts', import.meta.url))

export const scale: Benchmark<'questions' | 'records'> = {
  about: 'recall and lists over many records, half of them spam in quarantine',
  defaults: { records: 1_000_000, questions: 1_000 },

  async run({ records, questions }) {
    const half = Math.floor(records / 2)
    await inFolder(async (dataDir) => {
      await fill({ dataDir, from: 0, to: half, authors: AUTHORS })
      const asked = Array.from({ length: questions }, (_, i) => questionOf((i * 7919) % half))
      const without = await measure(dataDir, asked)
      await fill({ dataDir, from: half, to: records, authors: 1 })
      const withSpam = await measure(dataDir, asked)
      const streaming = await whileStreaming(dataDir, asked)
      const same = withSpam.answers.filter((answer, i) => answer === without.answers[i]).length
      const beside = (name: 'insights' | 'recall', share: number) => ({
        digits: 2,
        measured: [percentile(withSpam[name], share)],
        reference: { name: 'without spam', measured: [percentile(without[name], share)] }
      })
      printTable(
        [`scale: ${formatNumber(records)} records, half of them spam, ${questions} questions`],
        [
          {
            figure: 'answers with the same ten, %',
            measured: [(100 * same) / questions],
            digits: 1
          },
          { figure: 'recall p50, ms', ...beside('recall', 0.5) },
          { figure: 'recall p95, ms', ...beside('recall', 0.95) },
          {
            figure: 'recall while facts stream p95, ms',
            measured: [percentile(streaming, 0.95)],
            digits: 2
          },
          { figure: 'getGlobalInsights p95, ms', ...beside('insights', 0.95) },
          {
            figure: 'us a record to index',
            measured: [(withSpam.indexed * 1e6) / (records - half)],
            digits: 1
          }
        ]
      )
    })
  }
}

interface Measured {
  readonly answers: readonly string[]
  readonly recall: number[]
  readonly insights: number[]
  /** Seconds until the index had all records. */
  readonly indexed: number
}

async function measure(dataDir: string, questions: readonly string[]): Promise<Measured> {
  await using db = await createHive({ dataDir, swarm: { k: AUTHORS } })
  const { knowledge, hive } = db.agent.cortex
  const indexed = await seconds(() => knowledge.recall('warm up', { maxWait: Infinity }))
  const answers: string[] = []
  const recall: number[] = []
  for (const question of questions) {
    const started = performance.now()
    const { items } = await knowledge.recall(question)
    recall.push(performance.now() - started)
    answers.push(items.map(({ fact }) => fact.id).join(' '))
  }
  const insights: number[] = []
  for (let i = 0; i < questions.length; i++) {
    const started = performance.now()
    await hive.getGlobalInsights({ limit: 5 })
    insights.push(performance.now() - started)
  }
  return { answers, recall, insights, indexed }
}

/** Facts of this node come in as fast as it takes them. */
async function whileStreaming(dataDir: string, questions: readonly string[]): Promise<number[]> {
  await using db = await createHive({ dataDir, swarm: { k: AUTHORS } })
  const { knowledge } = db.agent.cortex
  await knowledge.recall('warm up', { maxWait: Infinity })
  const ended = new AbortController()
  let from = 10_000_000
  const stream = (async () => {
    while (!ended.signal.aborted) {
      await knowledge.distillMany(newFacts(from))
      from += BATCH
    }
  })()
  const times: number[] = []
  for (const question of questions.slice(0, 200)) {
    const started = performance.now()
    await knowledge.recall(question)
    times.push(performance.now() - started)
  }
  ended.abort()
  await stream
  return times
}

/** Made while they are read, as those of an agent are: a thousand at once would stall the loop. */
function* newFacts(from: number): Generator<FactInput> {
  for (let i = 0; i < BATCH; i++) yield benchFact(from + i)
}

/** Records of as many authors each. */
async function fill(filling: Filling): Promise<void> {
  const args = [...process.execArgv, FILL, JSON.stringify(filling)]
  await promisify(execFile)(process.execPath, args)
}
