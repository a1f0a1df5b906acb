/** `npm run parity`: writes docs/PARITY.md. */
import { writeFile } from 'node:fs/promises'
import { parityDocument } from './document.ts'

await writeFile(new URL('../../docs/PARITY.md', import.meta.url), parityDocument())
