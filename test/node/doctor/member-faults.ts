/** Faults of the membership in a closed swarm. */
import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MemberDirectory } from '../../../node/join/index.ts'
import { createHive, foundClosedSwarm, heldStatements, revokeWithRoot } from '../../../src/index.ts'
import type { FoundedSwarm, HiveInit } from '../../../src/index.ts'
import type { DoctorWorld } from '../../fixtures/doctor-world.ts'
import type { Fault } from './faults.ts'

const DAY = 86_400

type MemberOptions = NonNullable<Exclude<HiveInit['swarm'], false | undefined>['member']>

const now = (): number => Math.floor(Date.now() / 1000)

/** Makes the directory that of the first member of a closed swarm. */
export async function makeMember(
  world: DoctorWorld,
  { days = 400, ago = 0 }: { readonly days?: number; readonly ago?: number } = {}
): Promise<FoundedSwarm & { readonly member: MemberOptions }> {
  await rm(world.dataDir, { recursive: true })
  const founded = foundClosedSwarm({ name: 'lab', days, seconds: now() - ago * DAY })
  const { swarm, keys, statements } = founded
  {
    await using directory = await MemberDirectory.open(world.dataDir)
    await directory.writeKeys(keys)
    await directory.write(swarm, statements)
  }
  await world.config(`swarm = "${swarm}"`)
  return { ...founded, member: { seed: keys.seed, statements: [...statements] } }
}

async function revocationOf({
  swarm,
  root,
  keys,
  statements
}: FoundedSwarm): Promise<Uint8Array[]> {
  const id = Buffer.from(keys.key).toString('hex')
  const held = await heldStatements(swarm, statements)
  return revokeWithRoot(held, root, { id, seconds: now() })
}

const FILE = 'node/member.json'

export const MEMBER_FAULTS: readonly Fault[] = [
  {
    what: 'a certificate that has ended',
    id: 'member-expired',
    mend: /members renew \w{12},/,
    plant: (world) => makeMember(world, { days: 50, ago: 100 })
  },
  {
    what: 'a certificate that has ended, of a running node, once',
    id: 'member-expired',
    mend: /members renew/,
    plant: async (world) => {
      const { swarm } = await makeMember(world, { days: 50, ago: 100 })
      await world.run({ swarm: { name: swarm } })
    }
  },
  {
    what: 'a certificate that ends within 30 days',
    id: 'member-ends',
    mend: /members renew/,
    plant: (world) => makeMember(world, { days: 29 })
  },
  {
    what: 'a clock before the begin of the certificate',
    id: 'member-not-yet',
    mend: /set the clock/,
    plant: (world) => makeMember(world, { ago: -30 })
  },
  {
    what: 'a certificate that is revoked',
    id: 'member-revoked',
    mend: /new invite/,
    plant: async (world) => {
      const founded = await makeMember(world)
      await using directory = await MemberDirectory.open(world.dataDir)
      await directory.write(founded.swarm, await revocationOf(founded))
    }
  },
  {
    what: 'a secret of a member that others can read',
    id: 'member-mode',
    mend: /chmod 600 .*member\.json/,
    plant: async (world) => {
      await makeMember(world)
      await chmod(world.path(FILE), 0o644)
    }
  },
  {
    what: 'a damaged secret of a member',
    id: 'member-damaged',
    mend: /from a backup/,
    plant: async (world) => {
      await makeMember(world)
      await writeFile(world.path(FILE), '{"version":1}')
    }
  },
  {
    what: 'a closed swarm without a membership',
    id: 'member-missing',
    mend: /hive join -/,
    plant: async (world) => {
      await makeMember(world)
      await rm(join(world.dataDir, 'member.json'))
    }
  },
  {
    what: 'a peer that knows of a revocation of this node',
    id: 'bootstrap-door',
    mend: /swarm show/,
    plant: async (world) => {
      const founded = await makeMember(world)
      const { swarm } = founded
      // The peer is the same member: its own certificate is revoked as well.
      const revocation = await revocationOf(founded)
      const member = { ...founded.member, statements: [...founded.statements, ...revocation] }
      const peer = world.use(await createHive({ swarm: { name: swarm, member } }))
      await world.config(`swarm = "${swarm}"\nbootstrap = ["${peer.multiaddrs[0]}"]`)
    }
  }
]
