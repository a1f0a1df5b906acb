/** What the anonymiser leaves of identifiers, and what it changes in ordinary texts, by half. */
import { formatNumber } from '../table.ts'
import { isFitted, leaksOf, readSentences } from './identifiers.ts'
import { readOrdinaryTexts } from './ordinary-texts.ts'
import type { Anonymizer } from '../../src/anonymity/index.ts'
import type { Leak } from './identifiers.ts'

/** Names of public places, not of persons or machines. */
const PUBLIC_KINDS: ReadonlySet<string> = new Set(['url', 'path'])

export function reportQuality(made: Anonymizer, folder: string): void {
  const sentences = readSentences(folder)
  for (const half of [true, false]) {
    console.log(half ? 'the half that rules were made with' : 'the other half')
    const leaks = sentences
      .filter((sentence) => isFitted(sentence) === half)
      .flatMap((sentence) => leaksOf(made, sentence))
    printLeaks('all', leaks)
    for (const type of new Set(leaks.map(({ identifier }) => identifier.type))) {
      printLeaks(
        type,
        leaks.filter(({ identifier }) => identifier.type === type)
      )
    }
    const { subjects, sentences: ordinary } = readOrdinaryTexts(folder, half)
    printChanges('commit subjects', made, subjects)
    printChanges('sentences of documentation', made, ordinary)
    console.log()
  }
}

function printLeaks(name: string, leaks: readonly Leak[]): void {
  const whole = leaks.filter(({ isWhole }) => !isWhole).length
  const part = leaks.filter(({ isPart }) => !isPart).length
  printLine(
    name,
    leaks.length,
    `not left whole ${share(whole, leaks.length)}, not in part ${share(part, leaks.length)}`
  )
}

function printChanges(name: string, made: Anonymizer, texts: readonly string[]): void {
  const kinds = texts.map((content) => {
    const result = made.anonymize({ entity: '', content })
    const found: string[] = result.findings.map(({ kind }) => kind)
    return result.verdict === 'withheld' ? [...found, 'withheld'] : found
  })
  const any = kinds.filter((found) => found.length > 0).length
  const other = kinds.filter((found) => found.some((kind) => !PUBLIC_KINDS.has(kind))).length
  printLine(
    name,
    texts.length,
    `changed ${share(any, texts.length)}, beside URLs and paths ${share(other, texts.length)}`
  )
}

function printLine(name: string, count: number, figures: string): void {
  console.log(`${name.padEnd(28)}${formatNumber(count).padStart(6)}  ${figures}`)
}

function share(count: number, all: number): string {
  return `${formatNumber((100 * count) / all, 1)} %`
}
