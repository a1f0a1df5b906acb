/**
 * Writes hosts and owners of repositories that public projects link to, and words of their logs.
 *
 * `node tools/vocabulary/projects.ts LISTS PROJECTS NAMES`
 *
 * - `LISTS`: a folder with the git directories of curated lists of software
 * - `PROJECTS`: a folder with those of public projects (`bench/anonymity/README.md` names both)
 * - `NAMES`: names of persons, as in `build.ts`
 *
 * An owner counts if a list links to one of its repositories, if a project depends on one, or if two
 * projects link to one. A host counts if three projects link to it, or two lists. A word counts if the
 * messages of two projects have it; a rare name of persons, or one of an author, in 20, a frequent one in 60.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isPersonName } from '../../src/anonymity/words/person-names.ts'
import { HOSTS } from '../../src/anonymity/words/public-hosts.ts'
import { OWNERS } from '../../src/anonymity/words/public-owners.ts'
import { isPublicWord } from '../../src/anonymity/words/vocabulary.ts'
import { HOST, SHARED } from './homepages.ts'

const LEAST_PROJECTS = 3
const LEAST_LISTS = 2
const LEAST_OF_OWNER = 2
const LEAST_WORD = 2
/** Projects with a word that is a rare name of persons, and with a frequent one. */
const LEAST_RARE_NAME = 20
const LEAST_NAME = 60
const MESSAGES = '60000'
const LONGEST_LINE = 400
const LINE = 20_000
const MAX_BYTES = 1024 * 1024 * 1024
const FOLDER = new URL('../../src/anonymity/words/', import.meta.url)

const URLS = String.raw`https?://[A-Za-z0-9.-]+\.[a-z]{2,24}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,38}/)?`
const LINK = /https?:\/\/[A-Za-z0-9.-]+\.[a-z]{2,24}(?:\/[A-Za-z0-9][A-Za-z0-9_.-]{0,38}\/)?/g
const MODULES = String.raw`(github\.com/|uses: )[A-Za-z0-9][A-Za-z0-9_.-]{0,38}/`
/** Files that may have links of persons, and copies of other projects. */
const EXCLUDED = [
  'vendor',
  'node_modules',
  'third_party',
  'testdata',
  'fixtures',
  'AUTHORS*',
  'CONTRIBUTORS*',
  'CHANGE*',
  'CREDITS*',
  'THANKS*',
  'ADOPTERS*'
].flatMap((name) => [`:(exclude,icase,glob)**/${name}`, `:(exclude,icase,glob)**/${name}/**`])
const MANIFESTS = ['go.mod', 'go.sum', '.github/workflows/*.y*ml'].map((name) =>
  name.startsWith('.') ? name : `:(glob)**/${name}`
)
/** RFC 2606, and what examples invent. */
const RESERVED =
  /(?:^|\.)(?:example|test|invalid|localhost|foo|bar|acme|mycompany|yourdomain|mydomain|domain|company|server|host|site|website|evil|some)\.[a-z]+(?:\.[a-z]+)?$|\.(?:example|test|invalid|localhost|local|internal)$/
const OWNER = /(?:github\.com\/|uses: )(?<owner>[A-Za-z\d][\w.-]{0,38})\//

/** Lines that may name persons, and pairs of words that may be one. */
const CREDIT =
  /author|copyright|\(c\)|\S@\S|contribut|written by|thank|maintain|signed|review|report|patch|credit|\bby\b|\bfrom [A-Z]|co-|acked|tested|suggest|request|notic|point|found|cc:|merge|closes? /i
const PAIR = /\b[A-Z][a-z'’-]+ (?:[A-Z]\. ?)?[A-Z][a-z'’-]+\b/g
const WORD = /(?<![\w.@/'-])[A-Za-z]{4,16}(?![\w@/'’]|[.:]\w)/g

