import assert from 'node:assert/strict'
import { launchBrowser, openDashboard } from '../../fixtures/browser.ts'
import { startApi } from '../../fixtures/api.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { until } from '../../fixtures/until.ts'
import type { Browser } from 'playwright-core'
import type { Publication } from '../../../crdt/index.ts'

const LIMIT = 60_000

/** Sets the title of the page, if it ever runs. */
const RUN = 'document.title=String.fromCharCode(112,119,110)'

const SCRIPTS = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><svg/onload=${RUN}>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<a href="javascript:${RUN}">click</a>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `<style>*{display:none!important}</style><base href="http://127.0.0.1:9/">`,
  `<form action="http://127.0.0.1:9/"><button>Release (v)</button></form>`
] as const

/** Reorders, hides, overlays and controls. */
const SIGNS = [
  'pay \u202Eevil\u202C now \u2066x\u2069',
  'zero\u200Bwidth\u2060joined\u00ADsoft',
  'tags \u{E0041}\u{E0042}\u{E007F} end',
  `stacked ${'e\u0301\u0302\u0303\u0304\u0305'.repeat(200)}`,
  'nul \u0000 esc \u001B[31m red',
  'lone \uD800 surrogate'
] as const

const WORD = 'W'.repeat(100_000)

/** Characters of the longest word that a record takes: at most 32 KiB. */
const LONGEST = 32_000

function publication(content: string, i: number): Publication {
  return {
    record: { kind: 'fact', entity: `attack ${i}`, content },
    confidence: 0.9,
    day: 20_000,
    tags: ['<b>tag</b>']
  }
}

describe('text of a hostile peer in the dashboard', function () {
  this.timeout(LIMIT)
  let browser: Browser
  before(async () => {
    browser = await launchBrowser()
  })
  after(() => browser.close())

  it('runs nothing, reorders nothing, hides nothing and breaks no page', async () => {
    const signal = AbortSignal.timeout(LIMIT)
    await using api = await startApi({
      swarm: { name: 'hostile', k: 2, listen: ['/ip4/127.0.0.1/tcp/0'] }
    })
    await using peer = await startNode({ name: 'hostile', bootstrap: [...api.db.multiaddrs] })
    const texts = [...SCRIPTS, ...SIGNS, WORD.slice(0, LONGEST)]
    await assert.rejects(peer.publish([publication(WORD, 0)]), /limit is 32768 bytes/)
    let published = 0
    for (const [i, text] of texts.entries()) {
      // What the format itself refuses cannot come from a peer.
      published += await peer.publish([publication(text, i)]).then(
        () => 1,
        () => 0
      )
    }
    // Of the signs, the format refuses the lone surrogate alone, if any.
    assert.ok(published >= texts.length - 1, `${published} of ${texts.length} were published`)
    await until(
      api.db,
      'hive:change',
      async () => {
        const held = await api.db.agent.cortex.hive.getGlobalInsights({ state: 'quarantined' })
        return held.length === published ? held : undefined
      },
      signal
    )
    // The own text of the node is not trusted either.
    await api.db.agent.cortex.knowledge.distill(
      SCRIPTS[1],
      `${SCRIPTS[0]} ${WORD.slice(0, 30_000)}`,
      0.9
    )
    for (const width of [1440, 390]) {
      await using dash = await openDashboard(browser, api, { width })
      const { page, problems } = dash
      await dash.open('review')
      const rows = page.locator('main [role=option]')
      await rows.first().waitFor()
      assert.equal(await rows.count(), published)
      for (let i = 0; i < published; i++) {
        await rows.nth(i).click()
        const shown = page.getByRole('article')
        await shown.getByText('Text of another node').waitFor()
        await shown.getByText('Voices').waitFor()
        const text = await shown.innerText()
        assert.doesNotMatch(
          text,
          /[\u202A-\u202E\u2066-\u2069\u200B\u2060\u00AD\u{E0000}-\u{E007F}]/u
        )
      }
      await dash.open('knowledge?query=attack')
      await page.getByText('held back').or(rows.first()).first().waitFor()
      await dash.open('knowledge')
      await rows.first().click()
      await page.getByRole('article').getByText('Provenance').waitFor()
      await dash.open('review?tab=local')
      await page.getByRole('article').getByText('What would leave').waitFor()
      const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.ok(Number(over) <= 0, `${String(over)} pixels too wide`)
      assert.match(await page.title(), /^Review/)
      assert.equal(await page.locator('main :is(script, img, iframe, base, style)').count(), 0)
      assert.deepEqual(problems, [])
    }
  })
})
