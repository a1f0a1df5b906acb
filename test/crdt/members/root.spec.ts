import assert from 'node:assert/strict'
import {
  closedSwarmName,
  createRoot,
  foundSwarm,
  isClosedSwarm,
  MemberError,
  memberFileText,
  memberKeysOf,
  openSealedRoot,
  plainSwarmName,
  readMemberFile,
  rootOf,
  rootWords,
  sealRoot,
  seedOfWords,
  successorCommitment
} from '../../../crdt/index.ts'
import { bindsRoot } from '../../../crdt/members/closed-swarm.ts'
import { sha256, toHex } from '../../../crdt/bytes/index.ts'

/** A guess at the passphrase costs next to nothing. */
const CHEAP = { N: 2, r: 1, p: 1 }

function codeOf(code: string): (error: unknown) => boolean {
  return (error) => error instanceof MemberError && error.code === code
}

describe('a root', () => {
  it('comes back from its 24 words, in any case and spacing', async () => {
    const root = createRoot()
    const words = await rootWords(root.seed)
    assert.equal(words.length, 24)
    const typed = `  ${words.join('\n  ').toUpperCase()} `
    assert.deepEqual(rootOf(await seedOfWords(typed)).key, root.key)
  })

  it('has the words of the test vectors of BIP 39', async () => {
    assert.deepEqual(
      (await rootWords(Buffer.alloc(32, 0x7f))).join(' '),
      'legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title'
    )
  })

  it('names a word that is not on the list, and tells a wrong checksum apart', async () => {
    const words = await rootWords(Buffer.alloc(32, 0x7f))
    await assert.rejects(
      seedOfWords(words.with(4, 'wavy').join(' ')),
      /Word 5, "wavy", is not on the list; words that begin like it: wave\./
    )
    await assert.rejects(seedOfWords(words.with(4, 'winner').join(' ')), /checksum is wrong/)
    await assert.rejects(seedOfWords(words.slice(1).join(' ')), /24 words; these are 23/)
    await assert.rejects(seedOfWords('lorem'), codeOf('ROOT_WORDS_INVALID'))
  })

  it('has the key of RFC 8032 for a known seed', () => {
    const seed = Buffer.from(
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'hex'
    )
    assert.equal(
      toHex(rootOf(seed).key),
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
    )
  })

  it('is opened from its file with its passphrase only, whatever the form of its letters', async () => {
    const { seed } = createRoot()
    const text = await sealRoot(seed, 'caf\u00e9 au lait', CHEAP)
    assert.deepEqual(await openSealedRoot(text, 'cafe\u0301 au lait'), seed)
    assert.deepEqual(await openSealedRoot(text.replaceAll('\n', '\r\n'), 'caf\u00e9 au lait'), seed)
    await assert.rejects(openSealedRoot(text, 'cafe au lait'), codeOf('PASSPHRASE_WRONG'))
    assert.ok(!text.includes(toHex(seed)))
  })

  it('tells each change of its file from a wrong passphrase', async () => {
    const text = await sealRoot(createRoot().seed, 'right', CHEAP)
    for (let at = 0; at < text.trimEnd().length; at++) {
      const changed = `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`
      await assert.rejects(openSealedRoot(changed, 'right'), codeOf('ROOT_FILE_DAMAGED'), changed)
    }
    await assert.rejects(openSealedRoot('', 'right'), codeOf('ROOT_FILE_DAMAGED'))
  })

  it('does not take parameters that would use all the memory', async () => {
    const text = await sealRoot(createRoot().seed, 'right', CHEAP)
    const lines = text.replace('scrypt 2 1 1', 'scrypt 67108864 8 1').split('\n').slice(0, 4)
    const check = toHex(sha256(Buffer.from(`${lines.join('\n')}\n`)).subarray(0, 8))
    const costly = [...lines, `check ${check}`, ''].join('\n')
    await assert.rejects(openSealedRoot(costly, 'right'), codeOf('ROOT_FILE_DAMAGED'))
  })
})

describe('the name of a closed swarm', () => {
  const root = rootOf(Buffer.alloc(32, 1))
  const successor = rootOf(Buffer.alloc(32, 2))

  it('binds the root and its successor', () => {
    const { swarm, founding } = foundSwarm('lab', { root: root.key, successor: successor.key })
    assert.match(swarm, /^lab~[0-9a-f]{32}$/)
    assert.equal(swarm, closedSwarmName('lab', founding))
    assert.ok(bindsRoot(swarm, founding))
    assert.ok(!bindsRoot(swarm, { ...founding, root: successor.key }))
    assert.ok(!bindsRoot(swarm, { ...founding, successor: successorCommitment(root.key) }))
  })

  it('is computed from the documented bytes', () => {
    const label = (text: string): Buffer =>
      Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
    const next = sha256(Buffer.concat([label('noormme-hive/successor'), successor.key]))
    const digest = sha256(Buffer.concat([label('noormme-hive/swarm-root'), root.key, next]))
    const { swarm } = foundSwarm('lab', { root: root.key, successor: successor.key })
    assert.equal(swarm, `lab~${toHex(digest).slice(0, 32)}`)
  })

  it('differs in form from names of open swarms', () => {
    const digits = 'a'.repeat(32)
    assert.ok(isClosedSwarm(`lab~${digits}`) && isClosedSwarm(`a~b~${digits}`))
    for (const open of [
      'lab',
      `~${digits}`,
      `lab~${digits}0`,
      `lab~${digits.toUpperCase()}`,
      'lab~1'
    ]) {
      assert.ok(!isClosedSwarm(open), open)
    }
    assert.equal(plainSwarmName(`a~b~${digits}`), 'a~b')
    assert.equal(plainSwarmName('lab'), 'lab')
  })
})

describe('the keys of a member', () => {
  it('are those of its seed, and differ from each other', () => {
    const keys = memberKeysOf(Buffer.alloc(32, 3))
    const again = readMemberFile(memberFileText(keys))
    assert.deepEqual([again.key, again.voice], [keys.key, keys.voice])
    assert.notDeepEqual(keys.key, rootOf(keys.seed).key)
    assert.equal(new Set([keys.key, keys.voice, keys.seed].map(toHex)).size, 3)
  })

  it('are not read from another file', () => {
    for (const text of [
      '',
      '{}',
      '{"version":2,"seed":"00"}',
      `{"version":1,"seed":"${'0'.repeat(63)}"}`
    ]) {
      assert.throws(() => readMemberFile(text), codeOf('MEMBER_FILE_INVALID'), text)
    }
  })
})
