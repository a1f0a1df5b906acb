/** Words in the files of packages: standard libraries, manuals and build systems. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Lines that may name persons. */
const CREDIT = /author|copyright|\(c\)|\S@\S|contribut|written by|thanks|maintain|signed|review/i
const SOURCE = /\.(?:go|rs|py|rb|h|hpp|pm|pod|cmake|rst|m4|txt|md|java|s|\d[a-z]*)$|^[^.]+$/
const EXCLUDED =
  /^(?:copyright|authors?|contributors?|changelog.*|credits|thanks|testdata|tests?)$/i
const MAX_BYTES = 2_000_000
const LETTERS = /[A-Za-z]{2,}/g
const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g

export interface WordCount {
  /** Folders with the word in small letters, or in capitals throughout. */
  readonly folders: number
  /** Files with it in this form, and files with a capital first letter in a sentence. */
  readonly small: number
  readonly proper: number
}

/** Counts words in each folder of `root`, which has one folder for each package. */
export function countWords(root: string): Map<string, WordCount> {
  const all = new Map<string, WordCount>()
  for (const folder of readdirSync(root)) {
    const small = new Map<string, number>()
    const proper = new Map<string, number>()
    for (const file of filesOf(join(root, folder))) {
      const lines = readFileSync(file, 'utf8').slice(0, MAX_BYTES).split('\n')
      const text = lines.filter((line) => !CREDIT.test(line)).join('\n')
      if (text.includes('\0')) continue
      countFile(text, small, proper)
    }
    for (const word of new Set([...small.keys(), ...proper.keys()])) {
      const before = all.get(word) ?? { folders: 0, small: 0, proper: 0 }
      const count = small.get(word) ?? 0
      all.set(word, {
        folders: before.folders + (count > 0 ? 1 : 0),
        small: before.small + count,
        proper: before.proper + (proper.get(word) ?? 0)
      })
    }
  }
  return all
}

function countFile(text: string, small: Map<string, number>, proper: Map<string, number>): void {
  const seen = new Set<string>()
  const named = new Set<string>()
  for (const { 0: word, index } of text.matchAll(LETTERS)) {
    const isProper = /^[A-Z][a-z]+$/.test(word) && text.charAt(index - 1) === ' '
    if (isProper) named.add(word.toLowerCase())
    else for (const part of word.match(PART) ?? []) seen.add(part.toLowerCase())
  }
  for (const word of seen) small.set(word, (small.get(word) ?? 0) + 1)
  for (const word of named) proper.set(word, (proper.get(word) ?? 0) + 1)
}

function* filesOf(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (EXCLUDED.test(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesOf(path)
    else if (entry.isFile() && SOURCE.test(entry.name)) yield path
  }
}
