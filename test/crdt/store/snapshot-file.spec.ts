import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MalformedError } from '../../../crdt/index.ts'
import { readSnapshot, writeSnapshot } from '../../../crdt/store/snapshot-file.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { WrittenChunks } from '../../../crdt/store/snapshot-file.ts'

/** Of any lengths, more in all than is read ahead. */
const LENGTHS = [1, 0, 3_000_000, 7, 1_048_576, 1_048_577, 2_000_000, 65_536]
const CHUNKS = LENGTHS.map((length, i) => new Uint8Array(length).fill(i + 1))

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (const chunk of CHUNKS) yield await Promise.resolve(chunk)
}

function write(path: string): Promise<WrittenChunks> {
  return writeSnapshot(path, chunks(), new AbortController().signal)
}

describe('a snapshot in a file', () => {
  it('is read as it was written, whatever the lengths of its chunks', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'snapshot')
    const written = await write(path)
    const read = await Array.fromAsync(readSnapshot(path, written))
    assert.deepEqual(
      read.map((chunk) => [chunk.length, chunk.at(0), chunk.at(-1)]),
      CHUNKS.map((chunk) => [chunk.length, chunk.at(0), chunk.at(-1)])
    )
  })

  it('is refused where it is damaged or ends early, and the reading ends there', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'snapshot')
    const written = await write(path)
    const bytes = await readFile(path)
    const last = bytes.length - 1
    for (const at of [0, 9, 20, 30, 1_500_000, last]) {
      const damaged = Uint8Array.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      for (const contents of [damaged, bytes.subarray(0, at)]) {
        await writeFile(path, contents)
        await assert.rejects(Array.fromAsync(readSnapshot(path, written)), MalformedError)
      }
    }
  })

  it('may be left after any chunk', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'snapshot')
    const written = await write(path)
    for (const count of LENGTHS.keys()) {
      let read = 0
      for await (const _ of readSnapshot(path, written)) {
        read += 1
        if (read > count) break
      }
      assert.equal(read, count + 1)
    }
  })
})
