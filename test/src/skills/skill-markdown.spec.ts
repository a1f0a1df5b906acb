import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from 'noormme-hive'
import { readSkillMarkdown } from '../../../src/skills/skill-markdown.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('a SKILL.md as it is found', () => {
  const read = (text: string): ReturnType<typeof readSkillMarkdown> =>
    readSkillMarkdown(text, '/skills/My Folder')

  it('has fields of other tools, and texts of several lines', () => {
    const text = [
      '---',
      'name: pdf',
      'description: >',
      '  Reads and fills',
      '  forms in PDF files.',
      'license: Proprietary. LICENSE.txt has complete terms',
      'allowed-tools: [Read, Bash]',
      'version: 1.0',
      'metadata: none',
      '---',
      '',
      '# PDF',
      'Use `pdftotext`.',
      ''
    ].join('\n')
    assert.deepEqual(read(text), {
      name: 'pdf',
      description: 'Reads and fills forms in PDF files.',
      licence: 'Proprietary. LICENSE.txt has complete terms',
      parents: [],
      body: '\n# PDF\nUse `pdftotext`.\n'
    })
  })

  it('has colons that are not YAML', () => {
    const { name, description } = read(
      '---\nname: commit\ndescription: Use when: the user commits,\n  or asks to.\nother: "x": y\n---\nWrite it.'
    )
    assert.deepEqual([name, description], ['commit', 'Use when: the user commits, or asks to.'])
  })

  it('begins with a byte order mark, empty lines or CRLF, and may end with its front matter', () => {
    const { name, body } = read('\ufeff\r\n---\r\nname: a\r\ndescription: b\r\n---\r\nText.\r\n')
    assert.deepEqual([name, body], ['a', 'Text.\r\n'])
    assert.equal(read('---\nname: a\ndescription: b\n---').body, '')
    assert.deepEqual(read('---\nname: a\ndescription: b\n...\nText.').body, 'Text.')
  })

  it('has a title for a name, a number, none, or no front matter at all', () => {
    const named = (name: string): string => read(`---\nname: ${name}\n---\nText.`).name
    assert.equal(named('PDF Processing (v2)'), 'pdf-processing-v2')
    assert.equal(named('Café_Review'), 'cafe-review')
    assert.equal(named('2048'), '2048')
    assert.equal(named('部署应用'), 'my-folder')
    assert.match(readSkillMarkdown('做吧。', '/skills/部署应用').name, /^skill-[0-9a-f]{8}$/)
    assert.equal(named(''), 'my-folder')
    assert.equal(named('x'.repeat(63) + ' y').length, 63)
    const plain = read('# Title\n\nHow to do it.\nWith care.\n\nMore.')
    assert.deepEqual([plain.name, plain.description], ['my-folder', 'How to do it. With care.'])
  })

  it('has a description of at most 1,024 characters, and an error where nothing is left of it', () => {
    assert.equal(
      read(`---\nname: a\ndescription: ${'b'.repeat(2_000)}\n---\n`).description.length,
      1_024
    )
    assert.throws(() => read('# Title\n'), { code: 'SKILL_FOLDER' })
    assert.throws(() => read('---\nname: "!"\ndescription: b\n---\n'), { code: 'SKILL_FOLDER' })
  })

  it('is read in UTF-16 if it begins with its byte order mark', async () => {
    await using directory = await temporaryDirectory()
    const text = '\ufeff---\r\nname: 部署\r\ndescription: b\r\n---\r\n做吧。\r\n'
    await using db = await createHive({ swarm: false })
    const { capabilities } = db.agent.cortex
    for (const [i, bytes] of [
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'utf16le').swap16()
    ].entries()) {
      const folder = join(directory.path, `deploy-${i}`)
      await mkdir(folder)
      await writeFile(join(folder, 'SKILL.md'), bytes)
      const { id } = await capabilities.importFolder(folder)
      const { skill } = await capabilities.get(id)
      assert.deepEqual([skill.name, skill.source], [`deploy-${i}`, '做吧。\r\n'])
    }
  })

  it('is imported by its path or its folder, whatever its case, beside other files, and used', async () => {
    await using directory = await temporaryDirectory()
    const folder = join(directory.path, 'brand-voice')
    await mkdir(join(folder, 'scripts'), { recursive: true })
    await writeFile(join(folder, 'scripts', 'check.py'), 'print(1)\n')
    await writeFile(join(folder, 'skill.md'), '# Brand voice\n\nShort sentences.\n')
    await using db = await createHive({ swarm: false })
    const { capabilities } = db.agent.cortex
    const { id, status, tests } = await capabilities.importFolder(join(folder, 'skill.md'))
    assert.deepEqual([status, tests?.total], ['sandbox', 0])
    assert.equal((await capabilities.importFolder(folder)).id, id)
    const { skill, untested, provenance } = await capabilities.get('brand-voice')
    assert.deepEqual([skill.kind, untested, provenance.from], ['prompt', true, 'folder'])
    assert.equal(skill.source, '# Brand voice\n\nShort sentences.\n')
    await capabilities.recordOutcome('brand-voice', { ok: true, run: 'one' })
    await capabilities.recordOutcome('brand-voice', { ok: true, run: 'one' })
    assert.equal((await capabilities.get(id)).trials, 1)
    const exported = join(directory.path, 'out')
    await capabilities.exportFolder(id, exported)
    assert.equal((await capabilities.importFolder(exported)).id, id)
  })
})
