/**
 * How fast facts and logs are anonymised, beside JSON.parse of the same bytes, and whether hostile text
 * costs more a byte when there is more of it.
 *
 * The short texts are statements of @mdn/browser-compat-data; the long ones are logs of four kilobytes
 * with addresses, identifiers and paths in every line. bench/anonymity/README.md names the corpora.
 */
import { browserFacts } from '../examples/demo/demo-facts.ts'
import { anonymizer } from '../src/anonymity/index.ts'
import { reportQuality } from './anonymity/quality.ts'
import { repeat, seconds } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import type { Anonymizer } from '../src/anonymity/index.ts'
import type { Benchmark } from './benchmark.ts'

const LOG_LINES = 24

/** What rules could backtrack over. */
const HOSTILE = [
  'a-',
  '/a',
  '::',
  'x@',
  'a.',
  '1 ',
  'A ',
  'Aa ',
  '"',
  "'",
  '`',
  '%41',
  '&#65;',
  '\\x41',
  'password ',
  'password=',
  '-----BEGIN PRIVATE KEY-----',
  'C:\\a',
  '+1(',
  'A',
  '0',
  'http://',
  'AB12 ',
  'eyJa.',
  '\\\\a',
  'select a from ',
  'a_',
  'aA',
  '@a',
  '<',
  '\u0430a',
  'é',
  'sk-\u200d',
  '~/',
  'Ab & ',
  'a@b:',
  '1.1.',
  'ff:',
  'x=',
  'cookie: a=',
  '\n',
  'ask Grace ',
  'password: !a ',
  'password: |\n ',
  ' -p ',
  ' -P "',
  'mysql -p ',
  'curl -u a:',
  'echo a | ',
  '<<< ',
  'net use \\\\a ',
  'name: token value '
] as const

const HOSTILE_BYTES = 32 * 1024

export const anonymity: Benchmark<'facts' | 'logs' | 'repetitions', 'corpora'> = {
  about: 'speed beside JSON.parse, cost of hostile text; with --corpora DIR, leaks and lost text',
  defaults: { facts: 20_000, logs: 200, repetitions: 5 },
  texts: { corpora: '' },

  async run({ facts: factCount, logs: logCount, repetitions }, { corpora }) {
    const made = anonymizer()
    if (corpora !== '') {
      reportQuality(made, corpora)
      return
    }
    const facts = browserFacts(factCount).map(({ entity, content }) => ({
      entity,
      content
    }))
    const logs = Array.from({ length: logCount }, (_, i) => ({ entity: 'log', content: logOf(i) }))
    const first = await seconds(() =>
      made.anonymize({ entity: 'x', content: 'Warm up in Firefox.' })
    )
    await rateOf(made, facts.slice(0, 2_000))
    await rateOf(made, logs.slice(0, 20))
    const samples = await repeat(repetitions, async () => ({
      facts: await rateOf(made, facts),
      parsedFacts: await parseRate(facts),
      logs: await rateOf(made, logs),
      parsedLogs: await parseRate(logs)
    }))
    printTable(
      [`anonymity: ${formatNumber(facts.length)} facts, ${formatNumber(logs.length)} logs`],
      [
        {
          figure: `facts of ${Math.round(bytesOf(facts) / facts.length)} B, MB/s`,
          measured: samples('facts'),
          digits: 2,
          reference: { name: 'JSON.parse', measured: samples('parsedFacts') }
        },
        {
          figure: `logs of ${Math.round(bytesOf(logs) / logs.length)} B, MB/s`,
          measured: samples('logs'),
          digits: 2,
          reference: { name: 'JSON.parse', measured: samples('parsedLogs') }
        },
        { figure: 'first call, ms: loads the vocabulary', measured: [first * 1000], digits: 1 },
        ...hostileRows(made)
      ]
    )
  }
}

/** Microseconds a kilobyte of the whole text, beside those of its first quarter: 1 is linear. */
function hostileRows(made: Anonymizer): Parameters<typeof printTable>[1] {
  const costs = HOSTILE.map((part) => {
    const text = part.repeat(HOSTILE_BYTES / part.length)
    return {
      part,
      quarter: costOf(made, text.slice(0, HOSTILE_BYTES / 4)),
      whole: costOf(made, text)
    }
  })
  const worst = costs.toSorted((a, b) => b.whole / b.quarter - a.whole / a.quarter).slice(0, 2)
  const slowest = costs.toSorted((a, b) => b.whole - a.whole).slice(0, 2)
  return [...new Set([...worst, ...slowest])].map(({ part, quarter, whole }) => ({
    figure: `hostile ${JSON.stringify(part)}, us/KiB of 32 KiB`,
    measured: [whole],
    reference: { name: 'of 8 KiB', measured: [quarter] }
  }))
}

/** Microseconds a kilobyte, the best of five. */
function costOf(made: Anonymizer, content: string): number {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now()
    made.anonymize({ entity: '', content })
    return performance.now() - started
  })
  return (Math.min(...times) * 1000) / (content.length / 1024)
}

interface Text {
  readonly entity: string
  readonly content: string
}

async function rateOf(made: Anonymizer, texts: readonly Text[]): Promise<number> {
  const time = await seconds(() => {
    for (const text of texts) made.anonymize(text)
  })
  return bytesOf(texts) / 1e6 / time
}

async function parseRate(texts: readonly Text[]): Promise<number> {
  const encoded = texts.map((text) => JSON.stringify(text))
  const time = await seconds(() => {
    for (const text of encoded) JSON.parse(text)
  })
  return bytesOf(texts) / 1e6 / time
}

function bytesOf(texts: readonly Text[]): number {
  return texts.reduce((sum, { entity, content }) => sum + entity.length + content.length, 0)
}

function logOf(number: number): string {
  return Array.from({ length: LOG_LINES }, (_, i) => {
    const n = number * LOG_LINES + i
    return `2026-03-04T10:11:${10 + (n % 50)}.123Z INFO worker-${n % 8} GET /api/v1/items/${n} 200 12ms user=ada${n % 9} ip=10.0.${n % 250}.7 trace=4bf92f3577b34da6a3ce929d0e0e${4000 + (n % 5000)} retrying after timeout because the cache was stale`
  }).join('\n')
}
