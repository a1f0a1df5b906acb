/**
 * Public vocabulary: English words, the parts of public API names, and words of public tools. A
 * name that consists of them is not private; any other may be a customer or a codename. The words
 * are stored as 32-bit hashes in open-addressed tables of 2 MiB and 1 MiB, filled at the first use
 * (about 80 ms): one unknown word in ten thousand is a false positive.
 * Words of package names and summaries are kept apart: random text has short ones by chance.
 */
import { createRequire } from 'node:module'
import { PUBLIC_WORDS } from './public-words.ts'

/** Powers of two, at most 60 % of them in use. */
const SLOTS = 1 << 19
const PACKAGE_SLOTS = 1 << 18

const require = createRequire(import.meta.url)

let table: Uint32Array | undefined

let toolWords: ReadonlySet<string> | undefined

let packageTable: Uint32Array | undefined

/** `word` in lower case. */
export function isPublicWord(word: string): boolean {
  return isDictionaryWord(word) || isPackageWord(word)
}

/** Words of packages and of public tools: names of products, formats and interfaces. */
export function isTechnicalWord(word: string): boolean {
  return isPackageWord(word) || isPublicTool(word)
}

/** Words of our own list: parts of interfaces, formats, protocols, languages and products. */
export function isPublicTool(word: string): boolean {
  toolWords ??= new Set(PUBLIC_WORDS)
  return toolWords.has(word)
}

/** Words of package names and summaries that are in no dictionary. */
export function isPackageWord(word: string): boolean {
  packageTable ??= loadPackages()
  return has(packageTable, hashOf(word))
}

export function isDictionaryWord(word: string): boolean {
  table ??= load()
  return has(table, hashOf(word))
}

function has(filled: Uint32Array, hash: number): boolean {
  let slot = hash & (filled.length - 1)
  for (;;) {
    const held = filled[slot]
    if (held === hash) return true
    if (held === 0) return false
    slot = (slot + 1) & (filled.length - 1)
  }
}

function load(): Uint32Array {
  const filled = new Uint32Array(SLOTS)
  for (const words of [wordsOf(require('an-array-of-english-words')), PUBLIC_WORDS]) {
    for (const word of words) add(filled, hashOf(word))
  }
  return filled
}

function loadPackages(): Uint32Array {
  // 1 MB that a node at rest does not need.
  const lines = [
    ...wordsOf(loadFile('package-words', 'PACKAGE_WORDS')),
    ...wordsOf(loadFile('project-words', 'PROJECT_WORDS'))
  ]
  const filled = new Uint32Array(PACKAGE_SLOTS)
  for (const line of lines) for (const word of line.split(' ')) add(filled, hashOf(word))
  return filled
}

function loadFile(file: string, name: string): unknown {
  const loaded: unknown = require(`./${file}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`)
  return Object.entries(loaded ?? {}).find(([each]) => each === name)?.[1]
}

function wordsOf(list: unknown): readonly string[] {
  if (Array.isArray(list)) return list
  throw new Error('A list of words is missing in this installation. Install the package again.')
}

function add(filled: Uint32Array, hash: number): void {
  const last = filled.length - 1
  let slot = hash & last
  while (filled[slot] !== 0 && filled[slot] !== hash) slot = (slot + 1) & last
  filled[slot] = hash
}

/** FNV-1a with a final mix; 0 means an empty slot. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) {
    hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  }
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  hash = (hash ^ (hash >>> 13)) >>> 0
  return hash === 0 ? 1 : hash
}
