import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { launchBrowser, loginAddress, openDashboard, WIDTHS } from '../../fixtures/browser.ts'
import { connected, startWorld } from '../../fixtures/dashboard-world.ts'
import type { Browser, Locator, Page } from 'playwright-core'
import type { DashboardPage } from '../../fixtures/browser.ts'
import type { DashboardWorld } from '../../fixtures/dashboard-world.ts'

const LIMIT = 20_000

describe('the dashboard in Chromium', function () {
  this.timeout(LIMIT)
  let browser: Browser
  let world: DashboardWorld
  let dash: DashboardPage
  let page: Page
  before(async () => {
    browser = await launchBrowser()
  })
  after(() => browser.close())
  beforeEach(async () => {
    world = await startWorld(AbortSignal.timeout(LIMIT))
    dash = await openDashboard(browser, world.api)
    ;({ page } = dash)
  })
  afterEach(async () => {
    await dash[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
    assert.deepEqual(dash.problems, [])
  })

  const row = (text: string): Locator => page.locator('main [role=option]', { hasText: text })
  const notice = (text: string): Promise<void> =>
    page.locator('.notice', { hasText: text }).waitFor()
  const panel = (name: string): Locator => page.getByRole('region', { name, exact: true })

  it('logs in once by the address of "hive open", keeps the code out of the address, and logs out', async () => {
    assert.equal(new URL(page.url()).hash, '#/overview')
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await page.goto(`${world.api.url}/#login=${'x'.repeat(43)}`)
    await page.getByText('older than a minute').waitFor()
    // Another tab of the browser logs in, and this one goes on.
    const other = await page.context().newPage()
    await other.goto(await loginAddress(world.api))
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await other.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    // The address of a login in a page that is open already.
    await page.goto(await loginAddress(world.api))
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    assert.equal(new URL(page.url()).hash, '#/overview')
    // The browser names the refusals that this test is about.
    assert.ok(dash.problems.every((each) => each.includes('401')))
    dash.problems.length = 0
  })

  it('says at a glance whether the node is well, who is connected, what was saved, what waits', async () => {
    await page.getByText('No problems were found.').waitFor()
    await panel('Peers').getByText('4 peers').waitFor()
    await panel('What it stores').getByText(`${world.api.db.status.facts} facts`).waitFor()
    await panel('Waiting for a person').getByText('3 insights').waitFor()
    await panel('De-duplication')
      .getByRole('row', { name: 'Near-duplicates found by their text 1' })
      .waitFor()
    await panel('Growth').locator('canvas').waitFor()
    await panel('Growth')
      .locator('th', { hasText: 'released insights' })
      .waitFor({ state: 'attached' })
    await page.getByRole('link', { name: 'Review' }).last().click()
    await page.getByRole('heading', { level: 1, name: 'Review' }).waitFor()
  })

  it('follows the node: a peer that leaves, and a fact that comes', async () => {
    await dash.open('swarm')
    await page.locator('svg .dot title').nth(3).waitFor({ state: 'attached' })
    const [first] = world.peers
    const left = once(world.api.db, 'peer:disconnect')
    await first?.stop()
    await left
    await page.locator('svg .peer').nth(3).waitFor({ state: 'detached' })
    await dash.open('events')
    await row('peer:disconnect').first().waitFor()
  })

  it('finds knowledge, with its provenance and the history of its attribute', async () => {
    await dash.open('knowledge')
    await page.getByRole('searchbox').fill('what does the build server run')
    await row('Node 24').first().click()
    const detail = page.getByRole('article')
    await detail.getByText('Stored by the agent').waitFor()
    await detail.locator('.timeline li').nth(2).waitFor()
    const values = await detail.locator('.timeline li strong').allInnerTexts()
    assert.deepEqual(values, ['Node 24', 'Node 22', 'Node 20'])
    await detail.getByText('superseded').first().waitFor()
    await page.getByRole('searchbox').fill('zebra quagga okapi')
    await page.getByText('Nothing matches these words.').waitFor()
  })

  it('shows near-duplicates, and makes one a fact of its own', async () => {
    const { facts } = world.api.db.status
    await dash.open('knowledge')
    await row('CSS gap').click()
    const detail = page.getByRole('article')
    await detail.getByText(/flex containers/).waitFor()
    await detail.getByRole('button', { name: 'Make it a fact of its own' }).click()
    await notice('for good')
    assert.equal(world.api.db.status.facts, facts + 1)
  })

  it('forgets a fact after it said what that takes back', async () => {
    const { knowledge, hive } = world.api.db.agent.cortex
    const { id } = await knowledge.distill(
      'rsync',
      'rsync needs a slash at the end of a folder.',
      0.9
    )
    await hive.promoteToGlobalStore(id)
    await dash.open(`knowledge?id=${id}`)
    await page.getByRole('button', { name: 'Forget …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('vote on its public form is taken back').waitFor()
    await dialog.getByText('No other author vouches').waitFor()
    await page.keyboard.press('Escape')
    assert.ok((await knowledge.get(id)) !== undefined)
    await page.getByRole('button', { name: 'Forget …' }).click()
    await dialog.getByRole('button', { name: 'Forget it' }).click()
    await notice('forgotten, and its vote taken back')
    assert.equal(await knowledge.get(id), undefined)
  })

  it('reviews with one key each: release, dispute, flag, and undo', async () => {
    const { hive } = world.api.db.agent.cortex
    await dash.open('review')
    const list = page.getByRole('listbox', { name: 'In quarantine' })
    for (const [entity, key, vote, text] of [
      ['curl', 'v', 'vouch', 'It is released'],
      ['TypeScript', 'd', 'dispute', 'disputes it'],
      ['tmux', 'f', 'stale', 'calls it stale']
    ] as const) {
      await row(entity).click()
      await page.getByRole('article').getByText('2 authors must vouch').waitFor()
      const [insight] = (await hive.getGlobalInsights({ state: 'quarantined' })).filter(
        (each) => each.entity === entity
      )
      const id = insight?.id ?? ''
      await list.focus()
      await page.keyboard.press(key)
      await notice(text)
      assert.equal((await hive.voices(id))?.own, vote)
      await page.keyboard.press('u')
      await notice('taken back')
      assert.equal((await hive.voices(id))?.own, undefined)
      await row(entity).waitFor()
    }
    await page.getByRole('button', { name: 'Disputed' }).click()
    await row('Debian').waitFor()
  })

  it('shows the day of an insight as it was published, west of Greenwich too', async () => {
    await using west = await openDashboard(browser, world.api, { timeZone: 'America/Los_Angeles' })
    await west.open('review')
    await west.page.locator('main [role=option]', { hasText: 'curl' }).click()
    const { hive } = world.api.db.agent.cortex
    const held = await hive.getGlobalInsights({ state: 'quarantined' })
    const day = held.find(({ entity }) => entity === 'curl')?.day ?? ''
    assert.match(day, /^\d{4}-\d\d-\d\d$/)
    await west.page.getByRole('article').getByText(day, { exact: true }).first().waitFor()
  })

  it('shows what would leave of a fact as a difference, promotes it with a key, and takes that back', async () => {
    const { hive } = world.api.db.agent.cortex
    await dash.open('review?tab=local')
    await row('deploy').click()
    const detail = page.getByRole('article')
    await detail.locator('del', { hasText: 'ada@example.org' }).first().waitFor()
    await row('git bisect').click()
    await detail.getByText('It would leave as it is.').first().waitFor()
    await page.keyboard.press('p')
    await notice('The fact is public.')
    await row('git bisect').waitFor({ state: 'detached' })
    const all = await hive.getGlobalInsights()
    const published = all.find(({ entity }) => entity === 'git bisect')
    assert.ok(published !== undefined)
    await page.getByRole('button', { name: 'Undo (u)' }).click()
    await notice('Copies that peers have stay')
    assert.equal((await hive.voices(published.id))?.own, undefined)
  })

  it('shows the evidence of a skill, runs its tests, and bars and allows it', async () => {
    const { capabilities } = world.api.db.agent.cortex
    await dash.open('skills')
    await row('UTF-16').click()
    const detail = page.getByRole('article')
    await detail.locator('canvas').waitFor()
    await detail.getByText('40 uses').first().waitFor()
    await capabilities.invoke('text-length', 'a text')
    await detail.getByText('41 uses').first().waitFor()
    await detail.getByRole('group', { name: 'Competitors' }).getByRole('link').waitFor()
    await detail.getByRole('button', { name: 'Run its tests' }).click()
    await notice('1 / 1')
    await detail.getByRole('button', { name: 'Never use it …' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('It counts wrongly.')
    await page.getByRole('dialog').getByRole('button', { name: 'Never use it' }).click()
    await notice('never used here')
    const barred = (): Promise<number> =>
      capabilities.list({ status: 'blacklisted' }).then((all) => all.length)
    assert.equal(await barred(), 1)
    await page.getByRole('button', { name: 'Undo (u)' }).click()
    await notice('allowed again')
    assert.equal(await barred(), 0)
    await row('without its blanks').click()
    await detail.getByText('empty').first().waitFor()
  })

  it('shows a persona with its mutations, rolls it back and forth, and freezes the agent', async () => {
    const agent = await world.api.db.agents.open('solver')
    const strategy = async (): Promise<unknown> =>
      (await agent.persona.get())?.traits['strategy']?.value
    await dash.open('agents?agent=solver')
    const detail = page.getByRole('article')
    await detail.getByText('kept: it was better').waitFor()
    assert.equal(await strategy(), 'good')
    await detail.getByRole('button', { name: 'Back to this one …' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('A test.')
    await page.getByRole('dialog').getByRole('button', { name: 'Back to this one' }).click()
    await notice('rolled back')
    assert.equal(await strategy(), 'plain')
    await page.getByRole('button', { name: 'Undo (u)' }).click()
    await detail.getByText('version 4').waitFor()
    assert.equal(await strategy(), 'good')
    await detail.getByRole('button', { name: 'Freeze …' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('A test.')
    await page.getByRole('dialog').getByRole('button', { name: 'Freeze' }).click()
    await detail.locator('.verdict', { hasText: 'frozen' }).waitFor()
    assert.equal(world.api.db.agent.cortex.governor.use('solver').frozen, true)
  })

  it('shows what agents were shown and what came of it', async () => {
    await dash.open('impact')
    await row('npm ERR!').click()
    const detail = page.locator('.detail')
    await detail.getByText('worked').waitFor()
    await detail.getByRole('link').click()
    await page.getByRole('article').getByText('npm ci fails').waitFor()
  })

  it('filters, pauses and exports events', async () => {
    await dash.open('events')
    await row('skill:transition').first().waitFor()
    await page.getByLabel('Kind').selectOption('skill:fail')
    await row('skill:transition').first().waitFor({ state: 'detached' })
    const shown = Number((await page.getByRole('status').first().innerText()).split(' ')[0])
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export as JSON Lines' }).click()
    const path = await (await download).path()
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    assert.equal(lines.length, shown)
    assert.equal((JSON.parse(lines[0] ?? '') as { event: string }).event, 'skill:fail')
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused:').waitFor()
  })

  it('goes on after the node did not answer', async () => {
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('The node does not answer.').first().waitFor()
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Load again' }).first().click()
    await page.locator('.connection.live').waitFor()
    dash.problems.length = 0
  })

  it('says that the code of a page could not be loaded, as after an update, and loads it again', async () => {
    const other = await page.context().newPage()
    const code = '**/dashboard/assets/others-*.js'
    await other.route(code, (route) => route.fulfill({ status: 404 }))
    await other.goto(`${world.api.url}/#/swarm`)
    await other.getByText('This could not be loaded.').waitFor()
    await other.unroute(code)
    await other.getByRole('button', { name: 'Load again' }).click()
    await other.getByRole('heading', { level: 1, name: 'Swarm' }).waitFor()
  })

  it('draws a chart below the view when it is scrolled to, and has its numbers before', async () => {
    await connected(world, AbortSignal.timeout(LIMIT))
    await page.setViewportSize({ width: WIDTHS.narrow, height: 600 })
    await page.reload()
    const chart = page.locator('figure.chart').first()
    await chart.locator('table').waitFor({ state: 'attached' })
    await page.locator('.verdict').waitFor()
    assert.equal(await chart.locator('canvas').count(), 0)
    await chart.scrollIntoViewIfNeeded()
    await chart.locator('canvas').waitFor()
  })

  it('shows where one is, on a narrow screen too', async () => {
    await page.setViewportSize({ width: WIDTHS.narrow, height: 900 })
    for (const name of ['events', 'skills', 'overview']) {
      await dash.open(name)
      // The list scrolls to the page once that is shown.
      const isSeen = async (): Promise<boolean> => {
        const box = await page.locator('nav [aria-current=page]').boundingBox()
        // Scrolling goes by whole pixels, and widths do not.
        return box !== null && box.x >= 0 && box.x + box.width < WIDTHS.narrow + 1
      }
      while (!(await isSeen())) await page.evaluate('new Promise(requestAnimationFrame)')
    }
  })

  it('is used by the keyboard alone', async () => {
    await page.keyboard.press('Tab')
    assert.equal(await page.locator(':focus').innerText(), 'Skip to the content')
    await page.keyboard.press('Enter')
    await page.locator('main:focus').waitFor()
    await dash.open('knowledge')
    await page.getByRole('listbox').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    const active = await page.getByRole('listbox').getAttribute('aria-activedescendant')
    assert.equal(await page.locator(`[id="${active}"]`).getAttribute('aria-posinset'), '2')
    await page.getByRole('article').getByText('Provenance').waitFor()
  })
})
