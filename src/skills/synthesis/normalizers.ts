/** Normalisations of an input before a skill sees it. */
import MagicString from 'magic-string'
import type { Program } from 'acorn'

export interface Normalizer {
  readonly how: string
  /** A function of one text. */
  readonly code: string
}

export const NORMALIZERS: readonly Normalizer[] = [
  { how: 'trims texts', code: '(text) => text.trim()' },
  {
    how: 'removes a leading v or = from texts',
    code: "(text) => text.trim().replace(/^[=v]+\\s*(?=\\d)/i, '')"
  },
  {
    how: 'removes a byte order mark and invisible characters from texts',
    code: "(text) => text.replace(/[\\ufeff\\u200b-\\u200d\\u2060]/g, '').trim()"
  },
  {
    how: 'reads white space of any kind as one space',
    code: "(text) => text.replace(/\\s+/g, ' ').trim()"
  },
  { how: 'removes white space', code: "(text) => text.replace(/\\s+/g, '')" },
  { how: 'reads texts in lower case', code: '(text) => text.toLowerCase()' },
  { how: 'reads texts in upper case', code: '(text) => text.toUpperCase()' },
  { how: 'reads texts in Unicode form NFC', code: "(text) => text.normalize('NFC')" },
  {
    how: 'removes quotation marks around texts',
    code: "(text) => text.trim().replace(/^([\"'`])(.*)\\1$/s, '$2')"
  },
  { how: 'reads line ends of any kind as \\n', code: "(text) => text.replace(/\\r\\n?/g, '\\n')" },
  { how: 'reads \\ as / in texts', code: "(text) => text.replaceAll('\\\\', '/')" },
  {
    how: 'reads a comma between digits as a point',
    code: "(text) => text.replace(/(\\d),(?=\\d)/g, '$1.')"
  },
  {
    how: 'removes separators between groups of digits',
    code: "(text) => text.replace(/(\\d)[ ,_'](?=\\d{3}\\b)/g, '$1')"
  },
  {
    how: 'reads numbers in texts as numbers',
    code: "(text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text)"
  },
  {
    how: 'removes build metadata of versions',
    code: "(text) => text.replace(/\\+[0-9A-Za-z.-]+$/, '')"
  },
  {
    how: 'completes versions to three parts',
    code: "(text) => text.trim().replace(/^[=v]+\\s*(?=\\d)/i, '').replace(/^(\\d+)(\\.\\d+)?(?=$|-)/, (_, major, minor) => major + (minor ?? '.0') + '.0')"
  }
]

const DEEPLY = `
const deeply = (value) => {
  if (typeof value === 'string') return normalized(value)
  if (Array.isArray(value)) return value.map(deeply)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deeply(item)]))
}`

/**
 * The module with its input normalised; undefined if it exports no function that can be wrapped.
 */
export function wrapInput(source: string, program: Program, code: string): string | undefined {
  // A wrapped source keeps its names; a second wrapping needs others.
  if (/\b(?:normalized|deeply|inner)\b/.test(source)) return undefined
  const exported = program.body.find(({ type }) => type === 'ExportDefaultDeclaration')
  if (exported?.type !== 'ExportDefaultDeclaration') return undefined
  const { declaration } = exported
  const changed = new MagicString(source)
  if (declaration.type === 'ClassDeclaration') return undefined
  if (declaration.type === 'FunctionDeclaration' && declaration.id) {
    changed.overwrite(exported.start, declaration.start, '')
    changed.append(`\nconst inner = ${declaration.id.name}`)
  } else {
    changed.overwrite(exported.start, declaration.start, 'const inner = ')
  }
  changed.append(`\nconst normalized = ${code}${DEEPLY}
export default (input, host) => inner(deeply(input), host)`)
  return changed.toString()
}
