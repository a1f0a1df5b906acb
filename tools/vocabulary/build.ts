/**
 * Writes the public vocabulary of the anonymiser: single words, hosts and owners of repositories.
 *
 * `node tools/vocabulary/build.ts AVAILABLE UNPACKED NAMES FILE...`
 *
 * - `AVAILABLE`: the output of `apt-cache dumpavail`
 * - `UNPACKED`: a folder with an unpacked Debian package in each folder (`bench/anonymity/README.md` names them)
 * - `NAMES`: names of persons in small letters, one a line; frequent ones have a `+` before them
 *   (`bench/anonymity/README.md` says which packages list them)
 * - each `FILE`: a package of npm or PyPI, or a Go module, a line, with tabs between its name and its
 *   summary, which comes last; `npm.tsv` has the downloads of a month in the third column, `pypi.tsv` the
 *   rank of the most downloaded packages in the fourth
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '../../src/anonymity/words/given-names.ts'
import { SURNAMES } from '../../src/anonymity/words/surnames.ts'
import { isDictionaryWord } from '../../src/anonymity/words/vocabulary.ts'
import { hostsOf, ownersOf } from './homepages.ts'
import { countWords } from './sources.ts'

const LEAST_PACKAGES = 3
/** Packages with a word that is a rare name of persons, and with a frequent one. */
const LEAST_RARE_NAME = 20
const LEAST_NAME = 60
/** A rare name that two much-used packages have. */
const LEAST_CHOSEN_NAME = 4
const LEAST_FOLDERS = 2
const MANY_DOWNLOADS = 100_000
/** The owner in the name of a package. */
const OWNED = /^(?:github\.com\/|@)[^/]+\//
/** Packages of a scope of npm before it counts as an owner of repositories. */
const LEAST_OF_SCOPE = 3
/** Of words that others misspell: packages of Debian, and files in them. */
const COMMON_FOLDERS = 4
const COMMON_FILES = 100
const SHORTEST_COMMON = 6
/** Of files with a word, those that write it as a proper name are at most this share of the others. */
const PROPER_SHARE = 0.5
const SHORTEST = 4
const LONGEST = 16
const LINE = 20_000
const WORD = /[a-z]{4,16}/g
const FOLDER = new URL('../../src/anonymity/words/', import.meta.url)

const [available = '', unpacked = '', persons = '', ...files] = process.argv.slice(2)
const nameLines = readFileSync(persons, 'utf8').split('\n')
const names = new Set(nameLines.map((line) => line.replace('+', '')))
const frequentNames = new Set(
  nameLines.filter((line) => line.startsWith('+')).map((line) => line.slice(1))
)
const sources = countWords(unpacked)
const index = readFileSync(available, 'utf8')
const homepages = fieldsOf('Homepage')
writeWords('package-words', 'PACKAGE_WORDS', wordsOf())
writeWords('common-words', 'COMMON_WORDS', commonWords())
writeWords('public-hosts', 'HOSTS', hostsOf(homepages))
writeWords('public-owners', 'OWNERS', ownersOf([...homepages, ...moduleNames()], scopes()))

function wordsOf(): string[] {
  const packages = new Map<string, number>()
  const chosen = new Map<string, number>()
  for (const file of files) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const columns = line.split('\t')
      const [name = ''] = columns
      const isRegistry = /(?:npm|pypi)\.tsv$/.test(file)
      count(packages, isRegistry ? `${name} ${columns.at(-1) ?? ''}` : name)
      if (!isRegistry || isMuchUsed(file, columns)) count(chosen, name.replace(OWNED, ''))
    }
  }
  const debian = new Map<string, number>()
  for (const name of fieldsOf('Package')) count(debian, name)
  const maintainers = new Map<string, number>()
  for (const name of fieldsOf('Maintainer')) count(maintainers, name.replace(/<.*/, ''))
  const isCommon = (word: string): boolean => {
    const found = sources.get(word)
    return (
      found !== undefined &&
      found.folders >= LEAST_FOLDERS &&
      found.proper <= PROPER_SHARE * found.small &&
      !maintainers.has(word)
    )
  }
  const isOftenChosen = (word: string): boolean => (chosen.get(word) ?? 0) >= 2
  const isPublic = (word: string): boolean => {
    const found = packages.get(word) ?? 0
    if (frequentNames.has(word)) return found >= LEAST_NAME
    if (names.has(word)) return found >= (isOftenChosen(word) ? LEAST_CHOSEN_NAME : LEAST_RARE_NAME)
    return found >= LEAST_PACKAGES || chosen.has(word) || debian.has(word) || isCommon(word)
  }
  return [...new Set([...packages.keys(), ...debian.keys(), ...sources.keys()])]
    .filter(
      (word) =>
        word.length >= SHORTEST &&
        word.length <= LONGEST &&
        isPublic(word) &&
        !isDictionaryWord(word) &&
        ![GIVEN_NAMES, AMBIGUOUS_NAMES, SURNAMES].some((listed) => listed.has(word))
    )
    .toSorted()
}

function isMuchUsed(file: string, columns: readonly string[]): boolean {
  if (file.endsWith('pypi.tsv')) return (columns[3] ?? '') !== ''
  return Number(columns[2]) > MANY_DOWNLOADS
}

/** Words of the dictionary that are in many files, and are misspelt most often. */
function commonWords(): string[] {
  return [...sources]
    .filter(
      ([word, { folders, small }]) =>
        word.length >= SHORTEST_COMMON &&
        folders >= COMMON_FOLDERS &&
        small >= COMMON_FILES &&
        isDictionaryWord(word)
    )
    .map(([word]) => word)
    .toSorted()
}

/** Scopes of packages of npm: `@babel/core`. */
function scopes(): string[] {
  const counts = new Map<string, number>()
  for (const file of files) {
    for (const [, scope = ''] of readFileSync(file, 'utf8').matchAll(
      /^@([a-z\d][\w.-]{1,38})\//gm
    )) {
      counts.set(scope, (counts.get(scope) ?? 0) + 1)
    }
  }
  return [...counts]
    .filter(([scope, found]) => found >= LEAST_OF_SCOPE && !isDictionaryWord(scope))
    .map(([scope]) => scope)
}

/** Names of packages that are repositories, as those of Go are. */
function moduleNames(): string[] {
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^github\.com\/[\w.-]+\/[\w.-]+/gm)].map(
      ([name]) => `https://${name}`
    )
  )
}

function fieldsOf(field: string): string[] {
  const pattern = new RegExp(`^${field}: *(.*)$`, 'gm')
  return [...index.matchAll(pattern)].map(([, value = '']) => value)
}

function count(counts: Map<string, number>, line: string): void {
  for (const word of new Set(line.toLowerCase().match(WORD))) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
}

function writeWords(file: string, name: string, words: readonly string[]): void {
  const rows = words.join(' ').match(new RegExp(`.{1,${LINE}}(?: |$)`, 'g')) ?? []
  writeFileSync(
    new URL(`${file}.ts`, FOLDER),
    `/** Generated by \`tools/vocabulary/build.ts\` from public packages; do not edit. */
export const ${name}: readonly string[] = [
${rows.map((line) => `  '${line.trim()}'`).join(',\n')}
]
`
  )
  console.log(`${file}: ${words.length} words`)
}
