/** Review: insights that are held back, with their voices, and what of this node would leave it. */
import { route } from '../state/route.ts'
import { T } from '../strings.ts'
import { Tabs } from '../parts/tabs.tsx'
import { ReviewInsights } from './review-insights.tsx'
import { ReviewLocal } from './review-local.tsx'
import type { VNode } from 'preact'

const TABS = ['quarantined', 'disputed', 'local'] as const

export function Review(): VNode {
  const t = T.review
  const { tab: given } = route.value.parameters
  const tab = TABS.find((name) => name === given) ?? 'quarantined'
  return (
    <>
      <h1>{t.title}</h1>
      <Tabs label={t.title} names={TABS} texts={t.tabs} open={tab} />
      <p>
        {t.intro[tab]} <span class="quiet">{t.keys}</span>
      </p>
      {tab === 'local' ? <ReviewLocal /> : <ReviewInsights key={tab} state={tab} />}
    </>
  )
}
