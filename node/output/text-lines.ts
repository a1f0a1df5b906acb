/** The text of a fact, a lesson or an insight under its heading, with the line breaks of lessons. */
import { sanitizeText } from './terminal.ts'

interface ShownText {
  readonly content: string
  readonly action?: string
  readonly versions?: string
  readonly verify?: string
}

const INDENT = '  '

/** Each line is indented, so that no text looks like the heading of another result. */
export function textLines({ content, action, versions, verify }: ShownText): string {
  const lines = [
    ...(content === '' ? [] : content.split('\n')),
    ...(action === undefined ? [] : ['do:', ...action.split('\n').map((line) => INDENT + line)]),
    ...(versions === undefined ? [] : [`holds for: ${versions}`]),
    ...(verify === undefined ? [] : [`verify: ${verify}`])
  ]
  return lines.map((line) => INDENT + sanitizeText(line)).join('\n')
}