const [lists = '', projects = '', names = ''] = process.argv.slice(2)
const nameLines = readFileSync(names, 'utf8').split('\n')
const persons = new Set(nameLines.map((line) => line.replace('+', '')))
const frequent = new Set(
  nameLines.filter((line) => line.startsWith('+')).map((line) => line.slice(1))
)
const messageWords = new Map<string, number>()
const hosts = new Map<string, number>()
const owners = new Map<string, number>()
for (const folder of foldersOf(lists)) {
  const links = grep(folder, URLS, ['*.md', '*.yml'])
  for (const host of new Set(links.map(hostOf))) add(hosts, host, LEAST_PROJECTS / LEAST_LISTS)
  for (const owner of new Set(links.map(ownerOf))) add(owners, owner, LEAST_OF_OWNER)
}
for (const folder of foldersOf(projects)) {
  const messages = log(folder, '%B')
  const links = [...grep(folder, URLS, EXCLUDED), ...(messages.match(LINK) ?? [])]
  for (const host of new Set(links.map(hostOf))) add(hosts, host, 1)
  for (const owner of new Set(links.map(ownerOf))) add(owners, owner, 1)
  const modules = new Set(grep(folder, MODULES, MANIFESTS).map(ownerOf))
  for (const owner of modules) add(owners, owner, LEAST_OF_OWNER)
  for (const word of wordsOf(messages)) add(messageWords, word, 1)
  for (const word of log(folder, '%an%n%cn')
    .toLowerCase()
    .match(/[a-z]{4,}/g) ?? [])
    persons.add(word)
}
write(
  'project-words',
  'PROJECT_WORDS',
  [...messageWords]
    .filter(([word, found]) => found >= leastOf(word) && !isPublicWord(word) && !isPersonName(word))
    .map(([word]) => word)
    .toSorted()
)
write('linked-hosts', 'LINKED_HOSTS', chosen(hosts, LEAST_PROJECTS, HOSTS))
write('linked-owners', 'LINKED_OWNERS', chosen(owners, LEAST_OF_OWNER, OWNERS))

function foldersOf(root: string): string[] {
  return readdirSync(root).map((name) => join(root, name))
}

function log(folder: string, format: string): string {
  return execFileSync('git', ['-C', folder, 'log', '-n', MESSAGES, `--format=${format}`], {
    encoding: 'utf8',
    maxBuffer: MAX_BYTES
  })
}

function wordsOf(messages: string): Set<string> {
  const found = new Set<string>()
  for (const line of messages.split('\n')) {
    if (line.length > LONGEST_LINE || CREDIT.test(line)) continue
    for (const word of line.replaceAll(PAIR, ' ').match(WORD) ?? []) found.add(word.toLowerCase())
  }
  return found
}

function leastOf(word: string): number {
  if (frequent.has(word)) return LEAST_NAME
  return persons.has(word) ? LEAST_RARE_NAME : LEAST_WORD
}

/** What matches in the files of the last commit. */
function grep(folder: string, pattern: string, files: readonly string[]): string[] {
  try {
    const found = execFileSync(
      'git',
      ['-C', folder, 'grep', '-hoIE', pattern, 'HEAD', '--', ...files],
      { encoding: 'utf8', maxBuffer: MAX_BYTES, stdio: ['ignore', 'pipe', 'ignore'] }
    )
    return [...new Set(found.split('\n'))]
  } catch {
    // Nothing matches.
    return []
  }
}

function hostOf(link: string): string {
  const host = HOST.exec(link)?.groups?.['host']?.toLowerCase() ?? ''
  return SHARED.test(host) || RESERVED.test(host) ? '' : host
}

function ownerOf(link: string): string {
  return OWNER.exec(link)?.groups?.['owner']?.toLowerCase() ?? ''
}

function add(counts: Map<string, number>, name: string, count: number): void {
  if (name !== '') counts.set(name, (counts.get(name) ?? 0) + count)
}

function chosen(
  counts: ReadonlyMap<string, number>,
  least: number,
  listed: readonly string[]
): string[] {
  const known = new Set(listed.flatMap((line) => line.split(' ')))
  return [...counts]
    .filter(([name, count]) => count >= least && !known.has(name))
    .map(([name]) => name)
    .toSorted()
}

function write(file: string, name: string, words: readonly string[]): void {
  const rows = words.join(' ').match(new RegExp(`.{1,${LINE}}(?: |$)`, 'g')) ?? []
  writeFileSync(
    new URL(`${file}.ts`, FOLDER),
    `/** Generated by \`tools/vocabulary/links.ts\` from public repositories; do not edit. */
export const ${name}: readonly string[] = [
${rows.map((line) => `  '${line.trim()}'`).join(',\n')}
]
`
  )
  console.log(`${file}: ${words.length} words`)
}
