/** A block between two marks in a Markdown file of the user. */
import { Refusal } from '../client.ts'
import { isBlank, position, styleOf } from './text-style.ts'
import type { Edit } from '../client.ts'

const BEGIN = '<!-- noormme-hive:begin -->'
const END = '<!-- noormme-hive:end -->'

export function markedBlock(content: string): Edit {
  return {
    install(text, _options) {
      const eol = styleOf(text ?? '').eol
      const block = [BEGIN, ...content.trim().split('\n'), END].join(eol)
      if (isBlank(text)) return block + eol
      const found = find(text)
      if (found !== undefined) return text.slice(0, found.start) + block + text.slice(found.end)
      return text + gapAfter(text, eol) + block + eol
    },
    remove(text) {
      const found = find(text)
      if (found === undefined) return text
      const before = text.slice(0, found.start)
      const after = text.slice(found.end).replace(/^\r?\n/, '')
      // One blank line before the block is of the installation.
      return before.replace(/(\r?\n)\r?\n$/, '$1') + after
    }
  }
}

function gapAfter(text: string, eol: string): string {
  return text.endsWith('\n') ? eol : eol + eol
}

function find(text: string): { readonly start: number; readonly end: number } | undefined {
  const start = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (start === -1 && end === -1) return undefined
  const isPair = start !== -1 && start < end && text.lastIndexOf(BEGIN) === start
  if (!isPair || text.lastIndexOf(END) !== end) {
    const at = position(text, start === -1 ? end : start)
    throw new Refusal(
      `has the marks of hive, but not as one pair (${at}). Remove "${BEGIN}", "${END}" and what is between them`
    )
  }
  return { start, end: end + END.length }
}
