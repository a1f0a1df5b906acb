import assert from 'node:assert/strict'
import { startApi } from '../../fixtures/api.ts'
import { launchBrowser, openDashboard } from '../../fixtures/browser.ts'
import { VERSION_SKILL } from '../../fixtures/broken-skills.ts'
import { until } from '../../fixtures/until.ts'
import type { Browser, Locator, Page } from 'playwright-core'
import type { Api } from '../../fixtures/api.ts'
import type { DashboardPage } from '../../fixtures/browser.ts'
import type { ResultOf } from '../../../node/client/index.ts'

const LIMIT = 60_000

const VERSIONS = {
  name: 'parse-version',
  description: 'Reads a version of a package.',
  kind: 'code',
  ...VERSION_SKILL
}

/** Inputs that it takes, and more uses than a promotion needs. */
const TAKEN = Array.from({ length: 180 }, (_, i) => `1.${i}.0`)

/** Inputs at which it fails. */
const REFUSED = ['v1.2.3', 'v2.0.0', 'v3.1.4', 'v0.1.0']

describe('skills in the dashboard', function () {
  this.timeout(LIMIT)
  let browser: Browser
  let here: Api
  let other: Api
  let dash: DashboardPage
  let page: Page
  before(async () => {
    browser = await launchBrowser()
  })
  after(() => browser.close())
  beforeEach(async () => {
    const swarm = { name: 'skills', k: 1, listen: ['/ip4/127.0.0.1/tcp/0'] }
    // A verified skill is published when a person says so.
    const skills = { publish: false }
    here = await startApi({ swarm, skills })
    other = await startApi({ swarm: { ...swarm, bootstrap: [...here.db.multiaddrs] }, skills })
    dash = await openDashboard(browser, here)
    ;({ page } = dash)
  })
  afterEach(async () => {
    await dash[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    await here[Symbol.asyncDispose]()
    assert.deepEqual(dash.problems, [])
  })

  const row = (text: string): Locator => page.locator('main [role=option]', { hasText: text })
  const notice = (text: string): Promise<void> =>
    page.locator('.notice', { hasText: text }).waitFor()
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
  const add = async (api: Api): Promise<string> =>
    ((await api.result('add-skill', { skill: VERSIONS })) as ResultOf<'add-skill'>).id
  const verify = async (api: Api, skill: string): Promise<void> => {
    for (const input of TAKEN) await api.db.agent.cortex.capabilities.invoke(skill, input)
    assert.equal((await show(api, skill)).details.status, 'verified')
  }
  const show = async (api: Api, skill: string): Promise<ResultOf<'show-skill'>> =>
    (await api.result('show-skill', { skill })) as ResultOf<'show-skill'>
  const own = async (api: Api): Promise<ResultOf<'skills'>> =>
    (await api.result('skills')) as ResultOf<'skills'>

  /** Resolves when the node has the skill of another author. */
  const offered = (api: Api, skill: string): Promise<true> =>
    until(
      api.db,
      'hive:change',
      async () => {
        const offers = (await api.result('skill-offers')) as ResultOf<'skill-offers'>
        return offers.some(({ id }) => id === skill) || undefined
      },
      AbortSignal.timeout(LIMIT)
    )

  it('are repaired where they fail: a new one takes what the old one refused', async () => {
    const id = await add(here)
    for (const input of REFUSED)
      assert.notEqual((await here.call('run-skill', { skill: id, input })).status, 200)
    await dash.open('skills')
    await row('parse-version').click()
    const detail = page.getByRole('article')
    await detail.getByText('no version: v1.2.3').first().waitFor()
    await button('Repair failing skills').click()
    await notice('1 skill was made from failures')
    await row('parse-version').nth(1).waitFor()
    const made = (await own(here)).find((skill) => skill.id !== id)
    assert.ok(made !== undefined)
    await detail
      .getByRole('link', { name: made.id.slice(0, 8) })
      .first()
      .click()
    await detail.getByText('a repair by this node').waitFor()
    await detail.getByText('Derived from', { exact: true }).waitFor()
    const { details, lineage } = await show(here, made.id)
    assert.equal(details.provenance.from, 'synthesis')
    assert.deepEqual(lineage.ancestors, [id])
    for (const input of REFUSED) await here.result('run-skill', { skill: made.id, input })
    // Nothing is left to repair, and no skill is made twice.
    await button('Repair failing skills').click()
    await notice('0 skills were made from failures')
    assert.equal((await own(here)).length, 2)
  })

  it('are published once they are verified, and are then offered to the swarm', async () => {
    const id = await add(here)
    assert.equal((await here.call('publish-skill', { skill: id })).status, 409)
    await dash.open(`skills?skill=${id}`)
    const detail = page.getByRole('article')
    await detail.getByText('untested').or(detail.getByText('on trial')).first().waitFor()
    assert.equal(await button('Publish').count(), 0)
    await verify(here, id)
    await button('Publish').click()
    await notice('The skill is public.')
    await offered(other, id)
    assert.deepEqual(await here.result('publish-skill', { skill: id }), { id, status: 'already' })
  })

  it('of other nodes are adopted after the reader has agreed, and are untested then', async () => {
    const id = await add(other)
    await verify(other, id)
    await dash.open('skills?tab=offers')
    await page.getByText('No author offers a skill').waitFor()
    await other.result('publish-skill', { skill: id })
    await row('parse-version').click()
    const detail = page.getByRole('article')
    await detail.getByText('export default function parse(text)').waitFor()
    const dialog = page.getByRole('dialog')
    await button('Adopt …').click()
    await dialog.getByText('in the sandbox, without any rights').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.deepEqual(await own(here), [])
    await button('Adopt …').click()
    await dialog.getByRole('button', { name: 'Adopt', exact: true }).click()
    await notice('The skill is adopted')
    await page.getByText('No author offers a skill').waitFor()
    const { status, provenance, trials } = (await show(here, id)).details
    assert.deepEqual([status, provenance.from, trials], ['experimental', 'hive', 0])
    assert.equal((await here.call('adopt-skill', { skill: id })).status, 200)
    await button('On this node').click()
    await row('parse-version').click()
    await detail.getByText('on trial').first().waitFor()
    await detail.getByText('the hive').first().waitFor()
    await here.result('run-skill', { skill: id, input: '1.2.3' })
    await page.reload()
    await detail.getByText('1 use', { exact: true }).waitFor()
  })
})
