/** Real notes: sentences of documentation and changelogs, and notes on browser support. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { markdownFiles } from './packages.ts'

const MIN_CHARACTERS = 20
const MAX_CHARACTERS = 600
const MIN_WORDS = 4

/** Distinct sentences of the Markdown files in these folders, sorted. */
export function notesOf(folders: readonly string[]): string[] {
  const files = folders.flatMap(markdownFiles)
  const sentences = files.flatMap((file) => paragraphsOf(readFileSync(file, 'utf8'))).flatMap(split)
  return [...new Set(sentences)].toSorted()
}

/** The folders of the packages in `node_modules`, nested ones included. */
export function installedFolders(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(root, name))
}

/** Distinct notes of @mdn/browser-compat-data (CC0). */
export function compatNotes(): string[] {
  const notes = new Set<string>()
  collectNotes(createRequire(import.meta.url)('@mdn/browser-compat-data'), notes)
  return [...notes].toSorted()
}

/** Joins each `count` notes to one long text. */
export function joinNotes(notes: readonly string[], count: number): string[] {
  return Array.from({ length: Math.floor(notes.length / count) }, (_, i) =>
    notes.slice(i * count, (i + 1) * count).join(' ')
  )
}

function collectNotes(value: unknown, notes: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, child] of Object.entries(value)) {
    if (name !== 'notes') collectNotes(child, notes)
    else for (const note of [child].flat()) if (typeof note === 'string') notes.add(note)
  }
}

/** List items and paragraphs, each in one line; no code, tables, headings or HTML blocks. */
export function paragraphsOf(markdown: string): string[] {
  const paragraphs: string[] = []
  let isCode = false
  let open = ''
  const close = (): void => {
    if (open !== '') paragraphs.push(open)
    open = ''
  }
  for (const line of markdown.split('\n').map((text) => text.trim())) {
    const isFence = line.startsWith('```') || line.startsWith('~~~')
    if (isFence) isCode = !isCode
    if (isFence || isCode || line === '' || /^[|#<]/.test(line)) {
      close()
      continue
    }
    const item = /^(?:[-*+]|\d{1,3}[.)])\s+/.exec(line)
    if (item !== null) close()
    open = `${open} ${line.slice(item?.[0].length ?? 0)}`.trim()
  }
  close()
  return paragraphs
}

export function split(paragraph: string): string[] {
  return paragraph
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?]) (?=[A-Z`])/)
    .filter(
      (text) =>
        text.length >= MIN_CHARACTERS &&
        text.length <= MAX_CHARACTERS &&
        text.split(' ').length >= MIN_WORDS
    )
}
