/** The words of a text for comparison: lower case, without accents, plurals as singulars. */

const COMMON: ReadonlySet<string> = new Set(
  'a an and are as at be by for from has in into is it its of on or that the this to was were what when which with'.split(
    ' '
  )
)

const WORD = /[\p{L}\p{N}]+/gu

export function stemmedWords(text: string): string[] {
  const folded = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return (folded.match(WORD) ?? []).filter((word) => !COMMON.has(word)).map(singular)
}

/** The S stemmer (Harman, "How effective is suffixing?", JASIS 1991). */
function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s')) return word
  if (word.endsWith('ies') && !/[ae]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (word.endsWith('es') && !/[aeo]es$/.test(word)) return word.slice(0, -1)
  return /[us]s$/.test(word) ? word : word.slice(0, -1)
}
