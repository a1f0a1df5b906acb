import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { launchBrowser, openDashboard, WIDTHS } from '../../fixtures/browser.ts'
import { startWorld } from '../../fixtures/dashboard-world.ts'
import type { Browser, Page } from 'playwright-core'
import type { DashboardWorld } from '../../fixtures/dashboard-world.ts'

const PAGES = [
  'overview',
  'swarm',
  'knowledge',
  'review',
  'review?tab=disputed',
  'review?tab=local',
  'skills',
  'skills?tab=offers',
  'agents?agent=solver',
  'impact',
  'events'
] as const

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** Runs beside the page's own scripts, where its policy does not hold. */
async function violations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id
  })
  await session.send('Runtime.evaluate', { expression: `${AXE};0`, contextId })
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then(({ violations }) => JSON.stringify(violations))',
    awaitPromise: true,
    contextId
  })
  assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails))
  await session.detach()
  const found = JSON.parse(String(result.value)) as Violation[]
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)
  )
}

describe('axe finds nothing in the dashboard', function () {
  this.timeout(60_000)
  let browser: Browser
  let world: DashboardWorld
  before(async () => {
    browser = await launchBrowser()
    world = await startWorld(AbortSignal.timeout(60_000))
  })
  after(async () => {
    await browser.close()
    await world[Symbol.asyncDispose]()
  })

  for (const [name, width] of Object.entries(WIDTHS)) {
    for (const theme of ['light', 'dark'] as const) {
      it(`${name}, ${theme}`, async () => {
        await using dash = await openDashboard(browser, world.api, { width, theme })
        const { page } = dash
        const found: Record<string, string[]> = {}
        const check = async (where: string): Promise<void> => {
          await page.locator('.loading').first().waitFor({ state: 'detached' })
          const problems = await violations(page)
          if (problems.length > 0) found[where] = problems
          const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
          if (Number(over) > 0) found[`${where} is too wide`] = [String(over)]
        }
        for (const each of PAGES) {
          await dash.open(each)
          const rows = page.locator('main [role=option]')
          if (!each.startsWith('review') && (await rows.count()) > 0) await rows.first().click()
          for (const details of await page.locator('details').all())
            await details.locator('summary').click()
          await check(each)
        }
        await dash.open('knowledge')
        await page.locator('main [role=option]').first().click()
        await page.getByRole('button', { name: 'Forget …' }).click()
        await check('a dialog')
        await page.keyboard.press('Escape')
        await dash.open('review')
        await page.getByRole('article').getByText('must vouch').waitFor()
        await page.keyboard.press('v')
        await page.locator('.notice').waitFor()
        await check('a notice')
        await page.keyboard.press('u')
        await page.getByText('taken back').waitFor()
        await page.getByRole('button', { name: 'Sign out' }).click()
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
        await check('the login')
        assert.deepEqual(found, {})
      })
    }
  }
})
