/**
 * A hive of many records, half of them spam in quarantine: whether spam changes what is recalled,
 * and how long questions take, also while facts stream in.
 */
import { createHive } from 'noormme-hive'
import { openReplica, openStore } from '../crdt/index.ts'
import { browserFacts } from '../examples/demo/demo-facts.ts'
import { benchFacts } from './fact-data.ts'
import { percentile, seconds } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { Publication } from '../crdt/index.ts'
import type { Benchmark } from './benchmark.ts'

/** Authors that vouch for a record that is not spam, which is `k`. */
const AUTHORS = 2

const BATCH = 10_000

export const scale: Benchmark<'questions' | 'records'> = {
  about: 'recall and lists over many records, half of them spam in quarantine',
  defaults: { records: 1_000_000, questions: 1_000 },

  async run({ records, questions }) {
    const half = Math.floor(records / 2)
    await inFolder(async (dataDir) => {
      await fill(dataDir, 0, half, AUTHORS)
      const asked = Array.from({ length: questions }, (_, i) => questionOf((i * 7919) % half))
      const without = await measure(dataDir, asked)
      await fill(dataDir, half, records, 1)
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
      await knowledge.distillMany(benchFacts(from, BATCH / 10))
      from += BATCH / 10
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

/** Records of as many authors each. */
async function fill(dataDir: string, from: number, to: number, authors: number): Promise<void> {
  // The node creates the directory.
  await (await createHive({ dataDir, swarm: { k: AUTHORS } })).stop()
  const store = await openStore(`${dataDir}/store`)
  const replica = await openReplica({ store })
  for (let author = 0; author < authors; author++) {
    const other = await openStore()
    const source = await openReplica({ store: other })
    for (let at = from; at < to; at += BATCH) {
      const count = Math.min(BATCH, to - at)
      await source.publish(Array.from({ length: count }, (_, i) => publicationOf(at + i)))
    }
    for (const { author: key } of source.heads()) {
      for await (const bytes of source.entriesAfter(key, 0)) await replica.admit(bytes)
    }
    await other.close()
  }
  await replica.whenCompacted()
  await store.close()
}

const STATEMENTS = browserFacts(100_000)

/** Statement number `i`; beyond their number, each is repeated for a host. */
function statement(i: number): { readonly entity: string; readonly content: string } {
  const { entity = '', content = '' } = STATEMENTS[i % STATEMENTS.length] ?? {}
  const host = Math.floor(i / STATEMENTS.length)
  return { entity, content: host === 0 ? content : `${content} Host ${host} says so.` }
}

/** The words of a feature's name, and a browser. */
function questionOf(i: number): string {
  const { entity, content } = statement(i)
  return `${entity.split('.').join(' ')} ${content.split(' ')[0] ?? ''}`
}

function publicationOf(i: number): Publication {
  return { record: { kind: 'insight', ...statement(i) }, confidence: 0.9, day: 20_000 }
}
