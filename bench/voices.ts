/**
 * What voices cost: checks of credentials, tags of records, their proofs. Beside them the time that
 * libsodium takes for as many products as a plain implementation computes; and the event loop of the
 * main thread, while the thread of voices works.
 */
import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { mulAddUnsafe } from '@noble/curves/abstract/curve.js'
import { ristretto255 } from '@noble/curves/ed25519.js'
import { hashToPoint, hashToScalar } from '../crdt/voices/group.ts'
import { proveTags } from '../crdt/voices/record-tags.ts'
import { epochTag, recordTag } from '../crdt/voices/tags.ts'
import { ringIdOf, voiceKeyOf } from '../crdt/voices/voice-key.ts'
import { VoiceThread } from '../crdt/voices/voice-thread.ts'
import { sodium } from '../test/fixtures/sodium-voices.ts'
import { median, repeat, seconds } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import type { Benchmark } from './benchmark.ts'
import type { Row } from './table.ts'

const SWARM = 'bees'
const EPOCH = 2_950
const RINGS = [8, 32, 64] as const
const BATCHES = [10, 600] as const

/** Products of a plain check: four for each key of a ring, two for each tag. */
const KEY_PRODUCTS = 4
const TAG_PRODUCTS = 2

/** Elements in the check of a Triptych proof for a ring of 64, about. */
const TRIPTYCH_ELEMENTS = 100

const PRODUCTS = 200

export const voices: Benchmark<'repetitions' | 'tags'> = {
  about: 'checks of credentials and of tags in their thread, beside libsodium',
  defaults: { repetitions: 5, tags: 10_000 },

  async run({ repetitions, tags }) {
    await using thread = new VoiceThread()
    const batches = [...BATCHES, tags]
    await measure(thread, [], [10])
    const delays: number[] = []
    const samples = await repeat(repetitions, () => measure(thread, delays, batches))
    const products = samples('product')
    const rows: Row[] = []
    const row = (figure: string, name: string, count: number, unit: number, digits = 1): void => {
      rows.push({
        figure,
        measured: samples(name).map((each) => each / unit),
        reference: {
          name: `libsodium, ${count} products`,
          measured: products.map((each) => (each * count) / unit)
        },
        digits
      })
    }
    const [us, ms] = [1e-6, 1e-3]
    for (const size of RINGS) {
      row(`a check in a ring of ${size}, ms`, `check ${size}`, KEY_PRODUCTS * size, ms)
    }
    row('a new credential in a ring of 64, ms', 'create', KEY_PRODUCTS * 64, ms)
    row('a tag, us', 'tag', 1, us, 0)
    for (const count of batches) {
      row(`a proof of ${count} tags, us a tag`, `prove ${count}`, 1, us, 0)
      row(`its check, new records, us a tag`, `new ${count}`, TAG_PRODUCTS, us, 0)
      row(`its check, known records, us a tag`, `known ${count}`, TAG_PRODUCTS, us, 0)
    }
    row(`a sum of ${TRIPTYCH_ELEMENTS} products, ms`, 'sum', TRIPTYCH_ELEMENTS, ms)
    printTable([`voices: ${repetitions} repetitions`], rows)
    console.log(`a product of libsodium: ${formatNumber(median(products) / us, 1)} us`)
    console.log(
      `event loop of the main thread meanwhile, longest wait in ms: median of ${delays.length} calls ${formatNumber(median(delays), 1)}, most ${formatNumber(Math.max(...delays), 1)}`
    )
  }
}

/** Seconds of one of each, by name; adds the longest wait of the event loop during each call. */
async function measure(
  thread: VoiceThread,
  delays: number[],
  batches: readonly number[]
): Promise<Record<string, number>> {
  const taken: Record<string, number> = { product: sodiumProduct(), sum: await sumOfProducts() }
  /** Seconds of work in the thread, while the event loop is watched. */
  const watched = async <T>(name: string, count: number, task: () => Promise<T>): Promise<T> => {
    // Work of this thread before the call does not count.
    await setImmediate()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const started = performance.now()
    const result = await task()
    taken[name] = (performance.now() - started) / 1000 / count
    delay.disable()
    delays.push(delay.max / 1e6)
    return result
  }
  for (const size of RINGS) {
    const keys = Array.from({ length: size }, () => voiceKeyOf(randomBytes(32)))
    const [key] = keys
    if (key === undefined) throw new Error('An empty ring.')
    const ring = keys
      .map((each) => each.key)
      .toSorted((a, b) => Buffer.compare(ringIdOf(a), ringIdOf(b)))
    const init = { swarm: SWARM, epoch: EPOCH, ring, key, signer: randomBytes(32) }
    const bytes = await watched('create', 1, () => thread.createCredential(init))
    const isValid = await watched(`check ${size}`, 1, () =>
      thread.verifyCredential(SWARM, bytes, ring)
    )
    if (!isValid) throw new Error('A credential was refused.')
  }
  for (const count of batches) await measureTags(thread, count, watched)
  return taken
}

async function measureTags(
  thread: VoiceThread,
  count: number,
  watched: <T>(name: string, count: number, task: () => Promise<T>) => Promise<T>
): Promise<void> {
  const key = voiceKeyOf(randomBytes(32))
  const tag = epochTag(key, SWARM, EPOCH)
  const digests = Array.from({ length: count }, () => new Uint8Array(randomBytes(32)))
  const own = digests.slice(0, PRODUCTS).map(() => new Uint8Array(randomBytes(32)))
  await watched('tag', own.length, () => thread.tags(key, SWARM, own))
  // Made in this thread, so that the records are new to the other one.
  const tags = digests.map((digest) => recordTag(key, SWARM, digest))
  const batch = { swarm: SWARM, epoch: EPOCH, context: randomBytes(32), digests, tags }
  const proof = proveTags({ ...batch, key })
  for (const name of ['new', 'known']) {
    const isValid = await watched(`${name} ${count}`, count, () =>
      thread.verifyTags({ ...batch, tag, proof })
    )
    if (!isValid) throw new Error('A proof was refused.')
  }
  await watched(`prove ${count}`, count, () => thread.prove({ ...batch, key }))
}

function sodiumProduct(): number {
  const point = sodium.crypto_core_ristretto255_random()
  const scalar = sodium.crypto_core_ristretto255_scalar_random()
  const started = performance.now()
  for (let i = 0; i < PRODUCTS; i++) sodium.crypto_scalarmult_ristretto255(scalar, point)
  return (performance.now() - started) / 1000 / PRODUCTS
}

async function sumOfProducts(): Promise<number> {
  const indexes = Array.from({ length: TRIPTYCH_ELEMENTS }, (_, index) => Buffer.of(index))
  const points = indexes.map((index) => hashToPoint('bench', index))
  const scalars = indexes.map((index) => hashToScalar('bench', index))
  return seconds(() => mulAddUnsafe(ristretto255.Point, points, scalars))
}
