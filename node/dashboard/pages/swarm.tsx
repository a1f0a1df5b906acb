/** Swarm: a live graph of the peers, the rates of sync and gossip, and the same as a table. */
import { useMemo, useState } from 'preact/hooks'
import { decimal, duration, timeText } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { Chart } from '../parts/chart.tsx'
import { Panel } from '../parts/panel.tsx'
import { AsOf, StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { isRelayed } from './peer-view.ts'
import { ratesOf } from './rates.ts'
import { SwarmGraph } from './swarm-graph.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'
import type { Peer } from './peer-view.ts'

const ROW = 68

/** Rows of the table of rates. */
const MAX_ROWS = 50

export function Swarm(): VNode {
  const t = T.swarm
  const status = useLoaded((signal) => api.status({}, { signal }), [], ['peer:', 'gossip:'])
  const trends = useLoaded((signal) => api.trends({}, { signal }), [], ['sync:', 'hive:change'])
  return (
    <>
      <h1>{t.title}</h1>
      <StateOf
        of={status}
        isEmpty={({ peers }) => peers.length === 0}
        empty={<Alone of={status.data} />}
      >
        {({ peers }) => <Peers peers={peers} at={status.at} />}
      </StateOf>
      <Panel title={t.rates} class="wide" aside={<AsOf at={trends.at} />}>
        <StateOf
          of={trends}
          isEmpty={(samples) => samples.length < 3}
          empty={<p>{t.ratesEmpty}</p>}
        >
          {(samples) => <Rates samples={samples} />}
        </StateOf>
      </Panel>
    </>
  )
}

function Alone({ of }: { readonly of: ResultOf<'status'> | undefined }): VNode {
  return (
    <>
      <p>{of?.peerId === undefined ? T.overview.noSwarm : T.swarm.empty}</p>
      {of?.multiaddrs.map((address) => (
        <pre key={address} class="command">
          {`${T.swarm.emptyCommand} ${address}`}
        </pre>
      ))}
    </>
  )
}

function Peers({
  peers,
  at
}: {
  readonly peers: readonly Peer[]
  readonly at: number | undefined
}): VNode {
  const t = T.swarm
  const [active, setActive] = useState<string>()
  return (
    <div class="grid">
      <Panel title={t.graph} class="wide" aside={<AsOf at={at} />}>
        <SwarmGraph peers={peers} active={active} onActive={setActive} />
      </Panel>
      <Panel title={t.table} class="wide">
        <VirtualList
          label={t.table}
          items={peers}
          keyOf={({ peer }) => peer}
          rowHeight={ROW}
          active={active}
          onActive={({ peer }) => setActive(peer)}
        >
          {(peer) => <PeerRow peer={peer} />}
        </VirtualList>
      </Panel>
    </div>
  )
}

function PeerRow({ peer }: { readonly peer: Peer }): VNode {
  const t = T.swarm
  const { latency, direction, gossip, swarm, addresses } = peer
  return (
    <>
      <span class="line">
        <code>{peer.peer}</code>
      </span>
      <span class="line quiet">
        {isRelayed(peer) ? t.relayed : t.direct} · {swarm ? t[gossip] : t.other} ·{' '}
        {latency === undefined ? t.unmeasured : duration(latency)} · {t.direction} {t[direction]} ·{' '}
        {addresses.join(' ')}
      </span>
    </>
  )
}

function Rates({ samples }: { readonly samples: ResultOf<'trends'> }): VNode {
  const t = T.swarm
  const rates = useMemo(() => ratesOf(samples), [samples])
  const data = useMemo(
    () => [
      rates.map(({ at }) => at / 1_000),
      rates.map(({ synced }) => synced),
      rates.map(({ others }) => others)
    ],
    [rates]
  )
  const rows = rates
    .slice(-MAX_ROWS)
    .toReversed()
    .map(({ at, synced, others }) => [timeText(at), decimal(synced), decimal(others)])
  return (
    <Chart
      label={t.perMinute}
      isTime
      lines={[
        { label: t.synced, colour: '--first' },
        { label: t.others, colour: '--second', isDashed: true }
      ]}
      data={data}
      head={[T.common.time, t.synced, t.others]}
      rows={rows}
    />
  )
}
