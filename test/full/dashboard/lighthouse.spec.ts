import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { installPackages } from '../../../tools/run.ts'
import { connected, startWorld } from '../../fixtures/dashboard-world.ts'
import { loginAddress } from '../../fixtures/browser.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

const TOOL = fileURLToPath(new URL('../../../tools/lighthouse', import.meta.url))
const LEAST = 95

const Report = z.object({
  categories: z.record(z.string(), z.object({ title: z.string(), score: z.number().nullable() })),
  audits: z.record(
    z.string(),
    z.object({ title: z.string(), score: z.number().nullable().optional() })
  ),
  finalDisplayedUrl: z.string()
})

const FLAGS = [
  '--no-sandbox',
  '--headless=new',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run'
]

describe('Lighthouse', function () {
  this.timeout(300_000)
  before(() => installPackages(TOOL))

  for (const form of ['mobile', 'desktop'] as const) {
    it(`gives the overview at least ${LEAST} in each category (${form})`, async () => {
      await using world = await startWorld(AbortSignal.timeout(60_000))
      await connected(world, AbortSignal.timeout(60_000))
      await using directory = await temporaryDirectory()
      const path = join(directory.path, 'report.json')
      await promisify(execFile)(
        join(TOOL, 'node_modules', '.bin', 'lighthouse'),
        [
          await loginAddress(world.api),
          '--quiet',
          '--output=json',
          `--output-path=${path}`,
          `--chrome-flags=${FLAGS.join(' ')}`,
          ...(form === 'desktop' ? ['--preset=desktop'] : [])
        ],
        { env: { ...process.env, CHROME_PATH: '/usr/bin/chromium' } }
      )
      const report = Report.parse(JSON.parse(await readFile(path, 'utf8')))
      // It measured the page behind the login.
      assert.match(report.finalDisplayedUrl, /#\/overview$/)
      const scores = Object.values(report.categories).map(
        ({ title, score }) => [title, Math.round(100 * (score ?? 0))] as const
      )
      process.stdout.write(
        `      ${scores.map(([title, score]) => `${title} ${score}`).join(', ')}\n`
      )
      const weak = Object.values(report.audits).filter(({ score }) => (score ?? 1) < 0.9)
      const names = weak.map(({ title, score }) => `${title}: ${score}`).join('\n')
      assert.ok(scores.length >= 4)
      for (const [title, score] of scores) assert.ok(score >= LEAST, `${title}: ${score}\n${names}`)
    })
  }
})
