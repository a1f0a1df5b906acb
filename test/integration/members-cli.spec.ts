import assert from 'node:assert/strict'
import { copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { Machine } from '../fixtures/machine.ts'
import { Created, fails, json, machineOfHolder } from '../fixtures/root-holder.ts'

const Joined = z.strictObject({
  swarm: z.string(),
  hasKey: z.literal(true),
  config: z.string(),
  key: z.string().optional(),
  isKnown: z.boolean(),
  member: z.string(),
  role: z.string(),
  notAfter: z.iso.datetime(),
  voiceFrom: z.iso.datetime(),
  isNew: z.boolean(),
  memberFile: z.string()
})

const Members = z.array(z.looseObject({ id: z.string(), role: z.string(), state: z.string() }))

const signal = (): AbortSignal => AbortSignal.timeout(60_000)

/** Runs the node; `line` as in the documents, with an address of this machine alone. */
function started(machine: Machine, line = 'hive start'): HiveProcess {
  const [, , ...options] = line.replace('/ip4/0.0.0.0/tcp/4001', '/ip4/127.0.0.1/tcp/0').split(' ')
  return new HiveProcess([...options, '--http', 'off'], { env: machine.env })
}

/** The commands of docs/MEMBERS.md that make a swarm of two machines. */
async function documented(): Promise<string[]> {
  const page = await readFile(new URL('../../docs/MEMBERS.md', import.meta.url), 'utf8')
  const [, block = ''] = /## Two machines from nothing\n\n```sh\n(.*?)```/s.exec(page) ?? []
  return block
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +#.*/, ''))
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777
}

describe('a closed swarm from the command line', function () {
  this.timeout(120_000)

  it('takes five commands on two machines, and one to shut a member out', async () => {
    await using ada = await machineOfHolder()
    await using bob = await Machine.create()
    await using eve = await Machine.create()
    const [create = '', start = '', invites = '', join = '', startSecond = ''] = await documented()
    const created = await json(ada, `${create} --words`, Created)
    for (const path of [created.root, created.successor, created.memberFile, created.key]) {
      assert.equal(await modeOf(path), 0o600, path)
    }
    await using first = started(ada, start)
    await first.ready(signal())
    const invited = await ada.run(`${invites}; cat invite.txt`)
    assert.match(invited.stdout, /^hive1\.[\w-]+\.[0-9a-f]{8}\n$/)
    assert.match(invited.stderr, /Its first user becomes a member, until .* while this node runs/)
    await copyFile(ada.path('invite.txt'), bob.path('invite.txt'))
    await copyFile(ada.path('invite.txt'), eve.path('invite.txt'))

    const joined = await json(bob, join, Joined)
    assert.partialDeepStrictEqual(joined, { swarm: created.swarm, role: 'member', isNew: true })
    assert.equal(await modeOf(joined.memberFile), 0o600)
    // The machine crashed before it stored the certificate: the same invite gives it again.
    await rm(bob.path('data/noormme-hive/store'), { recursive: true })
    await rm(bob.path('config'), { recursive: true })
    const again = await json(bob, join, Joined)
    assert.deepEqual([again.member, again.notAfter], [joined.member, joined.notAfter])
    const third = await bob.run(join)
    assert.match(third.stdout, /a member already: the invite was not used/)
    assert.match(third.stdout, /a member of lab, until .*\. It publishes: yes\./)
    await fails(eve, join, 1, /The invite was used before, by another node/)
    await assert.rejects(stat(eve.path('config/hive/hive.toml')), { code: 'ENOENT' })
    const listed = await json(ada, 'hive members', Members)
    assert.deepEqual(
      listed.map(({ id, role, state }) => [id, role, state]),
      [
        [created.member, 'inviter', 'admitted'],
        [joined.member, 'member', 'admitted']
      ]
    )

    await using second = started(bob, startSecond)
    await second.ready(signal())
    const told = first.line(({ event }) => event === 'hive:change', signal())
    const published = await bob.run(
      'hive distill "CSS gap" "Flex containers support gap." --confidence 0.95 && hive broadcast'
    )
    assert.equal(published.code, 0, published.stderr)
    await told
    assert.match((await ada.run('hive insights')).stdout, /Flex containers support gap/)
    assert.match((await bob.run('hive status')).stdout, /^member +\w{12}, member, admitted, until/m)

    const gone = second.line(({ event }) => event === 'peer:disconnect', signal())
    const revoked = await ada.run(`hive members revoke ${joined.member.slice(0, 8)}`)
    assert.match(revoked.stdout, /state +revoked\n/)
    await gone
    await second.line(
      ({ event, reason, isOurs }) =>
        event === 'member:refuse' && reason === 'revoked' && isOurs === false,
      signal()
    )
    assert.match((await ada.run('hive peers')).stdout, /^No peers/)
  })

  it('wants the passphrase of its root, and replaces no file', async () => {
    await using ada = await machineOfHolder()
    await fails(ada, 'HIVE_ROOT_PASSPHRASE=short hive swarm create lab', 2, /at least 12/)
    await assert.rejects(stat(ada.path('data')), { code: 'ENOENT' })
    await writeFile(ada.path('taken.root'), 'mine')
    await fails(ada, 'hive swarm create lab --root taken.root', 2, /exists, and is not replaced/)
    assert.equal(await readFile(ada.path('taken.root'), 'utf8'), 'mine')
    const { member } = await json(ada, 'hive swarm create lab --words --days 20', Created)
    await fails(ada, 'hive swarm create lab', 2, /lab\.root exists/)
    // The doctor knows without a node.
    assert.match((await ada.run('hive doctor')).stdout, /PROBLEM .* certificate of this node ends/)
    const renew = `hive members renew ${member.slice(0, 8)} --root lab.root`
    await fails(ada, `HIVE_ROOT_PASSPHRASE=wrong ${renew}`, 4, /passphrase does not open/)
    assert.equal((await ada.run(`${renew} --days 400`)).code, 0)
    assert.match((await ada.run('hive doctor')).stdout, /ok .* admitted to lab \(inviter\), until/)
  })
})

describe('an open swarm from the command line', function () {
  this.timeout(60_000)

  it('has no members to list, and its invites make nobody one', async () => {
    await using machine = await Machine.create()
    await using node = started(machine)
    await node.ready(signal())
    await fails(machine, 'hive members', 1, /swarm of this node is open/)
    await fails(machine, 'hive invite --role light', 2, /--role is for closed swarms/)
  })
})
