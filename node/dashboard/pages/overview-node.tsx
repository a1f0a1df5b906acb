/** The node itself, its peers in short, and what waits for a person. */
import { count, duration, whole } from '../format.ts'
import { hrefOf } from '../state/route.ts'
import { T } from '../strings.ts'
import { cleanText } from '../parts/clean-text.ts'
import { Panel, Values } from '../parts/panel.tsx'
import { AsOf, StateOf } from '../parts/state-of.tsx'
import { isRelayed, medianOf } from './peer-view.ts'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'
import type { Loaded } from '../state/loaded.ts'

type Status = ResultOf<'status'>

interface StatusProps {
  readonly status: Loaded<Status>
}

/** Items of other kinds than the index are counted up to here. */
const MAX_COUNTED = 100

export function Node({ status }: StatusProps): VNode {
  const t = T.overview
  return (
    <Panel title={t.counts} class="medium" aside={<AsOf at={status.at} />}>
      <StateOf of={status}>
        {({ facts, entries, authors, peerId, swarm, membership, uptime, multiaddrs }) => (
          <>
            <p class="figures">
              <strong>{count(facts, t.facts)}</strong> <span>{count(entries, t.entries)}</span>{' '}
              <span>{count(authors, t.authors)}</span>
            </p>
            <Values
              rows={[
                [t.swarm, swarm === undefined ? t.noSwarm : `${swarm.name}, ${t.mode[swarm.mode]}`],
                membership === undefined ? undefined : [t.member, memberText(membership)],
                uptime === undefined ? undefined : [t.uptime, duration(1_000 * uptime)],
                peerId === undefined ? undefined : [t.peerId, <code>{peerId}</code>],
                multiaddrs.length === 0
                  ? undefined
                  : [t.listening, multiaddrs.map((each) => <code key={each}>{each}</code>)]
              ]}
            />
          </>
        )}
      </StateOf>
    </Panel>
  )
}

function memberText({ role, state, notAfter }: NonNullable<Status['membership']>): string {
  const end = notAfter === undefined ? '' : `, ${T.overview.until} ${notAfter.slice(0, 10)}`
  return `${role ?? '-'}, ${state}${end}`
}

export function PeersSummary({ status }: StatusProps): VNode {
  const t = T.overview
  const link = <a href={hrefOf('swarm')}>{t.toSwarm}</a>
  return (
    <Panel title={t.peers} class="medium" aside={link}>
      <StateOf of={status} isEmpty={({ peers }) => peers.length === 0} empty={<p>{t.noPeers}</p>}>
        {({ peers }) => {
          const relayed = peers.filter(isRelayed).length
          const mesh = peers.filter(({ gossip }) => gossip === 'mesh').length
          const median = medianOf(peers)
          return (
            <>
              <p class="figures">
                <strong>{count(peers.length, t.peerCount)}</strong>
              </p>
              <Values
                rows={[
                  [t.direct, whole(peers.length - relayed)],
                  [t.relayed, whole(relayed)],
                  [t.mesh, whole(mesh)],
                  median === undefined ? undefined : [t.median, duration(median)]
                ]}
              />
            </>
          )
        }}
      </StateOf>
    </Panel>
  )
}

export function Waiting({ status }: StatusProps): VNode {
  const t = T.overview
  return (
    <Panel title={t.waits} class="short" aside={<AsOf at={status.at} />}>
      <StateOf
        of={status}
        isEmpty={({ waiting }) => waiting.length === 0}
        empty={<p>{t.waitsNothing}</p>}
      >
        {({ waiting }) => (
          <ul class="findings">
            {waiting.map((each) => (
              <WaitingItem key={each.what} of={each} />
            ))}
          </ul>
        )}
      </StateOf>
    </Panel>
  )
}

/** What is counted to the end. */
const EXACT: ReadonlySet<string> = new Set(['index', 'peers', 'retractions', 'votes'])

function WaitingItem({
  of: { what, count: number, why, command }
}: {
  of: Status['waiting'][number]
}): VNode {
  const t = T.overview
  const isCut = number >= MAX_COUNTED && !EXACT.has(what)
  const href =
    what === 'insights'
      ? hrefOf('review')
      : what === 'skills'
        ? hrefOf('skills')
        : what === 'offers'
          ? hrefOf('skills', { tab: 'offers' })
          : undefined
  return (
    <li>
      <strong>
        {isCut ? `${t.atLeast} ` : ''}
        {count(number, t.waiting[what])}
      </strong>
      : {cleanText(why)}{' '}
      {href === undefined ? (
        command === undefined ? null : (
          <code>{cleanText(command)}</code>
        )
      ) : (
        <a href={href}>{t.review}</a>
      )}
    </li>
  )
}
