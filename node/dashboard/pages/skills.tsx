/** Skills: those of this node with their evidence, and offers of others. */
import { count, percent } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { route, setParameters } from '../state/route.ts'
import { T } from '../strings.ts'
import { ItemRow } from '../parts/item-row.tsx'
import { StateOf } from '../parts/state-of.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { SkillDetail } from './skill-detail.tsx'
import { SkillOffers } from './skill-offers.tsx'
import type { VNode } from 'preact'

const TABS = ['own', 'offers'] as const
const ROW = 60

export function Skills(): VNode {
  const t = T.skills
  const tab = route.value.parameters['tab'] === 'offers' ? 'offers' : 'own'
  return (
    <>
      <h1>{t.title}</h1>
      <Tabs label={t.title} names={TABS} texts={t.tabs} open={tab} />
      {tab === 'own' ? <OwnSkills /> : <SkillOffers />}
    </>
  )
}

function OwnSkills(): VNode {
  const t = T.skills
  const { skill: active = '' } = route.value.parameters
  const skills = useLoaded((signal) => api.skills({}, { signal }), [], ['skill:'])
  const repair = (): void =>
    void act(async () => {
      const { synthesized } = await api.repairSkills()
      skills.reload()
      return count(synthesized.filter(({ outcome }) => outcome === 'new').length, t.repaired)
    })
  const empty = (
    <>
      <p>{t.empty}</p>
      <pre class="command">{t.emptyCommand}</pre>
    </>
  )
  return (
    <StateOf of={skills} isEmpty={(list) => list.length === 0} empty={empty}>
      {(list) => (
        <>
          <div class="tools">
            <span class="quiet" role="status">
              {count(list.length, T.overview.waiting.skills)}
            </span>
            <button type="button" onClick={repair}>
              {t.repair}
            </button>
          </div>
          <div class="split">
            <VirtualList
              label={t.tabs.own}
              items={list}
              keyOf={({ id }) => id}
              rowHeight={ROW}
              active={active}
              onActive={({ id }) => setParameters({ skill: id })}
            >
              {({ name, description, status, trials, successes }) => (
                <ItemRow title={name} text={description}>
                  {t.statuses[status]} · {count(trials, t.uses)}
                  {trials === 0 ? '' : `, ${percent(successes / trials)} ${t.succeeded}`}
                </ItemRow>
              )}
            </VirtualList>
            {active === '' ? (
              <p class="detail quiet">{t.choose}</p>
            ) : (
              <SkillDetail key={active} skill={active} onChange={skills.reload} />
            )}
          </div>
        </>
      )}
    </StateOf>
  )
}
