/**
 * The corpora of a folder: `NAME.train.jsonl`, `NAME.test.jsonl`, or `NAME.jsonl`, which is halved.
 * Each line is `{ "text": ..., "label": 1 }`, with label 0 for a text that is no order. Packages are
 * in `packages/` (README.md in this folder).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export interface LabelledText {
  readonly text: string
  readonly label: 0 | 1
}

export interface Corpus {
  readonly name: string
  readonly train: readonly LabelledText[]
  readonly test: readonly LabelledText[]
}

const Line = z.object({ text: z.string(), label: z.union([z.literal(0), z.literal(1)]) })

/** Texts with the same beginning are in the same half: collections repeat texts with changes. */
const BEGINNING = 60

export function readCorpora(folder: string): Corpus[] {
  const corpora = new Map<string, { train: LabelledText[]; test: LabelledText[] }>()
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  for (const file of files.toSorted()) {
    const [name = file, part] = file.slice(0, -'.jsonl'.length).split('.')
    const corpus = corpora.get(name) ?? { train: [], test: [] }
    corpora.set(name, corpus)
    for (const text of readLines(join(folder, file))) {
      const isTest =
        part === undefined ? hashOf(text.text.slice(0, BEGINNING)) % 2 === 1 : part === 'test'
      corpus[isTest ? 'test' : 'train'].push(text)
    }
  }
  return [...corpora].map(([name, parts]) => ({ name, ...parts }))
}

function readLines(file: string): LabelledText[] {
  const lines = new Set(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  )
  return [...lines].toSorted().map((line) => Line.parse(JSON.parse(line)))
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
