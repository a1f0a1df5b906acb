/**
 * What the statements of a closed swarm cost, at two sizes: to check and store them, to read them again,
 * to decide about a member, and to cut the voices of an epoch into rings. Beside them one Ed25519
 * verification, which is the least that each statement takes.
 */
import { epochOf, MemberStatements, openStore } from '../crdt/index.ts'
import { verifySignature } from '../crdt/bytes/index.ts'
import { manyMembers } from '../test/fixtures/many-members.ts'
import { NOW } from '../test/fixtures/members.ts'
import { repeat, seconds } from './samples.ts'
import { printTable } from './table.ts'
import type { Benchmark } from './benchmark.ts'
import type { Row } from './table.ts'

const VERDICTS = 10_000
const VERIFICATIONS = 500

const SMALL = 256

export const members: Benchmark<'members' | 'repetitions'> = {
  about: 'statements of a closed swarm: checks, verdicts, rosters, at 256 and at many members',
  defaults: { members: 10_000, repetitions: 5 },

  async run({ members: many, repetitions }) {
    const sizes = [SMALL, many]
    const samples = await repeat(repetitions, () => measure(sizes))
    const verification = { name: 'an Ed25519 check', measured: samples('verify') }
    const rows = sizes.flatMap((size): Row[] => [
      {
        figure: `${size} members: a statement added, us`,
        measured: samples(`add ${size}`),
        reference: verification
      },
      { figure: 'a statement read again, us', measured: samples(`load ${size}`) },
      { figure: 'a verdict on a member, us', measured: samples(`verdict ${size}`), digits: 2 },
      { figure: 'the roster of an epoch, ms', measured: samples(`roster ${size}`), digits: 1 },
      { figure: 'a ring, of a known roster, ms', measured: samples(`ring ${size}`), digits: 2 },
      { figure: 'the digest of the set, ms', measured: samples(`digest ${size}`), digits: 1 },
      { figure: 'heap, MB', measured: samples(`heap ${size}`), digits: 1 }
    ])
    printTable([`members: ${repetitions} repetitions`], rows)
  }
}

async function measure(sizes: readonly number[]): Promise<Record<string, number>> {
  const figures: Record<string, number> = { verify: await timeVerification() }
  for (const size of sizes) Object.assign(figures, await measureSize(size))
  return figures
}

async function measureSize(size: number): Promise<Record<string, number>> {
  const { swarm, statements: made, last } = manyMembers(size)
  const store = await openStore()
  const before = heap()
  const statements = new MemberStatements({ swarm, store })
  const add = await seconds(() => statements.add(made))
  const used = heap() - before
  const again = new MemberStatements({ swarm, store })
  const load = await seconds(() => again.load())
  const { chains, roster } = statements
  const verdict = await seconds(() => {
    for (let i = 0; i < VERDICTS; i++) chains.verdictOfMember(last, NOW)
  })
  const epoch = epochOf(NOW)
  const cut = await seconds(() => roster.voices(epoch))
  const [voice = new Uint8Array()] = roster.voices(epoch).slice(-1)
  const ring = await seconds(() => roster.ringFor(epoch, voice))
  const digest = await seconds(() => statements.digest)
  await store.close()
  return {
    [`add ${size}`]: (add / made.length) * 1e6,
    [`load ${size}`]: (load / made.length) * 1e6,
    [`verdict ${size}`]: (verdict / VERDICTS) * 1e6,
    [`roster ${size}`]: cut * 1e3,
    [`ring ${size}`]: ring * 1e3,
    [`digest ${size}`]: digest * 1e3,
    [`heap ${size}`]: used / 1e6
  }
}

/** Microseconds of one check of a signature. */
async function timeVerification(): Promise<number> {
  const { lab } = manyMembers(1)
  const message = lab.founding.bytes
  const signature = lab.root.sign(message)
  const taken = await seconds(() => {
    for (let i = 0; i < VERIFICATIONS; i++) verifySignature(lab.root.key, message, signature)
  })
  return (taken / VERIFICATIONS) * 1e6
}

/** Bytes that are in use after a collection; the bench runs with `--expose-gc`. */
function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
