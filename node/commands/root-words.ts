/** The words of a root, for paper. */
import { rootWords } from '../../crdt/index.ts'
import { print } from '../output/terminal.ts'
import type { Root } from '../../crdt/index.ts'

const COLUMNS = 6

export async function wordsOf({ seed }: Pick<Root, 'seed'>): Promise<string> {
  return (await rootWords(seed)).join(' ')
}

/** Four lines of six numbered words. */
export function printWords(whose: string, words: string, advice: string): void {
  print(`\n${whose} in 24 words. ${advice}`)
  const cells = words.split(' ').map((word, i) => `${String(i + 1).padStart(2)} ${word.padEnd(8)}`)
  for (let i = 0; i < cells.length; i += COLUMNS) {
    print(
      `  ${cells
        .slice(i, i + COLUMNS)
        .join('  ')
        .trimEnd()}`
    )
  }
}
