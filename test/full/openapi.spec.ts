import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openApiDocument } from '../../node/http/index.ts'
import { installPackages } from '../../tools/run.ts'
import { TOOLS } from './conformance/runner.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

describe('the OpenAPI document', function () {
  this.timeout(300_000)
  before(() => installPackages(TOOLS))

  const lint = async (
    program: string,
    files: Readonly<Record<string, string>>,
    args: readonly string[]
  ): Promise<string> => {
    await using directory = await temporaryDirectory()
    for (const [name, text] of Object.entries(files))
      await writeFile(join(directory.path, name), text)
    const path = join(TOOLS, 'node_modules', '.bin', program)
    const { stdout, stderr } = await promisify(execFile)(path, args, { cwd: directory.path })
    return stdout + stderr
  }
  const document = JSON.stringify(openApiDocument('http://127.0.0.1:7420'))

  it('is clean under redocly', async () => {
    const output = await lint('redocly', { 'openapi.json': document }, [
      'lint',
      'openapi.json',
      '--format=summary'
    ])
    assert.match(output, /Your API description is valid/)
  })

  it('is clean under spectral', async () => {
    const ruleset = 'extends: ["spectral:oas"]\n'
    const args = ['lint', 'openapi.json', '--fail-severity=warn']
    const output = await lint(
      'spectral',
      { 'openapi.json': document, '.spectral.yaml': ruleset },
      args
    )
    assert.match(output, /No results with a severity of 'warn' or higher found/)
  })
})
