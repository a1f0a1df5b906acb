/** What the anonymiser leaves of identifiers, and what it changes in ordinary texts, by half. */
import { formatNumber } from '../table.ts'
import { isFitted, leaksOf, rangesReplaced, readSentences } from './identifiers.ts'
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
    const { subjects, sentences: ordinary, persons } = readOrdinaryTexts(folder, half)
    printChanges('commit subjects', made, subjects, persons)
    printChanges('sentences of documentation', made, ordinary, persons)
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

function printChanges(
  name: string,
  made: Anonymizer,
  texts: readonly string[],
  persons: ReadonlySet<string>
): void {
  const changes = texts.map((text) => changesOf(made, text, persons))
  const any = changes.filter(({ kinds }) => kinds.length > 0).length
  const other = changes.filter(({ rest }) => rest.length > 0)
  const wrong = other.filter(({ isRight }) => !isRight)
  printLine(
    name,
    texts.length,
    `changed ${share(any, texts.length)}, beside URLs and paths ${share(other.length, texts.length)}, beside persons too ${share(wrong.length, texts.length)}`
  )
  const rules = new Map<string, number>()
  for (const { rest } of wrong) {
    for (const rule of new Set(rest)) rules.set(rule, (rules.get(rule) ?? 0) + 1)
  }
  const most = [...rules].toSorted(([, a], [, b]) => b - a).slice(0, 8)
  console.log(`  ${most.map(([rule, count]) => `${rule} ${count}`).join(', ')}`)
}

interface Changes {
  readonly kinds: readonly string[]
  /** Rules of findings that are no URL and no path. */
  readonly rest: readonly string[]
  /** Whether each of these is a mail address, an account, or the name of a person of the repository. */
  readonly isRight: boolean
}

function changesOf(made: Anonymizer, content: string, persons: ReadonlySet<string>): Changes {
  const result = made.anonymize({ entity: '', content })
  const kinds: string[] = result.findings.map(({ kind }) => kind)
  if (result.verdict === 'withheld') {
    return { kinds: [...kinds, 'withheld'], rest: ['withheld'], isRight: false }
  }
  const rest = result.findings.filter(({ kind }) => !PUBLIC_KINDS.has(kind))
  const placeholders: readonly string[] = result.record.content.match(/<[A-Z]+_\d+>/g) ?? []
  const ranges = rangesReplaced(content, result.record.content) ?? []
  const isRight = rest.every(({ kind, rule, placeholder }) => {
    if (kind === 'email' || rule === 'mention') return true
    const [from, to] = ranges[placeholders.indexOf(placeholder)] ?? [0, 0]
    if (kind === 'user' && content[from - 1] === '@') return true
    return kind === 'name' && persons.has(content.slice(from, to).toLowerCase())
  })
  return { kinds, rest: rest.map(({ rule }) => rule), isRight }
}

function printLine(name: string, count: number, figures: string): void {
  console.log(`${name.padEnd(28)}${formatNumber(count).padStart(6)}  ${figures}`)
}

function share(count: number, all: number): string {
  return `${formatNumber((100 * count) / all, 1)} %`
}
