/**
 * Keeps the young generation of V8 small while a node starts. Loading code fills it several times, so
 * that V8 extends it to 33 MB, which a node at rest would keep for all its days. Later it grows as
 * usual when there is work. `--max-semi-space-size` bounds it for good, but V8 reads that option before
 * the first line of code.
 */
import { setFlagsFromString } from 'node:v8'

const FLAG = '--semi-space-growth-factor'
const USUAL = 2

/** Versions of Node.js whose V8 has the flag: another one prints an error about it. */
const FIRST = 24
const LAST = 26

export function boundYoungGeneration(): void {
  setGrowth(1)
}

export function releaseYoungGeneration(): void {
  setGrowth(USUAL)
}

function setGrowth(factor: number): void {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= FIRST && major <= LAST) setFlagsFromString(`${FLAG}=${factor}`)
}
