import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { openSealedRoot, seedOfWords } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { Machine } from '../fixtures/machine.ts'
import { Created, fails, json, machineOfHolder, PASSPHRASE } from '../fixtures/root-holder.ts'

const TERMINAL = fileURLToPath(new URL('../fixtures/at-terminal.py', import.meta.url))

describe('the holder of the root of a closed swarm', function () {
  this.timeout(180_000)

  it('is told what to do about each wrong use', async () => {
    await using ada = await machineOfHolder()
    await fails(ada, 'hive swarm create "a b"', 2, /cannot name a closed swarm/)
    await fails(ada, 'HIVE_ROOT_PASSPHRASE= hive swarm create lab', 2, /no terminal/)
    await fails(ada, 'HIVE_ROOT_PASSPHRASE=short hive swarm create lab', 2, /at least 12/)
    await assert.rejects(stat(ada.path('data')), { code: 'ENOENT' })
    await writeFile(ada.path('taken.root'), 'mine')
    await fails(ada, 'hive swarm create lab --root taken.root', 2, /exists, and is not replaced/)
    assert.equal(await readFile(ada.path('taken.root'), 'utf8'), 'mine')
    const created = await json(ada, 'hive swarm create lab --words --days 20', Created)
    await fails(ada, 'hive swarm create lab', 2, /lab\.root exists/)
    await fails(ada, 'hive swarm create other', 2, /has another swarm already/)
    await fails(ada, 'hive swarm create other --replace', 3, /belongs to the swarm "lab" already/)
    await fails(ada, 'hive invite', 1, /No node runs/)
    // The doctor knows without a node.
    const ends = await ada.run('hive doctor')
    assert.match(ends.stdout, /PROBLEM .* certificate of this node ends on/)

    const id = created.member.slice(0, 8)
    const renew = `hive members renew ${id} --root lab.root`
    await fails(ada, `hive members renew ${id}`, 2, /holder of the root/)
    await fails(ada, `HIVE_ROOT_PASSPHRASE=wrong ${renew}`, 4, /passphrase does not open/)
    await fails(ada, `${renew} --passphrase-stdin <<< "not the right one"`, 4, /does not open/)
    await fails(ada, renew.replace('lab.root', 'gone.root'), 2, /no such file or directory: gone/)
    await fails(ada, renew.replace('lab.root', 'lab.successor.root'), 2, /not the root/)
    await fails(ada, renew.replace(id, '123456'), 1, /No member has an id/)
    const stdin = `HIVE_ROOT_PASSPHRASE= ${renew} --days 400 --passphrase-stdin <<< "${PASSPHRASE}"`
    assert.equal((await ada.run(stdin)).code, 0)
    assert.match((await ada.run('hive doctor')).stdout, /ok .* admitted to lab \(inviter\), until/)
    const sealed = await readFile(created.root, 'utf8')
    assert.deepEqual(
      toHex(await openSealedRoot(sealed, PASSPHRASE)),
      toHex(await seedOfWords(created.rootWords))
    )
    await writeFile(created.root, sealed.replace(/check ./, 'check x'))
    await fails(ada, renew, 4, /has changed or is incomplete/)

    // The root is lost: its successor takes over by its words, and the root's file is of no use.
    await writeFile(created.root, sealed)
    await writeFile(ada.path('words'), created.successorWords.replaceAll(' ', '\n'))
    const succeeded = await ada.run('hive swarm succeed --words-stdin < words')
    assert.match(succeeded.stdout, /the root of the swarm lab now\.\nsuccessor .*successor-2\.root/)
    await fails(ada, renew, 2, /not the root of the swarm "lab"/)
    await fails(ada, 'hive swarm succeed --root lab.root', 2, /exists|not the successor/)
    assert.equal((await ada.run(renew.replace('lab.root', 'lab.successor.root'))).code, 0)
    assert.match((await ada.run('hive swarm show')).stdout, /state +admitted/)
    // The directory can be restored as a member.
    assert.equal((await ada.run('hive backup copy && hive restore copy --data-dir new')).code, 0)
    assert.match((await ada.run('hive swarm show --data-dir new')).stdout, /state +admitted/)
  })

  it('types a passphrase twice at a terminal, which shows nothing of it', async () => {
    await using ada = await Machine.create()
    const at = (answers: string, line: string): string => `python3 ${TERMINAL} "${answers}" ${line}`
    const differs = await ada.run(at(`${PASSPHRASE}|another`, 'hive swarm create lab'))
    assert.equal(differs.code, 2)
    assert.match(differs.stdout, /The two passphrases differ\. Nothing was written/)
    await assert.rejects(stat(ada.path('lab.root')), { code: 'ENOENT' })
    const { code, stdout } = await ada.run(
      at(`${PASSPHRASE}|${PASSPHRASE}`, 'hive swarm create lab')
    )
    assert.equal(code, 0, stdout)
    assert.doesNotMatch(stdout, /five words chosen/)
    assert.match(stdout, /Passphrase for the files of the root: \r?\nThe same again: \r?\n/)
    const id = z
      .looseObject({ id: z.string() })
      .parse(JSON.parse((await ada.run('hive swarm show --json')).stdout)).id
    const renewed = await ada.run(
      at(PASSPHRASE, `hive members renew ${id} --days 900 --root lab.root`)
    )
    assert.equal(renewed.code, 0, renewed.stdout)
    await using node = new HiveProcess(['--http', 'off'], { env: ada.env })
    await node.ready(AbortSignal.timeout(60_000))
    assert.match((await ada.run(at('', 'hive invite'))).stdout, /hive1\.\S+\r\n█+\r\n██ ▄▄▄▄▄ █/)
    assert.doesNotMatch((await ada.run(at('', 'hive invite --no-qr'))).stdout, /█/)
    assert.doesNotMatch((await ada.run(at('', 'hive invite --json'))).stdout, /█/)
  })
})
