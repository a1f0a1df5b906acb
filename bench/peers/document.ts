/** One resident Yjs document with a Y.Map of all records by digest: what a node is spared. */
import { hash } from 'node:crypto'
import * as Y from 'yjs'
import { benchFact } from '../fact-data.ts'
import { init, report, residentBytes } from './report.ts'

interface Init {
  readonly records: number
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rest.ts writes it
const { records } = init() as Init
const document = new Y.Doc()
const map = document.getMap<string>('records')
for (let i = 0; i < records; i++) {
  const { entity, content } = benchFact(i)
  map.set(hash('sha256', entity + content, 'base64url'), `${entity}\n${content}`)
}
report({ resident: await residentBytes() })
// Still in use, so that it is measured.
process.once('disconnect', () => document.destroy())
