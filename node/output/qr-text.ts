/** A QR code in characters: each has two modules, one above the other. */
import { encodeQR } from 'qr'

/** Light modules around the code that readers need (ISO/IEC 18004: 4; 2 are enough for cameras). */
const BORDER = 2

/**
 * Light modules are drawn, as they are on a dark terminal; readers take inverted codes too. Undefined for
 * a text that is too long for a code, 2,953 bytes.
 */
export function qrText(text: string): string | undefined {
  let modules: boolean[][]
  try {
    modules = encodeQR(text, 'raw', { ecc: 'low', border: BORDER })
  } catch {
    return undefined
  }
  const lines: string[] = []
  for (let y = 0; y < modules.length; y += 2) {
    const upper = modules[y] ?? []
    // Below the last line there is no module: the terminal is dark there.
    const lower = modules[y + 1] ?? upper.map(() => true)
    lines.push(upper.map((isDark, x) => cell(!isDark, lower[x] === false)).join(''))
  }
  return lines.join('\n')
}

function cell(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}
