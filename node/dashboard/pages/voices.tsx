/** Who vouches for an insight, disputes it, or calls it stale. */
import { count, percent, shortId } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { Table } from '../parts/panel.tsx'
import { StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

export function Voices({ id, turn = 0 }: { readonly id: string; readonly turn?: number }): VNode {
  const t = T.voices
  const voices = useLoaded((signal) => api.voices({ id }, { signal }), [id, turn], ['hive:change'])
  return (
    <>
      <h3>{T.knowledge.voices}</h3>
      <StateOf
        of={voices}
        isEmpty={(found) => found === null || found.voices.length === 0}
        empty={<p class="quiet">{t.empty}</p>}
      >
        {(found) =>
          found === null ? null : (
            <>
              <p class="quiet">
                {count(found.needs, t.needs)}.
                {found.own === undefined ? '' : ` ${t.own} ${t.votes[found.own]}.`}
              </p>
              <Table
                label={T.knowledge.voices}
                head={[t.author, t.vote, t.confidence, t.day]}
                rows={found.voices.map(({ author, vote, confidence, day }) => [
                  <code>{shortId(author)}</code>,
                  t.votes[vote],
                  percent(confidence),
                  day
                ])}
              />
              {found.voices.length < found.vouches + found.disputes + found.stale ? (
                <p class="quiet">{t.more}</p>
              ) : null}
            </>
          )
        }
      </StateOf>
    </>
  )
}
