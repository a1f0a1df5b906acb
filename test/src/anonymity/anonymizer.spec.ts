import assert from 'node:assert/strict'
import fc from 'fast-check'
import { anonymizer } from '../../../src/anonymity/index.ts'
import { compatNotes } from '../../fixtures/compat-data.ts'

const { anonymize } = anonymizer()

function cleared(content: string, entity = 'deploy'): string {
  const result = anonymize({ entity, content })
  assert.ok(result.verdict === 'clear', `${content}: ${'reason' in result ? result.reason : ''}`)
  return result.record.content
}

describe('the anonymiser', () => {
  const replaced: readonly (readonly [string, string])[] = [
    ['Mail ada.l@example.co.uk, or Bob <bob@example.com>.', 'Mail <EMAIL_1>, or Bob <<EMAIL_2>>.'],
    ['Call +49 30 1234567 today', 'Call <PHONE_1> today'],
    ['Pay with 4111 1111 1111 1111 please', 'Pay with <CARD_1> please'],
    ['Send it to DE89 3704 0044 0532 0130 00 now', 'Send it to <IBAN_1> now'],
    ['Run it in /home/ada/shop/src first', 'Run it in <PATH_1> first'],
    ['Look into ~/.ssh/config for it', 'Look into <PATH_1> for it'],
    ['Open C:\\Users\\ada\\shop.sql there', 'Open <PATH_1> there'],
    ['Mount \\\\nas\\team\\plans here', 'Mount <PATH_1> here'],
    ['Edit src/billing/invoice.ts and ./run.sh next', 'Edit <PATH_1> and <PATH_2> next'],
    ['See https://intra.example.com/x?y=1#z. Done', 'See <URL_1>. Done'],
    ['Use postgres://ada:pw@db:5432/shop as the target', 'Use <URL_1> as the target'],
    ['Ping 192.168.7.12:8080 or fe80::1ff:fe23:4567:890a twice', 'Ping <IP_1> or <IP_2> twice'],
    ['The card 3c:22:fb:aa:01:9e answers', 'The card <MAC_1> answers'],
    ['Ask db7.prod.internal and api.example.com again', 'Ask <HOST_1> and <HOST_2> again'],
    ['Connect with ssh ada@build7 then', 'Connect with ssh <USER_1> then'],
    ['Request 123e4567-e89b-42d3-a456-426614174000 failed', 'Request <ID_1> failed']
  ]
  for (const [content, expected] of replaced) {
    it(`makes of "${content}" "${expected}"`, () => assert.equal(cleared(content), expected))
  }

  const kept = [
    'css.properties.gap and Array.prototype.at() are Baseline.',
    'Serve text/html over TCP/IP and/or QUIC.',
    'Use <div role="list"> </div> and a::before { content: "" }.',
    'npm i @scope/name@1.2.3 node@24 react@latest',
    'import { open } from "node:fs/promises"',
    'Version 120.0.6099.109 fixes 3/4 of it; 12:30:45 is fine.',
    'webextensions.api.storage.local.get resolves.'
  ]
  for (const content of kept) {
    it(`keeps "${content}"`, () => assert.equal(cleared(content), content))
  }

  it('gives one thing one placeholder in all fields of a record', () => {
    const path = '/srv/app/config.yaml'
    const result = anonymize({
      entity: path,
      content: `Edit ${path} and /etc/hosts`,
      attribute: 'file',
      value: path
    })
    assert.ok(result.verdict === 'clear')
    assert.deepEqual(result.record, {
      entity: '<PATH_1>',
      attribute: 'file',
      value: '<PATH_1>',
      content: 'Edit <PATH_1> and <PATH_2>',
      tags: []
    })
    assert.ok(!JSON.stringify(result.findings).includes(path))
  })

  it('keeps tags of subjects, and takes hosts out of tags', () => {
    const tags = ['domain:x', 'domain:ci', 'domain:kafka', 'domain:frontend', 'domain:billing-api']
    const result = anonymize({ entity: 'build', content: 'It works.', tags })
    assert.ok(result.verdict === 'clear')
    assert.deepEqual([result.record.tags, result.findings], [tags, []])
    for (const host of ['zorbax', 'corp.example.net', 'zorbax-prod-3', 'alice']) {
      const found = anonymize({ entity: 'build', content: 'It works.', tags: [`domain:${host}`] })
      assert.ok(found.verdict === 'clear' && !found.record.tags.join().includes(host), host)
    }
    const sentence = anonymize({ entity: 'build', content: 'The domain: kafka is closed.' })
    assert.ok(sentence.verdict === 'clear')
    assert.match(sentence.record.content, /<HOST_1>/)
  })

  it('makes one record of the same strategy on two machines', () => {
    const strategy = (user: string, host: string): string =>
      `Clear /home/${user}/.cache/build on ${host}.corp before the second run, then tell ${user}@example.org.`
    const on = (user: string, host: string): unknown =>
      anonymizer({ users: [user], hosts: [host], paths: [`/home/${user}`] }).anonymize({
        entity: 'build',
        content: strategy(user, host)
      })
    assert.deepEqual(on('ada.l', 'ada-laptop'), on('grace', 'buildbox-7'))
  })

  it('finds the names of this machine, whatever their case, as whole words', () => {
    const { anonymize: here } = anonymizer({ knownNames: ['Marvin'] })
    const result = here({ entity: 'x', content: 'Ask marvin, not marvinite, on MARVIN.' })
    assert.ok(result.verdict === 'clear')
    assert.equal(result.record.content, 'Ask <NAME_1>, not marvinite, on <NAME_2>.')
  })

  it('withholds text that hides something, and records of which nothing is left', () => {
    const reason = (content: string): unknown => {
      const result = anonymize({ entity: 'x', content })
      return result.verdict === 'withheld' ? result.reason : 'clear'
    }
    assert.equal(reason('safe \u202e elif neddih'), 'hidden-text')
    assert.equal(reason('bell \u0007 rings'), 'hidden-text')
    assert.equal(reason('/home/ada/a.txt /home/ada/b.txt'), 'nothing-left')
  })

  it('changes nothing more in what it has anonymised', () => {
    const pieces = fc.constantFrom(
      '/home/ada/x',
      'a@b.org',
      '10.1.2.3',
      'use',
      'then',
      'https://x.io/y',
      '<PATH_1>',
      'token=abc123!',
      '<b>'
    )
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 12 }), (words) => {
        const once = anonymize({ entity: 'x', content: `Words ${words.join(' ')}` })
        fc.pre(once.verdict === 'clear')
        const twice = anonymize(once.record)
        assert.ok(twice.verdict === 'clear')
        assert.deepEqual(twice.record, once.record)
      })
    )
  })

  it('leaves real text about software alone but for its URLs and paths', () => {
    const notes = compatNotes()
    assert.ok(notes.length > 10_000)
    const other = notes.filter((content) => {
      const result = anonymize({ entity: '', content })
      if (result.verdict === 'withheld') return true
      return result.findings.some(({ kind }) => kind !== 'url')
    })
    // Measured: 187 of 18,008, half of them `owner/repository#1`.
    assert.ok(other.length < notes.length / 75, `${other.length}: ${other.slice(0, 5).join('\n')}`)
  })

  it('takes time linear in the length of hostile text', () => {
    const unit = [
      'a-',
      '/a',
      '::',
      'x@',
      'a.',
      '1 ',
      'password ',
      '-----BEGIN PRIVATE KEY-----',
      'C:\\a',
      '+1(',
      'A',
      'http://',
      'AB12 ',
      'eyJa.',
      'sk-\u200d',
      'a@b:',
      'AB12\u0430',
      'password=',
      'Ab Cd ',
      '\\\\a'
    ]
    for (const part of unit) anonymize({ entity: '', content: part.repeat(32_768 / part.length) })
  }).timeout(2_000)
})
