import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { budget } from '../fixtures/budget.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function example(name: string, cwd: string, ...args: string[]): Promise<{ stdout: string }> {
  return run(process.execPath, [join(ROOT, 'examples', name), ...args], { cwd })
}

describe('the examples', function () {
  this.timeout(240_000)

  it('of the README are the file that runs', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
    const code = await readFile(join(ROOT, 'examples/readme.ts'), 'utf8')
    assert.ok(readme.includes(`\`\`\`ts\n${code}\`\`\``))
    await using directory = await temporaryDirectory()
    assert.match(
      (await example('readme.ts', directory.path)).stdout,
      /^new [0-9a-f]{64}\n1 promoted\nFlex/
    )
    assert.match(
      (await example('readme.ts', directory.path)).stdout,
      /^duplicate [0-9a-f]{64}\n0 promoted\nFlex/
    )
  })

  it('of the seed run as written', async () => {
    await using directory = await temporaryDirectory()
    assert.equal(
      (await example('seed.ts', directory.path)).stdout,
      'Ready for Instant Promotion: 0 skills\n'
    )
  })

  it('of models run without a key, and say that they are offline', async () => {
    await using directory = await temporaryDirectory()
    const { stdout } = await example('models.ts', directory.path)
    assert.match(stdout, /^offline\/extractive-1\n.*offline: true, 0 USD/)
    assert.match(stdout, /build failed \d\nProposal: /)
  })

  it('of evolution keep the mutation that helps', async () => {
    await using directory = await temporaryDirectory()
    const { stdout } = await example('evolution.ts', directory.path)
    assert.match(
      stdout,
      /^\d+ of 120 sessions succeeded\nkept \{"do":"set-flag".* \d\.\d\d\ntrue\n$/
    )
  })

  it('of cases decide a dispute, and take the decision back', async () => {
    await using directory = await temporaryDirectory()
    const { stdout } = await example('cases.ts', directory.path)
    assert.match(
      stdout,
      /^(Node 2[24]: 1 fact\n){2}NO_MODEL\nNode 24 current\nNode 22 disputed, Node 24 disputed\n$/
    )
  })

  it('of a playbook end with the same steps on both nodes', async () => {
    await using directory = await temporaryDirectory()
    assert.equal(
      (await example('playbook.ts', directory.path)).stdout,
      'Freeze the API, Test on three systems\ntrue\n'
    )
  })

  it('include the demo, which checks what it prints', async () => {
    await using directory = await temporaryDirectory()
    const facts = String(budget(2_000, 20_000))
    const { stdout } = await example('demo/demo.ts', directory.path, '--facts', facts)
    assert.match(stdout, /All of it was checked\./)
  })

  it('of skills takes one in and repairs it', async () => {
    await using directory = await temporaryDirectory()
    const { stdout } = await example('skill.ts', directory.path)
    assert.match(stdout, /^experimental: 2 of 2 tests passed\n/)
    assert.match(stdout, /2 of 2 repaired: matches before a label\n\[ 2, 0, 0 \]\n$/)
  })

  it('of a persona changes what both SDKs are given, and takes it back', async () => {
    await using directory = await temporaryDirectory()
    const { stdout } = await example('persona.ts', directory.path)
    const full = '- Explain each finding. (both alike: true)'
    const brief = '- One sentence a finding. (both alike: true)'
    const rest = ['inverted', full, 'Find security defects.', 'success', '']
    assert.equal(stdout, [full, brief, ...rest].join('\n'))
  })

  it('of the README run in an empty project that installs the package', async () => {
    await using directory = await temporaryDirectory()
    const project = join(directory.path, 'project')
    const tarball = join(directory.path, 'noormme-hive-0.1.0.tgz')
    await mkdir(project)
    const npm = (cwd: string, ...args: string[]): Promise<unknown> => run('npm', args, { cwd })
    // The build is made by `npm ci` already; packing must not make it while other tests run.
    await npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', directory.path)
    await npm(project, 'init', '-y')
    // npm states a type, with which the file would be CommonJS.
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
    const [, ...words] = /`npm (pkg set \S+)`/.exec(readme)?.[1]?.split(' ') ?? []
    await npm(project, 'pkg', ...words)
    await npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball)
    const code = await readFile(join(ROOT, 'examples/readme.ts'), 'utf8')
    await writeFile(join(project, 'index.ts'), code)
    const { stdout } = await run(process.execPath, ['index.ts'], { cwd: project })
    assert.match(stdout, /^new [0-9a-f]{64}\n1 promoted\nFlex/)
    const bin = join(project, 'node_modules/noormme-hive/dist/node/hive.js')
    assert.equal((await run(process.execPath, [bin, '--version'])).stdout, '0.1.0\n')
  })
})
