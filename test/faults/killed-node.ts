/**
 * A process that opens some stores, compares each with what was acknowledged before, and runs a mixed
 * load on all of them until it is killed. Its input is one `Start` as JSON, read when the program is
 * loaded. It appends a line to a file for each operation that begins, lands or is compared, before it
 * goes on: what a process has written to a file survives its end. At one line it ends its output.
 */
import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { randomOf } from '../fixtures/random.ts'
import { acknowledgedNothing } from './acknowledged.ts'
import { runOperations } from './mixed-load.ts'
import { changeLine, compareNode, parseChange, putChange } from './reported-states.ts'
import { closeNode, openNode } from './store-node.ts'

export interface Start {
  readonly nodes: readonly NodeStart[]
  /** The file of the lines, and the number of lines after which the output ends. */
  readonly journal: string
  readonly lines: number
}

export interface NodeStart {
  readonly directory: string
  readonly seed: number
  /** Lines of the processes before. */
  readonly known: readonly string[]
}

const MAX_AT_ONCE = 4

/** Groups of operations, on average, until the store is closed and opened again. */
const GROUPS = 12

const start: Start = JSON.parse(readFileSync(0, 'utf8'))
const journal = openSync(start.journal, 'a')
let left = start.lines
await Promise.all(start.nodes.map((each, number) => runNode(each, number)))

async function runNode(
  { directory, seed, known: lines }: NodeStart,
  number: number
): Promise<void> {
  const random = randomOf(seed)
  let isRestored = false
  const known = acknowledgedNothing((...change) => {
    if (!isRestored) return
    writeSync(journal, `${number} ${changeLine(change)}\n`)
    if (left === 0) closeSync(1)
    left -= 1
  })
  for (const line of lines) putChange(known, parseChange(line))
  isRestored = true
  for (;;) {
    const node = await openNode(directory)
    await compareNode(node, known)
    do {
      const count = 1 + Math.floor(random() * MAX_AT_ONCE)
      const failures = await runOperations(node, known, { count, random })
      assert.equal(failures, 0, 'failed writes')
    } while (random() > 1 / GROUPS)
    await closeNode(node)
  }
}
