/** Skills that other authors offer. One is adopted only after the reader agrees. */
import { useState } from 'preact/hooks'
import { count, percent } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ForeignLine, ForeignText } from '../parts/foreign-text.tsx'
import { ItemRow } from '../parts/item-row.tsx'
import { StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'

type Offer = ResultOf<'skill-offers'>[number]

const ROW = 60
const MAX_OFFERS = 10_000

export function SkillOffers(): VNode {
  const t = T.skills
  const [chosen, setChosen] = useState<string>()
  const offers = useLoaded(
    (signal) => api.skillOffers({ limit: MAX_OFFERS }, { signal }),
    [],
    ['hive:change', 'skill:']
  )
  return (
    <StateOf of={offers} isEmpty={(list) => list.length === 0} empty={<p>{t.noOffers}</p>}>
      {(list) => {
        const active = list.find(({ id }) => id === chosen) ?? list[0]
        return (
          <div class="split">
            <VirtualList
              label={t.tabs.offers}
              items={list}
              keyOf={({ id }) => id}
              rowHeight={ROW}
              active={active?.id}
              onActive={({ id }) => setChosen(id)}
            >
              {({ name, description, vouches, trials }) => (
                <ItemRow title={name} text={description}>
                  {count(vouches, T.voices.vouches)} · {count(trials, t.uses)}
                </ItemRow>
              )}
            </VirtualList>
            {active === undefined ? null : <OfferDetail offer={active} onAdopted={offers.reload} />}
          </div>
        )
      }}
    </StateOf>
  )
}

function OfferDetail({
  offer,
  onAdopted
}: {
  readonly offer: Offer
  readonly onAdopted: () => void
}): VNode {
  const t = T.skills
  const [isAsking, setAsking] = useState(false)
  const { id, name, description, source, vouches, trials, successes, flag } = offer
  const adopt = async (): Promise<void> => {
    setAsking(false)
    const isAdopted = await act(async () => {
      await api.adoptSkill({ skill: id })
      return t.adopted
    })
    if (isAdopted) onAdopted()
  }
  return (
    <article class="detail">
      <h2>
        <ForeignLine text={name} />
      </h2>
      <div class="actions">
        <button type="button" class="primary" onClick={() => setAsking(true)}>
          {t.adopt}
        </button>
      </div>
      {flag === undefined ? null : (
        <p class="verdict bad">
          {T.review.flagReads} {T.review.flags[flag]}
        </p>
      )}
      <p>
        {count(vouches, T.voices.vouches)}. {t.offered}: {count(trials, t.uses)}
        {trials === 0 ? '' : `, ${percent(successes / trials)} ${t.succeeded}`}
      </p>
      <ForeignText text={description} />
      <h3>{t.source}</h3>
      <ForeignText text={source} />
      {isAsking ? (
        <Dialog
          title={t.adoptTitle}
          yes={t.adopt.replace(' …', '')}
          onYes={() => void adopt()}
          onClose={() => setAsking(false)}
        >
          <p>{t.adoptText}</p>
        </Dialog>
      ) : null}
    </article>
  )
}
